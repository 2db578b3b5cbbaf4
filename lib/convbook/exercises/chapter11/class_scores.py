"""Find the bug: a global average that mixes the maps."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _batches(draw, places=3):
    n, k, classes = (draw(st.integers(1, 3)) for _ in range(3))
    return {
        "x": draw(array((n, k, draw(st.integers(1, places)), draw(st.integers(1, places))))),
        "w": draw(array((classes, k))),
        "b": draw(array(classes)),
    }


def _right(x, w, b):
    return x.mean(axis=(2, 3)) @ w.T + b


def _starter(x, w, b):
    """The maps are mixed: `reshape` cuts the numbers of an image in their order, map by map, and makes rows
    of C in which places stand, not maps.
    """
    n, k = x.shape[:2]
    return x.reshape(n, -1, k).mean(axis=1) @ w.T + b


def _over_the_batch(x, w, b):
    """The images of the batch are averaged too: each has scores of its own."""
    mean = x.mean(axis=(0, 2, 3)) @ w.T + b
    return np.broadcast_to(mean, (len(x), len(b)))


def _largest(x, w, b):
    """This is the largest number of every map; asked for is the mean."""
    return x.max(axis=(2, 3)) @ w.T + b


def _sum(x, w, b):
    """This is the sum of every map: divide by the number of places, so that larger maps do not count more."""
    return x.sum(axis=(2, 3)) @ w.T + b


def _one_row(x, w, b):
    """The average is over the whole map, not over its first row."""
    return x[:, :, 0].mean(axis=2) @ w.T + b


def _one_axis_by_height(x, w, b):
    """The sum over the map is divided by H; it has H · W places."""
    return x.sum(axis=(2, 3)) / x.shape[2] @ w.T + b


def _without_bias(x, w, b):
    """The bias of every class is missing."""
    return _right(x, w, 0 * b)


def _averaged_over_maps(x, w, b):
    """The mean of the scores is over classes as well: each class has a score of its own."""
    return np.broadcast_to(_right(x, w, b).mean(axis=1, keepdims=True), (len(x), len(b)))


def _scaling_in_place(x, w, b):
    x /= x.shape[2] * x.shape[3]
    return x.sum(axis=(2, 3)) @ w.T + b


def _image_by_image(x, w, b):
    return np.array([w @ image.reshape(len(image), -1).mean(axis=1) + b for image in x])


def _score_maps(x, w, b):
    """A 1×1 convolution first, the mean afterwards."""
    return np.einsum("kc,nchw->nkhw", w, x).mean(axis=(2, 3)) + b


exercise = Exercise(
    "class_scores",
    reference=_right,
    properties=(
        Property(
            "maps of one place",
            points=1,
            inputs=_batches(places=1),
            hint="With one place the mean is the number itself: the scores are x[:, :, 0, 0] @ w.T + b.",
        ),
        Property(
            "maps of any size",
            points=2,
            inputs=_batches(),
            hint="Which axes of x are places? The mean is over these, and over no other.",
        ),
    ),
    misconceptions=by_docstring(
        _starter,
        _over_the_batch,
        _largest,
        _sum,
        _one_row,
        _one_axis_by_height,
        _without_bias,
        _averaged_over_maps,
    ),
    mutants=(
        _scaling_in_place,
        lambda x, w, b: _right(x, w, b).T,
        lambda x, w, b: _right(x, w, b) + b,
        lambda x, w, b: np.median(x, axis=(2, 3)) @ w.T + b,
        lambda x, w, b: np.maximum(_right(x, w, b), 0),
        lambda x, w, b: _right(x[:, :, ::-1, :1], w, b),
    ),
    variants=(
        _image_by_image,
        _score_maps,
        lambda x, w, b: x.reshape(*x.shape[:2], -1).mean(axis=2) @ w.T + b,
        lambda x, w, b: x.mean(axis=3).mean(axis=2).dot(w.transpose()) + b,
        lambda x, w, b: _right(x, w, b).astype(np.float32),
    ),
)
