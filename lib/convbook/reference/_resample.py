"""Weighted samples along one axis, and the adjoint: what interpolation and blur pooling have in common."""

import numpy as np


def resample(x, axis, index, weight):
    """Build every output from a few samples, y[u] = Σ_a weight[a, u] · x[index[a, u]].

    Parameters
    ----------
    x : ndarray
    axis : int
        The axis of `x`, −1 for the last or −2 for the one before.
    index, weight : ndarray, (taps, outputs)
        Which sample each output takes with each tap, and how much of it; weights may be (taps, 1).
    """
    weight = weight.astype(x.dtype)
    return sum(
        (w if axis == -1 else w[:, None]) * np.take(x, i, axis) for i, w in zip(index, weight, strict=True)
    )


def resample_backward(dy, axis, index, weight, n):
    """Give the n samples of the axis back what was taken from them, dx[index[a, u]] += weight[a, u] · dy[u].

    It multiplies by the matrix of `resample`, transposed: fast, but one NaN in dy makes NaN of a whole row.
    """
    outputs = index.shape[1]
    matrix = np.zeros((outputs, n), dy.dtype)
    np.add.at(matrix, (np.arange(outputs), index), weight)
    return dy @ matrix if axis == -1 else matrix.T @ dy
