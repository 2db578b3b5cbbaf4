"""Pull the taps of a kernel apart."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct


@st.composite
def _kernels(draw, alike=False):
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    down = draw(st.integers(1, 4))
    return {"w": draw(array(shape)), "dilation": (down, down if alike else draw(st.integers(1, 4)))}


def _stuffed(w, dilation, size=None):
    (R, S), (t1, t2) = w.shape, dilation
    stuffed = np.zeros(size or (t1 * (R - 1) + 1, t2 * (S - 1) + 1))
    stuffed[: t1 * R : t1, : t2 * S : t2] = w
    return stuffed


def _right(w, dilation):
    return _stuffed(w, dilation)


def _zeros_behind_the_last(w, dilation):
    """There are zeros behind the last row and column, too. They belong *between* the taps only: r taps have
    r − 1 gaps.
    """
    return _stuffed(w, dilation, (dilation[0] * w.shape[0], dilation[1] * w.shape[1]))


def _a_zero_too_many(w, dilation):
    """There is one zero too many in each gap. Dilation is the *step* from tap to tap: t − 1 zeros between
    them.
    """
    return _stuffed(w, (dilation[0] + 1, dilation[1] + 1))


def _axes_swapped(w, dilation):
    """The two dilations are exchanged: the first is the step from row to row, the second from column to
    column.
    """
    return _stuffed(w, dilation[::-1])


def _first_for_both(w, dilation):
    """The first dilation is used along both axes."""
    return _stuffed(w, (dilation[0], dilation[0]))


def _rows_only(w, dilation):
    """Only the rows are pulled apart; columns have a dilation of their own."""
    return _stuffed(w, (dilation[0], 1))


def _enlarged(w, dilation):
    """This enlarges the kernel: each weight is repeated. Between the taps stand zeros."""
    size = _right(w, dilation).shape
    return np.kron(w, np.ones(dilation))[: size[0], : size[1]]


def _flipped(w, dilation):
    """The kernel is flipped. It is only pulled apart: w[0, 0] stays in the corner."""
    return _right(w, dilation)[::-1, ::-1]


def _interpolated(w, dilation):
    """The gaps are filled by interpolation. They hold zeros: what lies between the taps is not looked at."""
    (R, S), (t1, t2) = w.shape, dilation
    rows, columns = np.arange(t1 * (R - 1) + 1) / t1, np.arange(t2 * (S - 1) + 1) / t2
    down = np.array([np.interp(rows, np.arange(R), column) for column in w.T]).T
    return np.array([np.interp(columns, np.arange(S), row) for row in down])


def _example(w, dilation):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[1.0, 0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 4]])


def _one_by_one(w, dilation):
    (R, S), (t1, t2) = w.shape, dilation
    stuffed = [[0.0] * (t2 * (S - 1) + 1) for _ in range(t1 * (R - 1) + 1)]
    for a in range(R):
        for e in range(S):
            stuffed[t1 * a][t2 * e] = w[a, e]
    return stuffed


def _by_kron(w, dilation):
    one = np.zeros(dilation)
    one[0, 0] = 1
    return np.kron(w, one)[: 1 - dilation[0] or None, : 1 - dilation[1] or None]


def _transposed_convolution(w, dilation):
    return direct.conv_transpose2d(w, np.ones((1, 1)), stride=dilation)


def _axis_by_axis(w, dilation):
    for axis, t in enumerate(dilation):
        places = np.repeat(np.arange(1, w.shape[axis]), t - 1)
        w = np.insert(w, places, 0, axis=axis)
    return w


def _in_float32(w, dilation):
    return _right(w, dilation).astype(np.float32)


exercise = Exercise(
    "dilate_kernel",
    reference=_right,
    properties=(
        Property("the size", points=1, inputs=_kernels(), compare=compare.shape),
        Property(
            "the same dilation along both axes",
            points=1,
            inputs=_kernels(alike=True),
            hint="Tap (a, e) of the kernel moves to row t·a and column t·e; everything else is zero.",
        ),
        Property(
            "a dilation for each axis",
            points=1,
            inputs=_kernels(),
            hint="Rows move apart by dilation[0], columns by dilation[1].",
        ),
    ),
    misconceptions=by_docstring(
        _zeros_behind_the_last,
        _a_zero_too_many,
        _axes_swapped,
        _first_for_both,
        _rows_only,
        _enlarged,
        _flipped,
        _interpolated,
        _example,
    ),
    mutants=(
        lambda w, dilation: _right(w, dilation).T,
        lambda w, dilation: _right(w, dilation).astype(int),
        lambda w, dilation: _right(w, tuple(min(t, 2) for t in dilation)),
        lambda w, dilation: _right(np.abs(w), dilation),
        lambda w, dilation: _right(w[: min(w.shape), : min(w.shape)], dilation),
        lambda w, dilation: np.where(_right(w, dilation) == 0, np.nan, _right(w, dilation)),
    ),
    variants=(_one_by_one, _by_kron, _transposed_convolution, _axis_by_axis, _in_float32),
)
