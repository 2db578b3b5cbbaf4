"""The receptive field of a unit: the part of the input that it can see, computed and measured.

Networks are lists of `layers`. Windows are rectangles, an interval along one axis times an interval along the
other. So are receptive fields, and one axis at a time is enough.
"""

from functools import reduce
from typing import NamedTuple

import numpy as np

from convbook.reference._arguments import per_axis, plainly
from convbook.reference.arithmetic import output_size
from convbook.reference.direct import conv_transpose1d
from convbook.reference.layers import Layer

__all__ = ["Field", "input_gradient", "measured_receptive_field", "receptive_field"]


class Field(NamedTuple):
    """What the units of a layer see: unit u sees `size` samples from start + jump·u on.

    Attributes
    ----------
    size : int or tuple of int
        How many samples one unit sees.
    jump : int or tuple of int
        How far its neighbour's field is moved.
    start : int or tuple of int
        Where the first unit's field begins; negative if that is in the padding.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """

    size: int | tuple
    jump: int | tuple
    start: int | tuple


def receptive_field(layers):
    """Walk through a network and follow what its units see of the input.

        size' = size + (r − 1)·t·jump,      start' = start − p·jump,      jump' = s·jump

    for a layer of kernel size r, stride s, padding p and dilation t. The input sees itself: size 1, jump 1,
    start 0.

    Parameters
    ----------
    layers : sequence of Layer
        The network, from its input on. It may end anywhere: unlike a cost, a field needs no input size.

    Returns
    -------
    list of Field
        One for each layer; pairs if any layer has a pair.

    Raises
    ------
    TypeError
        If something in the list is not a layer.
    ValueError
        If a layer is fully connected, and sees all of whatever it is fed.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields". A fully connected layer is a convolution that is
    as large as its input: `layers.fully_convolutional` writes it so.

    Examples
    --------
    >>> receptive_field([Conv(3), Pool(2), Conv(3, dilation=2)])
    [Field(size=3, jump=1, start=0), Field(size=4, jump=2, start=0), Field(size=12, jump=2, start=0)]
    """
    along = [list(_walk(windows)) for windows, _ in _along("receptive_field", layers)]
    return [_across(fields) for fields in zip(*along, strict=True)]


def input_gradient(layers, n):
    """Ask every sample of the input how much it matters to the unit in the middle of the output.

        dx = W₁ᵀ · W₂ᵀ ⋯ e      with e = 1 for that unit, and 0 for all others

    The network is made linear: every layer averages its window, nothing is rectified. Then no gradient can be
    zero by cancelling or by a ReLU; it is zero where the unit cannot see.

    Parameters
    ----------
    layers : sequence of Layer
        As in `receptive_field`.
    n : int or pair of int
        Size of the input.

    Returns
    -------
    dx : ndarray, (n,), or (H, W) if `n` or a number of a layer is a pair; float64
        It sums to 1, unless some of it falls into the padding.

    Raises
    ------
    TypeError, ValueError
        As `receptive_field`, and if the input is too small for the network.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields". An average is the outer product of averages along
    the axes, and so is the map of its gradients.
    """
    along = _along("input_gradient", layers, n)
    middle = (_sizes(windows, size)[-1] // 2 for windows, size in along)
    gradients = [_push_back(*axis, unit)[0] for axis, unit in zip(along, middle, strict=True)]
    return reduce(np.multiply.outer, gradients)


def measured_receptive_field(layers, n):
    """Look where the gradient of a unit is not zero; its neighbour tells how far the field moves.

    Nothing is used of the recursion in `receptive_field`, whose last field it should be.

    Parameters
    ----------
    layers : sequence of Layer
        As in `receptive_field`.
    n : int or pair of int
        Size of the input, so large that two neighbours in the middle of the output see none of the padding.

    Returns
    -------
    Field
        That of the last layer.

    Raises
    ------
    TypeError, ValueError
        As `receptive_field`, and if the input is too small.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields". The gradients are those of `input_gradient`, one
    axis at a time.

    Examples
    --------
    >>> measured_receptive_field([Conv(3), Pool(2), Conv(3, dilation=2)], 1000)
    Field(size=12, jump=2, start=0)
    """
    name = "measured_receptive_field"
    return _across([_measure(windows, size) for windows, size in _along(name, layers, n)])


def _walk(windows):
    """The fields of all layers along one axis."""
    size, jump, start = 1, 1, 0
    for r, s, p, t in windows:
        size, jump, start = size + (r - 1) * t * jump, s * jump, start - p * jump
        yield Field(size, jump, start)


def _measure(windows, n):
    """The field of the last layer along one axis, from the gradients of two neighbours."""
    middle = _sizes(windows, n)[-1] // 2
    (dx, clipped), (dx_next, clipped_next) = (_push_back(windows, n, unit) for unit in (middle - 1, middle))
    if middle < 1 or clipped or clipped_next:
        raise ValueError(
            f"measured_receptive_field: n={n} is too small; two neighbours in the middle of the output "
            "must see nothing of the padding"
        )
    seen, seen_next = np.flatnonzero(dx), np.flatnonzero(dx_next)
    size, jump = seen[-1] - seen[0] + 1, seen_next[0] - seen[0]
    return Field(int(size), int(jump), int(seen[0] - jump * (middle - 1)))


def _push_back(windows, n, unit):
    """The gradient of one unit along one axis, and whether some of it fell into padding on the way."""
    *sizes, units = _sizes(windows, n)
    dx, clipped = np.zeros(units), False
    dx[unit] = 1
    for (r, s, p, t), n in zip(reversed(windows), reversed(sizes), strict=True):
        painted = conv_transpose1d(dx, np.full(r, 1 / r), stride=s, dilation=t)
        painted = np.pad(painted, (0, n + 2 * p - len(painted)))  # what a stride leaves unread
        dx = painted[p : p + n]
        clipped |= bool(painted[:p].any() or painted[p + n :].any())
    return dx, clipped


def _sizes(windows, n):
    """The sizes of the input and of every layer's output along one axis."""
    sizes = [n]
    for r, s, p, t in windows:
        sizes.append(output_size(sizes[-1], r, stride=s, padding=p, dilation=t))
    return sizes


def _along(name, layers, n=1):
    """Axis by axis the windows of all layers and the size of the input; one axis, if no number is a pair."""
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise TypeError(f"{name}: layers[{i}] is {layer!r}, expected a layer such as Conv(3, 64)")
        if layer.window is None:
            raise ValueError(
                f"{name}: layers[{i}], {layer}, sees all of its input, whatever its size; "
                "fully_convolutional turns it into a convolution"
            )
    numbers = [n, *(number for layer in layers for number in layer.window)]
    axes = 2 if any(isinstance(number, tuple | list) for number in numbers) else 1
    size = per_axis(name, "n", n, axes, least=1)
    windows = [[np.broadcast_to(number, axes).tolist() for number in layer.window] for layer in layers]
    return [([[number[axis] for number in window] for window in windows], size[axis]) for axis in range(axes)]


def _across(fields):
    """The fields along all axes as one."""
    return Field(*map(plainly, zip(*fields, strict=True)))
