"""Write a kernel as a column times a row."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero, numbers, outer_products


def _separable(elements):
    return st.fixed_dictionaries({"w": outer_products(elements)})


@st.composite
def _edge_filters(draw):
    """Kernels whose rows sum to zero, or begin with a zero; or any outer product. Upright or lying."""
    column, row = draw(array(draw(st.integers(1, 4)), nonzero)), draw(array(draw(st.integers(2, 5)), nonzero))
    kind = draw(st.sampled_from(("any", "sums to zero", "begins with a zero")))
    if kind == "sums to zero":
        row = np.append(row, -row[::-1])
    elif kind == "begins with a zero":
        row = np.append(0, row)
    kernel = np.outer(column, row)
    return {"w": kernel.T if draw(st.booleans()) else kernel}


def _same_product(expected, got):
    """Column and row are free to share a factor: (c, r) and (2c, r/2) are the same kernel."""
    if difference := compare.shape(expected, got):
        return difference
    if compare.values(np.outer(*expected), np.outer(*got)):
        return compare.Difference("`np.outer(column, row)` is not `w`")
    return None


def _through_the_largest(w):
    a, e = np.unravel_index(np.argmax(np.abs(w)), w.shape)
    return w[:, e], w[a] / w[a, e]


def _without_singular_value(w):
    """The singular value is missing: outer(U[:, 0], Vt[0]) is w divided by s[0]."""
    U, _, Vt = np.linalg.svd(w)
    return U[:, 0], Vt[0]


def _column_of_vt(w):
    """`np.linalg.svd` returns Vᵀ: its first *row* is what you want, Vt[0]."""
    U, s, Vt = np.linalg.svd(w)
    return U[:, 0] * s[0], Vt[:, 0]


def _undivided(w):
    """The first column times the first row counts w[0, 0] twice: divide by it (and mind that it may be 0)."""
    return w[:, 0], w[0]


def _divided_by_the_corner(w):
    """The entry w[0, 0] may be 0, and then there is nothing to divide by. Take the row and the column
    through an entry that is not 0.
    """
    return w[:, 0], w[0] / w[0, 0]


def _by_sums(w):
    """The sums of an edge filter are 0, and then there is nothing to divide by. Take a row and a column of
    w, through an entry that is not 0.
    """
    return w.sum(axis=1), w.sum(axis=0) / w.sum()


def _row_first(w):
    """Column and row are swapped: np.outer(column, row) must give w."""
    column, row = _through_the_largest(w)
    return row, column


def _without_signs(w):
    """The signs are lost: the column and the row have negative entries where w has."""
    column, row = _through_the_largest(w)
    return np.abs(column), np.abs(row)


def _example(w):
    """This is the answer to the example of the text, whatever w is."""
    return np.array([1.0, 2, 1]), np.array([1.0, 0, -1])


def _halving_in_place(w):
    column, row = np.copy(_through_the_largest(w)[0]), _through_the_largest(w)[1]
    w /= 2
    return column, row


def _normalised(w):
    column, row = _through_the_largest(w)
    return column / np.linalg.norm(column), row / np.linalg.norm(row)


def _from_svd(w):
    U, s, Vt = np.linalg.svd(w)
    return U[:, 0] * s[0], Vt[0]


def _from_svd_evenly(w):
    U, s, Vt = np.linalg.svd(w)
    return U[:, 0] * np.sqrt(s[0]), Vt[0] * np.sqrt(s[0])


def _by_projection(w):
    row = w[np.argmax(np.abs(w).sum(axis=1))]
    row = row / np.linalg.norm(row)
    return [float(c) for c in w @ row], row


exercise = Exercise(
    "separate",
    reference=_through_the_largest,
    properties=(
        Property("the sizes of column and row", points=1, inputs=_separable(numbers), compare=compare.shape),
        Property(
            "positive kernels",
            points=1,
            inputs=_separable(st.sampled_from((1.0, 2.0, 3.0, 4.0, 0.5, 1.5))),
            hint="Every row of w is a multiple of one row. Take that one; which numbers multiply it?",
        ),
        Property(
            "negative numbers and zeros, as in an edge filter",
            points=2,
            inputs=_edge_filters(),
            hint="Divide only by an entry that cannot be zero: the largest one in absolute value is safe.",
        ),
    ),
    misconceptions=by_docstring(
        _without_singular_value,
        _column_of_vt,
        _undivided,
        _divided_by_the_corner,
        _by_sums,
        _row_first,
        _without_signs,
        _example,
    ),
    mutants=(
        _halving_in_place,
        _normalised,
        lambda w: np.outer(*_through_the_largest(w)),
        lambda w: (-w[:, 0], w[0] / np.abs(w[0]).max()),
        lambda w: (w[:, :1], w[:1] / w[0, 0]),
        lambda w: (w.mean(axis=1), w.mean(axis=0)),
    ),
    variants=(
        _from_svd,
        _from_svd_evenly,
        _by_projection,
        lambda w: [3 * _through_the_largest(w)[0], _through_the_largest(w)[1] / 3],
        lambda w: tuple(part.astype(np.float32) for part in _from_svd(w)),
    ),
    compare=_same_product,
)
