"""The exercises of chapter 1, Images as vectors, a module each, in the order of the notebook."""

from convbook.exercises.chapter01 import (
    count_weights,
    log_uniform,
    permute_weights,
    softmax_cross_entropy,
    softmax_cross_entropy_backward,
    training_step,
    two_layer,
    two_layer_backward,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        count_weights,
        softmax_cross_entropy,
        softmax_cross_entropy_backward,
        log_uniform,
        permute_weights,
        two_layer,
        two_layer_backward,
        training_step,
    )
)
