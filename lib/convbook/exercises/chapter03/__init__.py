"""The exercises of chapter 3, Toeplitz matrices, a module each, in the order of the notebook."""

from convbook.exercises.chapter03 import (
    circulant_matrix,
    conv1d_matmul,
    convolve_fft,
    doubly_blocked_toeplitz,
    im2col,
    is_toeplitz,
    toeplitz_matrix,
    toeplitz_weights,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        toeplitz_weights,
        toeplitz_matrix,
        conv1d_matmul,
        doubly_blocked_toeplitz,
        im2col,
        circulant_matrix,
        convolve_fft,
        is_toeplitz,
    )
)
