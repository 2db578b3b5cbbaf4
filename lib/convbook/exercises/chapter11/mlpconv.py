"""A network of two layers as the activation of a convolution."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference.conv import conv2d


@st.composite
def _networks(draw, places=3, biased=True):
    k, k1, k2 = (draw(st.integers(1, 3)) for _ in range(3))
    return {
        "a": draw(array((k, draw(st.integers(1, places)), draw(st.integers(1, places))))),
        "w1": draw(array((k1, k))),
        "b1": draw(array(k1)) if biased else np.zeros(k1),
        "w2": draw(array((k2, k1))),
        "b2": draw(array(k2)) if biased else np.zeros(k2),
    }


def _relu(a):
    return np.maximum(a, 0)


def _layer(w, a, b):
    """A fully connected layer at every place."""
    return np.einsum("ij,jhw->ihw", w, a) + b[:, None, None]


def _right(a, w1, b1, w2, b2):
    return _relu(_layer(w2, _relu(_layer(w1, _relu(a), b1)), b2))


def _a_not_rectified(a, w1, b1, w2, b2):
    """What the convolution made, `a`, passes a ReLU before the first layer."""
    return _relu(_layer(w2, _relu(_layer(w1, a, b1)), b2))


def _nothing_between(a, w1, b1, w2, b2):
    """Between the two layers a ReLU is missing: without it they are one layer."""
    return _relu(_layer(w2, _layer(w1, _relu(a), b1), b2))


def _not_rectified_at_the_end(a, w1, b1, w2, b2):
    """After the second layer a ReLU is missing."""
    return _layer(w2, _relu(_layer(w1, _relu(a), b1)), b2)


def _linear(a, w1, b1, w2, b2):
    """There is no ReLU at all: two linear layers after a linear convolution are one convolution."""
    return _layer(w2, _layer(w1, a, b1), b2)


def _without_biases(a, w1, b1, w2, b2):
    """The biases are missing."""
    return _right(a, w1, 0 * b1, w2, 0 * b2)


def _without_the_first_bias(a, w1, b1, w2, b2):
    """The bias of the first layer is missing."""
    return _right(a, w1, 0 * b1, w2, b2)


def _mean_of_places(a, w1, b1, w2, b2):
    """The network looks at each place by itself: nothing is averaged over the map."""
    return np.broadcast_to(
        _right(a.mean(axis=(1, 2), keepdims=True), w1, b1, w2, b2), (len(w2), *a.shape[1:])
    )


def _transposed_maps(a, w1, b1, w2, b2):
    """Rows and columns of the maps are swapped: the shape asked for is (k₂, H, W)."""
    return _right(a, w1, b1, w2, b2).swapaxes(1, 2)


def _maps_last(a, w1, b1, w2, b2):
    """The maps come first: the shape asked for is (k₂, H, W)."""
    return np.moveaxis(_right(a, w1, b1, w2, b2), 0, -1)


def _only_the_first_layer(a, w1, b1, w2, b2):
    """This is what the first layer makes; a second one follows."""
    return _relu(_layer(w1, _relu(a), b1))


def _in_place(a, w1, b1, w2, b2):
    np.maximum(a, 0, out=a)
    return _right(a, w1, b1, w2, b2)


def _place_by_place(a, w1, b1, w2, b2):
    _, height, width = a.shape
    y = np.zeros((len(w2), height, width))
    for u in range(height):
        for v in range(width):
            y[:, u, v] = _relu(w2 @ _relu(w1 @ _relu(a[:, u, v]) + b1) + b2)
    return y


def _as_matrices(a, w1, b1, w2, b2):
    columns = _relu(a.reshape(len(a), -1))
    hidden = _relu(w1 @ columns + b1[:, None])
    return _relu(w2 @ hidden + b2[:, None]).reshape(-1, *a.shape[1:])


def _as_convolutions(a, w1, b1, w2, b2):
    for w, b in ((w1, b1), (w2, b2)):
        a = conv2d(_relu(a), w[:, :, None, None], b)
    return _relu(a)


exercise = Exercise(
    "mlpconv",
    reference=_right,
    properties=(
        Property(
            "a single place",
            points=1,
            inputs=_networks(places=1),
            hint="relu(w2 @ relu(w1 @ relu(a) + b1) + b2), where a, at its place, is a vector of k numbers.",
        ),
        Property(
            "maps of any size, without biases",
            points=1,
            inputs=_networks(biased=False),
            hint="At place (u, v) the network is fed a[:, u, v], one number of each map.",
        ),
        Property(
            "maps of any size",
            points=1,
            inputs=_networks(),
            hint="A bias belongs to a map and is the same at all its places: b[:, None, None].",
        ),
    ),
    misconceptions=by_docstring(
        _a_not_rectified,
        _nothing_between,
        _not_rectified_at_the_end,
        _linear,
        _without_biases,
        _without_the_first_bias,
        _mean_of_places,
        _transposed_maps,
        _maps_last,
        _only_the_first_layer,
    ),
    mutants=(
        _in_place,
        lambda a, w1, b1, w2, b2: _right(a, w1, b1, w2, b2)[::-1],
        lambda a, w1, b1, w2, b2: _right(a, w1, b1[::-1], w2, b2),
        lambda a, w1, b1, w2, b2: _right(a, np.abs(w1), b1, w2, b2),
        lambda a, w1, b1, w2, b2: np.minimum(_right(a, w1, b1, w2, b2), 6),
        lambda a, w1, b1, w2, b2: _right(a, w1, b1, w2, b2)[:, ::-1],
    ),
    variants=(
        _place_by_place,
        _as_matrices,
        _as_convolutions,
        lambda a, w1, b1, w2, b2: _right(a, w1, b1, w2, b2).tolist(),
        lambda a, w1, b1, w2, b2: _right(a, w1, b1, w2, b2).astype(np.float32),
    ),
)
