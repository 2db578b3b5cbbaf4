"""Convolution as a product of spectra.

A shift in time is a turn of phase in frequency, so all that convolution does to a wave is to multiply it by a
number. The transform of a whole signal costs O(n log n), however long the kernel is.
"""

import numpy as np

from convbook.reference._arguments import integer, prepare, signals

__all__ = ["conv1d", "conv2d", "convolve1d", "convolve2d", "dft_matrix"]


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
    x, layout, groups = layer.padded, layer.layout, layer.groups
    (batch, channels, *size), maps = x.shape, len(layer.w)
    span = [t * (r - 1) + 1 for r, t in zip(layout.kernel, layout.dilation, strict=True)]
    w = np.zeros((maps, channels // groups, *span), x.dtype)
    w[:, :, *(slice(None, None, t) for t in layout.dilation)] = layer.w

    axes = range(2, x.ndim)
    X, V = np.fft.rfftn(x, size, axes), np.fft.rfftn(w, size, axes)
    X = X.reshape(batch, groups, channels // groups, *X.shape[2:])
    V = V.reshape(groups, maps // groups, *V.shape[1:])
    Y = np.einsum("ngi...,gji...->ngj...", X, V.conj()).reshape(batch, maps, *X.shape[3:])
    y = np.fft.irfftn(Y, size, axes)
    # The outputs of windows inside the padded input come first on the circle; what follows has wrapped round.
    first_tap = (0,) * len(size)
    return layer.finish(y[:, :, *layout.seen_by(first_tap)])
