"""The exercises of chapter 12, Looking inside, a module each, in the order of the notebook."""

from convbook.exercises.chapter12 import (
    centre_surround,
    guided_backward,
    mended_deconvnet,
    occlusion_counts,
    occlusion_map,
    orientation_index,
    tuning_curve,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        occlusion_counts,
        centre_surround,
        tuning_curve,
        orientation_index,
        occlusion_map,
        guided_backward,
        mended_deconvnet,
    )
)
