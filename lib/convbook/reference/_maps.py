"""Arguments of the operations that treat every feature map alike, and of their gradients."""

from math import inf, isfinite, prod

import numpy as np

from convbook.reference._arguments import floats, times

SHAPES = {1: "(n,), (C, L) or (N, C, L)", 2: "(H, W), (C, H, W) or (N, C, H, W)"}


def maps(name, axes, x):
    """A map with `axes` axes, or channels or a batch of such; nothing but the batch is empty."""
    (x,) = floats(name, x=x)
    if x.ndim - axes not in (0, 1, 2) or 0 in x.shape[max(x.ndim - axes - 1, 0) :]:
        raise ValueError(f"{name}: x has shape {x.shape}, expected {SHAPES[axes]}; only a batch may be empty")
    return x


def channels(name, x):
    """A batch whose second axis holds the channels; nothing but the batch is empty."""
    (x,) = floats(name, x=x)
    if x.ndim < 2 or 0 in x.shape[1:]:
        raise ValueError(f"{name}: x has shape {x.shape}, expected (N, C, …); only a batch may be empty")
    return x


def gradient(name, dy, x, shape):
    """The gradient of an output of this shape, in the dtype of `x`; that of a number may be a plain float."""
    dy = np.asarray(dy, x.dtype if isinstance(dy, float) else None)
    if dy.dtype != x.dtype:
        raise TypeError(
            f"{name}: dy has dtype {dy.dtype}, expected {x.dtype}, that of the input; nothing is cast"
        )
    if dy.shape != tuple(shape):
        raise ValueError(f"{name}: dy has shape {dy.shape}, expected {tuple(shape)}, that of the output")
    return dy


def places(name, indices, shape, size):
    """Indices of this shape into planes of this size, counted row by row."""
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"{name}: indices has dtype {indices.dtype}, expected integers")
    if indices.shape != tuple(shape):
        raise ValueError(f"{name}: indices has shape {indices.shape}, expected {tuple(shape)}")
    if indices.size and not 0 <= indices.min() <= indices.max() < prod(size):
        raise ValueError(
            f"{name}: indices run from {indices.min()} to {indices.max()}, "
            f"expected 0 to {prod(size) - 1}, the places of {times(size)}"
        )
    return indices


def number(name, argument, value, least=-inf, most=inf):
    """A finite real number between two bounds, as a plain float, which leaves the dtype of arrays alone."""
    if not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name}: {argument} must be a number, got {value!r}")
    if not (least <= value <= most and isfinite(value)):
        raise ValueError(f"{name}: {argument} must lie between {least} and {most}, got {value}")
    return float(value)
