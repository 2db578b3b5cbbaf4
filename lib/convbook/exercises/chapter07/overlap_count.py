"""How many copies meet at every place."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter07.copies import overwritten, painted
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import upsample


@st.composite
def _sizes(draw, dividing=False):
    n, stride = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    r = stride * draw(st.integers(1, 3)) if dividing else draw(st.integers(1, 7))
    return {"n": n, "r": r, "stride": stride}


def _right(n, r, stride):
    return painted(np.ones(n), np.ones(r), stride)


def _everywhere_alike(n, r, stride):
    """At the ends copies are missing, and inside the number alternates where s does not divide r."""
    return np.full(stride * (n - 1) + r, -(-r // stride))


def _at_most_one(n, r, stride):
    """Where two copies meet, both count."""
    return overwritten(np.ones(n), np.ones(r), stride)


def _too_long(n, r, stride):
    """There are s(n − 1) + r places: the last copy begins s(n − 1) places after the first."""
    return np.concatenate([_right(n, r, stride), np.zeros(stride)])


def _windows(n, r, stride):
    """This counts windows that *read* a place, in a convolution; the inputs here are n, and they paint."""
    count = np.zeros(n)
    for start in range(0, n - r + 1, stride):
        count[start : start + r] += 1
    return count


def _stride_one(n, r, stride):
    """The stride is forgotten: copies begin `stride` places apart."""
    return _right(n, r, 1)


def _no_holes(n, r, stride):
    """A place that no copy reaches counts 0: with s > r there are holes."""
    return np.maximum(_right(n, r, stride), 1)


def _example(n, r, stride):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([1, 1, 2, 1, 2, 1, 1])


def _endless(n, r, stride):
    return np.array([len(range(i % stride, r, stride)) for i in range(stride * (n - 1) + r)])


def _one_fewer(n, r, stride):
    return _right(max(n - 1, 1), r, stride)


def _kernel_for_input(n, r, stride):
    return _right(r, n, stride)


def _shares(n, r, stride):
    return _right(n, r, stride) / n


def _shifted(n, r, stride):
    return np.roll(_right(n, r, stride), 1)


def _by_starts(n, r, stride):
    starts = stride * np.arange(n)
    places = np.arange(stride * (n - 1) + r)[:, None]
    return ((starts <= places) & (places < starts + r)).sum(axis=1)


def _in_loops(n, r, stride):
    count = [0] * (stride * (n - 1) + r)
    for i in range(n):
        for a in range(r):
            count[stride * i + a] += 1
    return count


def _by_transposing(n, r, stride):
    return upsample.overlap_count(n, r, stride)


exercise = Exercise(
    "overlap_count",
    reference=upsample.overlap_count,
    properties=(
        Property("the size", points=1, inputs=_sizes(), compare=compare.shape),
        Property(
            "s divides r",
            points=1,
            inputs=_sizes(dividing=True),
            hint="What does a transposed convolution make of ones, with a kernel of ones?",
        ),
        Property(
            "any r and s",
            points=1,
            inputs=_sizes(),
            hint="What does a transposed convolution make of ones, with a kernel of ones?",
        ),
    ),
    misconceptions=by_docstring(
        _everywhere_alike, _at_most_one, _too_long, _windows, _stride_one, _no_holes, _example
    ),
    mutants=(_endless, _one_fewer, _kernel_for_input, _shares, _shifted),
    variants=(_right, _by_starts, _in_loops, _by_transposing),
)
