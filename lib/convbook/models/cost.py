"""What a network costs, measured: every layer is asked when the image passes.

    measure(build("vgg", (3, 224, 224), 1000), (3, 224, 224)).total.operations

The convention is that of the course's tables: a layer with weights uses each of them once for every output
position, and a layer without looks once at every number it is fed. ReLU and its like, and dropout, are left
out.
"""

from functools import partial
from math import prod
from typing import NamedTuple

from torch import nn

from convbook.models import alexnet, lenet
from convbook.models.shapes import imagine

__all__ = ["Cost", "Costs", "measure"]

CONVOLUTIONS = (nn.Conv2d, lenet.TableConv2d)
CONNECTED = (nn.Linear, lenet.Distances)
LOOKING = (
    *(nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, lenet.Subsampling),
    *(nn.LocalResponseNorm, alexnet.ResponseNorm, nn.BatchNorm2d),
)
FREE = (nn.ReLU, lenet.ScaledTanh, nn.Dropout, nn.Flatten, nn.Identity)


class Cost(NamedTuple):
    """A row of a cost table.

    Attributes
    ----------
    name : str
        Of the layer, as the network calls it.
    shape : tuple of int
        Of its output.
    parameters : int
        Numbers it learns.
    operations : int
        By the convention of the course.
    activations : int
        Numbers in its output.
    memory : int
        The bytes that these take.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """

    name: str
    shape: tuple
    parameters: int
    operations: int
    activations: int
    memory: int


class Costs(NamedTuple):
    """What a network costs, layer by layer.

    Attributes
    ----------
    rows : list of Cost
        In the order in which the image passes.
    total : Cost
        The sums.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """

    rows: list
    total: Cost


def measure(model, in_shape, *, whole=()):
    """Send the shape of an image through a network, and note what every layer costs.

    Parameters
    ----------
    model : torch.nn.Module
        It is not run in earnest: a network on the meta device, without numbers, is measured as well.
    in_shape : tuple of int
        (C, H, W).
    whole : type or tuple of type
        Modules that make one row with all that is in them, such as `Inception`.

    Returns
    -------
    Costs
        Where scores come out, the last row is the softmax's, which makes probabilities of them and is part of
        the loss. What only training needs, such as auxiliary classifiers, is not counted.

    Raises
    ------
    TypeError
        If the network has a layer whose costs are not known here.

    Notes
    -----
    Chapters 10, "LeNet-5 to VGG", and 11, "Network in network, GoogLeNet". The numbers are those that
    `reference.layers.cost_table` has for the same network as a list of layers.
    """
    rows, was_training = [], model.training
    hooks = [
        module.register_forward_hook(partial(_note, rows, name))
        for name, module in model.named_modules()
        if isinstance(module, whole) or (not isinstance(module, FREE) and not any(module.children()))
    ]
    try:
        scores = imagine(model.eval(), 1, *in_shape)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    if scores.ndim == 2:
        rows.append(_cost("softmax", scores, 0, scores.numel()))
    return Costs(rows, Cost("total", (), *(sum(row[i] for row in rows) for i in range(2, 6))))


def _note(rows, name, module, inputs, output):
    """Add a row for a layer that has just been passed; a module as a whole takes the place of its layers."""
    inside = [row for row in rows if row.name.startswith(f"{name}.")]
    del rows[len(rows) - len(inside) :]
    if inside:
        parameters, operations = (sum(row[i] for row in inside) for i in (2, 3))
    else:
        parameters = sum(parameter.numel() for parameter in module.parameters())
        operations = _operations(name, module, inputs[0], output)
    rows.append(_cost(name, output, parameters, operations))


def _operations(name, module, x, y):
    weights = [*module.parameters()] or [*module.buffers()]  # weights that are fixed are used all the same
    numbers = sum(each.numel() for each in weights)
    if isinstance(module, CONVOLUTIONS):
        return numbers * prod(y.shape[2:])
    if isinstance(module, CONNECTED):
        return numbers * prod(y.shape[1:-1])
    if isinstance(module, LOOKING):
        return x.numel()
    raise TypeError(f"measure: does not know what {name}, {module}, costs")


def _cost(name, output, parameters, operations):
    numbers = output.numel()
    return Cost(name, tuple(output.shape[1:]), parameters, operations, numbers, numbers * output.itemsize)
