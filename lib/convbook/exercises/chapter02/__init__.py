"""The exercises of chapter 2, Convolution, a module each, in the order of the notebook."""

from convbook.exercises.chapter02 import (
    compose,
    convolve1d,
    correlate2d,
    impulse_response,
    is_separable,
    mode_sizes,
    separate,
    shift_kernel,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        mode_sizes,
        convolve1d,
        correlate2d,
        impulse_response,
        compose,
        shift_kernel,
        is_separable,
        separate,
    )
)
