"""A convolutional layer with loops."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter04.drawing_layers import layers
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import conv, direct


def _right(x, w, b, *, stride=1, padding=0):
    return conv.conv2d(x, w, b, stride=stride, padding=padding)


def _flipping(x, w, b, *, stride=1, padding=0):
    """The kernels are flipped: a layer correlates, so each lies on its window as it stands."""
    return _right(x, w[:, :, ::-1, ::-1], b, stride=stride, padding=padding)


def _bias_forgotten(x, w, b, *, stride=1, padding=0):
    """The bias is forgotten: each output map has one number added to it everywhere."""
    return _right(x, w, 0 * b, stride=stride, padding=padding)


def _bias_for_every_input(x, w, b, *, stride=1, padding=0):
    """The bias is added once for every input map; it belongs to the output map, once."""
    return _right(x, w, len(x) * b, stride=stride, padding=padding)


def _last_map_only(x, w, b, *, stride=1, padding=0):
    """Each input map overwrites what the one before it gave; their shares must *add*."""
    return _right(x[-1:], w[:, -1:], b, stride=stride, padding=padding)


def _first_map_only(x, w, b, *, stride=1, padding=0):
    """Only the first input map is looked at; all of them add their share."""
    return _right(x[:1], w[:, :1], b, stride=stride, padding=padding)


def _one_kernel_for_all_inputs(x, w, b, *, stride=1, padding=0):
    """All input maps are looked at through the same kernel, w[j, 0]; each has one of its own."""
    return _right(x, np.repeat(w[:, :1], len(x), axis=1), b, stride=stride, padding=padding)


def _first_filter_for_all(x, w, b, *, stride=1, padding=0):
    """All output maps use the first filter; map j has its own, w[j]."""
    return _right(x, np.repeat(w[:1], len(w), axis=0), b, stride=stride, padding=padding)


def _maps_not_added(x, w, b, *, stride=1, padding=0):
    """The shares of the input maps stand side by side; they must be added to one map."""
    shares = [_right(x[i : i + 1], w[:, i : i + 1], b, stride=stride, padding=padding) for i in range(len(x))]
    return np.stack(shares, axis=1)


def _stride_forgotten(x, w, b, *, stride=1, padding=0):
    """The stride is forgotten: window (u, v) begins at row stride · u and column stride · v."""
    return _right(x, w, b, padding=padding)


def _stride_down_only(x, w, b, *, stride=1, padding=0):
    """The stride is used on the way down only; it holds for both directions."""
    return _right(x, w, b, stride=(stride, 1), padding=padding)


def _dilating(x, w, b, *, stride=1, padding=0):
    """The steps are taken inside the window, from one weight to the next: that is dilation. A stride is the
    step from one window to the next.
    """
    return _right(x, w, b, dilation=stride, padding=padding)


def _padding_forgotten(x, w, b, *, stride=1, padding=0):
    """The padding is forgotten: the first window begins `padding` rows and columns before the image."""
    return _right(x, w, b, stride=stride)


def _padding_at_the_start(x, w, b, *, stride=1, padding=0):
    """The zeros stand above and left only; the padding goes all round."""
    x = np.pad(x, ((0, 0), (padding, 0), (padding, 0)))
    return _right(x, w, b, stride=stride)


def _rows_and_columns_swapped(x, w, b, *, stride=1, padding=0):
    """Rows and columns of the kernel are swapped: w[j, i, a, e] has row a and column e."""
    return _right(x, w.swapaxes(2, 3), b, stride=stride, padding=padding)


def _to_and_from_swapped(x, w, b, *, stride=1, padding=0):
    """The first two axes of w are swapped: w[j, i] is the kernel *to* output map j *from* input map i."""
    return _right(x, w.swapaxes(0, 1), b, stride=stride, padding=padding)


def _with_relu(x, w, b, *, stride=1, padding=0):
    """Negative numbers are cut off: that is the ReLU after the layer, and not asked for here."""
    return np.maximum(_right(x, w, b, stride=stride, padding=padding), 0)


def _example(x, w, b, *, stride=1, padding=0):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[[2.0, 2.0]]])


def _by_places(x, w, b, *, stride=1, padding=0):
    x = np.pad(x, ((0, 0), (padding,) * 2, (padding,) * 2))
    _, H, W = x.shape
    K, _, R, S = w.shape
    rows, columns = range(0, H - R + 1, stride), range(0, W - S + 1, stride)
    return [
        [[b[j] + np.sum(w[j] * x[:, u : u + R, v : v + S]) for v in columns] for u in rows] for j in range(K)
    ]


def _map_by_map(x, w, b, *, stride=1, padding=0):
    def share(j, i):
        return conv.conv2d(x[i], w[j, i], stride=stride, padding=padding)

    return np.stack([b[j] + sum(share(j, i) for i in range(len(x))) for j in range(len(w))])


exercise = Exercise(
    "conv2d_loops",
    reference=_right,
    properties=(
        Property(
            "the shape of the output",
            points=1,
            inputs=layers(stride=3, padding=2),
            compare=compare.shape,
            hint="A map for every filter, and sizes as in exercise 2.",
        ),
        Property(
            "one map to one map",
            points=1,
            inputs=layers(maps=1),
            hint="With one map in and out this is the cross-correlation of chapter 2, and a bias.",
        ),
        Property(
            "several maps",
            points=2,
            inputs=layers(),
            hint="y[j] starts at b[j]; every input map i adds w[j, i] ⋆ x[i] to it.",
        ),
        Property(
            "any stride, any padding",
            points=1,
            inputs=layers(stride=3, padding=2),
            hint="Pad first. Then window (u, v) begins at row stride · u and column stride · v.",
        ),
    ),
    misconceptions=by_docstring(
        _flipping,
        _bias_forgotten,
        _bias_for_every_input,
        _last_map_only,
        _first_map_only,
        _one_kernel_for_all_inputs,
        _first_filter_for_all,
        _maps_not_added,
        _stride_forgotten,
        _stride_down_only,
        _dilating,
        _padding_forgotten,
        _padding_at_the_start,
        _rows_and_columns_swapped,
        _to_and_from_swapped,
        _with_relu,
        _example,
    ),
    mutants=(
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=min(stride, 2), padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=min(padding, 1)),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=(padding, 0)),
        lambda x, w, b, *, stride=1, padding=0: _right(x[::-1], w, b, stride=stride, padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w[:, :, ::-1], b, stride=stride, padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(
            x, w, b[:1].repeat(len(b)), stride=stride, padding=padding
        ),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=padding).mean(0),
    ),
    variants=(
        _by_places,
        _map_by_map,
        lambda x, w, b, *, stride=1, padding=0: direct.conv2d(x, w, b, stride=stride, padding=padding),
        lambda x, w, b, *, stride=1, padding=0: _right(x, w, b, stride=stride, padding=padding).astype(
            np.float32
        ),
    ),
)
