"""Lay the windows of an image into the rows of a matrix."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import im2col


@st.composite
def _image_and_window(draw, largest_stride=1, longest=6, widest=3):
    H, W = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    kernel_size = draw(st.integers(1, min(H, widest))), draw(st.integers(1, min(W, widest)))
    return {
        "x": draw(array((H, W))),
        "kernel_size": kernel_size,
        "stride": draw(st.integers(1, largest_stride)),
    }


def _windows(x, kernel_size):
    return np.lib.stride_tricks.sliding_window_view(x, kernel_size)


def _flat(windows):
    return windows.reshape(-1, windows.shape[2] * windows.shape[3])


def _right(x, kernel_size, *, stride=1):
    return _flat(_windows(x, kernel_size)[::stride, ::stride])


def _windows_in_columns(x, kernel_size, *, stride=1):
    """The windows stand in the columns, as in `torch.nn.functional.unfold`. Here each window is a *row*."""
    return _right(x, kernel_size, stride=stride).T


def _windows_read_down(x, kernel_size, *, stride=1):
    """Each window is read column by column. `ravel` reads it row by row."""
    return _flat(_windows(x, kernel_size)[::stride, ::stride].swapaxes(2, 3))


def _windows_ordered_down(x, kernel_size, *, stride=1):
    """The windows come column by column. They go along each row of the image first, then down."""
    return _flat(_windows(x, kernel_size)[::stride, ::stride].swapaxes(0, 1))


def _stride_forgotten(x, kernel_size, *, stride=1):
    """The stride is forgotten: the windows begin at every stride-th pixel, down and to the right."""
    return _right(x, kernel_size)


def _stride_down_only(x, kernel_size, *, stride=1):
    """The stride is used on the way down only; it holds for both directions."""
    return _flat(_windows(x, kernel_size)[::stride])


def _stride_right_only(x, kernel_size, *, stride=1):
    """The stride is used to the right only; it holds for both directions."""
    return _flat(_windows(x, kernel_size)[:, ::stride])


def _window_sides_swapped(x, kernel_size, *, stride=1):
    """Height and width of the window are swapped: kernel_size is (R, S), rows first."""
    return _right(x, kernel_size[::-1], stride=stride)


def _edges_missing(x, kernel_size, *, stride=1):
    """The windows at the lower and the right edge are missing: R rows fit at H − R + 1 heights."""
    return _flat(_windows(x, kernel_size)[:-1:stride, :-1:stride])


def _not_overlapping(x, kernel_size, *, stride=1):
    """The windows do not overlap here: their step is the stride, not their size."""
    R, S = kernel_size
    return _flat(_windows(x, kernel_size)[::R, ::S])


def _not_flattened(x, kernel_size, *, stride=1):
    """The windows are all there, but not flattened: reshape them to one row each."""
    return _windows(x, kernel_size)[::stride, ::stride]


def _example(x, kernel_size, *, stride=1):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[0.0, 1, 3, 4], [1, 2, 4, 5]])


def _changing_its_argument(x, kernel_size, *, stride=1):
    columns = _right(x, kernel_size, stride=stride).copy()
    x += 1
    return columns


def _of_a_square_image(x, kernel_size, *, stride=1):
    return _right(x[: min(x.shape), : min(x.shape)], kernel_size, stride=stride)


def _each_window_once(x, kernel_size, *, stride=1):
    return np.unique(_right(x, kernel_size, stride=stride), axis=0)


def _in_integers(x, kernel_size, *, stride=1):
    return _right(x, kernel_size, stride=stride).astype(int)


def _upside_down(x, kernel_size, *, stride=1):
    return _right(x, kernel_size, stride=stride)[::-1]


def _windows_flipped(x, kernel_size, *, stride=1):
    return _right(x, kernel_size, stride=stride)[:, ::-1]


def _window_by_window(x, kernel_size, *, stride=1):
    (H, W), (R, S) = x.shape, kernel_size
    return [
        x[i : i + R, j : j + S].ravel()
        for i in range(0, H - R + 1, stride)
        for j in range(0, W - S + 1, stride)
    ]


def _weight_by_weight(x, kernel_size, *, stride=1):
    (H, W), (R, S) = x.shape, kernel_size
    down, right = H - R + 1, W - S + 1
    columns = [x[a : a + down : stride, e : e + right : stride].ravel() for a in range(R) for e in range(S)]
    return np.stack(columns, axis=1)


def _by_index(x, kernel_size, *, stride=1):
    (H, W), (R, S) = x.shape, kernel_size
    i = np.arange(0, H - R + 1, stride)[:, None, None, None] + np.arange(R)[:, None]
    j = np.arange(0, W - S + 1, stride)[:, None, None] + np.arange(S)
    return x[i, j].reshape(-1, R * S)


def _in_float32(x, kernel_size, *, stride=1):
    return _right(x.astype(np.float32), kernel_size, stride=stride)


exercise = Exercise(
    "im2col",
    reference=lambda x, kernel_size, *, stride=1: im2col.unfold(x, kernel_size, stride=stride).T,
    properties=(
        Property("the size of the matrix", points=1, inputs=_image_and_window(3), compare=compare.shape),
        Property(
            "stride 1",
            points=2,
            inputs=_image_and_window(),
            hint="Row 0 is the top left window, flattened; row 1 the window one pixel to its right.",
        ),
        Property(
            "any stride",
            points=1,
            inputs=_image_and_window(largest_stride=3),
            hint="Window (u, v) begins at pixel (stride · u, stride · v).",
        ),
    ),
    misconceptions=by_docstring(
        _windows_in_columns,
        _windows_read_down,
        _windows_ordered_down,
        _stride_forgotten,
        _stride_down_only,
        _stride_right_only,
        _window_sides_swapped,
        _edges_missing,
        _not_overlapping,
        _not_flattened,
        _example,
    ),
    mutants=(
        _changing_its_argument,
        _of_a_square_image,
        _each_window_once,
        _in_integers,
        _upside_down,
        _windows_flipped,
    ),
    variants=(_right, _window_by_window, _weight_by_weight, _by_index, _in_float32),
)
