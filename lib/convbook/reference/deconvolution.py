"""Deconvolution proper: finding x when w ∗ x and w are known.

Convolution multiplies every wave by a number, and deconvolution divides by it. Where the number is small, the
wave is nearly lost, and dividing blows up whatever noise has taken its place. That is what the name means; a
layer that some call a deconvolution is the transpose of a convolution, not its inverse.

Convolution is that of `direct.convolve1d` and `direct.convolve2d`, with the kernel flipped. NaN spreads to
every sample of the result.
"""

import numpy as np

from convbook.reference._arguments import floats, times
from convbook.reference.toeplitz import conv1d_matrix, conv2d_matrix

__all__ = ["inverse_filter", "least_squares", "wiener"]


def inverse_filter(y, w):
    """Divide the spectrum of what was seen by the spectrum of the blur.

        x = F⁻¹( F(y) / F(w) )

    This undoes `convolve1d` or `convolve2d` in mode "circular". A full result is a circular one too, of a
    signal with zeros after it: it comes back as x followed by r − 1 zeros along each axis.

    Parameters
    ----------
    y : ndarray, (n,) or (H, W)
        What was seen, any float dtype.
    w : ndarray, (r,) or (R, S)
        The blur, the dtype of `y`; no larger than `y`.

    Returns
    -------
    x : ndarray, of the shape and dtype of `y`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If the ranks do not match, an array is empty, `w` is larger than `y`, or the spectrum of `w` has a
        zero: that wave has left no trace in `y`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    y, w = _seen("inverse_filter", y, w)
    Y, W = _spectra(y, w)
    if not W.all():
        wave = tuple(int(k) for k in np.argwhere(W == 0)[0])
        raise ValueError(
            f"inverse_filter: the spectrum of w is 0 at frequency {wave}, so y does not say how much of that "
            "wave x has; wiener leaves it out"
        )
    return _back(Y / W, y)


def wiener(y, w, noise_to_signal):
    """Divide the spectra where the signal is stronger than the noise, and hold back where it is not.

        x = F⁻¹( F(y) · conj F(w) / (|F(w)|² + q) )

    with q the power of the noise over that of the signal. Where the power `|F(w)|²` is far above q this is
    `inverse_filter`, and where it is far below it is nearly 0. Of all filters it has the smallest expected
    squared error if signal and noise are white, and it is ridge regression: it minimises
    ‖w ∗ x − y‖² + q‖x‖².

    Parameters
    ----------
    y : ndarray, (n,) or (H, W)
        What was seen, w ∗ x in mode "circular" or "full" with noise added; any float dtype.
    w : ndarray, (r,) or (R, S)
        The blur, the dtype of `y`; no larger than `y`.
    noise_to_signal : float
        Ratio q of the variances; positive.

    Returns
    -------
    x : ndarray, of the shape and dtype of `y`
        For a full `y` only the first n samples belong to x, as in `inverse_filter`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If the ranks do not match, an array is empty, `w` is larger than `y`, or the ratio is not positive.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    y, w = _seen("wiener", y, w)
    if not noise_to_signal > 0:
        raise ValueError(f"wiener: noise_to_signal must be positive, got {noise_to_signal}")
    Y, W = _spectra(y, w)
    return _back(Y * W.conj() / (abs(W) ** 2 + noise_to_signal), y)


def least_squares(y, w, mode="full"):
    """Solve the linear equations: apply the pseudo-inverse of the convolution's matrix.

        x = W⁺y,      the shortest of all x for which ‖Wx − y‖ is least

    In full mode W is tall and x is all there is to find. In valid mode W is wide: the part of x that W maps
    to zero has left no trace in y, and is missing from the result.

    Parameters
    ----------
    y : ndarray, (m,) or (H', W')
        What was seen, w ∗ x in the given mode; float32 or float64.
    w : ndarray, (r,) or (R, S)
        The blur, the dtype of `y`.
    mode : "full" or "valid"

    Returns
    -------
    x : ndarray, (m − r + 1,) in full mode, (m + r − 1,) in valid mode, or so along both axes; dtype of `y`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, the dtypes differ, or are neither float32 nor float64.
    ValueError
        If the ranks do not match, an array is empty, the mode is another, or `y` is smaller than `w` in full
        mode.

    Notes
    -----
    Chapter 7, "Transposed convolution". The matrix is made dense, so this is for signals and small images: of
    32×32 pixels it has a million entries, of 100×100 a hundred million.
    """
    y, w = _seen("least_squares", y, w, fits=mode == "full")
    if mode not in ("full", "valid"):
        raise ValueError(f"least_squares: mode must be 'full' or 'valid', got {mode!r}")
    reach = tuple(r - 1 for r in w.shape)
    sign, padding = (-1, reach) if mode == "full" else (1, (0,) * y.ndim)
    size = tuple(m + sign * more for m, more in zip(y.shape, reach, strict=True))
    matrix = conv1d_matrix if y.ndim == 1 else conv2d_matrix
    flipped = np.flip(w)  # to convolve is to correlate with the flipped kernel
    W = matrix(flipped, size, padding=padding).toarray()
    x, *_ = np.linalg.lstsq(W, y.ravel(), rcond=None)
    return x.reshape(size)


def _seen(name, y, w, fits=True):
    """What was seen, and a blur of the same rank, no larger than it if `fits`."""
    y, w = floats(name, y=y, w=w)
    if y.ndim != w.ndim or y.ndim not in (1, 2) or not y.size or not w.size:
        raise ValueError(
            f"{name}: y has shape {y.shape} and w {w.shape}, expected (n,) and (r,), or (H, W) and (R, S), "
            "not empty"
        )
    if fits and any(r > n for n, r in zip(y.shape, w.shape, strict=True)):
        raise ValueError(f"{name}: kernel {times(w.shape)} is larger than y, {times(y.shape)}")
    return y, w


def _spectra(y, w):
    axes = range(y.ndim)
    return np.fft.rfftn(y, y.shape, axes), np.fft.rfftn(w, y.shape, axes)


def _back(X, y):
    """The signal with spectrum X, in the shape and dtype of `y`."""
    return np.fft.irfftn(X, y.shape, range(y.ndim)).astype(y.dtype, copy=False)
