"""Inputs and helpers that the exercises on pooling share."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.strategies import array, numbers

#: Few different numbers, so that values tie.
tying = st.sampled_from((1.0, 2.0, -1.0))


@st.composite
def maps(draw, overlap=True, elements=numbers, longest=7):
    """A map `x`, a window `kernel_size` that fits, and a `stride`: that of the window, or any."""
    h, w = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    r = draw(st.integers(1, min(h, w, 3)))
    stride = draw(st.integers(1, 3)) if overlap else r
    return {"x": draw(array((h, w), elements)), "kernel_size": r, "stride": stride}


def outputs(n, r, s):
    """How many windows fit."""
    return (n - r) // s + 1


def windows(x, r, s):
    """Every output's place, the corner of its window, and the window."""
    for u in range(outputs(x.shape[0], r, s)):
        for v in range(outputs(x.shape[1], r, s)):
            yield (u, v), (s * u, s * v), x[s * u : s * u + r, s * v : s * v + r]


def pooled(x, r, s, reduce, dtype=float):
    """One number a window."""
    y = np.zeros((outputs(x.shape[0], r, s), outputs(x.shape[1], r, s)), dtype)
    for u, _, window in windows(x, r, s):
        y[u] = reduce(window)
    return y


def winners(x, r, s, last=False):
    """The flat index of every window's largest sample, the first of equal ones or the last."""
    index = np.zeros((outputs(x.shape[0], r, s), outputs(x.shape[1], r, s)), int)
    for u, (i, j), window in windows(x, r, s):
        flat = window.ravel()
        best = flat.size - 1 - flat[::-1].argmax() if last else flat.argmax()
        index[u] = (i + best // r) * x.shape[1] + j + best % r
    return index
