"""All gradients of a layer with any stride, padding and dilation."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter06.wires import gather, spread
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import conv, direct
from convbook.reference.arithmetic import output_size


@st.composite
def _layers(draw, largest_stride=1, largest_padding=0, largest_dilation=1, longest=8):
    n, padding = draw(st.integers(1, longest)), draw(st.integers(0, largest_padding))
    dilation = draw(st.integers(1, largest_dilation))
    r = draw(st.integers(1, min((n + 2 * padding - 1) // dilation + 1, 3)))
    hyper = {"stride": draw(st.integers(1, largest_stride)), "padding": padding, "dilation": dilation}
    outputs = output_size(n, r, **hyper)
    return {"dy": draw(array(outputs)), "x": draw(array(n)), "w": draw(array(r)), **hyper}


def _right(dy, x, w, *, stride=1, padding=0, dilation=1):
    hyper = stride, padding, dilation
    return spread(dy, w, len(x), *hyper), gather(dy, x, len(w), *hyper), dy.sum()


def _stride_forgotten(dy, x, w, *, stride=1, padding=0, dilation=1):
    """The stride is forgotten: the windows of neighbouring outputs lie `stride` apart, and so do the copies
    that they paint.
    """
    return _right(dy, x, w, padding=padding, dilation=dilation)


def _padding_forgotten(dy, x, w, *, stride=1, padding=0, dilation=1):
    """The padding is forgotten: the first window began `padding` samples before x[0]."""
    return _right(dy, x, w, stride=stride, dilation=dilation)


def _dilation_forgotten(dy, x, w, *, stride=1, padding=0, dilation=1):
    """The dilation is forgotten: the taps of the kernel lie `dilation` apart."""
    return _right(dy, x, w, stride=stride, padding=padding)


def _stride_and_dilation_exchanged(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Stride and dilation are exchanged: output u met weight a at x[stride · u + dilation · a − padding]."""
    return _right(dy, x, w, stride=dilation, padding=padding, dilation=stride)


def _gradient_of_the_padded_input(dy, x, w, *, stride=1, padding=0, dilation=1):
    """dx is that of the padded input. The zeros are no part of x: cut `padding` values off at each end."""
    n = len(x) + 2 * padding
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return spread(dy, w, n, stride, 0, dilation), dw, db


