"""Say which outputs read a sample of the input."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.arithmetic import output_size


@st.composite
def _places(draw, largest_stride=1, largest_padding=0, largest_dilation=1, longest=9):
    n, padding = draw(st.integers(1, longest)), draw(st.integers(0, largest_padding))
    dilation = draw(st.integers(1, largest_dilation))
    widest = (n + 2 * padding - 1) // dilation + 1
    return {
        "i": draw(st.integers(0, n - 1)),
        "n": n,
        "r": draw(st.integers(1, min(widest, 4))),
        "stride": draw(st.integers(1, largest_stride)),
        "padding": padding,
        "dilation": dilation,
    }


def _reading(i, n, r, s=1, p=0, t=1, outputs=None):
    """Of so many outputs, the ones with a window s·u + t·a − p in which i lies."""
    outputs = output_size(n, r, stride=s, padding=p, dilation=t) if outputs is None else outputs
    return [u for u in range(outputs) if any(s * u + t * a - p == i for a in range(r))]


def _right(i, n, r, *, stride=1, padding=0, dilation=1):
    return np.array(_reading(i, n, r, stride, padding, dilation), dtype=int)


def _what_output_i_reads(i, n, r, *, stride=1, padding=0, dilation=1):
    """These are the samples that output i reads. Asked for are the outputs that read sample i."""
    window = [stride * i + dilation * a - padding for a in range(r)]
    return [j for j in window if 0 <= j < n]


def _stride_forgotten(i, n, r, *, stride=1, padding=0, dilation=1):
    """The stride is forgotten: the window of output u begins at stride · u − padding."""
    outputs = output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    return _reading(i, n, r, 1, padding, dilation, outputs)


def _padding_forgotten(i, n, r, *, stride=1, padding=0, dilation=1):
    """The padding is forgotten: the window of output u begins `padding` samples earlier, at
    stride · u − padding.
    """
    outputs = output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    return _reading(i, n, r, stride, 0, dilation, outputs)


def _holes_filled(i, n, r, *, stride=1, padding=0, dilation=1):
    """The kernel has holes when it is dilated: between its taps nothing is read."""
    outputs = output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    return _reading(i, n, dilation * (r - 1) + 1, stride, padding, 1, outputs)


def _dilation_forgotten(i, n, r, *, stride=1, padding=0, dilation=1):
    """The dilation is forgotten: tap a of the kernel reads `dilation` · a samples after the first."""
    outputs = output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    return _reading(i, n, r, stride, padding, 1, outputs)


def _outputs_that_do_not_exist(i, n, r, *, stride=1, padding=0, dilation=1):
    """Some of these outputs do not exist: there are only n′, numbered from 0."""
    return [u for u in range(-r * dilation, n + r) if u in _reading_anywhere(i, r, stride, padding, dilation)]


def _reading_anywhere(i, r, s, p, t):
    starts = [i + p - t * a for a in range(r)]
    return {start // s for start in starts if start % s == 0}


def _rounding(i, n, r, *, stride=1, padding=0, dilation=1):
    """A window begins at every multiple of the stride only: where i + padding − dilation · a is none, no
    output reads sample i with tap a. Rounding down does not make one.
    """
    outputs = output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    found = {(i + padding - dilation * a) // stride for a in range(r)}
    return sorted(u for u in found if 0 <= u < outputs)


def _backwards(i, n, r, *, stride=1, padding=0, dilation=1):
    """The outputs come in falling order; asked for is rising order."""
    return _reading(i, n, r, stride, padding, dilation)[::-1]


def _how_many(i, n, r, *, stride=1, padding=0, dilation=1):
    """This is how many outputs there are. Asked for are their numbers."""
    return len(_reading(i, n, r, stride, padding, dilation))


def _example(i, n, r, *, stride=1, padding=0, dilation=1):
    """This is the answer to the example of the text, whatever comes in."""
    return [1, 2, 3]


def _by_matrix(i, n, r, *, stride=1, padding=0, dilation=1):
    from convbook.reference.toeplitz import conv1d_matrix

    W = conv1d_matrix(np.ones(r), n, stride=stride, padding=padding, dilation=dilation).toarray()
    return np.flatnonzero(W[:, i])


def _by_solving(i, n, r, *, stride=1, padding=0, dilation=1):
    outputs = (n + 2 * padding - dilation * (r - 1) - 1) // stride + 1
    found = []
    for a in reversed(range(r)):
        u, rest = divmod(i + padding - dilation * a, stride)
        if rest == 0 and 0 <= u < outputs:
            found.append(u)
    return found


exercise = Exercise(
    "affected_outputs",
    reference=_right,
    properties=(
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_places(),
            hint="Output u reads the samples u, u + 1, …, u + r − 1. For which u is i among them?",
        ),
        Property(
            "any stride and padding",
            points=1,
            inputs=_places(largest_stride=3, largest_padding=2),
            hint="Output u reads the samples stride · u + a − padding.",
        ),
        Property(
            "any dilation as well",
            points=1,
            inputs=_places(largest_stride=3, largest_padding=2, largest_dilation=3),
            hint="Output u reads the samples stride · u + dilation · a − padding, and nothing in between.",
        ),
    ),
    misconceptions=by_docstring(
        _what_output_i_reads,
        _stride_forgotten,
        _padding_forgotten,
        _dilation_forgotten,
        _holes_filled,
        _outputs_that_do_not_exist,
        _rounding,
        _backwards,
        _how_many,
        _example,
    ),
    mutants=(
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(i, n, r, stride, padding, dilation)[:1],
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(i, n, r, stride, padding, dilation)[:-1],
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(i + 1, n, r, stride, padding, dilation),
        lambda i, n, r, *, stride=1, padding=0, dilation=1: [
            u + 1 for u in _reading(i, n, r, stride, padding, dilation)
        ],
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(i, n, r, dilation, padding, stride),
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(
            i, n, r, stride, min(padding, 1), dilation
        ),
    ),
    variants=(
        lambda i, n, r, *, stride=1, padding=0, dilation=1: _reading(i, n, r, stride, padding, dilation),
        lambda i, n, r, *, stride=1, padding=0, dilation=1: tuple(
            _reading(i, n, r, stride, padding, dilation)
        ),
        _by_matrix,
        _by_solving,
    ),
)
