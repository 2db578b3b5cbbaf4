"""Pooling: one number for every window of a map, or for every group of maps.

Pooling has no weights and treats every map alike. Its windows are those of a convolution; without a stride,
each begins where the last one ended. A NaN makes NaN of every window it lies in.

Each `*_backward` takes the gradient `dy` of the output, then the arguments of its forward function.
"""

from math import comb, prod

import numpy as np

from convbook.reference._arguments import integer, per_axis
from convbook.reference._maps import channels, gradient, maps, number, places
from convbook.reference._resample import resample, resample_backward
from convbook.reference._windows import counts, never_empty, sweep, windows, winners

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool1d_backward",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool2d_backward",
    "avg_pool1d",
    "avg_pool1d_backward",
    "avg_pool2d",
    "avg_pool2d_backward",
    "blur_pool2d",
    "blur_pool2d_backward",
    "global_avg_pool",
    "global_avg_pool_backward",
    "global_max_pool",
    "global_max_pool_backward",
    "l2_pool1d",
    "l2_pool1d_backward",
    "l2_pool2d",
    "l2_pool2d_backward",
    "l2_pool_features",
    "l2_pool_features_backward",
    "lp_pool1d",
    "lp_pool1d_backward",
    "lp_pool2d",
    "lp_pool2d_backward",
    "max_pool1d",
    "max_pool1d_backward",
    "max_pool2d",
    "max_pool2d_backward",
    "maxout",
    "maxout_backward",
]


