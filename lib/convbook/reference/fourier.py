"""Convolution as a product of spectra.

A shift in time is a turn of phase in frequency, so all that convolution does to a wave is to multiply it by a
number. The transform of a whole signal costs O(n log n), however long the kernel is. But in a spectrum all
numbers meet: a NaN or an infinity spreads to everything that is summed with it.
"""

import numpy as np

from convbook.reference._adjoint import (
    crop,
    finish_backward,
    prepare_adjoint,
    prepare_adjoint_backward,
    prepare_backward,
)
from convbook.reference._arguments import integer, prepare, signals

__all__ = [
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "convolve1d",
    "convolve2d",
    "dft_matrix",
]


def conv1d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the spectrum of the signal by the conjugate spectrum of the kernel.

        y = b + F⁻¹( Σ_i  F(x_i) · conj F(w_ji) )

    The conjugate turns the kernel round, which makes the product a correlation. Dilation puts zeros between
    the taps; stride keeps every s-th output.

    Parameters, result and errors are those of `direct.conv1d`, but a NaN or an infinity spreads to every
    output.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _by_spectra(prepare("conv1d", 1, x, w, b, stride, padding, dilation, groups))


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the spectrum of the image by the conjugate spectrum of the kernel.

        y = b + F⁻¹( Σ_i  F(x_i) · conj F(w_ji) )

    The conjugate turns the kernel round, which makes the product a correlation. Dilation puts zeros between
    the taps; stride keeps every s-th output.

    Parameters, result and errors are those of `direct.conv2d`, but a NaN or an infinity spreads to every
    output.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _by_spectra(prepare("conv2d", 2, x, w, b, stride, padding, dilation, groups))


def conv1d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the same spectra in other pairs.

        dx_i = F⁻¹( Σ_j  F(dy_j) · F(w_ji) ),      dw_ji = F⁻¹( Σ_n  F(x_i) · conj F(dy_j) )

    Forwards the conjugate was that of the kernel; here it goes to dy, or to none. A stride puts zeros between
    the numbers of dy, and dilation keeps every t-th of dw.

    Parameters, results and errors are those of `direct.conv1d_backward`, but a NaN or an infinity spreads.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv1d_backward", 1, dy, x, w, stride, padding, dilation, groups)
    return _backward_by_spectra(layer, dy)


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the same spectra in other pairs.

        dx_i = F⁻¹( Σ_j  F(dy_j) · F(w_ji) ),      dw_ji = F⁻¹( Σ_n  F(x_i) · conj F(dy_j) )

    Forwards the conjugate was that of the kernel; here it goes to dy, or to none. A stride puts zeros between
    the numbers of dy, and dilation keeps every t-th of dw.

    Parameters, results and errors are those of `direct.conv2d_backward`, but a NaN or an infinity spreads.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv2d_backward", 2, dy, x, w, stride, padding, dilation, groups)
    return _backward_by_spectra(layer, dy)


def conv_transpose1d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply spectra without a conjugate: zeros between the samples, and then it is a convolution.

        y_j = b_j + F⁻¹( Σ_i  F(x_i) · F(w_ij) )

    Parameters, result and errors are those of `direct.conv_transpose1d`, but a NaN or an infinity spreads.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose1d", 1, x, w, b, stride, padding, output_padding, groups, dilation)
    return _transpose_by_spectra(layer)


def conv_transpose2d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply spectra without a conjugate: zeros between the samples, and then it is a convolution.

        y_j = b_j + F⁻¹( Σ_i  F(x_i) · F(w_ij) )

    Parameters, result and errors are those of `direct.conv_transpose2d`, but a NaN or an infinity spreads.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose2d", 2, x, w, b, stride, padding, output_padding, groups, dilation)
    return _transpose_by_spectra(layer)


