"""Find the bug: paint that is lost where copies overlap."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.chapter07.copies import overwritten, painted, stretched
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _copies(draw, overlapping):
    n, r = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    stride = draw(st.integers(1, 4) if overlapping else st.integers(r, 5))
    return {"x": draw(array(n)), "w": draw(array(r)), "stride": stride}


def _by_index(x, w, stride):
    """`y[index] += …` adds only once where an index occurs several times: add copy by copy."""
    y = np.zeros(stride * (len(x) - 1) + len(w))
    y[stride * np.arange(len(x))[:, None] + np.arange(len(w))] += x[:, None] * w
    return y


def _one_step_too_many(x, w, stride):
    """The canvas is too long: the last copy begins s(n − 1) places after the first."""
    return np.concatenate([painted(x, w, stride), np.zeros(stride)])


def _flipping(x, w, stride):
    """This paints the flipped kernel: each input paints w as it stands."""
    return painted(x, w[::-1], stride)


def _stride_one(x, w, stride):
    """The copies stand side by side: they must be `stride` places apart."""
    return painted(x, w, 1)


def _averaging(x, w, stride):
    """Where copies overlap they are averaged: they must add."""
    count = painted(np.ones_like(x), np.ones_like(w), stride)
    return painted(x, w, stride) / np.maximum(count, 1)


def _largest(x, w, stride):
    y = np.full(stride * (len(x) - 1) + len(w), -np.inf)
    for u, value in enumerate(x):
        y[stride * u : stride * u + len(w)] = np.maximum(y[stride * u : stride * u + len(w)], value * w)
    return np.where(np.isinf(y), 0, y)


def _first_copy_stays(x, w, stride):
    return overwritten(x[::-1], w[::-1], stride)[::-1]


def _into_x(x, w, stride):
    y = painted(x, w, stride)
    x *= w[0]
    return y


def _pairs_only(x, w, stride):
    return painted(x, w[:2], stride)


def _kernel_as_signal(x, w, stride):
    return painted(w, x, stride)


def _with_add_at(x, w, stride):
    y = np.zeros(stride * (len(x) - 1) + len(w))
    np.add.at(y, stride * np.arange(len(x))[:, None] + np.arange(len(w)), x[:, None] * w)
    return y


def _with_bincount(x, w, stride):
    index = stride * np.arange(len(x))[:, None] + np.arange(len(w))
    return np.bincount(index.ravel(), np.outer(x, w).ravel(), stride * (len(x) - 1) + len(w))


def _by_zero_stuffing(x, w, stride):
    return np.convolve(stretched(x, stride), w)


exercise = Exercise(
    "paint",
    reference=lambda x, w, stride: painted(x, w, stride),
    properties=(
        Property(
            "copies that do not overlap",
            points=1,
            inputs=_copies(overlapping=False),
            hint="This was right before you began. What did you change?",
        ),
        Property(
            "copies that overlap",
            points=2,
            inputs=_copies(overlapping=True),
            hint="Take x = [1, 1], w = [1, 1], stride = 1, and print the index array.",
        ),
    ),
    misconceptions=by_docstring(_by_index, _one_step_too_many, _flipping, _stride_one, _averaging),
    mutants=(_largest, _first_copy_stays, _into_x, _pairs_only, _kernel_as_signal),
    variants=(painted, _with_add_at, _with_bincount, _by_zero_stuffing),
)
