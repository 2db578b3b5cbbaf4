"""Paint and add, with channels."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct, im2col


@st.composite
def _layers(draw, maps=3, strides=((1, 1), (2, 2), (1, 2), (3, 1), (2, 3))):
    c, k = draw(st.integers(1, maps)), draw(st.integers(1, maps))
    h, w, r, s = (draw(st.integers(1, 3)) for _ in range(4))
    return {
        "x": draw(array((c, h, w))),
        "w": draw(array((c, k, r, s))),
        "stride": draw(st.sampled_from(strides)),
    }


def _canvas(x, w, stride):
    (_, height, width), (_, k, r, s) = x.shape, w.shape
    return np.zeros((k, stride[0] * (height - 1) + r, stride[1] * (width - 1) + s))


def _right(x, w, *, stride):
    y = _canvas(x, w, stride)
    _, _, r, s = w.shape
    for u, v in np.ndindex(x.shape[1:]):
        i, j = stride[0] * u, stride[1] * v
        y[:, i : i + r, j : j + s] += np.einsum("c,ckae->kae", x[:, u, v], w)
    return y


def _overwriting(x, w, *, stride):
    """Later copies overwrite earlier ones; where they overlap they must add."""
    y = _canvas(x, w, stride)
    _, _, r, s = w.shape
    for u, v in np.ndindex(x.shape[1:]):
        i, j = stride[0] * u, stride[1] * v
        y[:, i : i + r, j : j + s] = np.einsum("c,ckae->kae", x[:, u, v], w)
    return y


def _flipping(x, w, *, stride):
    """This paints the flipped kernels: each input paints them as they stand."""
    return _right(x, w[:, :, ::-1, ::-1], stride=stride)


def _strides_swapped(x, w, *, stride):
    """Rows and columns are exchanged in the stride: the first number is for the rows."""
    return _right(x, w, stride=stride[::-1])


def _rows_only(x, w, *, stride):
    """The stride of the rows is used for the columns as well."""
    return _right(x, w, stride=(stride[0], stride[0]))


def _stride_forgotten(x, w, *, stride):
    """The stride is forgotten: copies stand `stride` places apart."""
    return _right(x, w, stride=(1, 1))


def _as_in_conv2d(x, w, *, stride):
    """The first axis of w is the *input* map here, w[c, k]: a convolution's kernels have it second."""
    if w.shape[0] != w.shape[1]:
        return _right(x, w, stride=stride)[:0]
    return _right(x, w.swapaxes(0, 1), stride=stride)


def _last_map_only(x, w, *, stride):
    """Only one input map has painted: the copies of all input maps are added."""
    return _right(x[-1:], w[-1:], stride=stride)


def _averaging_maps(x, w, *, stride):
    """The input maps are averaged: their copies are added."""
    return _right(x, w, stride=stride) / len(x)


def _transposing_kernels(x, w, *, stride):
    """The kernels are painted with rows and columns exchanged."""
    return _right(x, w.swapaxes(2, 3), stride=stride)


def _example(x, w, *, stride=1):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[[1.0, 2, 2, 4], [0, 3, 0, 6]]])


def _first_output_map(x, w, *, stride):
    return _right(x, w[:, :1], stride=stride)


def _maps_reversed(x, w, *, stride):
    return _right(x[::-1], w, stride=stride)


def _without_the_last_row(x, w, *, stride):
    return _right(x, w, stride=stride)[:, :-1]


def _into_w(x, w, *, stride):
    y = _right(x, w, stride=stride)
    w[0] += 1
    return y


def _diagonal(x, w, *, stride):
    y = _canvas(x, w, stride)
    for c, k in zip(range(len(x)), range(w.shape[1]), strict=False):
        y[k] += _right(x[c : c + 1], w[c : c + 1, k : k + 1], stride=stride)[0]
    return y


def _map_by_map(x, w, *, stride):
    y = _canvas(x, w, stride)
    for c, k in np.ndindex(w.shape[:2]):
        for (u, v), value in np.ndenumerate(x[c]):
            i, j = stride[0] * u, stride[1] * v
            y[k, i : i + w.shape[2], j : j + w.shape[3]] += value * w[c, k]
    return y


def _tap_by_tap(x, w, *, stride):
    y = _canvas(x, w, stride)
    h, v = ((n - 1) * s + 1 for n, s in zip(x.shape[1:], stride, strict=True))
    for a, e in np.ndindex(w.shape[2:]):
        y[:, a : a + h : stride[0], e : e + v : stride[1]] += np.tensordot(w[:, :, a, e], x, (0, 0))
    return y


def _by_im2col(x, w, *, stride):
    return im2col.conv_transpose2d(x, w, stride=stride)


exercise = Exercise(
    "conv_transpose2d",
    reference=lambda x, w, *, stride: direct.conv_transpose2d(x, w, stride=stride),
    properties=(
        Property("the shape", points=1, inputs=_layers(), compare=compare.shape),
        Property(
            "one map, equal strides",
            points=1,
            inputs=_layers(maps=1, strides=((1, 1), (2, 2), (3, 3))),
            hint="The copy of x[c, u, v] begins at row stride[0]·u and column stride[1]·v of y.",
        ),
        Property(
            "one map, any stride",
            points=1,
            inputs=_layers(maps=1),
            hint="The first stride is for the rows, the second for the columns.",
        ),
        Property(
            "several maps",
            points=2,
            inputs=_layers(),
            hint="Output map k receives x[c, u, v] · w[c, k] from every input map c.",
        ),
    ),
    misconceptions=by_docstring(
        _overwriting,
        _flipping,
        _strides_swapped,
        _rows_only,
        _stride_forgotten,
        _as_in_conv2d,
        _last_map_only,
        _averaging_maps,
        _transposing_kernels,
        _example,
    ),
    mutants=(_first_output_map, _maps_reversed, _without_the_last_row, _into_w, _diagonal),
    variants=(_right, _map_by_map, _tap_by_tap, _by_im2col),
)
