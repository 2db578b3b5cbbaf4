"""L2 pooling: the length of every window."""

import numpy as np

from convbook.exercises.chapter08.windows import maps, pooled
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import direct, pool


def _right(x, kernel_size, *, stride):
    return pooled(x, kernel_size, stride, lambda window: np.sqrt((window**2).sum()))


def _root_of_the_mean(x, kernel_size, *, stride):
    """The squares are averaged: for the length of a vector they are added."""
    return pooled(x, kernel_size, stride, lambda window: np.sqrt((window**2).mean()))


def _no_root(x, kernel_size, *, stride):
    """The root is missing at the end."""
    return pooled(x, kernel_size, stride, lambda window: (window**2).sum())


def _sum_first(x, kernel_size, *, stride):
    """The samples are added before they are squared: square each, then add."""
    return pooled(x, kernel_size, stride, lambda window: abs(window.sum()))


def _absolute_values(x, kernel_size, *, stride):
    """This adds absolute values, the L1 length: the L2 length is the root of the sum of squares."""
    return pooled(x, kernel_size, stride, lambda window: abs(window).sum())


def _rooting_each(x, kernel_size, *, stride):
    """The root is taken of every square before adding, and that only removes the signs."""
    return pooled(x, kernel_size, stride, lambda window: np.sqrt(window**2).mean())


def _maximum(x, kernel_size, *, stride):
    """This is the largest sample of each window; here all of them count."""
    return pooled(x, kernel_size, stride, np.max)


def _touching(x, kernel_size, *, stride):
    """The windows are laid side by side: they step by `stride`, not by their own size."""
    return _right(x, kernel_size, stride=kernel_size)


def _stepping_by_one(x, kernel_size, *, stride):
    """The stride is forgotten: window u begins at row stride · u."""
    return _right(x, kernel_size, stride=1)


def _example(x, kernel_size, *, stride=1):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[5.0, 13.0]])


def _in_place(x, kernel_size, *, stride):
    x **= 2
    return np.sqrt(pooled(x, kernel_size, stride, np.sum))


def _halved(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=stride) / 2


def _first_row_of_windows(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=stride)[:1]


def _stride_at_most_two(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=min(stride, 2))


def _rows_only(x, kernel_size, *, stride):
    return pooled(x, kernel_size, stride, lambda window: np.linalg.norm(window[0]))


def _by_convolution(x, kernel_size, *, stride):
    return np.sqrt(direct.conv2d(x**2, np.ones((kernel_size, kernel_size)), stride=stride))


def _by_norm(x, kernel_size, *, stride):
    return pooled(x, kernel_size, stride, np.linalg.norm)


def _in_float32(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=stride).astype(np.float32)


exercise = Exercise(
    "l2_pool2d",
    reference=lambda x, kernel_size, *, stride: pool.l2_pool2d(x, kernel_size, stride=stride),
    properties=(
        Property(
            "windows side by side",
            points=1,
            inputs=maps(overlap=False),
            hint="Square the samples of the window, add the squares, take the root of the sum.",
        ),
        Property(
            "any stride",
            points=1,
            inputs=maps(),
            hint="Window (u, v) begins at row stride · u and column stride · v.",
        ),
    ),
    misconceptions=by_docstring(
        _root_of_the_mean,
        _no_root,
        _sum_first,
        _absolute_values,
        _rooting_each,
        _maximum,
        _touching,
        _stepping_by_one,
        _example,
    ),
    mutants=(_in_place, _halved, _first_row_of_windows, _stride_at_most_two, _rows_only),
    variants=(_right, _by_convolution, _by_norm, _in_float32),
)
