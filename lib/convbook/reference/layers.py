"""Networks as lists of layers, and what each layer costs.

    network = [Conv(5, 32), Pool(2), Conv(5, 64), Pool(2), Linear(100), Linear(10), Softmax()]
    cost_table(network, (1, 28, 28))

A layer is known by its numbers alone; what it is fed, a shape (C, H, W) or (C,), comes from the layers before
it. One convention counts operations for all: a layer with weights uses each of them once for every output
position, and a layer without looks once at every number it is fed. ReLU and its like cost next to nothing and
are left out.
"""

from dataclasses import KW_ONLY, dataclass, fields
from math import prod
from typing import NamedTuple

import numpy as np

from convbook.reference._arguments import integer, per_axis, times
from convbook.reference.arithmetic import conv2d_parameters, output_size, pool_output_size

__all__ = [
    "Conv",
    "Cost",
    "CostTable",
    "Inception",
    "Layer",
    "Linear",
    "Norm",
    "Pool",
    "Softmax",
    "cost_table",
    "fully_convolutional",
]


class Layer:
    """What all layers have; as it stands, a layer that keeps the shape and learns nothing.

    Attributes
    ----------
    window : tuple
        What one output sees of the input: kernel size, stride, padding and dilation, each an int or a pair;
        None if it sees all of it, however large.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """

    window = (1, 1, 0, 1)

    def output_shape(self, shape):
        """What the layer makes of an input of this shape."""
        return shape

    def parameters(self, shape):
        """How many numbers the layer learns, for an input of this shape."""
        return 0

    def operations(self, shape):
        """How many operations it takes, for an input of this shape."""
        return prod(shape)

    def __repr__(self):
        """The layer as one writes it, without what goes without saying."""
        said = ((f, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default)
        arguments = (f"{f.name}={value!r}" if f.kw_only else repr(value) for f, value in said)
        return f"{type(self).__name__}({', '.join(arguments)})"


@dataclass(frozen=True, repr=False)
class Conv(Layer):
    """A convolutional layer.

    It has (r²·k/g + 1)·k' parameters, and takes that many operations per output position.

    Parameters
    ----------
    kernel_size : int or pair of int
        r for an r×r kernel, or (R, S).
    channels : int
        Feature maps k' that come out.
    stride, padding, dilation : int or pair of int
        As in `direct.conv2d`.
    groups : int
        Groups g.
    bias : bool
        Without it the 1 is dropped.

    Raises
    ------
    TypeError
        If a number is not an int, or where one may be a pair, not a pair.
    ValueError
        If one is too small.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """

    kernel_size: int | tuple
    channels: int = 1
    _: KW_ONLY
    stride: int | tuple = 1
    padding: int | tuple = 0
    dilation: int | tuple = 1
    groups: int = 1
    bias: bool = True

    def __post_init__(self):
        _check_window(self)
        integer("Conv", "groups", self.groups)
        if integer("Conv", "channels", self.channels) % self.groups:
            raise ValueError(f"Conv: groups={self.groups} must divide channels={self.channels}")

    @property
    def window(self):
        return self.kernel_size, self.stride, self.padding, self.dilation

    def output_shape(self, shape):
        k, *size = _maps(self, shape)
        if k % self.groups:
            raise ValueError(f"groups={self.groups} must divide the {k} maps")
        r, s, p, t = self.window
        return self.channels, *output_size(size, r, stride=s, padding=p, dilation=t)

    def parameters(self, shape):
        k, *_ = _maps(self, shape)
        return conv2d_parameters(k, self.channels, self.kernel_size, groups=self.groups, bias=self.bias)

    def operations(self, shape):
        _, *positions = self.output_shape(shape)
        return self.parameters(shape) * prod(positions)


@dataclass(frozen=True, repr=False)
class Pool(Layer):
    """A pooling layer, of whatever kind: it learns nothing, and looks once at every number of its input.

    Parameters
    ----------
    kernel_size : int or pair of int
        r for an r×r window, or (R, S).
    stride : int or pair of int, optional
        Step s from one window to the next; by default the size of the window.
    padding, dilation : int or pair of int
    ceil_mode : bool
        As in `arithmetic.pool_output_size`.

    Raises
    ------
    TypeError
        If a number is not an int or a pair.
    ValueError
        If one is too small.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """

    kernel_size: int | tuple
    _: KW_ONLY
    stride: int | tuple | None = None
    padding: int | tuple = 0
    dilation: int | tuple = 1
    ceil_mode: bool = False

    def __post_init__(self):
        _check_window(self)

    @property
    def window(self):
        stride = self.kernel_size if self.stride is None else self.stride
        return self.kernel_size, stride, self.padding, self.dilation

    def output_shape(self, shape):
        k, *size = _maps(self, shape)
        r, s, p, t = self.window
        return k, *pool_output_size(size, r, stride=s, padding=p, dilation=t, ceil_mode=self.ceil_mode)


@dataclass(frozen=True, repr=False)
class Linear(Layer):
    """A fully connected layer: as many operations as parameters, one for every weight and bias.

    Parameters
    ----------
    features : int
        Numbers that come out.
    bias : bool

    Raises
    ------
    TypeError
        If `features` is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". One output sees all of the input, however large; the
    convolution that does the same has a window: `fully_convolutional`.
    """

    features: int
    _: KW_ONLY
    bias: bool = True

    window = None

    def __post_init__(self):
        integer("Linear", "features", self.features)

    def output_shape(self, shape):
        return (self.features,)

    def parameters(self, shape):
        return (prod(shape) + bool(self.bias)) * self.features

    def operations(self, shape):
        return self.parameters(shape)


@dataclass(frozen=True, repr=False)
class Norm(Layer):
    """Normalisation of every number by its neighbours in other maps, as AlexNet has it.

    It learns nothing, and looks once at every number.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """


@dataclass(frozen=True, repr=False)
class Softmax(Layer):
    """Softmax: it learns nothing, and looks once at every number.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """


@dataclass(frozen=True, repr=False)
class Inception(Layer):
    """An inception module: four branches side by side, whose maps are stacked.

    A 1×1 convolution; a 3×3 and a 5×5 one, each after a 1×1 that reduces the maps; and a 3×3 max pooling of
    stride 1, followed by a 1×1. Its cost is that of the six convolutions, and of looking at the input once
    for the pooling. The widest branch sees 5×5.

    Parameters
    ----------
    ones : int
        Maps of the first branch.
    threes, fives : pair of int
        Maps of the reduction and of the convolution after it.
    pooled : int
        Maps of the last branch.

    Raises
    ------
    TypeError
        If a number of maps is not an int.
    ValueError
        If one is below 1.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet".
    """

    ones: int
    threes: tuple
    fives: tuple
    pooled: int

    window = (5, 1, 2, 1)

    def __post_init__(self):
        per_axis("Inception", "ones", self.ones, 1, least=1)
        per_axis("Inception", "threes", self.threes, 2, least=1)
        per_axis("Inception", "fives", self.fives, 2, least=1)
        per_axis("Inception", "pooled", self.pooled, 1, least=1)

    def output_shape(self, shape):
        _, *size = _maps(self, shape)
        return self.ones + self.threes[1] + self.fives[1] + self.pooled, *size

    def parameters(self, shape):
        return sum(conv.parameters(fed) for conv, fed in self._convolutions(shape))

    def operations(self, shape):
        return sum(conv.operations(fed) for conv, fed in self._convolutions(shape)) + prod(shape)

    def _convolutions(self, shape):
        """Every convolution and the shape it is fed."""
        _, *size = _maps(self, shape)
        (reduced3, threes), (reduced5, fives) = self.threes, self.fives
        return [
            (Conv(1, self.ones), shape),
            (Conv(1, reduced3), shape),
            (Conv(3, threes, padding=1), (reduced3, *size)),
            (Conv(1, reduced5), shape),
            (Conv(5, fives, padding=2), (reduced5, *size)),
            (Conv(1, self.pooled), shape),
        ]


class Cost(NamedTuple):
    """A row of a cost table.

    Attributes
    ----------
    name : str
        The layer as it is written.
    shape : tuple of int
        Of its output.
    parameters : int
        Numbers it learns.
    operations : int
        Multiplications, as the lecture counts them.
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


@dataclass(frozen=True, repr=False)
class CostTable:
    """What a network costs, layer by layer; printed, it is a table.

    Attributes
    ----------
    rows : list of Cost
        One for each layer.
    total : Cost
        The sums.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """

    rows: list
    total: Cost

    def __repr__(self):
        table = [("layer", "output", *Cost._fields[2:])]
        for name, shape, *numbers in (*self.rows, self.total):
            table.append((name, times(shape), *(f"{number:,}" for number in numbers)))
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(
            f"{name:<{widths[0]}}  " + "  ".join(f"{n:>{w}}" for n, w in zip(rest, widths[1:], strict=True))
            for name, *rest in table
        )


def cost_table(layers, input_shape, *, dtype=np.float32):
    """Follow an input through a network, and add up what every layer costs.

    Parameters
    ----------
    layers : sequence of Layer
        The network, from its input on.
    input_shape : tuple of int
        (C, H, W), or (C,) if the first layer is fully connected.
    dtype : dtype
        Of the activations, whose bytes are counted.

    Returns
    -------
    CostTable
        With `rows`, one `Cost` for each layer, and their `total`.

    Raises
    ------
    TypeError
        If something in the list is not a layer, or a number of the shape not an int.
    ValueError
        If a layer cannot take what the one before it makes; the message says which.

    Notes
    -----
    Chapters 9, "Convolutional networks that learn", to 11. In training all activations are kept, for the
    backward pass; each image of a batch has its own.

    Examples
    --------
    >>> cost_table([Conv(5, 32), Pool(2), Linear(10), Softmax()], (1, 28, 28))
    layer          output  parameters  operations  activations  memory
    Conv(5, 32)  32×24×24         832     479,232       18,432  73,728
    Pool(2)      32×12×12           0      18,432        4,608  18,432
    Linear(10)         10      46,090      46,090           10      40
    Softmax()          10           0          10           10      40
    total                      46,922     543,764       23,060  92,240
    """
    rows = []
    for layer, fed, made in _follow("cost_table", layers, input_shape):
        numbers = prod(made)
        cost = layer.parameters(fed), layer.operations(fed), numbers, numbers * np.dtype(dtype).itemsize
        rows.append(Cost(str(layer), made, *cost))
    return CostTable(rows, Cost("total", (), *(sum(row[i] for row in rows) for i in range(2, 6))))


def fully_convolutional(layers, input_shape):
    """Write every fully connected layer as the convolution it is: its kernel is as large as its input.

    H' units that are fed k maps of r×r numbers are H' kernels of k×r×r; on the input for which the network
    was made the two do the same, with the same parameters. On a larger one the convolution goes on, and makes
    a map.

    Parameters
    ----------
    layers : sequence of Layer
    input_shape : tuple of int
        (C, H, W), that for which the network was made.

    Returns
    -------
    list of Layer

    Raises
    ------
    TypeError, ValueError
        As `cost_table`.

    Notes
    -----
    Chapter 13, "Fully convolutional networks".

    Examples
    --------
    >>> network = fully_convolutional([Conv(5, 32), Pool(2), Linear(100), Linear(10)], (1, 28, 28))
    >>> print(*network, sep=", ")
    Conv(5, 32), Pool(2), Conv(12, 100), Conv(1, 10)
    """
    network = []
    for layer, (_, *size), _ in _follow("fully_convolutional", layers, input_shape):
        if isinstance(layer, Linear):
            height, width = size or (1, 1)
            layer = Conv(height if height == width else (height, width), layer.features, bias=layer.bias)
        network.append(layer)
    return network


def _follow(name, layers, shape):
    """Every layer with the shape that it is fed and the one that it makes."""
    shape = per_axis(name, "input_shape", shape, len(shape), least=1)
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{name}: layers[{i}] is {layer!r}, expected a layer such as Conv(3, 64)")
        try:
            made = layer.output_shape(shape)
        except ValueError as error:
            raise ValueError(f"{name}: layers[{i}], {layer}, is fed {times(shape)}: {error}") from None
        yield layer, shape, made
        shape = made


def _maps(layer, shape):
    """A shape (C, H, W)."""
    if len(shape) != 3:
        raise ValueError(f"a {type(layer).__name__} needs maps, (C, H, W)")
    return shape


def _check_window(layer):
    """Every number of a window one int or two, and large enough."""
    arguments = zip(("kernel_size", "stride", "padding", "dilation"), layer.window, (1, 1, 0, 1), strict=True)
    for argument, value, least in arguments:
        per_axis(type(layer).__name__, argument, value, 2, least)
