"""The convolutional layer and its transpose, forwards and backwards: the fast one, which chooses by shape.

Everything here is a matrix product: of the kernels with the windows of a map, in one of two forms (depthwise
in a third), or with its spectrum. Which is fastest depends on the shapes, and the section "Which way" says
why. All ways give the numbers of `direct`, up to rounding, and in all of them a NaN or an infinity reaches
only what depends on it.

Each `*_backward` takes the gradient `dy` of the output, then the arguments of its forward function, and
returns (dx, dw, db).
"""

from math import prod

import numpy as np

from convbook.reference import _depthwise, _gemm, _spectra
from convbook.reference._adjoint import (
    finish_backward,
    prepare_adjoint,
    prepare_adjoint_backward,
    prepare_backward,
)
from convbook.reference._arguments import floats, prepare
from convbook.reference._windows import Axis

__all__ = [
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "depthwise_separable",
    "depthwise_separable_backward",
]


def conv1d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel along a signal and take its inner product with every window.

        y[n, j, u] = b[j] + Σ_{i,a} w[j, i, a] · x[n, g(j)·C/G + i, s·u + t·a − p]

    Parameters, result and errors are those of `direct.conv1d`.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """
    return _conv(prepare("conv1d", 1, x, w, b, stride, padding, dilation, groups))


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel over an image and take its inner product with every window.

        y[n, j, u, v] = b[j] + Σ_{i,a,e} w[j, i, a, e] · x[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    with g(j) = ⌊j·G/K⌋ the group of output map j, and x = 0 outside its borders.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any float dtype.
    w : ndarray, (R, S) with x (H, W), else (K, C // groups, R, S)
        The kernel, or one kernel per output map; the dtype of `x`.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    stride : int or pair of int
        Step s from one window to the next, (rows, columns).
    padding : int, pair of int, "same" or "valid"
        Zeros p at each border. "same" keeps the size at stride 1 (an odd zero goes to the end); "valid" is 0.
    dilation : int or pair of int
        Step t from one tap of the kernel to the next; 1 is a dense kernel.
    groups : int
        Groups G; each group of output maps sees only its own group of input maps.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`
        With H' = ⌊(H + 2p₁ − t₁(R − 1) − 1)/s₁⌋ + 1 and W' likewise; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is too small, "same" meets a stride
        above 1, or the kernel does not fit the padded input; the message names the sizes.

    Notes
    -----
    Chapter 4, "The convolutional layer". Convolution in the strict sense flips `w`.
    """
    return _conv(prepare("conv2d", 2, x, w, b, stride, padding, dilation, groups))


