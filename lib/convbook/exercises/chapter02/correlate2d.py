"""Slide a kernel over an image."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import kernel_on_image
from convbook.reference import direct


def _correlated(x, w):
    return direct.correlate2d(x, w, mode="valid")


def _flipped_both_ways(x, w):
    """Your result equals convolution: the kernel is flipped. Cross-correlation lays it on as it stands."""
    return _correlated(x, w[::-1, ::-1])


def _flipped_upside_down(x, w):
    """The kernel is flipped up and down. Cross-correlation lays it on as it stands."""
    return _correlated(x, w[::-1])


def _flipped_left_right(x, w):
    """The kernel is flipped left and right. Cross-correlation lays it on as it stands."""
    return _correlated(x, w[:, ::-1])


def _kernel_transposed(x, w):
    """The kernel is transposed: its first index goes down the image, its second one to the right."""
    return _correlated(x, w.T)


def _sides_swapped(x, w):
    """Height and width of the output are swapped: it has H − R + 1 rows and W − S + 1 columns."""
    (H, W), (R, S) = x.shape, w.shape
    y = np.zeros((W - S + 1, H - R + 1))
    for u in range(H - R + 1):
        for v in range(W - S + 1):
            y[u, v] = np.sum(x[u : u + R, v : v + S] * w)
    return y


def _kernel_sides_swapped(x, w):
    """Height and width of the kernel are swapped: w.shape is (rows, columns), so R, S = w.shape."""
    (H, W), (S, R) = x.shape, w.shape
    y = np.zeros((H - R + 1, W - S + 1))
    for u in range(H - R + 1):
        for v in range(W - S + 1):
            y[u, v] = np.sum(x[u : u + R, v : v + S] * w)
    return y


def _window_sides_swapped(x, w):
    """Height and width of the window are swapped: it has as many rows and columns as w, R and S."""
    (H, W), (R, S) = x.shape, w.shape
    y = np.zeros((H - R + 1, W - S + 1))
    for u in range(H - R + 1):
        for v in range(W - S + 1):
            y[u, v] = np.sum(x[u : u + S, v : v + R] * w)
    return y


def _one_short(x, w):
    """One row and one column are missing: a kernel of R rows fits at H − R + 1 heights, the first one
    included.
    """
    return _correlated(x, w)[:-1, :-1]


def _hanging_over(x, w):
    """This also counts the positions where the kernel hangs over the border (`full`). `valid` has
    H − R + 1 by W − S + 1.
    """
    return direct.correlate2d(x, w, mode="full")


def _keeping_the_size(x, w):
    """This keeps the size of the image (`same`), filling up with zeros. `valid` has H − R + 1 by
    W − S + 1.
    """
    return direct.correlate2d(x, w, mode="same")


def _example(x, w):
    """This is the answer to the example of the text, whatever x and w are."""
    return np.array([[0.0, 2, 4], [8, 10, 12]])


def _masking_in_place(x, w):
    y = _correlated(x, w)
    x[: w.shape[0], : w.shape[1]] *= w
    return y


def _by_windows(x, w):
    return np.einsum("uvae,ae->uv", np.lib.stride_tricks.sliding_window_view(x, w.shape), w)


def _weight_by_weight(x, w):
    (H, W), (R, S) = x.shape, w.shape
    y = np.zeros((H - R + 1, W - S + 1))
    for a in range(R):
        for e in range(S):
            y += w[a, e] * x[a : a + H - R + 1, e : e + W - S + 1]
    return y


def _as_nested_lists(x, w):
    (H, W), (R, S) = x.shape, w.shape
    return [
        [float(sum(x[u + a, v + e] * w[a, e] for a in range(R) for e in range(S))) for v in range(W - S + 1)]
        for u in range(H - R + 1)
    ]


exercise = Exercise(
    "correlate2d",
    reference=_correlated,
    properties=(
        Property("the output size", points=1, inputs=kernel_on_image(), compare=compare.shape),
        Property(
            "square images and square kernels",
            points=1,
            inputs=kernel_on_image(square=True),
            hint="y[0, 0] is the sum of the products of w with the top left corner of x. Is yours?",
        ),
        Property(
            "any image and any kernel",
            points=2,
            inputs=kernel_on_image(),
            hint="Try an image of one row, then one of one column. Which of the two goes wrong?",
        ),
    ),
    misconceptions=by_docstring(
        _flipped_both_ways,
        _flipped_upside_down,
        _flipped_left_right,
        _kernel_transposed,
        _sides_swapped,
        _kernel_sides_swapped,
        _window_sides_swapped,
        _one_short,
        _hanging_over,
        _keeping_the_size,
        _example,
    ),
    mutants=(
        _masking_in_place,
        lambda x, w: _correlated(x, w)[::-1],
        lambda x, w: _correlated(x, w).T,
        lambda x, w: _correlated(x, w) / w.size,
        lambda x, w: _correlated(x[: x.shape[1], : x.shape[0]], w),
        lambda x, w: _correlated(x, w) - x.mean() * w.sum(),
    ),
    variants=(
        _by_windows,
        _weight_by_weight,
        _as_nested_lists,
        lambda x, w: _by_windows(x.astype(np.float32), w.astype(np.float32)),
        lambda x, w: direct.convolve2d(x, w[::-1, ::-1], mode="valid"),
    ),
)
