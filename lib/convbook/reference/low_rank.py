"""A convolution through a bottleneck: as few maps in between as the kernels can do with."""

import numpy as np

from convbook.reference._arguments import floats, integer

__all__ = ["low_rank"]


def low_rank(w, rank):
    """Write a convolution as a 1×1 convolution to a few maps, followed by one of its own size.

        W ≈ U Vᵀ      conv(x, w) ≈ conv(conv(x, v), u)

    W has a column for every input map, with all the weights that meet it: (K·R·S, C). The truncated singular
    value decomposition is its best approximation of this rank.

    Parameters
    ----------
    w : ndarray, (K, C, R, S)
    rank : int
        Maps in between, from 1 to min(C, K·R·S); with the largest nothing is lost.

    Returns
    -------
    v : ndarray, (rank, C, 1, 1)
        The 1×1 convolution that comes first; its kernels are orthonormal.
    u : ndarray, (K, rank, R, S)
        The convolution that follows, with the stride, the padding and the dilation of `w`.

    Raises
    ------
    TypeError
        If `w` has no float dtype, or `rank` is not an int.
    ValueError
        If `w` has not four axes, or `rank` is out of range.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet". The error ‖W − UVᵀ‖ is the root of the sum of the squares of
    the singular values left out.
    """
    (w,) = floats("low_rank", w=w)
    if w.ndim != 4 or not w.size:
        raise ValueError(f"low_rank: w has shape {w.shape}, expected (K, C, R, S), not empty")
    K, C, R, S = w.shape
    if integer("low_rank", "rank", rank) > min(C, K * R * S):
        raise ValueError(f"low_rank: rank must be at most {min(C, K * R * S)} for w {w.shape}, got {rank}")
    U, s, Vt = np.linalg.svd(w.swapaxes(1, 3).reshape(-1, C), full_matrices=False)
    u = (U * s)[:, :rank].reshape(K, S, R, rank).swapaxes(1, 3)
    return Vt[:rank, :, None, None], u
