"""An explorer of low rank: all kernels of a layer, and what is left of them behind a bottleneck."""

import numpy as np

from convbook.reference.low_rank import low_rank as factors
from convbook.viz.explorer.figure import explorer, within


def low_rank(w, *, rank=1):
    """All kernels of a convolution, as they are and through as many maps as a slider says.

    Parameters
    ----------
    w : ndarray, (K, C, R, S)
        Small: at most 4000 weights.
    rank : int
        Where the slider starts.

    Returns
    -------
    Html
        The kernels, their approximation and the difference as pictures, a row for every map that comes out;
        the relative error, and the multiplications at every position, with and without the bottleneck.

    Raises
    ------
    ValueError
        If `w` is too large, or `rank` outside its slider.
    TypeError
        If it has no float dtype.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet".
    """
    w = np.asarray(w)
    if w.ndim != 4 or not 0 < w.size <= 4000:
        raise ValueError(f"explorer.low_rank: w must be (K, C, R, S), at most 4000 weights, got {w.shape}")
    K, C, R, S = w.shape
    most = min(C, K * R * S)
    within("low_rank", {"rank": rank}, {"rank": (1, most)})
    v, u = factors(w, most)
    data = {
        "U": _short(u.transpose(0, 2, 3, 1).reshape(-1, most)),
        "Vt": _short(v[:, :, 0, 0]),
        "shape": w.shape,
        "rank": rank,
    }
    alt = "Explorer: the kernels of a layer, and what is left of them at the rank of your choice"
    return explorer("low_rank", data, alt, "", "counting.js")


def _short(matrix):
    return [[float(f"{value:.4g}") for value in row] for row in matrix]
