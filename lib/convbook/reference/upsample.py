"""Upsampling: more samples of the same image, in between those that there are; and what goes wrong.

Interpolation is linear and separable: along each axis every output is a weighted mean of one or two samples.
A NaN makes NaN of every output it has a share in; one among the gradients, of its whole map.
"""

from functools import reduce
from math import floor

import numpy as np

from convbook.reference._adjoint import prepare_backward
from convbook.reference._arguments import integer, per_axis, prepare, times
from convbook.reference._maps import gradient, maps
from convbook.reference._resample import resample, resample_backward
from convbook.reference.conv import conv2d, conv2d_backward

__all__ = [
    "bilinear_kernel",
    "interpolate",
    "interpolate_backward",
    "linear_kernel",
    "overlap_count",
    "resize_conv2d",
    "resize_conv2d_backward",
]

DIMENSIONS = {"nearest": 2, "linear": 1, "bilinear": 2}


def interpolate(x, *, size=None, scale_factor=None, mode="nearest", align_corners=False):
    """Read a map at places between its samples.

        y[…, u, v] = x at (i, j),      i = (u + ½)·H/H' − ½,      j = (v + ½)·W/W' − ½

    or, with aligned corners, i = u·(H − 1)/(H' − 1) and j likewise. Along each axis, "bilinear" weighs the
    samples on either side by their nearness; beyond the last sample it takes the last. "nearest" is simpler:
    i = ⌊u·H/H'⌋.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W); with "linear" (n,), (C, L) or (N, C, L)
        A map, several, or a batch of such; any float dtype.
    size : int or pair of int, optional
        H' and W' of the output; or else
    scale_factor : float or pair of float, optional
        H'/H and W'/W; sizes are rounded down, and 1/scale_factor stands for H/H' above (unless a size is
        kept, or doubled by "nearest").
    mode : "nearest", "linear" or "bilinear"
        "linear" is for signals, the others for images.
    align_corners : bool
        The centres of the corner pixels stay where they are; otherwise the edges of the image do, and pixels
        have a size. Not for "nearest".

    Returns
    -------
    y : ndarray, (H', W') with the leading axes and the dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or sizes or factors are not numbers.
    ValueError
        If `x` has another rank, not exactly one of `size` and `scale_factor` is given, the output would be
        empty, or the mode is unknown or has no corners to align.

    Notes
    -----
    Chapter 7, "Transposed convolution", and 14, "Semantic segmentation". For "nearest" the places are
    computed in float32, as in PyTorch, which takes (N, C, L) there too.
    """
    return _read(*_prepare("interpolate", x, size, scale_factor, mode, align_corners))


