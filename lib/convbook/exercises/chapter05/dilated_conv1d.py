"""Convolve with a kernel that has holes."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct, toeplitz


@st.composite
def _dilated(draw, largest_dilation=1, longest=9):
    dilation = draw(st.integers(1, largest_dilation))
    r = draw(st.integers(1, 3))
    n = draw(st.integers(dilation * (r - 1) + 1, longest))
    return {"x": draw(array(n)), "w": draw(array(r)), "dilation": dilation}


def _slide(x, w, dilation, outputs, step=1):
    """Outputs whose taps stand `dilation` apart; beyond the signal there are zeros."""
    x = np.pad(x, (0, step * outputs + dilation * len(w)))
    return np.array([sum(w[a] * x[step * u + dilation * a] for a in range(len(w))) for u in range(outputs)])


def _outputs(x, w, dilation):
    return len(x) - dilation * (len(w) - 1)


def _right(x, w, dilation):
    return _slide(x, w, dilation, _outputs(x, w, dilation))


def _dilation_forgotten(x, w, dilation):
    """The dilation is forgotten: the taps stand `dilation` apart."""
    return _right(x, w, 1)


def _dense_with_the_right_size(x, w, dilation):
    """The number of outputs is right, but the taps stand side by side: tap a reads x[u + dilation · a]."""
    return _slide(x, w, 1, _outputs(x, w, dilation))


def _striding(x, w, dilation):
    """The windows move on by `dilation`: that is a stride. Dilation is the step inside the window."""
    return direct.conv1d(x, w, stride=dilation)


def _a_zero_too_many(x, w, dilation):
    """The taps stand too far apart: dilation is the step from one to the next, not the number of zeros
    between.
    """
    return _slide(x, w, dilation + 1, max(1, _outputs(x, w, dilation + 1)))


def _flipping(x, w, dilation):
    """The kernel is flipped. The formula adds: position goes *up* in x as it goes up in w."""
    return _right(x, w[::-1], dilation)


def _sticking_out(x, w, dilation):
    """There are too many outputs: the last windows stick out at the end. The kernel spans more than its r
    taps.
    """
    return _slide(x, w, dilation, len(x) - len(w) + 1)


def _outputs_missing(x, w, dilation):
    """Outputs are missing at the end. A kernel of r taps spans dilation · (r − 1) + 1 samples, not
    dilation · r.
    """
    return _right(x, w, dilation)[: max(0, len(x) - dilation * len(w) + 1)]


def _every_output_once(x, w, dilation):
    """Only every dilation-th output is there. A dilated kernel still moves on by one."""
    return _right(x, w, dilation)[::dilation]


def _example(x, w, dilation):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([5.0, 1.0])


def _last_output_missing(x, w, dilation):
    return _right(x, w, dilation)[:-1]


def _clearing_its_input(x, w, dilation):
    y = _right(x, w, dilation)
    x[0] = 0
    return y


def _by_zero_stuffing(x, w, dilation):
    stuffed = np.zeros(dilation * (len(w) - 1) + 1)
    stuffed[::dilation] = w
    return np.correlate(x, stuffed, "valid") if len(stuffed) <= len(x) else stuffed[:0]


def _tap_by_tap(x, w, dilation):
    n = _outputs(x, w, dilation)
    return sum(w[a] * x[dilation * a : dilation * a + n] for a in range(len(w)))


def _by_matrix(x, w, dilation):
    return toeplitz.conv1d_matrix(w, len(x), dilation=dilation).toarray() @ x


def _interleaved(x, w, dilation):
    y = np.zeros(_outputs(x, w, dilation))
    for k in range(min(dilation, len(y))):
        y[k::dilation] = np.correlate(x[k::dilation], w, "valid")
    return y


def _in_float32(x, w, dilation):
    return _right(x.astype(np.float32), w.astype(np.float32), dilation)


exercise = Exercise(
    "dilated_conv1d",
    reference=lambda x, w, dilation: direct.conv1d(x, w, dilation=dilation),
    properties=(
        Property("the number of outputs", points=1, inputs=_dilated(4), compare=compare.shape),
        Property(
            "dilation 1",
            points=1,
            inputs=_dilated(),
            hint="This is the cross-correlation of chapter 2, in valid mode.",
        ),
        Property(
            "any dilation",
            points=2,
            inputs=_dilated(4),
            hint="Output u reads x[u], x[u + dilation], x[u + 2 · dilation] and so on.",
        ),
    ),
    misconceptions=by_docstring(
        _dilation_forgotten,
        _dense_with_the_right_size,
        _striding,
        _a_zero_too_many,
        _flipping,
        _sticking_out,
        _outputs_missing,
        _every_output_once,
        _example,
    ),
    mutants=(
        _last_output_missing,
        _clearing_its_input,
        lambda x, w, dilation: _right(x, w, dilation).astype(int),
        lambda x, w, dilation: _right(x, np.abs(w), dilation),
        lambda x, w, dilation: _right(x, w, dilation)[::-1],
        lambda x, w, dilation: _right(x, w, min(dilation, 2)),
        lambda x, w, dilation: _right(x, w, dilation) / len(w),
    ),
    variants=(_right, _by_zero_stuffing, _tap_by_tap, _by_matrix, _interleaved, _in_float32),
)
