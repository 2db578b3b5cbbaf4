"""Find the bugs in a strided layer."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import conv


@st.composite
def _layers(draw, largest_stride=1, largest_padding=0, longest=6, widest=3):
    p = draw(st.integers(0, largest_padding))
    size = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    kernel = tuple(draw(st.integers(1, min(n, widest))) for n in size)
    stride = draw(st.integers(1, largest_stride))
    return {"x": draw(array(size)), "w": draw(array(kernel)), "stride": stride, "padding": p}


def _right(x, w, *, stride=1, padding=0):
    return conv.conv2d(x, w, stride=stride, padding=padding)


def _with_bugs(x, w, stride, padding, *, sizes_too_soon=False, columns_step_by_one=False):
    """The function of the exercise, with either bug or with both."""
    if not sizes_too_soon:
        x = np.pad(x, padding)
    rows, columns = ((n - r) // stride + 1 for n, r in zip(x.shape, w.shape, strict=True))
    if sizes_too_soon:
        x = np.pad(x, padding)
    across = 1 if columns_step_by_one else stride
    return conv.conv2d(x, w, stride=(stride, across))[:rows, :columns]


def _as_it_came(x, w, *, stride=1, padding=0):
    """Both bugs are still there: one is about padding, one about the stride."""
    return _with_bugs(x, w, stride, padding, sizes_too_soon=True, columns_step_by_one=True)


def _sizes_too_soon(x, w, *, stride=1, padding=0):
    """The stride is right now. But the number of windows is still computed before the image is padded."""
    return _with_bugs(x, w, stride, padding, sizes_too_soon=True)


def _columns_step_by_one(x, w, *, stride=1, padding=0):
    """The size is right now. But from one column to the next the window still moves by 1."""
    return _with_bugs(x, w, stride, padding, columns_step_by_one=True)


def _padded_twice(x, w, *, stride=1, padding=0):
    """Now the image is padded twice: it is enough to pad it before its size is read."""
    return _right(x, w, stride=stride, padding=2 * padding)


def _padding_counted_once(x, w, *, stride=1, padding=0):
    """The size counts the padding once; it is added at both ends, so it must count twice."""
    rows, columns = ((n + padding - r) // stride + 1 for n, r in zip(x.shape, w.shape, strict=True))
    return _right(x, w, stride=stride, padding=padding)[:rows, :columns]


def _dilating(x, w, *, stride=1, padding=0):
    """Now the window itself is stretched by the stride: that is dilation."""
    return _right(x, w, dilation=stride, padding=padding)


def _stride_given_up(x, w, *, stride=1, padding=0):
    """Now the stride is used nowhere."""
    return _right(x, w, padding=padding)


def _every_stride_th_from_the_end(x, w, *, stride=1, padding=0):
    """The right numbers are computed, but the wrong ones kept: start with the first, `[::stride]`."""
    return _right(x, w, padding=padding)[stride - 1 :: stride, stride - 1 :: stride]


def _by_subsampling(x, w, *, stride=1, padding=0):
    return _right(x, w, padding=padding)[::stride, ::stride]


def _by_windows(x, w, *, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, padding), w.shape)[::stride, ::stride]
    return np.einsum("uvae,ae->uv", windows, w)


def _by_places(x, w, *, stride=1, padding=0):
    (H, W), (R, S), x = x.shape, w.shape, np.pad(x, padding)
    return [
        [np.vdot(w, x[u : u + R, v : v + S]) for v in range(0, W + 2 * padding - S + 1, stride)]
        for u in range(0, H + 2 * padding - R + 1, stride)
    ]


exercise = Exercise(
    "strided_layer",
    reference=_right,
    properties=(
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_layers(),
            hint="This worked as it came: take care not to break it.",
        ),
        Property(
            "the size with padding",
            points=1,
            inputs=_layers(largest_stride=3, largest_padding=2),
            compare=compare.shape,
            hint="Follow x.shape through the function: which size does it have when it is read?",
        ),
        Property(
            "any stride, no padding",
            points=1,
            inputs=_layers(largest_stride=3),
            hint="Look at the first column of the result, then at the second.",
        ),
        Property(
            "any stride, any padding",
            points=1,
            inputs=_layers(largest_stride=3, largest_padding=2),
            hint="Try it on one row, x = [[1, 2, 3, 4, 5]], with w = [[1]] and stride 2.",
        ),
    ),
    misconceptions=by_docstring(
        _as_it_came,
        _sizes_too_soon,
        _columns_step_by_one,
        _padded_twice,
        _padding_counted_once,
        _dilating,
        _stride_given_up,
        _every_stride_th_from_the_end,
    ),
    mutants=(
        lambda x, w, *, stride=1, padding=0: _right(x, w[::-1, ::-1], stride=stride, padding=padding),
        lambda x, w, *, stride=1, padding=0: _right(x, w, stride=(1, stride), padding=padding),
        lambda x, w, *, stride=1, padding=0: _right(x, w, stride=stride, padding=min(padding, 1)),
        lambda x, w, *, stride=1, padding=0: _right(x, w, stride=min(stride, 2), padding=padding),
        lambda x, w, *, stride=1, padding=0: _right(x, w, stride=stride),
        lambda x, w, *, stride=1, padding=0: _right(x.T, w.T, stride=stride, padding=padding),
    ),
    variants=(
        _by_subsampling,
        _by_windows,
        _by_places,
        lambda x, w, *, stride=1, padding=0: _right(x, w, stride=stride, padding=padding).astype(np.float32),
    ),
)