def interpolate_backward(dy, x, *, size=None, scale_factor=None, mode="nearest", align_corners=False):
    """Give every sample the gradients of the outputs it has a share in, weighted by that share.

        dx[i] = Σ_u (share of sample i in output u) · dy[u],      one axis after the other

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, size, scale_factor, mode, align_corners
        As in `interpolate`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `interpolate`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "interpolate_backward"
    x, taps = _prepare(name, x, size, scale_factor, mode, align_corners)
    dy = gradient(name, dy, x, (*x.shape[: -len(taps)], *(index.shape[1] for _, index, _ in taps)))
    return _give_back(dy, x, taps)


def resize_conv2d(
    x,
    w,
    b=None,
    *,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=False,
    padding=0,
    dilation=1,
    groups=1,
):
    """Enlarge a map first, and convolve what has been enlarged: upsampling without a checkerboard.

        y = conv2d(interpolate(x, …), w, b, …)

    Every output is made by the same number of taps, so that equal inputs give equal outputs, whatever the
    kernel has learned.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    w : ndarray, (R, S) with x (H, W), else (K, C // groups, R, S)
        The kernel, or one kernel per output map; the dtype of `x`.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    size, scale_factor, align_corners
        As in `interpolate`.
    mode : "nearest" or "bilinear"
    padding, dilation, groups
        As in `conv2d`; "same" keeps the size that the map has been given.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `interpolate` and `conv2d`, and if the mode is "linear".

    Notes
    -----
    Chapter 7, "Transposed convolution" (Odena et al. 2016). With "nearest" and a whole factor s it is a
    transposed convolution of stride s, whose kernels are the turned ones of `w`, blurred by an s×s box.
    """
    name, hyper = "resize_conv2d", {"padding": padding, "dilation": dilation, "groups": groups}
    prepare(name, 2, x, w, b, 1, "same", dilation, groups)  # so that errors speak of x as it was given
    resized = _read(*_images(name, x, size, scale_factor, mode, align_corners))
    prepare(name, 2, resized, w, b, 1, **hyper)
    return conv2d(resized, w, b, **hyper)


def resize_conv2d_backward(
    dy,
    x,
    w,
    *,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=False,
    padding=0,
    dilation=1,
    groups=1,
):
    """Go back through the convolution, then through the interpolation.

        d, dw, db = conv2d_backward(dy, interpolate(x, …), w, …),      dx = interpolate_backward(d, x, …)

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, size, scale_factor, mode, align_corners, padding, dilation, groups
        As in `resize_conv2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (H, W), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `resize_conv2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name, hyper = "resize_conv2d_backward", {"padding": padding, "dilation": dilation, "groups": groups}
    prepare(name, 2, x, w, None, 1, "same", dilation, groups)
    x, taps = _images(name, x, size, scale_factor, mode, align_corners)
    resized = _read(x, taps)
    prepare_backward(name, 2, dy, resized, w, 1, **hyper)
    dresized, dw, db = conv2d_backward(dy, resized, w, **hyper)
    return _give_back(dresized, x, taps), dw, db


def linear_kernel(s):
    """A triangle, with which a transposed convolution of stride s draws straight lines between samples.

        w[a] = 1 − |a − (r − 1)/2|/s,      r = 2s − s mod 2

    Parameters
    ----------
    s : int
        Stride.

    Returns
    -------
    w : ndarray, (r,)
        For s = 2 it is (¼, ¾, ¾, ¼).

    Raises
    ------
    TypeError
        If `s` is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 7, "Transposed convolution". With padding ⌊s/2⌋ it equals `interpolate` with "linear" and factor
    s, except near the ends, where the convolution runs into zeros.
    """
    s = integer("linear_kernel", "s", s)
    r = 2 * s - s % 2
    return 1 - abs(np.arange(r) - (r - 1) / 2) / s


def bilinear_kernel(s):
    """A tent, with which a transposed convolution of stride s interpolates an image.

        w[a, e] = (1 − |a − (r − 1)/2|/s) · (1 − |e − (r − 1)/2|/s),      r = 2s − s mod 2

    Parameters and errors are those of `linear_kernel`.

    Returns
    -------
    w : ndarray, (r, r)

    Notes
    -----
    Chapters 7, "Transposed convolution", and 14, "Semantic segmentation". Every map needs its own: one such
    kernel for each of as many groups as there are channels.
    """
    w = linear_kernel(integer("bilinear_kernel", "s", s))
    return np.outer(w, w)


def overlap_count(n, r, stride):
    """Count how many copies of the kernel a transposed convolution adds up at every output.

        count[s·i + a] += 1 for every input i and tap a

    Where the counts differ, equal inputs give unequal outputs: a checkerboard. Away from the border they are
    all alike if and only if s divides r.

    Parameters
    ----------
    n, r, stride : int or pair of int
        Sizes of the input and of the kernel, and the stride s.

    Returns
    -------
    count : ndarray of int, (s(n − 1) + r,), or of two axes if any argument is a pair

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is below 1.

    Notes
    -----
    Chapter 7, "Transposed convolution" (Odena et al. 2016).
    """
    dimensions = 2 if any(isinstance(v, tuple | list) for v in (n, r, stride)) else 1
    n = per_axis("overlap_count", "n", n, dimensions, least=1)
    r = per_axis("overlap_count", "r", r, dimensions, least=1)
    stride = per_axis("overlap_count", "stride", stride, dimensions, least=1)
    return reduce(np.multiply.outer, map(_overlap_count, n, r, stride))


def _overlap_count(n, r, s):
    count = np.zeros(s * (n - 1) + r, int)
    for a in range(r):
        count[a : a + s * (n - 1) + 1 : s] += 1
    return count


def _prepare(name, x, size, scale_factor, mode, align_corners):
    """The maps, and axis by axis which samples every output reads and how much of each, for `resample`."""
    if mode not in DIMENSIONS:
        raise ValueError(f"{name}: mode must be 'nearest', 'linear' or 'bilinear', got {mode!r}")
    if align_corners and mode == "nearest":
        raise ValueError(f"{name}: mode 'nearest' has no corners to align")
    dimensions = DIMENSIONS[mode]
    x = maps(name, dimensions, x)
    before = x.shape[-dimensions:]
    if (size is None) == (scale_factor is None):
        raise ValueError(
            f"{name}: expected size or scale_factor, got {'neither' if size is None else 'both'}"
        )
    if size is not None:
        after = per_axis(name, "size", size, dimensions, least=1)
        steps = [n / m for n, m in zip(before, after, strict=True)]
    else:
        factors = _factors(name, scale_factor, dimensions)
        after = tuple(floor(n * f) for n, f in zip(before, factors, strict=True))
        if min(after) < 1:
            raise ValueError(
                f"{name}: scale_factor={scale_factor} makes {times(before)} empty, {times(after)}"
            )
        steps = [1 / f for f in factors]
    taps = []
    for axis, n, m, step in zip(range(-dimensions, 0), before, after, steps, strict=True):
        if m == n or (mode == "nearest" and m == 2 * n):  # PyTorch overrules the factor here
            step = n / m
        index, weight = _nearest(n, m, step) if mode == "nearest" else _linear(n, m, step, align_corners)
        taps.append((axis, index, weight))
    return x, taps


def _images(name, x, size, scale_factor, mode, align_corners):
    """The same for images only."""
    if mode not in ("nearest", "bilinear"):
        raise ValueError(f"{name}: mode must be 'nearest' or 'bilinear', got {mode!r}")
    return _prepare(name, x, size, scale_factor, mode, align_corners)


def _read(x, taps):
    """Interpolate, one axis after the other."""
    for axis, index, weight in taps:
        x = resample(x, axis, index, weight)
    return x


def _give_back(dy, x, taps):
    """The adjoint, for maps like x."""
    for axis, index, weight in taps:
        dy = resample_backward(dy, axis, index, weight, x.shape[axis])
    return dy


def _nearest(n, m, step):
    place = np.arange(m, dtype=np.float32) * np.float32(step)
    return np.minimum(place.astype(int), n - 1)[None], np.ones((1, 1))


def _linear(n, m, step, align_corners):
    u = np.arange(m)
    place = u * ((n - 1) / max(m - 1, 1)) if align_corners else (u + 0.5) * step - 0.5
    place = place.clip(0, n - 1)
    before, after = np.floor(place), np.ceil(place)
    return np.stack([before, after]).astype(int), np.stack([1 - (place - before), place - before])


def _factors(name, scale_factor, dimensions):
    """One positive number per axis."""
    factors = np.asarray(scale_factor)
    if factors.dtype.kind not in "iuf" or factors.shape not in ((), (dimensions,)):
        expected = "a number" if dimensions == 1 else "a number or a pair of numbers"
        raise TypeError(f"{name}: scale_factor must be {expected}, got {scale_factor!r}")
    if not (0 < factors).all() or np.isinf(factors).any():
        raise ValueError(f"{name}: scale_factor must be positive, got {scale_factor}")
    return np.broadcast_to(factors, dimensions).tolist()
