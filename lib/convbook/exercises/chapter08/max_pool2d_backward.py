"""The way back through max pooling."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.chapter08.windows import maps, outputs, tying, windows, winners
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero, numbers
from convbook.reference import pool


@st.composite
def _gradients(draw, overlap=True, elements=numbers):
    inputs = draw(maps(overlap, elements, longest=5))
    x, r, s = inputs.values()
    size = outputs(x.shape[0], r, s), outputs(x.shape[1], r, s)
    return {"dy": draw(array(size, nonzero))} | inputs


def _routed(dy, x, winners):
    dx = np.zeros(x.size)
    np.add.at(dx, winners.ravel(), dy.ravel())
    return dx.reshape(x.shape)


def _right(dy, x, kernel_size, *, stride):
    return _routed(dy, x, winners(x, kernel_size, stride))


def _overwriting(dy, x, kernel_size, *, stride):
    """Where windows overlap, later gradients overwrite earlier ones: they must add."""
    dx = np.zeros(x.size)
    dx[winners(x, kernel_size, stride).ravel()] = dy.ravel()
    return dx.reshape(x.shape)


def _to_all_winners(dy, x, kernel_size, *, stride):
    """Every one of equal maxima gets the gradient: the first one gets it, the others nothing."""
    dx = np.zeros_like(x)
    for u, (i, j), window in windows(x, kernel_size, stride):
        dx[i : i + kernel_size, j : j + kernel_size] += dy[u] * (window == window.max())
    return dx


def _to_the_last(dy, x, kernel_size, *, stride):
    """Of equal maxima the last one gets the gradient: the first counts, row by row."""
    return _routed(dy, x, winners(x, kernel_size, stride, last=True))


def _distributing(dy, x, kernel_size, *, stride):
    """This shares the gradient among all samples: that is the way back through an average."""
    return pool.avg_pool2d_backward(dy, x, kernel_size, stride=stride)


def _ones(dy, x, kernel_size, *, stride):
    """A winner gets the gradient of its output, dy, not 1."""
    return _right(np.ones_like(dy), x, kernel_size, stride=stride)


def _times_x(dy, x, kernel_size, *, stride):
    """The gradient is multiplied by the maximum: the maximum is copied to the output, so its factor is 1."""
    return _right(dy, x, kernel_size, stride=stride) * x


def _touching(dy, x, kernel_size, *, stride):
    """The windows are laid side by side: they step by `stride`, not by their own size."""
    dx = np.zeros_like(x)
    for u in np.ndindex(dy.shape):
        i, j = (kernel_size * n for n in u)
        window = x[i : i + kernel_size, j : j + kernel_size]
        if window.size:
            a, e = np.unravel_index(window.argmax(), window.shape)
            dx[i + a, j + e] += dy[u]
    return dx


def _to_the_corner(dy, x, kernel_size, *, stride):
    """The first sample of each window gets the gradient: that is the way back through subsampling."""
    dx = np.zeros_like(x)
    for u, (i, j), _ in windows(x, kernel_size, stride):
        dx[i, j] += dy[u]
    return dx


def _example(dy, x, kernel_size, *, stride=1):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[0.0, 0.0, 0.0], [0.0, 11.0, 0.0]])


def _farthest(dy, x, kernel_size, *, stride):
    return _routed(dy, x, winners(abs(x), kernel_size, stride))


def _smallest(dy, x, kernel_size, *, stride):
    return _routed(dy, x, winners(-x, kernel_size, stride))


def _divided(dy, x, kernel_size, *, stride):
    return _right(dy, x, kernel_size, stride=stride) / kernel_size**2


def _into_x(dy, x, kernel_size, *, stride):
    found = winners(x, kernel_size, stride)
    x[...] = 0
    x += _routed(dy, x, found)
    return x


def _flat(dy, x, kernel_size, *, stride):
    return _right(dy, x, kernel_size, stride=stride).ravel()


def _in_loops(dy, x, kernel_size, *, stride):
    dx = np.zeros_like(x)
    for u, (i, j), window in windows(x, kernel_size, stride):
        a, e = np.unravel_index(window.argmax(), window.shape)
        dx[i + a, j + e] += dy[u]
    return dx


def _by_masks(dy, x, kernel_size, *, stride):
    dx = np.zeros_like(x)
    for u, (i, j), window in windows(x, kernel_size, stride):
        mask = np.zeros(window.size)
        mask[window.argmax()] = dy[u]
        dx[i : i + kernel_size, j : j + kernel_size] += mask.reshape(window.shape)
    return dx


def _counted(dy, x, kernel_size, *, stride):
    index = winners(x, kernel_size, stride).ravel()
    return np.bincount(index, dy.ravel(), x.size).reshape(x.shape)


exercise = Exercise(
    "max_pool2d_backward",
    reference=lambda dy, x, kernel_size, *, stride: pool.max_pool2d_backward(
        dy, x, kernel_size, stride=stride
    ),
    properties=(
        Property("the shape", points=1, inputs=_gradients(), compare=compare.shape),
        Property(
            "windows side by side",
            points=1,
            inputs=_gradients(overlap=False),
            hint="Find the largest sample of each window again; the gradient of that output goes to it.",
        ),
        Property(
            "windows that overlap",
            points=2,
            inputs=_gradients(),
            hint="A sample that wins in several windows collects the gradients of all of them.",
        ),
        Property(
            "equal maxima",
            points=1,
            inputs=_gradients(elements=tying),
            hint="When the largest number occurs twice in a window, the first one gets the gradient.",
        ),
    ),
    misconceptions=by_docstring(
        _overwriting,
        _to_all_winners,
        _to_the_last,
        _distributing,
        _ones,
        _times_x,
        _touching,
        _to_the_corner,
        _example,
    ),
    mutants=(_farthest, _smallest, _divided, _into_x, _flat),
    variants=(_right, _in_loops, _by_masks, _counted),
)