def conv1d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every output's gradient back along the wires that led to it.

        dx[n, g(j)·C/G + i, s·u + t·a − p] += w[j, i, a] · dy[n, j, u]
        dw[j, i, a] = Σ_{n,u} dy[n, j, u] · x[n, g(j)·C/G + i, s·u + t·a − p]
        db[j] = Σ_{n,u} dy[n, j, u]

    Parameters, result and errors are those of `direct.conv1d_backward`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    return _conv_backward(
        *prepare_backward("conv1d_backward", 1, dy, x, w, stride, padding, dilation, groups)
    )


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every output's gradient back along the wires that led to it.

        dx[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += w[j, i, a, e] · dy[n, j, u, v]
        dw[j, i, a, e] = Σ_{n,u,v} dy[n, j, u, v] · x[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        db[j] = Σ_{n,u,v} dy[n, j, u, v]

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (H, W), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". At stride 1 both gradients are products with the windows
    of `dy`, so that these are copied once.
    """
    return _conv_backward(
        *prepare_backward("conv2d_backward", 2, dy, x, w, stride, padding, dilation, groups)
    )


def conv_transpose1d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Paint a copy of the kernel for every sample, `stride` apart, and add where the copies overlap.

        y[n, g(c)·K/G + j, s·u + t·a − p] += x[n, c, u] · w[c, j, a]

    Parameters, result and errors are those of `direct.conv_transpose1d`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d"
    return _conv_transpose(
        prepare_adjoint(name, 1, x, w, b, stride, padding, output_padding, groups, dilation)
    )


def conv_transpose2d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Paint a copy of the kernel for every pixel, `stride` apart, and add where the copies overlap.

        y[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += x[n, c, u, v] · w[c, j, a, e]

    with g(c) = ⌊c·G/C⌋ the group of input map c, and every y starting from its bias. The transpose of
    `conv2d`, and its gradient dx: ⟨conv2d(u, w), x⟩ = ⟨u, conv_transpose2d(x, w)⟩. It is not its inverse.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any float dtype.
    w : ndarray, (R, S) with x (H, W), else (C, K // groups, R, S)
        The kernel, or for every input map one for each output map of its group; the dtype of `x`.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    stride : int or pair of int
        Step s from one copy to the next, (rows, columns).
    padding : int or pair of int
        Rows and columns p cut off at each border: what `conv2d` would have padded.
    output_padding : int or pair of int
        Rows and columns added at the end, less than the stride or the dilation: those that a strided `conv2d`
        never read.
    groups : int
        Groups G; each group of output maps is painted by its own group of input maps only.
    dilation : int or pair of int
        Step t from one tap of a copy to the next.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`
        With H' = s₁(H − 1) + t₁(R − 1) + 1 − 2p₁ + output_padding₁ and W' likewise; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is out of range, or the padding cuts
        everything off; the message names the sizes.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d"
    return _conv_transpose(
        prepare_adjoint(name, 2, x, w, b, stride, padding, output_padding, groups, dilation)
    )


def conv_transpose1d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Collect for every sample the gradient under its copy of the kernel.

        dx[n, c, u] = Σ_{j,a} w[c, j, a] · dy[n, g(c)·K/G + j, s·u + t·a − p]
        dw[c, j, a] = Σ_{n,u} x[n, c, u] · dy[n, g(c)·K/G + j, s·u + t·a − p]
        db[j] = Σ_{n,m} dy[n, j, m]

    Parameters, result and errors are those of `direct.conv_transpose1d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _conv_transpose_backward(*prepare_adjoint_backward(name, 1, dy, x, w, *hyper))


def conv_transpose2d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Collect for every pixel the gradient under its copy of the kernel.

        dx[n, c, u, v] = Σ_{j,a,e} w[c, j, a, e] · dy[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        dw[c, j, a, e] = Σ_{n,u,v} x[n, c, u, v] · dy[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        db[j] = Σ_{n,m,l} dy[n, j, m, l]

    Parameters, result and errors are those of `direct.conv_transpose2d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _conv_transpose_backward(*prepare_adjoint_backward(name, 2, dy, x, w, *hyper))


def depthwise_separable(x, depthwise, pointwise, b=None, *, stride=1, padding=0, dilation=1):
    """Look around in each map alone, then mix the maps at each pixel.

        y = conv2d(conv2d(x, depthwise, groups=C, …), pointwise, b)

    Parameters
    ----------
    x : ndarray, (C, H, W) or (N, C, H, W)
        Feature maps or a batch of them; any float dtype.
    depthwise : ndarray, (C·M, 1, R, S)
        M kernels for every map.
    pointwise : ndarray, (K, C·M, 1, 1)
        How the results are mixed.
    b : ndarray, (K,), optional
        Bias.
    stride, padding, dilation
        Of the first convolution, as in `conv2d`.

    Returns
    -------
    y : ndarray, (K, H', W') or (N, K, H', W'), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv2d`, and if `depthwise` or `pointwise` is not of its shape.

    Notes
    -----
    Chapter 4, "The convolutional layer". It takes 1/K + 1/(R·S) of the multiplications of the full layer.
    """
    name = "depthwise_separable"
    _, between = _separable(name, x, depthwise, pointwise, stride, padding, dilation)
    return _conv(prepare(name, 2, between, pointwise, b, 1, 0, 1, 1))


def depthwise_separable_backward(dy, x, depthwise, pointwise, *, stride=1, padding=0, dilation=1):
    """Go back through the mixing, then through each map alone.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, depthwise, pointwise, stride, padding, dilation
        As in `depthwise_separable`.

    Returns
    -------
    dx, ddepthwise, dpointwise, db : ndarray

    Raises
    ------
    TypeError, ValueError
        As `depthwise_separable`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    name = "depthwise_separable_backward"
    layer, between = _separable(name, x, depthwise, pointwise, stride, padding, dilation)
    dbetween, dpointwise, db = _conv_backward(*prepare_backward(name, 2, dy, between, pointwise, 1, 0, 1, 1))
    dx, ddepthwise, _ = _conv_backward(layer, dbetween.reshape(layer.shape))
    return dx, ddepthwise, dpointwise, db


def _separable(name, x, depthwise, pointwise, stride, padding, dilation):
    """Check all arrays; the first of the two convolutions, and its output."""
    x, depthwise, pointwise = floats(name, x=x, depthwise=depthwise, pointwise=pointwise)
    if x.ndim not in (3, 4):
        raise ValueError(f"{name}: x has shape {x.shape}, expected (C, H, W) or (N, C, H, W)")
    channels = x.shape[-3]
    if depthwise.ndim != 4 or depthwise.shape[1] != 1 or len(depthwise) % max(channels, 1):
        raise ValueError(
            f"{name}: depthwise has shape {depthwise.shape}, expected (C·M, 1, R, S) for C = {channels}"
        )
    maps = len(depthwise)
    if pointwise.ndim != 4 or pointwise.shape[1:] != (maps, 1, 1):
        raise ValueError(
            f"{name}: pointwise has shape {pointwise.shape}, expected (K, C·M, 1, 1) for C·M = {maps}"
        )
    layer = prepare(name, 2, x, depthwise, None, stride, padding, dilation, channels)
    return layer, _conv(layer)


# Which way


def _by_spectra(axes, batch, maps, channels, groups, *arrays):
    """Large kernels, from about 9×9, go by spectra: far fewer multiplications, though in smaller products.

    One number that is not finite would spread to all.
    """
    direct = batch * prod(axis.outputs * axis.r for axis in axes) * maps * channels // groups
    fewer = 4 * _spectra.multiplications(batch, maps, channels, axes, groups) < direct
    return fewer and all(np.isfinite(a).all() for a in arrays)


def _by_rows(axes, batch, maps, channels, groups):
    """Else copying costs most: of all taps, or of one kernel row with products to add and kernels to sort."""
    windows, taps = batch * prod(axis.outputs for axis in axes), prod(axis.r for axis in axes)
    columns = windows * channels * taps
    rows = windows * (channels * taps // axes[0].r + maps * (axes[0].r - 1))
    sorting = 4 * maps * channels // groups * taps  # in steps of a kernel's width, which is slow
    return axes[0].s == 1 and rows + sorting < columns


def _turns(axes, batch, maps, channels, groups):
    """The way back can be a convolution of dy with the turned kernels, and its windows then also give dw.

    With a stride, dy would first have to be filled up with zeros. Else its windows are copied once, and the
    kernels three times: turned, as products, and turned back. The windows of x are copied twice: for dw and,
    in the other direction, for dx. Those of a 1×1 kernel need no copy.
    """
    if any(axis.s > 1 for axis in axes):
        return False
    of_dy = batch * maps * prod(axis.n for axis in axes) + 3 * maps * channels // groups
    of_x = batch * channels * prod(axis.outputs for axis in axes)
    return 2 * of_dy <= 3 * of_x or prod(axis.r for axis in axes) == 1


# What the layer, its transpose and their gradients are made of


def _correlate(x, w, axes, groups):
    """The forward layer, y = w · windows of x."""
    sizes = axes, len(x), len(w), x.shape[1], groups
    if _by_spectra(*sizes, x, w):
        return _spectra.correlate(x, w, axes, groups)
    return _times_windows(x, axes, groups, w=w)[0]


def _spread(y, w, axes, groups):
    """Its adjoint, windows of x = wᵀ · y."""
    sizes = axes, len(y), len(w), w.shape[1] * groups, groups
    if _by_spectra(*sizes, y, w):
        return _spectra.spread(y, w, axes, groups)
    if _turns(*sizes):
        return _turned(y, w, axes, groups)[0]
    return _gemm.spread(y, w, axes, groups, _by_rows(*sizes))


def _gradients(dy, x, w, axes, groups):
    """dx and dw of the forward layer."""
    sizes = axes, len(x), len(w), x.shape[1], groups
    if _by_spectra(*sizes, dy, x, w):
        return _spectra.spread(dy, w, axes, groups), _spectra.weights(dy, x, axes, groups)
    if _turns(*sizes):
        return _turned(dy, w, axes, groups, x)
    _, dw = _times_windows(x, axes, groups, dy=dy)
    return _gemm.spread(dy, w, axes, groups, _by_rows(*sizes)), dw


def _adjoint_gradients(dy, x, w, axes, groups):
    """dx and dw of the adjoint: x are its inputs, one for every window of its output."""
    sizes = axes, len(x), len(w), dy.shape[1], groups
    if _by_spectra(*sizes, dy, x, w):
        return _spectra.correlate(dy, w, axes, groups), _spectra.weights(x, dy, axes, groups)
    return _times_windows(dy, axes, groups, w=w, dy=x)


def _turned(dy, w, axes, groups, x=None):
    """dx, and dw if x is given, as a convolution of dy with the kernels turned by 180° and transposed."""
    axes = [Axis(axis.outputs, axis.r, 1, axis.t * (axis.r - 1) - axis.p, axis.t, axis.n) for axis in axes]
    dx, dw = _times_windows(dy, axes, groups, w=_turn(w, groups), dy=x)
    return dx, None if x is None else _turn(dw, groups)


def _times_windows(x, axes, groups, w=None, dy=None):
    """y = w · windows of x, dw = dy · windowsᵀ, or both."""
    maps, channels = dy.shape[1] if w is None else len(w), x.shape[1]
    if maps == channels == groups and _depthwise.fits(axes):
        return _depthwise.times_windows(x, axes, w, dy)
    return _gemm.times_windows(x, axes, groups, _by_rows(axes, len(x), maps, channels, groups), w, dy)


def _turn(w, groups):
    """Kernels turned by 180°, and what they lead from and to exchanged: (C, K // groups, *r)."""
    w = w.reshape(groups, -1, *w.shape[1:]).swapaxes(1, 2)
    return np.flip(w.reshape(-1, *w.shape[2:]), range(2, w.ndim - 1))


# The layer and its transpose


def _axes(layout):
    """The windows of a layer axis by axis."""
    before = [p for p, _ in layout.padding]
    fields = layout.size, layout.kernel, layout.stride, before, layout.dilation, layout.output
    return [Axis(*numbers) for numbers in zip(*fields, strict=True)]


def _conv(layer):
    return _finish(layer, _correlate(layer.x, layer.w, _axes(layer.layout), layer.groups))


def _conv_backward(layer, dy):
    dx, dw = _gradients(dy, layer.x, layer.w, _axes(layer.layout), layer.groups)
    return finish_backward(layer, dx, dw, dy)


def _conv_transpose(layer):
    return _finish(layer, _spread(layer.x, layer.w, _axes(layer.layout), layer.groups))


def _conv_transpose_backward(layer, dy):
    dx, dw = _adjoint_gradients(dy, layer.x, layer.w, _axes(layer.layout), layer.groups)
    return finish_backward(layer, dx, dw, dy)


def _finish(layer, y):
    """Add the bias in place, and give y the rank of the caller's x."""
    if layer.b is not None:
        y += np.expand_dims(layer.b, tuple(range(1, y.ndim - 1)))
    return y[(0,) * layer.added]
