"""Explorers of convolution matrices."""

import numpy as np

from convbook.viz.explorer.figure import explorer, within
from convbook.viz.plots.weights import matrix_svg

LIMITS = {"n": (1, 12), "r": (1, 6), "s": (1, 4), "p": (0, 3), "t": (1, 3)}  # of the sliders of `toeplitz`


def toeplitz(n=7, r=3, *, s=1, p=0, t=1):
    """The matrix of a 1-D convolution, with sliders for n, r, s, p, t: one colour and one letter per weight.

    Parameters
    ----------
    n, r, s, p, t : int
        Where the sliders start: inputs, weights, stride, padding, dilation. At most 12, 6, 4, 3, 3.

    Returns
    -------
    Html
        Sizes and numbers of weights follow the sliders; a row under the pointer, or chosen with the row
        slider, is written out with the inputs it reads.

    Raises
    ------
    ValueError
        If a start value is outside its slider, or the kernel does not fit at the start.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    from convbook.reference.toeplitz import conv1d_matrix

    start = {"n": n, "r": r, "s": s, "p": p, "t": t}
    within("toeplitz", start, LIMITS)
    which = conv1d_matrix(np.arange(1, r + 1), n, stride=s, padding=p, dilation=t).toarray().astype(int)
    alt = "Explorer: the matrix of a 1-D convolution as size, stride, padding and dilation change"
    fallback = matrix_svg("explorer.toeplitz", which, columns="x", rows="y")
    return explorer("toeplitz", {"start": start, "limits": LIMITS}, alt, fallback)
