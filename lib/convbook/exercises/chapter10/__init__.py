"""The exercises of chapter 10, LeNet-5 to VGG, a module each, in the order of the notebook."""

from convbook.exercises.chapter10 import (
    code_distances,
    dropout,
    lenet5,
    local_response_norm,
    network_cost,
    vgg,
    vgg_layers,
    vgg_shape,
)

EXERCISES = tuple(
    module.exercise
    for module in (
        vgg_shape,
        code_distances,
        network_cost,
        local_response_norm,
        dropout,
        vgg_layers,
        vgg,
        lenet5,
    )
)
