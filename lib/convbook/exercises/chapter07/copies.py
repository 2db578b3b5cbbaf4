"""Inputs and helpers that the exercises on transposed convolution share."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.strategies import array


@st.composite
def layers(draw, largest_stride=3, cutting=False, longest=5, widest=4):
    """A signal `x`, a kernel `w`, a stride, and with `cutting` a padding that leaves something."""
    n, r = draw(st.integers(1, longest)), draw(st.integers(1, widest))
    s = draw(st.integers(1, largest_stride))
    inputs = {"x": draw(array(n)), "w": draw(array(r)), "stride": s}
    if cutting:
        inputs["padding"] = draw(st.integers(0, min(2, (s * (n - 1) + r - 1) // 2)))
    return inputs


def painted(x, w, s):
    """One copy of the kernel for every sample, s apart, added up."""
    y = np.zeros(s * (len(x) - 1) + len(w))
    for u, value in enumerate(x):
        y[s * u : s * u + len(w)] += value * w
    return y


def overwritten(x, w, s):
    """The same, but later copies replace earlier ones."""
    y = np.zeros(s * (len(x) - 1) + len(w))
    for u, value in enumerate(x):
        y[s * u : s * u + len(w)] = value * w
    return y


def stretched(x, s):
    """The samples, s apart, with zeros between them."""
    z = np.zeros(s * (len(x) - 1) + 1)
    z[::s] = x
    return z


def cut(y, padding):
    """Without the first and the last `padding` samples."""
    return y[padding : len(y) - padding]
