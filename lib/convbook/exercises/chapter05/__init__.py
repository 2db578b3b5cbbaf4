"""The exercises of chapter 5, Dilated convolution and receptive fields, a module each, in the order of the
notebook.
"""

from convbook.exercises.chapter05 import (
    bilinear_sample,
    context_module,
    dilate_kernel,
    dilated_conv1d,
    field_sizes,
    read_counts,
    receptive_field,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        field_sizes,
        dilate_kernel,
        dilated_conv1d,
        read_counts,
        receptive_field,
        context_module,
        bilinear_sample,
    )
)
