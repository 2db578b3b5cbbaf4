"""Mend a backward pass: a wrong function is given."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter06.wires import spread
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct


@st.composite
def _layers(draw, fits):
    """A layer whose windows end where the padded input ends, or, if it does not fit, a little before."""
    padding, stride = draw(st.integers(0, 2)), draw(st.integers(1 if fits else 2, 3))
    outputs, r = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    unread = 0 if fits else draw(st.integers(1, stride - 1))
    n = stride * (outputs - 1) + r + unread - 2 * padding
    assume(n > 0)
    dy = draw(array(outputs))
    return {"dy": dy, "w": draw(array(r)), "n": n, "stride": stride, "padding": padding}


def _right(dy, w, n, *, stride=1, padding=0):
    return spread(dy, w, n, stride, padding)


def _painted(dy, w, stride, overwrite):
    return spread(dy, w, stride * (len(dy) - 1) + len(w), stride, overwrite=overwrite)


def _as_given(dy, w, n, *, stride=1, padding=0):
    """This does what the given function does. Draw two neighbouring windows that overlap; and a stride that
    does not fit.
    """
    dx = _painted(dy, w, stride, overwrite=True)
    return dx[padding : len(dx) - padding]


def _still_overwriting(dy, w, n, *, stride=1, padding=0):
    """The size is right now, but where two windows overlap, the later output still overwrites what the
    earlier one has left. It must be added.
    """
    return spread(dy, w, n, stride, padding, overwrite=True)


def _still_too_short(dy, w, n, *, stride=1, padding=0):
    """Overlaps are added now, but dx still ends where the last window ended. Where the stride does not fit,
    the input goes on.
    """
    dx = _painted(dy, w, stride, overwrite=False)
    return dx[padding : len(dx) - padding]


def _zeros_in_front(dy, w, n, *, stride=1, padding=0):
    """The missing zeros are in front. What was never read lies at the end of the input."""
    dx = _painted(dy, w, stride, overwrite=False)
    missing = n + 2 * padding - len(dx)
    return np.pad(dx, (missing, 0))[padding : padding + n]


def _cut_and_then_filled_up(dy, w, n, *, stride=1, padding=0):
    """The cut comes before the zeros are added: then real gradients are cut off. The samples that were never
    read lie *inside* of the padding, at the end.
    """
    dx = _painted(dy, w, stride, overwrite=False)
    dx = dx[padding : max(padding, len(dx) - padding)]
    return np.pad(dx, (0, n - len(dx)))


def _nothing_without_padding(dy, w, n, *, stride=1, padding=0):
    """Without padding nothing is left: the slice `[0:-0]` is empty. End it at `padding + n`."""
    dx = spread(dy, w, n + 2 * padding, stride)
    return dx[padding:-padding]


def _averaging(dy, w, n, *, stride=1, padding=0):
    """Where windows overlap the contributions are averaged. They add."""
    painters = spread(np.ones(len(dy)), np.ones(len(w)), n, stride, padding)
    return spread(dy, w, n, stride, padding) / np.maximum(painters, 1)


def _clearing_its_argument(dy, w, n, *, stride=1, padding=0):
    dx = _right(dy, w, n, stride=stride, padding=padding)
    dy[:] = 0
    return dx


def _by_slices(dy, w, n, *, stride=1, padding=0):
    dx = np.zeros(n + 2 * padding)
    for u in range(len(dy)):
        dx[stride * u : stride * u + len(w)] += dy[u] * w
    return dx[padding : padding + n]


def _by_transpose(dy, w, n, *, stride=1, padding=0):
    from convbook.reference.toeplitz import conv1d_matrix

    return conv1d_matrix(w, n, stride=stride, padding=padding).T @ dy


def _by_transposed_convolution(dy, w, n, *, stride=1, padding=0):
    left = (n + 2 * padding - len(w)) % stride
    return direct.conv_transpose1d(dy, w, stride=stride, padding=padding, output_padding=left)


exercise = Exercise(
    "mended_gradient",
    reference=lambda dy, w, n, *, stride=1, padding=0: direct.conv1d_backward(
        dy, np.zeros(n), w, stride=stride, padding=padding
    )[0],
    properties=(
        Property("the size of dx", points=1, inputs=_layers(False), compare=compare.shape),
        Property(
            "a stride that fits",
            points=1,
            inputs=_layers(True),
            hint="Two outputs, a kernel of two, stride 1: which sample did both of them read?",
        ),
        Property(
            "a stride that does not fit",
            points=1,
            inputs=_layers(False),
            hint="dx has n values. How many has the padded input, and where do the unread ones lie?",
        ),
    ),
    misconceptions=by_docstring(
        _as_given,
        _still_overwriting,
        _still_too_short,
        _zeros_in_front,
        _cut_and_then_filled_up,
        _nothing_without_padding,
        _averaging,
    ),
    mutants=(
        _clearing_its_argument,
        lambda dy, w, n, *, stride=1, padding=0: spread(dy, w, n, 1, padding),
        lambda dy, w, n, *, stride=1, padding=0: spread(dy, w, n, stride),
        lambda dy, w, n, *, stride=1, padding=0: spread(dy, w[::-1], n, stride, padding),
        lambda dy, w, n, *, stride=1, padding=0: spread(dy, w, n, stride, padding)[::-1],
    ),
    variants=(
        _right,
        _by_slices,
        _by_transpose,
        _by_transposed_convolution,
        lambda dy, w, n, *, stride=1, padding=0: spread(dy, w, n, stride, padding).astype(np.float32),
    ),
)
