"""Max unpooling: every value back to the remembered place."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero


@st.composite
def _values(draw, square=False):
    h = draw(st.integers(2, 6))
    w = h if square else draw(st.integers(2, 6))
    rows, columns = draw(st.integers(1, h // 2)), draw(st.integers(1, w // 2))
    cells = st.lists(st.integers(0, h * w - 1), min_size=rows * columns, max_size=rows * columns, unique=True)
    return {
        "y": draw(array((rows, columns), nonzero)),
        "indices": np.array(draw(cells)).reshape(rows, columns),
        "size": (h, w),
    }


def _right(y, indices, size):
    x = np.zeros(size[0] * size[1])
    x[indices.ravel()] = y.ravel()
    return x.reshape(size)


def _column_by_column(y, indices, size):
    """The index is read column by column: number k is row k // W, column k % W."""
    return _right(y, indices, size[::-1]).T


def _height_for_width(y, indices, size):
    """The index is divided by the height: a row has W cells, so number k is in row k // W."""
    x = np.zeros(size)
    for value, k in zip(y.ravel(), indices.ravel(), strict=True):
        x[(k // size[0]) % size[0], (k % size[0]) % size[1]] = value
    return x


def _reshaped(y, indices, size):
    """The result has H and W exchanged."""
    return _right(y, indices, size[::-1])


def _nails(y, indices, size):
    """The values stand in the corners of their blocks, a bed of nails: the indices say where they belong."""
    x = np.zeros(size)
    rows, columns = (n // m for n, m in zip(size, y.shape, strict=True))
    x[::rows, ::columns][: y.shape[0], : y.shape[1]] = y
    return x


def _in_order(y, indices, size):
    """The values are written in the order of their places: each belongs to the index at its own place."""
    return _right(y, np.sort(indices, axis=None), size)


def _marks(y, indices, size):
    """There are ones where the values should be: write the value itself."""
    return _right(np.ones_like(y), indices, size)


def _gathering(y, indices, size):
    """This reads at the indices; it should write there."""
    return np.resize(y, size[0] * size[1])[indices]


def _flat(y, indices, size):
    """The result is one long row: give it the shape (H, W)."""
    return _right(y, indices, size).ravel()


def _example(y, indices, size):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[0.0, 0.0, 2.0], [0.0, 1.0, 0.0]])


def _filled(y, indices, size):
    x = _right(y, indices, size)
    return np.where(x == 0, y.min(), x)


def _first_row(y, indices, size):
    return _right(y[:1], indices[:1], size)


def _off_by_one(y, indices, size):
    return _right(y, (indices + 1) % (size[0] * size[1]), size)


def _positive(y, indices, size):
    return np.maximum(_right(y, indices, size), 0)


def _clearing_its_input(y, indices, size):
    x = _right(y, indices, size)
    y[...] = 0
    return x


def _in_loops(y, indices, size):
    x = np.zeros(size)
    for u in np.ndindex(y.shape):
        x[indices[u] // size[1], indices[u] % size[1]] = y[u]
    return x


def _by_unravel(y, indices, size):
    x = np.zeros(size)
    x[np.unravel_index(indices, size)] = y
    return x


def _by_flat(y, indices, size):
    x = np.zeros(size)
    x.flat[indices.ravel()] = y.ravel()
    return x.tolist()


exercise = Exercise(
    "max_unpool2d",
    reference=_right,
    properties=(
        Property("the shape", points=1, inputs=_values(), compare=compare.shape),
        Property(
            "square maps",
            points=1,
            inputs=_values(square=True),
            hint="In a map with W columns, cell number k is in row k // W and column k % W.",
        ),
        Property(
            "any map",
            points=1,
            inputs=_values(),
            hint="In a map with W columns, cell number k is in row k // W and column k % W.",
        ),
    ),
    misconceptions=by_docstring(
        _column_by_column,
        _height_for_width,
        _reshaped,
        _nails,
        _in_order,
        _marks,
        _gathering,
        _flat,
        _example,
    ),
    mutants=(_filled, _first_row, _off_by_one, _positive, _clearing_its_input),
    variants=(_right, _in_loops, _by_unravel, _by_flat),
)
