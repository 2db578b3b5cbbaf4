"""The exercises of chapter 7, Transposed convolution, a module each, in the order of the notebook."""

from convbook.exercises.chapter07 import (
    conv_transpose1d,
    conv_transpose2d,
    linear_kernel,
    needed_output_padding,
    overlap_count,
    paint,
    transposed_sizes,
    wiener,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        transposed_sizes,
        conv_transpose1d,
        needed_output_padding,
        paint,
        overlap_count,
        linear_kernel,
        conv_transpose2d,
        wiener,
    )
)
