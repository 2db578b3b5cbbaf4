"""Convolution that looks where it is told to: every tap of every window is moved by an offset of its own.

As in `im2col` the input is gathered into columns, and a kernel, as a row, meets all of them in one product.
Only the gathering differs: moved taps fall between pixels, so each reads the four around it and weighs them
by nearness. A NaN among the offsets gives NaN where it is used; infinite ones look outside, at zeros.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from convbook.reference._adjoint import finish_backward
from convbook.reference._arguments import Layer, floats, prepare
from convbook.reference._maps import gradient

__all__ = ["deform_conv2d", "deform_conv2d_backward"]

FRAME = 2  # zeros around the input, so that the neighbours of a place just outside need no exception


def deform_conv2d(x, offset, w, b=None, *, stride=1, padding=0, dilation=1, mask=None):
    """Slide a kernel over an image, and at every stop let each tap reach for a place of its own.

        y[n, j, u, v] = b[j] + Σ_{i,a,e} w[j, i, a, e] · m · x(n, c, s₁u + t₁a − p₁ + δ₁, s₂v + t₂e − p₂ + δ₂)

    with c = g(j)·C/G + i, with (δ₁, δ₂) and m the offset and the mask of this c, tap (a, e) and output (u, v)
    of image n, and between the pixels

        x(n, c, h, l) = Σ_{k,q} max(0, 1 − |h − k|) · max(0, 1 − |l − q|) · x[n, c, k, q]

    which has at most four terms; outside the borders x = 0. Without offsets and mask it is `conv2d`.

    Parameters
    ----------
    x : ndarray, (N, C, H, W)
        A batch of feature maps; any float dtype.
    offset : ndarray, (N, 2·D·R·S, H', W')
        How far each tap is moved, in pixels: for each of D groups of maps, tap by tap, down and then right;
        the dtype of `x`. D divides C and is read from the shape.
    w : ndarray, (K, C // groups, R, S)
        For every output map one kernel for each input map of its group; the dtype of `x`. The number of
        groups G is read from the shape.
    b : ndarray, (K,), optional
        Bias; the dtype of `x`.
    stride, padding, dilation
        As in `direct.conv2d`.
    mask : ndarray, (N, D·R·S, H', W'), optional
        A factor for what each tap reads, in the order of the offsets; the dtype of `x`.

    Returns
    -------
    y : ndarray, (N, K, H', W'), dtype of `x`
        Of the size of `conv2d`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        If shapes do not match, a hyperparameter is too small, or the kernel does not fit the padded input;
        the message names the sizes.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields". Offsets and mask usually come from a convolution of
    `x`. Names, layout and results are those of `torchvision.ops.deform_conv2d`.
    """
    taps = _prepare("deform_conv2d", x, offset, w, b, stride, padding, dilation, mask)
    samples, _ = _gather(taps)
    return taps.layer.finish(taps.rows @ taps.as_columns(taps.mask * samples))


def deform_conv2d_backward(dy, x, offset, w, *, stride=1, padding=0, dilation=1, mask=None):
    """Hand every output's gradient to the pixels its taps read, and tell each tap which way to move.

    With the columns m·x(…) of `deform_conv2d`, for each group,

        dw = dy · columnsᵀ,      d = w.reshape(K, C·R·S)ᵀ · dy

    and for each tap, summed over the maps that share its offset,

        dx[k, q] += d · m · max(0, 1 − |h − k|) · max(0, 1 − |l − q|)
        dδ₁ = Σ d · m · ∂x(h, l)/∂h,      dδ₂ = Σ d · m · ∂x(h, l)/∂l,      dm = Σ d · x(h, l)

    where x(h, l) has a kink, at whole numbers, the slope is that downwards and to the right.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, offset, w, stride, padding, dilation, mask
        As in `deform_conv2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    doffset : ndarray, shape and dtype of `offset`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), dtype of `x`
    dmask : ndarray, shape and dtype of `mask`, or None without a mask

    Raises
    ------
    TypeError, ValueError
        As `deform_conv2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    name = "deform_conv2d_backward"
    taps = _prepare(name, x, offset, w, None, stride, padding, dilation, mask)
    layer = taps.layer
    dy = gradient(name, dy, layer.x, layer.shape)
    samples, slopes = _gather(taps)
    columns = taps.as_columns(taps.mask * samples)
    dy_rows = dy.reshape(*columns.shape[:2], taps.rows.shape[1], columns.shape[3])
    dw = np.sum(dy_rows @ columns.swapaxes(2, 3), axis=0)

    dcolumns = np.reshape(taps.rows.swapaxes(1, 2) @ dy_rows, samples.shape)
    dsamples = taps.mask * dcolumns
    doffset = np.stack([np.sum(dsamples * slope, axis=2) for slope in slopes], axis=3)
    dmask = None if mask is None else np.sum(dcolumns * samples, axis=2).reshape(np.shape(mask))
    dx, dw, db = finish_backward(layer, _scatter(dsamples, taps), dw.reshape(layer.w.shape), dy)
    return dx, doffset.reshape(np.shape(offset)), dw, db, dmask


@dataclass(frozen=True)
class _Taps:
    """A layer with moved taps; D groups of maps share their offsets.

    Attributes
    ----------
    layer : Layer
    offset : ndarray, (N, D, 1, R·S, 2, H', W')
    mask : ndarray, (N, D, 1, R·S, H', W')
    """

    layer: Layer
    offset: np.ndarray
    mask: np.ndarray

    @property
    def rows(self):
        """The kernels as rows, (groups, kernels, weights)."""
        return self.layer.w.reshape(self.layer.groups, len(self.layer.w) // self.layer.groups, -1)

    def as_columns(self, samples):
        """What the taps read, (N, D, C/D, R·S, H', W'), as columns, (N, groups, weights, windows)."""
        groups, windows = self.layer.groups, prod(self.layer.layout.output)
        return samples.reshape(len(samples), groups, self.rows.shape[2], windows)

    @property
    def framed(self):
        """The shape of the input with its frame."""
        x = self.layer.x
        return (*x.shape[:2], *(n + 2 * FRAME for n in x.shape[2:]))

    def neighbours(self):
        """The four pixels around the place of every tap, one after the other.

        Yields the index of the pixel in the framed input, counted row by row, (N, D, C/D, R·S, H', W'); its
        weight; and how the weight grows as the tap moves down and right, all with 1 for C/D.
        """
        batch, channels, height, width = self.framed
        shared = self.offset.shape[1]
        maps = np.arange(batch * channels).reshape(batch, shared, channels // shared, 1, 1, 1)
        (top, down), (left, right) = (self._place(axis) for axis in (0, 1))
        for i, k in np.ndindex(2, 2):
            pixel = (maps * height + top + i) * width + left + k
            vertical, horizontal = (down if i else 1 - down), (right if k else 1 - right)
            yield pixel, vertical * horizontal, ((2 * i - 1) * horizontal, (2 * k - 1) * vertical)

    def _place(self, axis):
        """The pixel before every tap along an axis, in the framed input, and how far past it the tap is."""
        layout = self.layer.layout
        start = layout.stride[axis] * np.arange(layout.output[axis]) - layout.padding[axis][0]
        tap = layout.dilation[axis] * np.indices(layout.kernel)[axis].reshape(-1, 1, 1)
        regular = (tap + np.expand_dims(start, 1 - axis)).astype(self.offset.dtype)
        place = np.clip(regular + self.offset[..., axis, :, :], -FRAME, layout.size[axis])
        before = np.floor(np.fmax(place, -FRAME))  # a NaN has to be somewhere, and stays in the distance
        return before.astype(np.intp) + FRAME, place - before


def _gather(taps):
    """What every tap reads, (N, D, C/D, R·S, H', W'), and its slopes in the image, down and right."""
    x = np.pad(taps.layer.x, [(0, 0)] * 2 + [(FRAME, FRAME)] * 2).reshape(-1)
    samples = down = right = 0
    for pixel, weight, slopes in taps.neighbours():
        value = x[pixel]
        samples = samples + weight * value
        down, right = down + slopes[0] * value, right + slopes[1] * value
    return samples, (down, right)


def _scatter(samples, taps):
    """Hand what every tap read to the four pixels around it, and cut off the frame; adjoint of `_gather`."""
    x = np.zeros(prod(taps.framed), samples.dtype)
    for pixel, weight, _ in taps.neighbours():
        np.add.at(x, pixel.reshape(-1), np.reshape(weight * samples, -1))
    return x.reshape(taps.framed)[:, :, FRAME:-FRAME, FRAME:-FRAME]


def _prepare(name, x, offset, w, b, stride, padding, dilation, mask):
    """Check the arguments, with the groups that the shapes tell."""
    x, offset, w = floats(name, x=x, offset=offset, w=w)
    if x.ndim != 4 or w.ndim != 4:
        raise ValueError(
            f"{name}: x has shape {x.shape} and w {w.shape}, "
            "expected x (N, C, H, W) with w (K, C/groups, R, S)"
        )
    channels, per_kernel = x.shape[1], w.shape[1]
    if per_kernel and channels % per_kernel:
        raise ValueError(
            f"{name}: a kernel of w takes {per_kernel} channels, which do not divide the {channels} of x"
        )
    groups = max(channels // max(per_kernel, 1), 1)
    layer = prepare(name, 2, x, w, b, stride, padding, dilation, groups)

    taps, output = prod(layer.layout.kernel), layer.layout.output
    shared = offset.shape[1] // (2 * taps) if offset.ndim == 4 else 0
    if not shared or channels % shared or offset.shape != (len(x), 2 * shared * taps, *output):
        raise ValueError(
            f"{name}: offset has shape {offset.shape}, "
            f"expected ({len(x)}, D·{2 * taps}, {output[0]}, {output[1]}), "
            f"two numbers per tap and output, for D groups of the {channels} channels of x"
        )
    expected = (len(x), shared * taps, *output)
    if mask is None:
        mask = np.ones(expected, x.dtype)
    _, mask = floats(name, x=x, mask=mask)
    if mask.shape != expected:
        raise ValueError(
            f"{name}: mask has shape {mask.shape}, expected {expected}, one number per tap and output"
        )
    shape = len(x), shared, 1, taps
    return _Taps(layer, offset.reshape(*shape, 2, *output), mask.reshape(*shape, *output))
