"""Inputs to draw: numbers that are easy to read, sizes that wrong code does not survive.

A failing case shrinks towards ones, twos and threes, so that it can be followed by hand. Among the drawn
cases are generic real numbers, zeros, kernels longer than the signal, and images that are not square.
"""

import math

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

READABLE = (1.0, 2.0, 3.0, 4.0, 5.0, -1.0, -2.0, -3.0, 0.5, 0.25, 1.5, -0.75, 2.125, 0.0)
GENERIC = tuple(4 * math.sin(k * k) for k in range(1, 20))

# One choice a number, the readable ones first: that is what a failing case shrinks towards, and quickly.
readable = st.sampled_from(READABLE)
numbers = st.sampled_from(READABLE + GENERIC)
nonzero = st.sampled_from([number for number in READABLE + GENERIC if number])


def array(shape, elements=numbers):
    """A float64 array in which every number is drawn.

    Parameters
    ----------
    shape : int or tuple of int
    elements : SearchStrategy
        Where the numbers come from.

    Returns
    -------
    strategy : SearchStrategy of ndarray
    """
    return arrays(np.float64, shape, elements=elements, fill=st.nothing())


@st.composite
def kernel_on_signal(draw, longest=9, widest=5):
    """A signal `x` and a kernel `w` that is no longer.

    Parameters
    ----------
    longest, widest : int
        The largest sizes of signal and kernel.

    Returns
    -------
    strategy : SearchStrategy of dict
    """
    n = draw(st.integers(1, longest))
    r = draw(st.integers(1, min(n, widest)))
    return {"x": draw(array(n)), "w": draw(array(r))}


@st.composite
def two_signals(draw, longest=7):
    """A signal `x` and a kernel `w`; either may be the longer one.

    Parameters
    ----------
    longest : int
        The largest size of both.

    Returns
    -------
    strategy : SearchStrategy of dict
    """
    return {name: draw(array(draw(st.integers(1, longest)))) for name in ("x", "w")}


@st.composite
def kernel_on_image(draw, longest=6, widest=4, square=False):
    """An image `x` and a kernel `w` that fits into it.

    Parameters
    ----------
    longest, widest : int
        The largest side of image and kernel.
    square : bool
        Both are square; otherwise every side is drawn on its own.

    Returns
    -------
    strategy : SearchStrategy of dict
    """
    h = draw(st.integers(1, longest))
    r = draw(st.integers(1, min(h, widest)))
    w = h if square else draw(st.integers(1, longest))
    s = r if square else draw(st.integers(1, min(w, widest)))
    return {"x": draw(array((h, w))), "w": draw(array((r, s)))}


@st.composite
def outer_products(draw, elements=numbers, longest=5):
    """A matrix of rank one: a column times a row, neither of them zero.

    Parameters
    ----------
    elements : SearchStrategy
        The numbers in the column and the row.
    longest : int
        The largest side.

    Returns
    -------
    strategy : SearchStrategy of ndarray
    """
    column, row = (
        draw(array(draw(st.integers(1, longest)), elements).filter(np.any)) for _ in ("column", "row")
    )
    return np.outer(column, row)


@st.composite
def one_entry_changed(draw, matrices):
    """One of the given matrices with a single entry changed: something is added to it, or its sign turned.

    Parameters
    ----------
    matrices : SearchStrategy of ndarray

    Returns
    -------
    strategy : SearchStrategy of ndarray
        Never all zeros.
    """
    matrix = draw(matrices).copy()
    index = draw(st.integers(0, matrix.size - 1))
    amount = draw(readable.filter(bool))
    matrix.flat[index] += draw(st.sampled_from((amount, -2 * matrix.flat[index] or amount)))
    assume(matrix.any())
    return matrix


@st.composite
def kernel_and_length(draw, longest=9, widest=5):
    """A kernel `w` and the length `n` of a signal that is no shorter.

    Parameters
    ----------
    longest, widest : int
        The largest length and the largest kernel.

    Returns
    -------
    strategy : SearchStrategy of dict
    """
    n = draw(st.integers(1, longest))
    return {"w": draw(array(draw(st.integers(1, min(n, widest))))), "n": n}
