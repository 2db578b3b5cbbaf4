"""Convolution frequency by frequency, with transforms that are matrix products.

On a circle, convolution multiplies spectra: for every frequency it is a layer without neighbours, one small
matrix product. At the sizes of feature maps the n² multiplications of a Fourier matrix are done sooner than
the n·log n steps of an FFT, and the matrix knows of no zeros: it has columns for the places where samples are
and, on the way back, rows for the places that are wanted. Padding, stride and dilation are only places:

    sample i of the input at p + i,      tap a of the kernel at t·a,      output u at s·u

All numbers meet, so a result is as exact as the largest one is, and a NaN or an infinity would spread.
"""

from math import prod

import numpy as np

from convbook.reference._windows import Axis

BLOCK = 2**20  # numbers in the spectra that exist at one time


def correlate(x, w, axes, groups):
    """Slide the kernels over the maps.

        Y = X · conj W

    Parameters
    ----------
    x : ndarray, (N, C, *n)
    w : ndarray, (K, C // groups, *r)
    axes : list of Axis, one or two
    groups : int

    Returns
    -------
    y : ndarray, (N, K, *outputs)
    """
    x, w = (_maps(x, groups), "inputs"), (_kernels(w, groups), "taps")
    return np.concatenate(_by_frequency(axes, lambda X, W: X @ _adjoint(W), x, w, "outputs"), axis=1)


def spread(y, w, axes, groups):
    """Give every input its share of the outputs: the adjoint of `correlate`.

        X = Y · W

    Parameters
    ----------
    y : ndarray, (N, K, *outputs)
    w, axes, groups
        As in `correlate`.

    Returns
    -------
    x : ndarray, (N, C, *n)
    """
    y, w = (_maps(y, groups), "outputs"), (_kernels(w, groups), "taps")
    return np.concatenate(_by_frequency(axes, lambda Y, W: Y @ W, y, w, "inputs"), axis=1)


def weights(dy, x, axes, groups):
    """Compare the gradient of the output with the input, at every tap.

        dW = conj dY · X

    Parameters
    ----------
    dy : ndarray, (N, K, *outputs)
    x, axes, groups
        As in `correlate`.

    Returns
    -------
    dw : ndarray, (K, C // groups, *r)
    """
    dy, x = (_maps(dy, groups), "outputs"), (_maps(x, groups), "inputs")
    return np.concatenate(_by_frequency(axes, lambda Y, X: _adjoint(Y) @ X, dy, x, "taps"))


def multiplications(batch, maps, channels, axes, groups):
    """Count the real multiplications of `correlate`; the other two take as many."""
    rows, columns = _circles(axes)
    waves = columns.period // 2 + 1
    pairs = maps * channels // groups
    count = batch * pairs * rows.period * waves
    for arrays, part in ((batch * channels, "inputs"), (pairs, "taps"), (batch * maps, "outputs")):
        height, width = len(rows.places[part]), len(columns.places[part])
        count += arrays * waves * height * (width + rows.period)
    return 4 * count


class _Circle:
    """An axis that runs round, with the places of inputs, taps and outputs on it.

    It is just long enough that what runs over its end meets no inputs again, only the zeros before them.
    """

    def __init__(self, axis):
        inputs, taps = range(axis.p, axis.p + axis.n), range(0, axis.t * axis.r, axis.t)
        outputs = range(0, axis.s * axis.outputs, axis.s)
        self.places = {"inputs": inputs, "taps": taps, "outputs": outputs}
        zeros = max(axis.p, outputs[-1] + taps[-1] - inputs[-1])
        self.period = 1 + max(axis.n - 1 + zeros, outputs[-1], taps[-1])

    def fourier(self, waves, part, dtype):
        """The Fourier matrix from places to waves: F[j, k] = exp(−2πi · waves[j] · places[k] / period)."""
        turns = np.outer(waves, self.places[part]) % self.period / self.period
        return np.exp(-2j * np.pi * turns).astype(dtype)


def _circles(axes):
    """Two circles; a signal is an image of one row."""
    point = Axis(1, 1, 1, 0, 1, 1)
    return [_Circle(axis) for axis in [point] * (2 - len(axes)) + axes]


def _by_frequency(axes, combine, a, b, wanted):
    """Transform two arrays, combine their spectra, and transform the result back.

    An array is (groups, ·, ·, *sizes) and comes with the name of its places. Half the spectrum of something
    real is enough: wave −j is the conjugate of wave j. It is taken in strips, each from beginning to end.
    """
    rows, columns = _circles(axes)
    dtype = np.result_type(a[0], np.complex64)
    every, half = np.arange(rows.period), np.arange(columns.period // 2 + 1)

    def lay_out(samples, part):
        """Columns and rows first, so that one product transforms everything."""
        samples = samples.reshape(*samples.shape[:3], len(rows.places[part]), len(columns.places[part]))
        return np.ascontiguousarray(samples.transpose(4, 3, 0, 1, 2), dtype)

    def spectrum(samples, part, waves):
        strip = columns.fourier(waves, part, dtype) @ samples.reshape(len(samples), -1)
        strip = rows.fourier(every, part, dtype) @ strip.reshape(len(waves), samples.shape[1], -1)
        return strip.reshape(len(waves), rows.period, *samples.shape[2:])

    arrays = [(lay_out(*pair), pair[1]) for pair in (a, b)]
    shape = combine(*(samples[:0, :0] for samples, _ in arrays)).shape[
        2:
    ]  # of nothing, but of the right shape
    numbers = half.size * every.size * sum(map(prod, [shape, *(samples.shape[2:] for samples, _ in arrays)]))
    total = 0
    for waves in np.array_split(half, min(half.size, 1 + numbers // BLOCK)):
        strip = combine(*(spectrum(samples, part, waves) for samples, part in arrays))
        strip = _adjoint(rows.fourier(every, wanted, dtype)) @ strip.reshape(len(waves), every.size, -1)
        share = np.where((waves == 0) | (2 * waves == columns.period), 1, 2) / (rows.period * columns.period)
        back = _adjoint(columns.fourier(waves, wanted, dtype)) * share.astype(dtype)
        total += (back @ strip.reshape(len(waves), -1)).real
    total = total.reshape(len(total), -1, *shape).transpose(2, 3, 4, 1, 0).astype(a[0].dtype, copy=False)
    return total[:, :, :, 0] if len(axes) == 1 else total


def _maps(a, groups):
    """Maps by group, (groups, N, channels, *n)."""
    return a.reshape(len(a), groups, -1, *a.shape[2:]).swapaxes(0, 1)


def _kernels(w, groups):
    """Kernels by group, (groups, maps, channels, *r)."""
    return w.reshape(groups, -1, *w.shape[1:])


def _adjoint(A):
    return A.conj().swapaxes(-1, -2)
