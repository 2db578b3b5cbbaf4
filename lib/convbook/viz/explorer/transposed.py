"""Explorers of transposed convolution: how its copies overlap."""

from convbook.viz.explorer.figure import explorer, within
from convbook.viz.plots.numbers import numbers_svg

LIMITS = {"n": (1, 8), "r": (1, 6), "s": (1, 4)}


def overlap(n=6, r=3, *, s=2):
    """The copies of a kernel that a transposed convolution adds up, and the checkerboard they leave.

    Parameters
    ----------
    n, r, s : int
        Where the sliders start: inputs, weights, stride. At most 8, 6, 4.

    Returns
    -------
    Html
        For equal inputs, the sum at every place, in one dimension and in two; with a kernel of ones it counts
        the copies, as `convbook.reference.upsample.overlap_count` does.

    Raises
    ------
    ValueError
        If a start value is outside its slider.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    from convbook.reference.upsample import overlap_count

    start = {"n": n, "r": r, "s": s}
    within("overlap", start, LIMITS)
    alt = "Explorer: how many copies of the kernel a transposed convolution adds up at every place"
    fallback = numbers_svg(overlap_count(n, r, s)[None], None, "the number of copies at every place")
    return explorer("overlap", {"start": start, "limits": LIMITS}, alt, fallback)