def max_pool1d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Keep the largest sample of every window.

        y[…, u] = max_a x[…, s·u + t·a − p]

    Parameters, result and errors are those of `max_pool2d` in one dimension: for (n,), (C, L) or (N, C, L).

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x, axes = _prepare("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _max_pool("max_pool1d", x, axes, return_indices)


def max_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """Keep the largest sample of every window, and forget where exactly it was.

        y[…, u, v] = max_{a,e} x[…, s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    over the samples inside the map; padding only lets windows begin before it.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    kernel_size : int or pair of int
        r for an r×r window, or (R, S).
    stride : int or pair of int, optional
        Step s from one window to the next; by default the size of the kernel.
    padding : int or pair of int
        How far p the first window begins outside, at most half the kernel.
    dilation : int or pair of int
        Step t from one tap to the next.
    ceil_mode : bool
        Keep a last window that ends outside, if it begins inside (or in the padding before).
    return_indices : bool
        Also say where each maximum was.

    Returns
    -------
    y : ndarray, (H', W'), (C, H', W') or (N, C, H', W'), dtype of `x`
        With H' = ⌊(H + 2p₁ − t₁(R − 1) − 1)/s₁⌋ + 1, rounded up in ceil mode, and W' likewise.
    indices : ndarray of int64, the shape of `y`, with `return_indices`
        Place i·W + j of the maximum in its H×W plane; of equal ones the first, row by row.

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or a hyperparameter is not an int or a pair.
    ValueError
        If `x` has another rank, a hyperparameter is out of range, the kernel does not fit, or a dilated
        window has all its taps in the padding.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". For a window without a sample PyTorch gives −∞, and an index outside.
    """
    x, axes = _prepare("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _max_pool("max_pool2d", x, axes, return_indices)


def max_pool1d_backward(
    dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, indices=None
):
    """Route the gradient of every window to its largest sample.

        dx[…, i] = Σ dy[…, u] over the windows u whose maximum is sample i

    Parameters, result and errors are those of `max_pool2d_backward` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "max_pool1d_backward"
    dy, x, axes = _prepare_backward(name, 1, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _max_pool_backward(name, dy, x, axes, indices)


def max_pool2d_backward(
    dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, indices=None
):
    """Route the gradient of every window to its largest sample, and add where one sample won several windows.

        dx[…, i, j] = Σ dy[…, u, v] over the windows (u, v) whose maximum is sample (i, j)

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`.
    indices : ndarray of int, the shape of the output, optional
        Those that `max_pool2d` returned; without them the maxima are looked for again.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `max_pool2d`, and if `dy` or `indices` is not of the output's shape, or an index lies outside.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". Of equal samples the first takes all.
    """
    name = "max_pool2d_backward"
    dy, x, axes = _prepare_backward(name, 2, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _max_pool_backward(name, dy, x, axes, indices)


def avg_pool1d(
    x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True
):
    """Average every window.

        y[…, u] = 1/r · Σ_a x[…, s·u + t·a − p]

    Parameters, result and errors are those of `avg_pool2d` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x, axes = _prepare("avg_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)
    divisor = _divisor("avg_pool1d", axes, x.dtype, count_include_pad)
    return sweep(np.add, x, axes, 0) / divisor


def avg_pool2d(
    x,
    kernel_size,
    *,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """Average every window: a depthwise convolution with the constant 1/(R·S).

        y[…, u, v] = 1/(R·S) · Σ_{a,e} x[…, s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    Parameters
    ----------
    x, kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`; here padding holds zeros.
    count_include_pad : bool
        Divide by the number of taps, also of those in the padding; otherwise by the number of samples. Taps
        beyond the padding, as ceil mode may have them, never count.
    divisor_override : int, optional
        Divide by this instead.

    Returns
    -------
    y : ndarray, dtype of `x`
        Of the shape that `max_pool2d` gives.

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or a hyperparameter is not an int or a pair.
    ValueError
        If `x` has another rank, a hyperparameter is out of range, the kernel does not fit, or a window has no
        sample and the padding does not count.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". PyTorch's averages have no dilation.
    """
    x, axes = _prepare("avg_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)
    divisor = _divisor("avg_pool2d", axes, x.dtype, count_include_pad, divisor_override)
    return sweep(np.add, x, axes, 0) / divisor


def avg_pool1d_backward(
    dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False, count_include_pad=True
):
    """Share the gradient of every window among its samples, in equal parts.

        dx[…, s·u + t·a − p] += dy[…, u] / r

    Parameters, result and errors are those of `avg_pool2d_backward` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "avg_pool1d_backward"
    dy, x, axes = _prepare_backward(name, 1, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    divisor = _divisor(name, axes, x.dtype, count_include_pad)
    return sweep(np.add, dy / divisor, axes, 0, adjoint=True)


def avg_pool2d_backward(
    dy,
    x,
    kernel_size,
    *,
    stride=None,
    padding=0,
    dilation=1,
    ceil_mode=False,
    count_include_pad=True,
    divisor_override=None,
):
    """Share the gradient of every window among its samples, in equal parts, and add where windows overlap.

        dx[…, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += dy[…, u, v] / (R·S)

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, kernel_size, stride, padding, dilation, ceil_mode, count_include_pad, divisor_override
        As in `avg_pool2d`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `avg_pool2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "avg_pool2d_backward"
    dy, x, axes = _prepare_backward(name, 2, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    divisor = _divisor(name, axes, x.dtype, count_include_pad, divisor_override)
    return sweep(np.add, dy / divisor, axes, 0, adjoint=True)


def lp_pool1d(x, norm_type, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the p-norm of every window.

        y[…, u] = (Σ_a x[…, s·u + t·a]ᵖ)^{1/p}

    Parameters, result and errors are those of `lp_pool2d` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x, axes = _prepare("lp_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool(x, number("lp_pool1d", "norm_type", norm_type, 1), axes)


def lp_pool2d(x, norm_type, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the p-norm of every window: for non-negative samples, from the sum, p = 1, to the maximum, p → ∞.

        y[…, u, v] = (Σ_{a,e} x[…, s₁u + t₁a, s₂v + t₂e]ᵖ)^{1/p}

    Parameters
    ----------
    x : ndarray
        As in `max_pool2d`.
    norm_type : float
        The exponent p, at least 1.
    kernel_size, stride, padding, dilation, ceil_mode
        As in `max_pool2d`; padding holds zeros.

    Returns
    -------
    y : ndarray, dtype of `x`
        Of the shape that `max_pool2d` gives.

    Raises
    ------
    TypeError, ValueError
        As `avg_pool2d`, and if p is below 1.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". As in PyTorch, samples keep their sign: for odd p they may cancel, and
    the root of a negative sum is NaN. Also as there, in ceil mode a window that ends outside counts as if its
    missing samples were like the others. PyTorch's norms have neither padding nor dilation.
    """
    x, axes = _prepare("lp_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool(x, number("lp_pool2d", "norm_type", norm_type, 1), axes)


def lp_pool1d_backward(dy, x, norm_type, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Scale the gradient of every window by its samples, relative to their norm.

        dx[…, s·u + t·a] += dy[…, u] · (x[…, s·u + t·a] / y[…, u])^{p − 1}

    Parameters, result and errors are those of `lp_pool2d_backward` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "lp_pool1d_backward"
    dy, x, axes = _prepare_backward(name, 1, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool_backward(dy, x, number(name, "norm_type", norm_type, 1), axes)


def lp_pool2d_backward(dy, x, norm_type, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Scale the gradient of every window by its samples, relative to their norm; add where windows overlap.

        dx[…, s₁u + t₁a, s₂v + t₂e] += dy[…, u, v] · (x[…, s₁u + t₁a, s₂v + t₂e] / y[…, u, v])^{p − 1}

    and 0 where y = 0 (unless p = 1).

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, norm_type, kernel_size, stride, padding, dilation, ceil_mode
        As in `lp_pool2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `lp_pool2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "lp_pool2d_backward"
    dy, x, axes = _prepare_backward(name, 2, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool_backward(dy, x, number(name, "norm_type", norm_type, 1), axes)


def l2_pool1d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the length of every window, as a vector.

        y[…, u] = √(Σ_a x[…, s·u + t·a]²)

    `lp_pool1d` with p = 2.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x, axes = _prepare("l2_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool(x, 2, axes)


def l2_pool2d(x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Take the length of every window, as a vector.

        y[…, u, v] = √(Σ_{a,e} x[…, s₁u + t₁a, s₂v + t₂e]²)

    `lp_pool2d` with p = 2.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x, axes = _prepare("l2_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool(x, 2, axes)


def l2_pool1d_backward(dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Scale the gradient of every window by its samples, relative to their length.

        dx[…, s·u + t·a] += dy[…, u] · x[…, s·u + t·a] / y[…, u]

    and 0 where y = 0.

    `lp_pool1d_backward` with p = 2.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "l2_pool1d_backward"
    dy, x, axes = _prepare_backward(name, 1, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool_backward(dy, x, 2, axes)


def l2_pool2d_backward(dy, x, kernel_size, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Scale the gradient of every window by its samples, relative to their length.

        dx[…, s₁u + t₁a, s₂v + t₂e] += dy[…, u, v] · x[…, s₁u + t₁a, s₂v + t₂e] / y[…, u, v]

    and 0 where y = 0.

    `lp_pool2d_backward` with p = 2.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "l2_pool2d_backward"
    dy, x, axes = _prepare_backward(name, 2, dy, x, kernel_size, stride, padding, dilation, ceil_mode)
    return _lp_pool_backward(dy, x, 2, axes)


def l2_pool_features(x, kernel_size, *, stride=None, padding=0):
    """Take the length of every window of neighbouring features, place by place.

        y[n, j, …] = √(Σ_a x[n, s·j + a − p, …]²)

    Parameters
    ----------
    x : ndarray, (N, C, …)
        Features, with or without maps; any float dtype.
    kernel_size, stride, padding : int
        Windows along the channels, as in `l2_pool1d`: disjoint groups, or at stride 1 every feature with its
        neighbours.

    Returns
    -------
    y : ndarray, (N, C', …), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `l2_pool1d`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "l2_pool_features"
    x = np.moveaxis(channels(name, x), 1, -1)
    axes = windows(name, x.shape[-1:], kernel_size, stride, padding)
    return np.ascontiguousarray(np.moveaxis(_lp_pool(x, 2, axes), -1, 1))


def l2_pool_features_backward(dy, x, kernel_size, *, stride=None, padding=0):
    """Scale the gradient of every window of features by its features, relative to their length.

        dx[n, s·j + a − p, …] += dy[n, j, …] · x[n, s·j + a − p, …] / y[n, j, …]

    and 0 where y = 0.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, kernel_size, stride, padding
        As in `l2_pool_features`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `l2_pool_features`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "l2_pool_features_backward"
    x = channels(name, x)
    axes = windows(name, x.shape[1:2], kernel_size, stride, padding)
    dy = gradient(name, dy, x, (len(x), axes[0].outputs, *x.shape[2:]))
    dx = _lp_pool_backward(np.moveaxis(dy, 1, -1), np.moveaxis(x, 1, -1), 2, axes)
    return np.ascontiguousarray(np.moveaxis(dx, -1, 1))


def maxout(x, pieces):
    """Let groups of features compete, and keep the strongest of each group, place by place.

        y[n, j, …] = max_{i<k} x[n, k·j + i, …]

    Parameters
    ----------
    x : ndarray, (N, C, …)
        Features, with or without maps; any float dtype.
    pieces : int
        Features k in a group, which divides C. With k = C it is the maximum over all channels.

    Returns
    -------
    y : ndarray, (N, C // k, …), dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `pieces` not an int.
    ValueError
        If `x` has fewer than two axes, or `pieces` does not divide its channels.

    Notes
    -----
    Chapter 8, "Pooling and unpooling" (Goodfellow et al. 2013). Of affine features it is convex and piecewise
    linear.
    """
    return _groups("maxout", x, pieces).max(axis=2)


def maxout_backward(dy, x, pieces):
    """Route the gradient to the winner of every group; of equal ones to the first.

        dx[n, k·j + i, …] = dy[n, j, …] if i = argmax x[n, k·j: k·(j + 1), …], else 0

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, pieces
        As in `maxout`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `maxout`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". Some piece always has the full gradient: a maxout unit does not die.
    """
    groups = _groups("maxout_backward", x, pieces)
    dy = gradient("maxout_backward", dy, groups, (*groups.shape[:2], *groups.shape[3:]))
    dx = np.zeros_like(groups)
    np.put_along_axis(dx, groups.argmax(axis=2, keepdims=True), dy[:, :, None], axis=2)
    return dx.reshape(np.shape(x))


def global_avg_pool(x):
    """Average every map over its whole plane: one number a map, whatever its size.

        y[…] = 1/(H·W) · Σ_{i,j} x[…, i, j]

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.

    Returns
    -------
    y : ndarray, (), (C,) or (N, C), dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype.
    ValueError
        If it has another rank, or anything but the batch is empty.

    Notes
    -----
    Chapters 8, "Pooling and unpooling", and 11, "Network in network, GoogLeNet".
    """
    return maps("global_avg_pool", 2, x).mean(axis=(-2, -1))


def global_avg_pool_backward(dy, x):
    """Share the gradient of every map among its samples, in equal parts.

        dx[…, i, j] = dy[…] / (H·W)

    Parameters
    ----------
    dy : ndarray, (), (C,) or (N, C), dtype of `x`
    x : ndarray
        As in `global_avg_pool`; only its shape and dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `global_avg_pool`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("global_avg_pool_backward", 2, x)
    dy = gradient("global_avg_pool_backward", dy, x, x.shape[:-2])
    return np.broadcast_to(dy[..., None, None] / prod(x.shape[-2:]), x.shape).copy()


def global_max_pool(x):
    """Keep the largest sample of every map: how surely the feature is there, wherever it is.

        y[…] = max_{i,j} x[…, i, j]

    Parameters, result and errors are those of `global_avg_pool`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    return maps("global_max_pool", 2, x).max(axis=(-2, -1))


def global_max_pool_backward(dy, x):
    """Route the gradient of every map to its largest sample; of equal ones to the first.

        dx[…, i, j] = dy[…] if (i, j) = argmax x[…], else 0

    Parameters, result and errors are those of `global_avg_pool_backward`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("global_max_pool_backward", 2, x)
    dy = gradient("global_max_pool_backward", dy, x, x.shape[:-2])
    planes = x.reshape(*x.shape[:-2], prod(x.shape[-2:]))
    dx = np.zeros_like(planes)
    np.put_along_axis(dx, planes.argmax(axis=-1, keepdims=True), dy[..., None], axis=-1)
    return dx.reshape(x.shape)


def adaptive_avg_pool1d(x, output_size):
    """Average a signal in as many windows as the output should have samples.

        y[…, u] = mean of x[…, ⌊u·n/n'⌋ : ⌈(u + 1)·n/n'⌉]

    Parameters, result and errors are those of `adaptive_avg_pool2d` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("adaptive_avg_pool1d", 1, x)
    return _adaptive(x, per_axis("adaptive_avg_pool1d", "output_size", output_size, 1, least=1))


def adaptive_avg_pool2d(x, output_size):
    """Average a map in as many windows as the output should have samples, as equal as they can be.

        y[…, u, v] = mean of x[…, ⌊u·H/H'⌋ : ⌈(u + 1)·H/H'⌉, ⌊v·W/W'⌋ : ⌈(v + 1)·W/W'⌉]

    Where the division is not exact, neighbouring windows overlap by one sample.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    output_size : int or pair of int
        Height H' and width W' of the output; they may exceed those of `x`.

    Returns
    -------
    y : ndarray, (H', W'), (C, H', W') or (N, C, H', W'), dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `output_size` not an int or a pair.
    ValueError
        If `x` has another rank, or a size is below 1.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("adaptive_avg_pool2d", 2, x)
    return _adaptive(x, per_axis("adaptive_avg_pool2d", "output_size", output_size, 2, least=1))


def adaptive_avg_pool1d_backward(dy, x, output_size):
    """Share the gradient of every window among its samples, in equal parts.

        dx[…, i] = Σ_u dy[…, u] / (length of window u) over the windows that hold sample i

    Parameters, result and errors are those of `adaptive_avg_pool2d_backward` in one dimension.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "adaptive_avg_pool1d_backward"
    x = maps(name, 1, x)
    size = per_axis(name, "output_size", output_size, 1, least=1)
    return _adaptive_backward(gradient(name, dy, x, (*x.shape[:-1], *size)), x.shape[-1:])


def adaptive_avg_pool2d_backward(dy, x, output_size):
    """Share the gradient of every window among its samples, in equal parts, and add where windows overlap.

        dx[…, i, j] = Σ_{u,v} dy[…, u, v] / (size of window u, v) over the windows that hold sample (i, j)

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, output_size
        As in `adaptive_avg_pool2d`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `adaptive_avg_pool2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "adaptive_avg_pool2d_backward"
    x = maps(name, 2, x)
    size = per_axis(name, "output_size", output_size, 2, least=1)
    return _adaptive_backward(gradient(name, dy, x, (*x.shape[:-2], *size)), x.shape[-2:])


def blur_pool2d(x, kernel_size=3, *, stride=2):
    """Blur, then keep every s-th sample: subsampling that has first removed what it could not represent.

        y[…, u, v] = Σ_{a,e} w[a]·w[e] · x[…, s₁u + a − ⌊(r − 1)/2⌋, s₂v + e − ⌊(r − 1)/2⌋]

    with the binomial filter w[a] = C(r − 1, a)/2^{r − 1}. Beyond its border the map is mirrored.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    kernel_size : int
        Size r of the filter: 2 is a box, 3 a triangle [1, 2, 1]/4, 5 near to a Gaussian.
    stride : int or pair of int
        Keep one sample of s.

    Returns
    -------
    y : ndarray, (⌈H/s₁⌉, ⌈W/s₂⌉), with the leading axes and the dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or a number not an int (or, as the stride, a pair).
    ValueError
        If `x` has another rank, or a number is below 1.

    Notes
    -----
    Chapter 8, "Pooling and unpooling" (Zhang 2019). A max pool of stride 1 followed by it is steadier under
    shifts than a max pool of stride 2.
    """
    x = maps("blur_pool2d", 2, x)
    for axis, index, weight in _blur("blur_pool2d", x.shape[-2:], kernel_size, stride):
        x = resample(x, axis, index, weight)
    return x


def blur_pool2d_backward(dy, x, kernel_size=3, *, stride=2):
    """Spread every gradient under the filter: the adjoint of `blur_pool2d`.

        dx[…, s₁u + a − ⌊(r − 1)/2⌋, s₂v + e − ⌊(r − 1)/2⌋] += w[a]·w[e] · dy[…, u, v]

    What falls beyond the border is mirrored back.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, kernel_size, stride
        As in `blur_pool2d`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `blur_pool2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". A NaN in `dy` makes NaN of its whole map.
    """
    name = "blur_pool2d_backward"
    x = maps(name, 2, x)
    taps = _blur(name, x.shape[-2:], kernel_size, stride)
    dy = gradient(name, dy, x, (*x.shape[:-2], *(index.shape[1] for _, index, _ in taps)))
    for axis, index, weight in taps:
        dy = resample_backward(dy, axis, index, weight, x.shape[axis])
    return dy


def _prepare(name, dimensions, x, *hyper):
    x = maps(name, dimensions, x)
    return x, windows(name, x.shape[-dimensions:], *hyper)


def _prepare_backward(name, dimensions, dy, x, *hyper):
    x, axes = _prepare(name, dimensions, x, *hyper)
    shape = (*x.shape[:-dimensions], *(axis.outputs for axis in axes))
    return gradient(name, dy, x, shape), x, axes


def _max_pool(name, x, axes, return_indices):
    never_empty(name, axes)
    y = sweep(np.maximum, x, axes, -np.inf)
    return (y, winners(x, y, axes)) if return_indices else y


def _max_pool_backward(name, dy, x, axes, indices):
    if indices is None:
        _, indices = _max_pool(name, x, axes, return_indices=True)
    size = x.shape[-len(axes) :]
    indices = places(name, indices, dy.shape, size)
    planes = np.arange(0, x.size, prod(size)).reshape(*x.shape[: -len(axes)], *[1] * len(axes))
    dx = np.zeros(x.shape, x.dtype)
    np.add.at(dx.reshape(-1), (planes + indices).ravel(), dy.ravel())
    return dx


def _divisor(name, axes, dtype, count_include_pad, divisor_override=None):
    """What the sum of every window is divided by."""
    if divisor_override is not None:
        return np.asarray(integer(name, "divisor_override", divisor_override), dtype)
    if not count_include_pad:
        never_empty(name, axes)
    return counts(axes, dtype, count_include_pad)


def _lp_pool(x, p, axes):
    with np.errstate(invalid="ignore"):
        return (_completion(axes, x.dtype) * sweep(np.add, x**p, axes, 0)) ** (1 / p)


def _lp_pool_backward(dy, x, p, axes):
    y = _lp_pool(x, p, axes)
    slope = np.power(y, 1 - p, where=(y != 0) | (p == 1), out=np.zeros_like(y))
    return x ** (p - 1) * sweep(np.add, dy * slope * _completion(axes, x.dtype), axes, 0, adjoint=True)


def _completion(axes, dtype):
    """All taps of a window over those that do not lie outside: above 1 only in ceil mode."""
    return prod(axis.r for axis in axes) / counts(axes, dtype)


def _groups(name, x, pieces):
    """Split the channels into groups of neighbours, (N, C // pieces, pieces, …)."""
    x = channels(name, x)
    pieces = integer(name, "pieces", pieces)
    if x.shape[1] % pieces:
        raise ValueError(f"{name}: pieces={pieces} does not divide the {x.shape[1]} channels of x")
    return x.reshape(len(x), x.shape[1] // pieces, pieces, *x.shape[2:])


def _adaptive(x, output_size):
    for i, outputs in zip(range(-len(output_size), 0), output_size, strict=True):
        behind = (slice(None),) * (-i - 1)
        means = [x[..., part, *behind].mean(axis=i) for part in _parts(x.shape[i], outputs)]
        x = np.stack(means, axis=i)
    return x


def _adaptive_backward(dy, size):
    for i, n in zip(range(-len(size), 0), size, strict=True):
        behind = (slice(None),) * (-i - 1)
        dx = np.zeros((*dy.shape[:i], n, *dy.shape[dy.ndim + i + 1 :]), dy.dtype)
        for u, part in enumerate(_parts(n, dy.shape[i])):
            dx[..., part, *behind] += dy[..., u : u + 1, *behind] / (part.stop - part.start)
        dy = dx
    return dy


def _parts(n, outputs):
    """Share n samples among outputs; where that does not come out, neighbours overlap."""
    return [slice(u * n // outputs, -(-(u + 1) * n // outputs)) for u in range(outputs)]


def _blur(name, size, kernel_size, stride):
    """Axis by axis, which samples every output of a blur takes and how much of each, for `resample`."""
    r = integer(name, "kernel_size", kernel_size)
    weight = np.array([[comb(r - 1, a) / 2 ** (r - 1)] for a in range(r)])
    taps = []
    for axis, n, s in zip((-2, -1), size, per_axis(name, "stride", stride, 2, least=1), strict=True):
        mirrored = np.pad(np.arange(n), ((r - 1) // 2, r // 2), mode="reflect")
        taps.append((axis, mirrored[np.arange(r)[:, None] + np.arange(0, n, s)], weight))
    return taps
