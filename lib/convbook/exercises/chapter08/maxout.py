"""Maxout: the largest of each group of features."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import pool


@st.composite
def _features(draw, samples=4):
    pieces, units = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    return {"x": draw(array((draw(st.integers(1, samples)), units * pieces))), "pieces": pieces}


def _groups(x, pieces):
    return x.reshape(len(x), -1, pieces)


def _right(x, pieces):
    return _groups(x, pieces).max(axis=2)


def _interleaved(x, pieces):
    """The groups are interleaved: the pieces of a unit stand side by side, the first k belong to unit 0."""
    return x.reshape(len(x), pieces, -1).max(axis=1)


def _over_the_batch(x, pieces):
    """The maximum is taken over the samples of the batch: they must stay apart."""
    return np.repeat(_groups(x, pieces).max(axis=(0, 2))[None], len(x), axis=0)


def _adding(x, pieces):
    """The pieces are added: only the largest one counts."""
    return _groups(x, pieces).sum(axis=2)


def _by_size(x, pieces):
    """The piece farthest from zero wins: the maximum keeps signs, and −5 is smaller than 1."""
    groups = _groups(x, pieces)
    return np.take_along_axis(groups, abs(groups).argmax(axis=2)[..., None], axis=2)[..., 0]


def _rectified(x, pieces):
    """The result is rectified: a maxout unit needs no ReLU, and may be negative."""
    return np.maximum(_right(x, pieces), 0)


def _which(x, pieces):
    """This says *which* piece is the largest, not how large it is."""
    return _groups(x, pieces).argmax(axis=2).astype(float)


def _pieces_as_units(x, pieces):
    """`pieces` is taken for the number of units: it is the number of features in each group."""
    units = pieces if x.shape[1] % pieces == 0 else x.shape[1]
    return x.reshape(len(x), units, -1).max(axis=2)


def _one_unit(x, pieces):
    """There is one maximum for the whole sample: take one for each group of `pieces` features."""
    return x.max(axis=1, keepdims=True)


def _example(x, pieces):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[4.0, 3.0]])


def _smallest(x, pieces):
    return _groups(x, pieces).min(axis=2)


def _first_piece(x, pieces):
    return x[:, ::pieces]


def _last_piece(x, pieces):
    return x[:, pieces - 1 :: pieces]


def _two_pieces(x, pieces):
    return _groups(x, pieces)[:, :, :2].max(axis=2)


def _sorting_its_input(x, pieces):
    x.sort(axis=1)
    return _right(x, pieces)


def _flat(x, pieces):
    return _right(x, pieces).ravel()


def _piece_by_piece(x, pieces):
    y = x[:, ::pieces].copy()
    for k in range(1, pieces):
        np.maximum(y, x[:, k::pieces], out=y)
    return y


def _in_loops(x, pieces):
    units = x.shape[1] // pieces
    return [[max(row[pieces * j : pieces * (j + 1)]) for j in range(units)] for row in x.tolist()]


def _by_split(x, pieces):
    return np.stack([g.max(axis=1) for g in np.split(x, x.shape[1] // pieces, axis=1)], axis=1)


exercise = Exercise(
    "maxout",
    reference=pool.maxout,
    properties=(
        Property("the shape", points=1, inputs=_features(), compare=compare.shape),
        Property(
            "one sample",
            points=1,
            inputs=_features(samples=1),
            hint="With `pieces = 2`, unit 0 looks at features 0 and 1, unit 1 at features 2 and 3.",
        ),
        Property(
            "a batch",
            points=1,
            inputs=_features(),
            hint="The rows are different samples and have nothing to do with one another.",
        ),
    ),
    misconceptions=by_docstring(
        _interleaved,
        _over_the_batch,
        _adding,
        _by_size,
        _rectified,
        _which,
        _pieces_as_units,
        _one_unit,
        _example,
    ),
    mutants=(_smallest, _first_piece, _last_piece, _two_pieces, _sorting_its_input, _flat),
    variants=(_right, _piece_by_piece, _in_loops, _by_split),
)
