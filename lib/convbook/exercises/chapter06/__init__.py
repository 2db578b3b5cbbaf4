"""The exercises of chapter 6, backpropagation through convolution, a module each, in the notebook's order."""

from convbook.exercises.chapter06 import (
    affected_outputs,
    backward_sizes,
    conv1d_gradients,
    conv2d_gradients,
    gate_gradients,
    input_gradient,
    mended_gradient,
    numerical_gradient,
    weight_gradient,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        backward_sizes,
        gate_gradients,
        affected_outputs,
        input_gradient,
        weight_gradient,
        mended_gradient,
        conv1d_gradients,
        numerical_gradient,
        conv2d_gradients,
    )
)
