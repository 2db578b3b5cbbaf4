"""A layer with stride and padding as a matrix product."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter03.band import band
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct, toeplitz


@st.composite
def _layers(draw, largest_stride=1, largest_padding=0, longest=9):
    padding = draw(st.integers(0, largest_padding))
    n = draw(st.integers(1, longest))
    r = draw(st.integers(1, min(n + 2 * padding, 5)))
    stride = draw(st.integers(1, largest_stride))
    return {"x": draw(array(n)), "w": draw(array(r)), "stride": stride, "padding": padding}


def _outputs(n, r, s, p):
    return (n + 2 * p - r) // s + 1


def _layer(w, n, s=1, p=0):
    return band(w, n, _outputs(n, len(w), s, p), s, p)


def _with_product(W, x):
    return W, W @ x


def _right(x, w, *, stride=1, padding=0):
    return _with_product(_layer(w, len(x), stride, padding), x)


def _stride_forgotten(x, w, *, stride=1, padding=0):
    """The stride is forgotten: each row moves on by `stride`, not by 1."""
    return _with_product(_layer(w, len(x), p=padding), x)


def _padding_forgotten(x, w, *, stride=1, padding=0):
    """The padding is forgotten: the first window begins `padding` samples *before* x[0]."""
    return _with_product(_layer(w, len(x), s=stride), x)


def _both_forgotten(x, w, *, stride=1, padding=0):
    """Stride and padding are both forgotten."""
    return _with_product(_layer(w, len(x)), x)


def _flipping(x, w, *, stride=1, padding=0):
    """The kernel is flipped: a layer correlates, so w lies in its row as it stands."""
    return _with_product(_layer(w[::-1], len(x), stride, padding), x)


def _dilating(x, w, *, stride=1, padding=0):
    """The steps are taken inside the kernel, between one weight and the next: that is dilation. A stride
    is the step from one row to the next.
    """
    rows = _outputs(len(x), len(w), stride, padding)
    return _with_product(band(w, len(x), rows, padding=padding, dilation=stride), x)


def _for_a_padded_input(x, w, *, stride=1, padding=0):
    """W has n + 2·padding columns, for a padded input. Zeros need no weights: leave those columns out."""
    return _with_product(_layer(w, len(x) + 2 * padding, stride), np.pad(x, padding))


def _padding_the_wrong_way(x, w, *, stride=1, padding=0):
    """The padding moves the windows the wrong way: output u begins at x[stride · u − padding]."""
    rows = _outputs(len(x), len(w), stride, padding)
    return _with_product(band(w, len(x), rows, stride, -padding), x)


def _windows_without_padding(x, w, *, stride=1, padding=0):
    """The number of outputs counts the padding, but the windows do not: output u begins at
    x[stride · u − padding], before x[0] if need be.
    """
    rows = _outputs(len(x), len(w), stride, padding)
    return _with_product(band(w, len(x), rows, stride), x)


def _padding_on_the_left(x, w, *, stride=1, padding=0):
    """The padding is on the left only: it adds `padding` zeros at *both* ends."""
    rows = (len(x) + padding - len(w)) // stride + 1
    return _with_product(band(w, len(x), rows, stride, padding), x)


def _last_window_sticks_out(x, w, *, stride=1, padding=0):
    """The last window sticks out at the end: the number of outputs is rounded *down*."""
    rows = -(-(len(x) + 2 * padding - len(w)) // stride) + 1
    return _with_product(band(w, len(x), rows, stride, padding), x)


def _product_first(x, w, *, stride=1, padding=0):
    """The answer is W first, then y."""
    W, y = _right(x, w, stride=stride, padding=padding)
    return y, W


def _example(x, w, *, stride=1, padding=0):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[2.0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 1]]), np.array([2.0, 8, 4])


def _clearing_its_input(x, w, *, stride=1, padding=0):
    W, y = _right(x, w, stride=stride, padding=padding)
    x[-1] = 0
    return W, y


def _unmatched(x, w, *, stride=1, padding=0):
    return _layer(w, len(x), stride, padding), np.correlate(x, w, "valid")


def _only_y(x, w, *, stride=1, padding=0):
    return _right(x, w, stride=stride, padding=padding)[1]


def _padding_at_most_one(x, w, *, stride=1, padding=0):
    return _right(x, w, stride=stride, padding=min(padding, 1))


def _stride_at_most_two(x, w, *, stride=1, padding=0):
    return _right(x, w, stride=min(stride, 2), padding=padding)


def _cropped(x, w, *, stride=1, padding=0):
    n = len(x)
    return _with_product(band(w, n + 2 * padding)[::stride, padding : padding + n], x)


def _by_impulses(x, w, *, stride=1, padding=0):
    answers = [direct.conv1d(impulse, w, stride=stride, padding=padding) for impulse in np.eye(len(x))]
    return _with_product(np.stack(answers, axis=1), x)


def _each_on_its_own(x, w, *, stride=1, padding=0):
    return [_layer(w, len(x), stride, padding), direct.conv1d(x, w, stride=stride, padding=padding)]


def _in_float32(x, w, *, stride=1, padding=0):
    return _with_product(_layer(w, len(x), stride, padding).astype(np.float32), x.astype(np.float32))


exercise = Exercise(
    "conv1d_matmul",
    reference=lambda x, w, *, stride=1, padding=0: _with_product(
        toeplitz.conv1d_matrix(w, len(x), stride=stride, padding=padding).toarray(), x
    ),
    properties=(
        Property("the sizes of W and y", points=1, inputs=_layers(3, 3), compare=compare.shape),
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_layers(),
            hint="Here W is the matrix of the exercise before, and y = W @ x.",
        ),
        Property(
            "any stride, no padding",
            points=1,
            inputs=_layers(largest_stride=3),
            hint="Output u looks at x[stride · u + a]. In which column of row u does w[a] stand?",
        ),
        Property(
            "any stride, any padding",
            points=2,
            inputs=_layers(largest_stride=3, largest_padding=3),
            hint="Output u looks at x[stride · u + a − padding]; outside of x nothing is written.",
        ),
    ),
    misconceptions=by_docstring(
        _stride_forgotten,
        _padding_forgotten,
        _both_forgotten,
        _flipping,
        _dilating,
        _for_a_padded_input,
        _padding_the_wrong_way,
        _windows_without_padding,
        _padding_on_the_left,
        _last_window_sticks_out,
        _product_first,
        _example,
    ),
    mutants=(_clearing_its_input, _unmatched, _only_y, _padding_at_most_one, _stride_at_most_two),
    variants=(_right, _cropped, _by_impulses, _each_on_its_own, _in_float32),
)