def conv_transpose1d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply by the conjugate spectra: what turned the phase on the way there turns it back.

        dx_i = F⁻¹( Σ_j  F(dy_j) · conj F(w_ij) ),      dw_ij = F⁻¹( Σ_n  F(dy_j) · conj F(x_i) )

    Stride keeps every s-th number of dx, and dilation every t-th of dw.

    Parameters, result and errors are those of `direct.conv_transpose1d_backward`, but a NaN or an
    infinity spreads.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _transpose_backward_by_spectra(*prepare_adjoint_backward(name, 1, dy, x, w, *hyper))


def conv_transpose2d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply by the conjugate spectra: what turned the phase on the way there turns it back.

        dx_i = F⁻¹( Σ_j  F(dy_j) · conj F(w_ij) ),      dw_ij = F⁻¹( Σ_n  F(dy_j) · conj F(x_i) )

    Stride keeps every s-th number of dx, and dilation every t-th of dw.

    Parameters, result and errors are those of `direct.conv_transpose2d_backward`, but a NaN or an
    infinity spreads.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _transpose_backward_by_spectra(*prepare_adjoint_backward(name, 2, dy, x, w, *hyper))


def convolve1d(x, w, mode="full"):
    """Convolve by multiplying spectra.

        w ∗ x = F⁻¹( F(w) · F(x) )

    Transforms of length N convolve on a circle of N samples; with N = n + r − 1 nothing wraps round.

    Parameters
    ----------
    x : ndarray, (n,)
        Signal, any float dtype.
    w : ndarray, (r,)
        Kernel, the dtype of `x`.
    mode : "full" or "circular"
        N = n + r − 1 or max(n, r), as in `direct.convolve1d`.

    Returns
    -------
    y : ndarray, (N,), dtype of `x`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 1-D, or the mode is another.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _product("convolve1d", *signals("convolve1d", 1, x, w), mode)


def convolve2d(x, w, mode="full"):
    """Convolve images by multiplying spectra.

        w ∗ x = F⁻¹( F(w) · F(x) )

    Parameters
    ----------
    x : ndarray, (H, W)
        Image, any float dtype.
    w : ndarray, (R, S)
        Kernel, the dtype of `x`.
    mode : "full" or "circular"
        As in `convolve1d`, along both axes.

    Returns
    -------
    y : ndarray, (H + R − 1, W + S − 1) or (max(H, R), max(W, S)), dtype of `x`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 2-D, or the mode is another.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _product("convolve2d", *signals("convolve2d", 2, x, w), mode)


def dft_matrix(n):
    """Write the discrete Fourier transform as a matrix: row j is a wave that turns j times.

        F[j, k] = exp(−2πi·jk/n)

    so that `np.fft.fft(x) == F @ x`, and F⁻¹ = F*/n.

    Parameters
    ----------
    n : int

    Returns
    -------
    F : ndarray, (n, n), complex128

    Raises
    ------
    TypeError
        If `n` is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 3, "Toeplitz matrices": F·C·F⁻¹ is diagonal for every circulant matrix C.
    """
    j = np.arange(integer("dft_matrix", "n", n))
    return np.exp(-2j * np.pi * (np.outer(j, j) % n) / n)  # the remainder keeps the angle exact for large j·k


def _product(name, x, w, mode):
    """Multiply the spectra on a circle that the mode asks for."""
    if mode not in ("full", "circular"):
        raise ValueError(f"{name}: mode must be 'full' or 'circular', got {mode!r}")
    if mode == "full":
        period = [n + r - 1 for n, r in zip(x.shape, w.shape, strict=True)]
    else:
        period = [max(n, r) for n, r in zip(x.shape, w.shape, strict=True)]
    axes = range(x.ndim)
    y = np.fft.irfftn(np.fft.rfftn(x, period, axes) * np.fft.rfftn(w, period, axes), period, axes)
    return y.astype(x.dtype, copy=False)


