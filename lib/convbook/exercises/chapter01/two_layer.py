"""Two layers with a ReLU between them."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def networks(draw, batch=3, gradient=False):
    """A batch `x`, the weights and biases of two layers, and with `gradient` that of the scores."""
    m = draw(st.integers(1, batch))
    n, h, k = (draw(st.integers(1, 3)) for _ in range(3))
    inputs = {"dy": draw(array((m, k)))} if gradient else {}
    inputs |= {"x": draw(array((m, n))), "W1": draw(array((h, n))), "b1": draw(array(h))}
    return inputs | {"W2": draw(array((k, h))), "b2": draw(array(k))}


def _right(x, W1, b1, W2, b2):
    return np.maximum(x @ W1.T + b1, 0) @ W2.T + b2


def _no_relu(x, W1, b1, W2, b2):
    """The ReLU is missing: without it the two layers are one."""
    return (x @ W1.T + b1) @ W2.T + b2


def _relu_at_the_end(x, W1, b1, W2, b2):
    """The scores are rectified as well: the ReLU is for the hidden layer only."""
    return np.maximum(_right(x, W1, b1, W2, b2), 0)


def _relu_too_late(x, W1, b1, W2, b2):
    """The ReLU comes after the second layer: it belongs between the two."""
    return np.maximum(_no_relu(x, W1, b1, W2, b2), 0)


def _relu_before_the_bias(x, W1, b1, W2, b2):
    """The first bias is added after the ReLU: it belongs before it."""
    return (np.maximum(x @ W1.T, 0) + b1) @ W2.T + b2


def _no_first_bias(x, W1, b1, W2, b2):
    """The bias of the hidden layer is forgotten."""
    return np.maximum(x @ W1.T, 0) @ W2.T + b2


def _no_second_bias(x, W1, b1, W2, b2):
    """The bias of the scores is forgotten."""
    return np.maximum(x @ W1.T + b1, 0) @ W2.T


def _absolute(x, W1, b1, W2, b2):
    """This takes absolute values: the ReLU makes negative numbers zero."""
    return abs(x @ W1.T + b1) @ W2.T + b2


def _with_probabilities(x, W1, b1, W2, b2):
    """These are probabilities: the scores come before the softmax."""
    a = _right(x, W1, b1, W2, b2)
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _example(x, W1, b1, W2, b2):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[9.0]])


def _leaky(x, W1, b1, W2, b2):
    h = x @ W1.T + b1
    return np.where(h > 0, h, 0.01 * h) @ W2.T + b2


def _minimum(x, W1, b1, W2, b2):
    return np.minimum(x @ W1.T + b1, 0) @ W2.T + b2


def _first_image(x, W1, b1, W2, b2):
    return _right(x, W1, b1, W2, b2)[:1]


def _mean(x, W1, b1, W2, b2):
    return np.broadcast_to(_right(x, W1, b1, W2, b2).mean(axis=0), (len(x), len(b2)))


def _into_b2(x, W1, b1, W2, b2):
    b2 += 1
    return _right(x, W1, b1, W2, b2) - 1


def _row_by_row(x, W1, b1, W2, b2):
    return np.array([W2 @ np.maximum(W1 @ row + b1, 0) + b2 for row in x])


def _by_einsum(x, W1, b1, W2, b2):
    h = np.einsum("mn,hn->mh", x, W1) + b1
    return np.einsum("mh,kh->mk", h * (h > 0), W2) + b2


def _in_float32(x, W1, b1, W2, b2):
    return _right(x, W1, b1, W2, b2).astype(np.float32)


exercise = Exercise(
    "two_layer",
    reference=lambda x, W1, b1, W2, b2: _right(x, W1, b1, W2, b2),
    properties=(
        Property("the shape", points=1, inputs=networks(), compare=compare.shape),
        Property(
            "one image", points=1, inputs=networks(batch=1), hint="h = max(0, W1 x + b1), then W2 h + b2."
        ),
        Property(
            "a batch",
            points=1,
            inputs=networks(),
            hint="The images are the rows of x: with x @ W1.T, row m is W1 applied to image m.",
        ),
    ),
    misconceptions=by_docstring(
        _no_relu,
        _relu_at_the_end,
        _relu_too_late,
        _relu_before_the_bias,
        _no_first_bias,
        _no_second_bias,
        _absolute,
        _with_probabilities,
        _example,
    ),
    mutants=(_leaky, _minimum, _first_image, _mean, _into_b2),
    variants=(_right, _row_by_row, _by_einsum, _in_float32),
)
