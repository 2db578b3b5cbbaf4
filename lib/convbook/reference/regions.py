"""The pieces into which a network of ReLUs cuts a plane, each counted and none missed.

    regions = linear_regions([(w1, b1), (w2, b2)])
    len(regions)

On each piece no ReLU switches, so the network is linear there. All corners are computed in fractions: a piece
is there or it is not, however small.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from convbook.reference._arguments import integer, real

__all__ = ["Region", "folding_layers", "linear_regions"]


class Region(NamedTuple):
    """One piece: a convex polygon in which every ReLU is either on or off.

    Attributes
    ----------
    corners
        An array (V, 2), counter-clockwise.
    on : tuple of bool
        Which ReLUs are on, from the first of the first layer to the last of the last.
    slope
        An array (h, 2): inside, the last layer's outputs are y = slope·x + offset.
    offset
        An array (h,).

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """

    corners: object
    on: tuple
    slope: object
    offset: object


def linear_regions(layers, corners=((0, 0), (1, 1))):
    """Cut a rectangle along every line at which a ReLU of a network switches.

        y = relu(w·x + b),  layer after layer, from x in the plane

    In a first layer each ReLU cuts along a straight line. A ReLU further on is, on every piece that it meets,
    linear again, and cuts it in two or leaves it whole.

    Parameters
    ----------
    layers : sequence of (ndarray, ndarray)
        Weights (h, n) and biases (h,) of each layer; n is 2, then the h of the layer before.
    corners : ((float, float), (float, float))
        Lower left and upper right corner of the rectangle.

    Returns
    -------
    list of Region
        All pieces that have an area.

    Raises
    ------
    TypeError
        If weights or biases are not real numbers.
    ValueError
        If the shapes do not fit, a number is not finite, or the rectangle is empty.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn" (Montúfar et al. 2014). Every float is a fraction, and sums
    and products of fractions are exact, so that no piece is lost or invented by rounding. Two pieces differ
    in at least one ReLU; if nothing that follows depends on it, the network may be the same on both.

    Examples
    --------
    >>> len(linear_regions([(np.array([[1.0, -1.0], [1.0, 1.0]]), np.array([0.0, -1.0]))]))
    4
    """
    (left, bottom), (right, top) = _exact("corners", corners)
    if not (left < right and bottom < top):
        raise ValueError(f"linear_regions: corners {corners} must be lower left, then upper right")
    square = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
    pieces = [(square, (), np.eye(2, dtype=object), np.zeros(2, object))]
    for number, (w, b) in enumerate(layers):
        w, b = _exact("w", w), _exact("b", b)
        inputs = len(pieces[0][2])
        if w.ndim != 2 or w.shape[1] != inputs or b.shape != w.shape[:1]:
            raise ValueError(
                f"linear_regions: layers[{number}] has w of shape {w.shape} and b of shape {b.shape}, "
                f"expected (h, {inputs}) and (h,)"
            )
        pieces = [new for old in pieces for new in _through(old, w, b)]
    return [
        Region(polygon.astype(float), on, a.astype(float), c.astype(float)) for polygon, on, a, c in pieces
    ]


def folding_layers(depth, axes=2):
    """A network that folds the unit square in half along every axis, again and again.

        tent(x) = 2·relu(x) − 4·relu(x − ½)

    The tent goes up from 0 to 1 and down again: what comes after it is done on both halves, mirrored.

    Parameters
    ----------
    depth : int
        Layers.
    axes : int
        Coordinates, each folded by two ReLUs a layer.

    Returns
    -------
    list of (ndarray, ndarray)
        Weights and biases of the layers: relu(x), relu(x − ½) for every coordinate of the input, and then the
        same of its tent.

    Raises
    ------
    TypeError
        If a number is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn" (Montúfar et al. 2014).
    """
    axes = integer("folding_layers", "axes", axes)
    each = np.eye(axes)
    b = np.tile([0.0, -0.5], axes)
    first = np.kron(each, [[1.0], [1.0]]), b
    again = np.kron(each, [[2.0, -4.0], [2.0, -4.0]]), b
    return [first] + [again] * (integer("folding_layers", "depth", depth) - 1)


def _through(piece, w, b):
    """The pieces that one layer makes of a piece on which its inputs are a·x + c."""
    polygon, on, a, c = piece
    slopes, offsets = w @ a, w @ c + b
    parts = [(polygon, ())]
    for slope, offset in zip(slopes, offsets, strict=True):
        parts = [half for part, own in parts for half in _cut(part, own, slope, offset)]
    for part, own in parts:
        passes = np.array(own, int)
        yield part, on + own, slopes * passes[:, None], offsets * passes


def _cut(polygon, own, slope, offset):
    """The halves of a polygon in which slope·x + offset is positive, and not; or all of it, if it has one."""
    values = polygon @ slope + offset
    for sign, is_on in ((1, True), (-1, False)):
        if (sign * values > 0).any():
            yield _half(polygon, sign * values), (*own, is_on)
    if not values.any():  # the ReLU is zero everywhere
        yield polygon, (*own, False)


def _half(polygon, values):
    """The part of a convex polygon with positive values, given those of its corners."""
    corners = []
    for i, (p, u) in enumerate(zip(polygon, values, strict=True)):
        q, v = polygon[i - 1], values[i - 1]
        if u * v < 0:
            corners.append(p + (q - p) * (u / (u - v)))
        if u >= 0:
            corners.append(p)
    return np.array(corners)


def _exact(argument, a):
    """The same numbers as fractions."""
    a = real("linear_regions", argument, a).astype(float)
    if not np.isfinite(a).all():
        raise ValueError(f"linear_regions: {argument} has numbers that are not finite")
    return np.vectorize(Fraction, otypes=[object])(a)