def _by_spectra(layer):
    """The layer as products of spectra, summed over the channels of each group."""
    layout, circle = layer.layout, layer.padded.shape[2:]
    dense = (1,) * len(circle)
    X = _spectra(_split(layer.padded, 1, layer.groups), dense, circle)
    W = _spectra(_split(layer.w, 0, layer.groups), layout.dilation, circle)
    Y = np.einsum("ngi...,gji...->ngj...", X, W.conj())
    # The outputs of windows inside the padded input come first on the circle; what follows has wrapped round.
    return layer.finish(_numbers(Y, layout.stride, layout.output, circle))


def _backward_by_spectra(layer, dy):
    """The gradients of the layer as products of spectra, group by group."""
    layout, circle = layer.layout, layer.padded.shape[2:]
    dense = (1,) * len(circle)
    X = _spectra(_split(layer.padded, 1, layer.groups), dense, circle)
    W = _spectra(_split(layer.w, 0, layer.groups), layout.dilation, circle)
    dY = _spectra(_split(dy, 1, layer.groups), layout.stride, circle)
    dX = np.einsum("ngj...,gji...->ngi...", dY, W)
    dW = np.einsum("ngi...,ngj...->gji...", X, dY.conj())
    dx = _numbers(dX, dense, circle, circle).reshape(layer.padded.shape)
    dw = _numbers(dW, layout.dilation, layout.kernel, circle).reshape(layer.w.shape)
    return finish_backward(layer, crop(dx, layout), dw, dy)


def _transpose_by_spectra(layer):
    """The transposed layer as products of spectra, summed over the channels of each group."""
    layout, canvas = layer.layout, layer.canvas
    circle = canvas.shape[2:]
    dense = (1,) * len(circle)
    X = _spectra(_split(layer.x, 1, layer.groups), layout.stride, circle)
    W = _spectra(_split(layer.w, 0, layer.groups), layout.dilation, circle)
    Y = np.einsum("ngi...,gij...->ngj...", X, W)
    y = _numbers(Y, dense, circle, circle).reshape(canvas.shape)
    return layer.finish(crop(y, layout))


def _transpose_backward_by_spectra(layer, dy):
    """The gradients of the transposed layer as products of spectra, group by group."""
    layout, canvas = layer.layout, layer.layout.pad(dy)
    circle = canvas.shape[2:]
    dense = (1,) * len(circle)
    X = _spectra(_split(layer.x, 1, layer.groups), layout.stride, circle)
    W = _spectra(_split(layer.w, 0, layer.groups), layout.dilation, circle)
    dY = _spectra(_split(canvas, 1, layer.groups), dense, circle)
    dX = np.einsum("ngj...,gij...->ngi...", dY, W.conj())
    dW = np.einsum("ngj...,ngi...->gij...", dY, X.conj())
    dx = _numbers(dX, layout.stride, layout.output, circle).reshape(layer.x.shape)
    dw = _numbers(dW, layout.dilation, layout.kernel, circle).reshape(layer.w.shape)
    return finish_backward(layer, dx, dw, dy)


def _spectra(a, step, circle):
    """Transform numbers that stand `step` apart on a circle, zeros between and behind them."""
    places = _places(a.shape[a.ndim - len(circle) :], step)
    x = np.zeros((*a.shape[: a.ndim - len(circle)], *circle), a.dtype)
    x[..., *places] = a
    return np.fft.rfftn(x, axes=range(-len(circle), 0))


def _numbers(A, step, count, circle):
    """Transform back, and keep the numbers that stand `step` apart from the beginning of the circle."""
    x = np.fft.irfftn(A, circle, range(-len(circle), 0))
    return x[..., *_places(count, step)]


def _places(count, step):
    """The first `count` places, `step` apart, on every axis."""
    return tuple(slice(0, s * (n - 1) + 1, s) for n, s in zip(count, step, strict=True))


def _split(a, axis, groups):
    """Make two axes of one: the groups, and what is in each."""
    return a.reshape(*a.shape[:axis], groups, a.shape[axis] // groups, *a.shape[axis + 1 :])
