"""Max pooling, with the places of the maxima."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter08.windows import maps, outputs, pooled, tying, windows, winners
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import pool


def _right(x, kernel_size, *, stride):
    return pooled(x, kernel_size, stride, np.max), winners(x, kernel_size, stride)


def _touching(x, kernel_size, *, stride):
    """The windows are laid side by side: they step by `stride`, not by their own size."""
    return _right(x, kernel_size, stride=kernel_size)


def _stepping_by_one(x, kernel_size, *, stride):
    """The stride is forgotten: window u begins at row stride · u."""
    return _right(x, kernel_size, stride=1)


def _from_zero(x, kernel_size, *, stride):
    """The maximum starts at 0, so a window of negative numbers gets 0: start at the first sample or at −∞."""
    y, indices = _right(x, kernel_size, stride=stride)
    return np.maximum(y, 0), indices


def _index_in_the_window(x, kernel_size, *, stride):
    """The index counts within the window: count within the whole map, row by row."""
    return pooled(x, kernel_size, stride, np.max), pooled(x, kernel_size, stride, np.argmax, int)


def _column_by_column(x, kernel_size, *, stride):
    """The index counts column by column: row by row, cell (i, j) is number i · W + j."""
    y, indices = _right(x, kernel_size, stride=stride)
    h, w = x.shape
    return y, indices % w * h + indices // w


def _last_of_equals(x, kernel_size, *, stride):
    """Of equal maxima the last one is taken: the first counts, row by row."""
    return pooled(x, kernel_size, stride, np.max), winners(x, kernel_size, stride, last=True)


def _averaging(x, kernel_size, *, stride):
    """This is the average of each window, not its maximum."""
    return pooled(x, kernel_size, stride, np.mean), winners(x, kernel_size, stride)


def _by_size(x, kernel_size, *, stride):
    """The sample farthest from zero is taken: the maximum keeps signs, and −5 is smaller than 1."""
    y = pooled(x, kernel_size, stride, lambda window: window.flat[abs(window).argmax()])
    return y, winners(abs(x), kernel_size, stride)


def _indices_first(x, kernel_size, *, stride):
    """The answer is the maxima first, then the indices."""
    return _right(x, kernel_size, stride=stride)[::-1]


def _too_few(x, kernel_size, *, stride):
    """The last window is forgotten: ⌊(n − r)/s⌋ + 1 of them fit."""
    y, indices = _right(x, kernel_size, stride=stride)
    rows, columns = ((n - kernel_size) // stride or 1 for n in x.shape)
    return y[:rows, :columns], indices[:rows, :columns]


def _example(x, kernel_size, *, stride=1):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[5.0, 6.0]]), np.array([[5, 2]])


def _pairs_of_indices(x, kernel_size, *, stride):
    y, indices = _right(x, kernel_size, stride=stride)
    return y, np.stack(np.unravel_index(indices, x.shape), axis=-1)


def _only_maxima(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=stride)[0]


def _square(x, kernel_size, *, stride):
    y, indices = _right(x, kernel_size, stride=stride)
    return y[: y.shape[1]], indices[: y.shape[1]]


def _stride_at_most_two(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=min(stride, 2))


def _overhanging(x, kernel_size, *, stride):
    h, w = (-(-(n - kernel_size) // stride) * stride + kernel_size for n in x.shape)
    larger = np.pad(x, [(0, h - x.shape[0]), (0, w - x.shape[1])], constant_values=-np.inf)
    return _right(larger, kernel_size, stride=stride)


def _by_views(x, kernel_size, *, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel_size, kernel_size))[::stride, ::stride]
    flat = view.reshape(*view.shape[:2], -1)
    i, j = np.divmod(flat.argmax(-1), kernel_size)
    i += stride * np.arange(view.shape[0])[:, None]
    j += stride * np.arange(view.shape[1])
    return flat.max(-1), i * x.shape[1] + j


def _by_taps(x, kernel_size, *, stride):
    h, w = (outputs(n, kernel_size, stride) for n in x.shape)
    best, index = np.full((h, w), -np.inf), np.zeros((h, w))
    numbered = np.arange(x.size).reshape(x.shape)
    for a in range(kernel_size):
        for e in range(kernel_size):
            tap = np.s_[a : a + stride * h : stride, e : e + stride * w : stride]
            better = x[tap][:h, :w] > best
            best = np.where(better, x[tap][:h, :w], best)
            index = np.where(better, numbered[tap][:h, :w], index)
    return best, index


def _as_lists(x, kernel_size, *, stride):
    y = pooled(x, kernel_size, stride, np.max)
    found = [[int(n) for n in row] for row in winners(x, kernel_size, stride)]
    return [y.tolist(), found]


def _in_loops(x, kernel_size, *, stride):
    y, indices = _right(x * 0, kernel_size, stride=stride)
    for u, (i, j), window in windows(x, kernel_size, stride):
        y[u] = -np.inf
        for (a, e), value in np.ndenumerate(window):
            if value > y[u]:
                y[u], indices[u] = value, (i + a) * x.shape[1] + j + e
    return y, indices


exercise = Exercise(
    "max_pool2d",
    reference=lambda x, kernel_size, *, stride: pool.max_pool2d(
        x, kernel_size, stride=stride, return_indices=True
    ),
    properties=(
        Property("the sizes", points=1, inputs=maps(), compare=compare.shape),
        Property(
            "windows side by side",
            points=1,
            inputs=maps(overlap=False),
            hint="Window (u, v) is x[r·u : r·u + r, r·v : r·v + r]. Which is its largest sample?",
        ),
        Property(
            "any stride",
            points=2,
            inputs=maps(),
            hint="Window (u, v) begins at row stride · u and column stride · v.",
        ),
        Property(
            "equal maxima",
            points=1,
            inputs=maps(elements=tying),
            hint="When the largest number occurs twice in a window, the first counts, row by row.",
        ),
    ),
    misconceptions=by_docstring(
        _touching,
        _stepping_by_one,
        _from_zero,
        _index_in_the_window,
        _column_by_column,
        _last_of_equals,
        _averaging,
        _by_size,
        _indices_first,
        _too_few,
        _example,
    ),
    mutants=(_pairs_of_indices, _only_maxima, _square, _stride_at_most_two, _overhanging),
    variants=(_right, _by_views, _by_taps, _as_lists, _in_loops),
)
