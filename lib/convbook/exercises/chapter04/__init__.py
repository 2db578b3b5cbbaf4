"""The exercises of chapter 4, the convolutional layer, a module each, in the order of the notebook."""

from convbook.exercises.chapter04 import (
    conv2d_loops,
    conv2d_vectorised,
    depthwise_separable,
    layer_cost,
    output_size,
    pad_to_preserve,
    predicted_layer,
    strided_layer,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        predicted_layer,
        output_size,
        pad_to_preserve,
        conv2d_loops,
        conv2d_vectorised,
        layer_cost,
        depthwise_separable,
        strided_layer,
    )
)
