"""Deformable convolution: every tap of every window looks where it is told to.

The places lie between the pixels, so the map is read by bilinear interpolation, with zeros outside. A place
at infinity is outside, and one that is NaN reads NaN. A NaN of the map reaches every place that has it among
its four pixels, even with weight 0.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from convbook.reference._adjoint import finish_backward
from convbook.reference._arguments import floats, prepare
from convbook.reference._maps import gradient

__all__ = ["deform_conv2d", "deform_conv2d_backward"]

FRAME = 2  # rows and columns of zeros around a map: what is further off may as well be there


def deform_conv2d(x, offset, w, b=None, *, stride=1, padding=0, dilation=1, mask=None):
    """Convolve with windows whose taps are moved, each by its own offset, and weighed by a mask.

        y[n, j, u, v] = b[j] + Σ_{i,a,e} w[j, i, a, e] · mask[n, a, e, u, v] · x[n, i, α, β]
        α = s₁u + t₁a − p₁ + offset[n, (a, e, 0), u, v],      β = s₂v + t₂e − p₂ + offset[n, (a, e, 1), u, v]

    where x between pixels is the bilinear mean of the four around, and 0 outside. With offsets 0 this is
    `conv2d`; with whole ones it is a gather.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any float dtype.
    offset : ndarray, (2·D·R·S, H', W'), with a batch (N, 2·D·R·S, H', W')
        How far each tap is moved, down and then to the right, tap by tap, row by row; the dtype of `x`. The
        maps come in D groups, each with offsets of its own; D is read off the shape.
    w : ndarray, (R, S) with x (H, W), else (K, C // groups, R, S)
        The kernel, or one kernel per output map; the dtype of `x`. The groups are read off its shape.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    stride, padding, dilation
        As in `conv2d`.
    mask : ndarray, (D·R·S, H', W'), with a batch (N, D·R·S, H', W'), optional
        A weight for every tap of every window; the dtype of `x`.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        As `conv2d`, and if `offset` or `mask` has another shape or its groups do not divide the maps.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    layer, places, mask = _prepare("deform_conv2d", x, offset, w, b, stride, padding, dilation, mask)
    read, _, _ = places.read(layer.x)
    return layer.finish(_kernels(layer) @ _columns(layer, read * mask))


def deform_conv2d_backward(dy, x, offset, w, *, stride=1, padding=0, dilation=1, mask=None):
    """Send the gradient back to the pixels around each place, and tell the place where to move.

        dx[n, i, ·] += bilinear weight · mask · Σ_j w[j, i, a, e] · dy[n, j, u, v]      at the four pixels
        doffset[n, (a, e, ·), u, v] = Σ_i slope of x there · mask · Σ_j w[j, i, a, e] · dy[n, j, u, v]
        dmask[n, (a, e), u, v] = Σ_i x[n, i, α, β] · Σ_j w[j, i, a, e] · dy[n, j, u, v]

    and dw, db as in `conv2d_backward`, for the windows as they were read.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, offset, w, stride, padding, dilation, mask
        As in `deform_conv2d`.

    Returns
    -------
    dx, doffset, dw, db, dmask : ndarray
        Shapes and dtypes of what they belong to; dmask is None without a mask.

    Raises
    ------
    TypeError, ValueError
        As `deform_conv2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". On a pixel the slope jumps; there the one towards the
    next pixel is taken.
    """
    name = "deform_conv2d_backward"
    layer, places, weight = _prepare(name, x, offset, w, None, stride, padding, dilation, mask)
    dy = gradient(name, dy, layer.x, layer.shape[layer.added :]).reshape(layer.shape)
    read, down, right = places.read(layer.x)
    kernels = _kernels(layer)
    dys = dy.reshape(len(dy), *kernels.shape[:2], prod(layer.layout.output))
    dw = (dys @ _columns(layer, read * weight).swapaxes(-1, -2)).sum(axis=0)
    dcolumns = (kernels.swapaxes(-1, -2) @ dys).reshape(read.shape)
    dread = dcolumns * weight
    slopes = [np.sum(dread * slope, axis=2) for slope in (down, right)]
    taps, windows = prod(layer.layout.kernel), prod(layer.layout.output)
    doffset = np.stack([slope.reshape(*slope.shape[:2], taps, windows) for slope in slopes], axis=3)
    dmask = None if mask is None else np.sum(dcolumns * read, axis=2).reshape(np.shape(mask))
    dx, dw, db = finish_backward(layer, places.spread(dread, layer.x.shape), dw.reshape(layer.w.shape), dy)
    return dx, doffset.reshape(np.shape(offset)), dw, db, dmask


@dataclass(frozen=True)
class _Places:
    """Where the taps look, on maps in a frame of zeros in which every place has four pixels around it.

    Attributes
    ----------
    corner : ndarray of int, (N, D, 1, R·S·H'·W')
        The pixel above and to the left of each place, counted row by row in the framed map.
    down, right : ndarray, of the same shape
        How far the place is from there, from 0 to 1.
    width : int
        Of the framed map.
    """

    corner: np.ndarray
    down: np.ndarray
    right: np.ndarray
    width: int

    def read(self, x):
        """Every map at every place, (N, D, C / D, R·S·H'·W'), and its slopes down and to the right."""
        x = self._by_group(_framed(x))
        here, beside, below, across = (np.take_along_axis(x, i, axis=3) for i in self._pixels())
        above, under = _between(here, beside, self.right), _between(below, across, self.right)
        return (
            _between(above, under, self.down),
            under - above,
            _between(beside - here, across - below, self.down),
        )

    def spread(self, dread, shape):
        """Give the four pixels their parts of the gradient of each place: the adjoint of reading."""
        framed = _framed(np.zeros(shape, dread.dtype))
        dx = self._by_group(framed)
        plane = dx.shape[3] * np.arange(prod(dx.shape[:3])).reshape(*dx.shape[:3], 1)
        left, below = 1 - self.right, self.down
        parts = (1 - below) * left, (1 - below) * self.right, below * left, below * self.right
        for pixel, part in zip(self._pixels(), parts, strict=True):
            np.add.at(dx.reshape(-1), (plane + pixel).ravel(), (dread * part).ravel())
        return framed[:, :, FRAME:-FRAME, FRAME:-FRAME]

    def _pixels(self):
        return (self.corner + step for step in (0, 1, self.width, self.width + 1))

    def _by_group(self, x):
        """Flat maps in the groups that share offsets, (N, D, C / D, pixels)."""
        batch, groups = self.corner.shape[:2]
        return x.reshape(batch, groups, x.shape[1] // groups, x.shape[2] * x.shape[3])


def _framed(x):
    return np.pad(x, [(0, 0), (0, 0), (FRAME, FRAME), (FRAME, FRAME)])


def _between(a, b, t):
    return (1 - t) * a + t * b


def _places(offset, layout):
    """Move the taps of all windows by offsets (N, D, R, S, 2, H', W')."""
    a, e, u, v = np.ogrid[tuple(map(slice, (*layout.kernel, *layout.output)))]
    (s1, s2), (t1, t2), ((p1, _), (p2, _)) = layout.stride, layout.dilation, layout.padding
    corner, beyond = 0, []
    for i, still in enumerate((s1 * u + t1 * a - p1, s2 * v + t2 * e - p2)):
        n = layout.size[i]
        place = FRAME + np.clip(still.astype(offset.dtype) + offset[:, :, :, :, i], -FRAME, n)
        pixel = np.nan_to_num(np.floor(place))
        corner = corner * (n + 2 * FRAME) + pixel.astype(int)
        beyond.append(place - pixel)
    flat = (*offset.shape[:2], 1, prod(offset.shape[2:]) // 2)
    return _Places(*(part.reshape(flat) for part in (corner, *beyond)), layout.size[1] + 2 * FRAME)


def _columns(layer, read):
    """What was read, as a matrix for each image and group: (N, groups, C / groups · R·S, H'·W')."""
    return read.reshape(len(read), layer.groups, layer.w[0].size, prod(layer.layout.output))


def _kernels(layer):
    """The kernels of each group as rows."""
    return layer.w.reshape(layer.groups, -1, layer.w[0].size)


def _prepare(name, x, offset, w, b, stride, padding, dilation, mask):
    """Check the arguments; a missing mask is 1."""
    x, offset, w = floats(name, x=x, offset=offset, w=w)
    groups = 1
    if w.ndim == 4 and x.ndim in (3, 4) and 0 not in w.shape and x.shape[-3] % w.shape[1] == 0:
        groups = max(1, x.shape[-3] // w.shape[1])
    layer = prepare(name, 2, x, w, b, stride, padding, dilation, groups)
    batch, windows = layer.x.shape[: 1 if layer.added == 0 else 0], layer.layout.output
    taps, channels = prod(layer.layout.kernel), layer.x.shape[1]
    shared = offset.shape[len(batch)] // (2 * taps) if offset.ndim == len(batch) + 3 else 0
    if offset.shape != (*batch, 2 * shared * taps, *windows) or shared == 0 or channels % shared:
        raise ValueError(
            f"{name}: offset has shape {offset.shape}, expected {(*batch, 2 * taps, *windows)}, "
            f"or as many times {2 * taps} as divide the {channels} channels of x"
        )
    offset = offset.reshape(len(layer.x), shared, *layer.layout.kernel, 2, *windows)
    if mask is None:
        mask = np.ones((), x.dtype)
    else:
        _, mask = floats(name, x=x, mask=mask)
        if mask.shape != (*batch, shared * taps, *windows):
            raise ValueError(
                f"{name}: mask has shape {mask.shape}, expected {(*batch, shared * taps, *windows)}, "
                "one number for every tap with an offset"
            )
        mask = mask.reshape(len(layer.x), shared, 1, taps * prod(windows))
    return layer, _places(offset, layer.layout), mask