def _nothing_without_padding(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Without padding nothing is left of dx: the slice `[0:-0]` is empty. End it at `padding + len(x)`."""
    dx, dw, db = _gradient_of_the_padded_input(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dx[padding:-padding], dw, db


def _nothing_where_nothing_was_read(dy, x, w, *, stride=1, padding=0, dilation=1):
    """dx ends with the last window. Where the stride does not fit, x goes on: those samples were never read,
    and their gradient is 0.
    """
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    last = stride * (len(dy) - 1) + dilation * (len(w) - 1) - padding
    return dx[: last + 1], dw, db


def _weights_too_many(dy, x, w, *, stride=1, padding=0, dilation=1):
    """dw has more values than the kernel has weights. Where the stride does not fit, dy can be moved on; the
    values it finds there belong to no weight.
    """
    dx, _, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    dw = direct.conv1d(np.pad(x, padding), dy, stride=dilation, dilation=stride)
    return dx, dw, db


def _flipping(dy, x, w, *, stride=1, padding=0, dilation=1):
    """The kernel lies the wrong way round in dx: what reached an output through w[a] comes back through
    w[a].
    """
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return spread(dy, w[::-1], len(x), stride, padding, dilation), dw, db


def _overwriting(dy, x, w, *, stride=1, padding=0, dilation=1):
    """In dx the later copy of the kernel overwrites the earlier one. Where they overlap, they must be
    added.
    """
    _, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return spread(dy, w, len(x), stride, padding, dilation, overwrite=True), dw, db


def _mean_for_the_bias(dy, x, w, *, stride=1, padding=0, dilation=1):
    """db is the mean of dy. The bias was added to every output: its gradient is the sum."""
    dx, dw, _ = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dx, dw, dy.mean()


def _bias_for_every_output(dy, x, w, *, stride=1, padding=0, dilation=1):
    """db is all of dy. There is one bias, shared by all outputs: add."""
    dx, dw, _ = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dx, dw, dy


def _kernel_first(dy, x, w, *, stride=1, padding=0, dilation=1):
    """The order is dx, dw, db."""
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dw, dx, db


def _changing_its_argument(dy, x, w, *, stride=1, padding=0, dilation=1):
    answer = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    w *= 2
    return answer


def _without_the_bias(dy, x, w, *, stride=1, padding=0, dilation=1):
    return _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)[:2]


def _kernel_reversed(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, dw, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dx, dw[::-1], db


def _padding_at_most_one(dy, x, w, *, stride=1, padding=0, dilation=1):
    return _right(dy, x, w, stride=stride, padding=min(padding, 1), dilation=dilation)


def _window_sums(dy, x, w, *, stride=1, padding=0, dilation=1):
    dx, _, db = _right(dy, x, w, stride=stride, padding=padding, dilation=dilation)
    return dx, gather(np.ones(len(dy)), x, len(w), stride, padding, dilation), db


def _by_slices(dy, x, w, *, stride=1, padding=0, dilation=1):
    padded = np.pad(x, padding)
    dx, dw = np.zeros(len(padded)), np.zeros(len(w))
    for a in range(len(w)):
        seen = slice(dilation * a, dilation * a + stride * (len(dy) - 1) + 1, stride)
        dx[seen] += w[a] * dy
        dw[a] = dy @ padded[seen]
    return dx[padding : padding + len(x)], dw, dy.sum()


def _by_matrices(dy, x, w, *, stride=1, padding=0, dilation=1):
    from convbook.reference.toeplitz import conv1d_matrix, windows1d

    hyper = {"stride": stride, "padding": padding, "dilation": dilation}
    return conv1d_matrix(w, len(x), **hyper).T @ dy, windows1d(x, len(w), **hyper).T @ dy, dy.sum()


def _in_float32(dy, x, w, *, stride=1, padding=0, dilation=1):
    single = (a.astype(np.float32) for a in (dy, x, w))
    dx, dw, _ = conv.conv1d_backward(*single, stride=stride, padding=padding, dilation=dilation)
    return dx, dw, dy.sum()


exercise = Exercise(
    "conv1d_gradients",
    reference=direct.conv1d_backward,
    properties=(
        Property(
            "the sizes of dx and dw", points=1, inputs=_layers(3, 2, 2), compare=compare.shape, cases=15
        ),
        Property(
            "no padding, no stride, no dilation",
            points=1,
            inputs=_layers(),
            cases=15,
            hint="The gradients of the exercises before, and for the bias the sum of dy.",
        ),
        Property(
            "any padding",
            points=1,
            inputs=_layers(largest_padding=2),
            cases=15,
            hint="Pad x, work with that, and in the end cut dx to the size of x.",
        ),
        Property(
            "any stride",
            points=1,
            inputs=_layers(largest_stride=3, largest_padding=2),
            cases=15,
            hint="Output u began at sample stride · u − padding. dx has as many values as x, read or not.",
        ),
        Property(
            "any dilation",
            points=1,
            inputs=_layers(largest_stride=3, largest_padding=2, largest_dilation=3),
            cases=15,
            hint="Output u met weight a at sample stride · u + dilation · a − padding.",
        ),
    ),
    misconceptions=by_docstring(
        _stride_forgotten,
        _padding_forgotten,
        _dilation_forgotten,
        _stride_and_dilation_exchanged,
        _gradient_of_the_padded_input,
        _nothing_without_padding,
        _nothing_where_nothing_was_read,
        _weights_too_many,
        _flipping,
        _overwriting,
        _mean_for_the_bias,
        _bias_for_every_output,
        _kernel_first,
    ),
    mutants=(
        _changing_its_argument,
        _without_the_bias,
        _kernel_reversed,
        _padding_at_most_one,
        _window_sums,
    ),
    variants=(_right, _by_slices, _by_matrices, conv.conv1d_backward, _in_float32),
)
