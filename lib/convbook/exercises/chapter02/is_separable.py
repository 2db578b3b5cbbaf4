"""Say whether a kernel is a column times a row."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, numbers, one_entry_changed, outer_products

# Blurs: the same weights down and across, equal rows, or any positive column and row.
_weights = st.integers(1, 4).flatmap(lambda r: array(r, st.sampled_from((1.0, 2.0, 3.0, 4.0))))
_blurs = (
    _weights.map(lambda row: np.outer(row, row))
    | _weights.map(lambda row: np.outer(np.ones(3), row))
    | st.tuples(_weights, _weights).map(lambda both: np.outer(*both))
)


def _kernels(separable):
    """Kernels `w`: half of them separable, half nearly so."""
    return st.fixed_dictionaries({"w": separable | one_entry_changed(separable)})


def _symmetric(w):
    """A symmetric kernel need not be separable, and a separable one need not be symmetric: [[0, 1], [1, 0]]
    is not.
    """
    return w.shape == w.T.shape and np.allclose(w, w.T)


def _equal_rows(w):
    """Equal rows are not needed: each row may be its own *multiple* of one row."""
    return np.allclose(w, w[0])


def _first_two_rows(w):
    """Only the first two rows were compared; the others count as well."""
    return _by_pivot(w[:2])


def _not_full_rank(w):
    """Not full rank is not enough: a separable kernel has rank one, whatever its size."""
    return min(w.shape) == 1 or bool(np.linalg.matrix_rank(w) < min(w.shape))


def _zero_determinant(w):
    """A determinant of 0 says that the rank is not full; a separable kernel has rank *one*."""
    return bool(np.isclose(np.linalg.det(w), 0))


def _always(w):
    """Not every kernel is separable."""
    return True


def _never(w):
    """Some kernels are separable: every outer product of a column and a row is."""
    return False


def _without_tolerance(w):
    """Exact equality fails on rounded numbers: 0.1 · 3 is not 0.3 for a computer. Allow for rounding."""
    pivot = w[0, 0]
    return bool(pivot != 0 and np.all(w * pivot == np.outer(w[:, 0], w[0])))


def _by_minors(w):
    minors = np.einsum("ij,kl->ijkl", w, w) - np.einsum("il,kj->ijkl", w, w)
    return bool(np.allclose(minors, 0))


def _by_svd(w):
    s = np.linalg.svd(w, compute_uv=False)
    return bool(len(s) == 1 or s[1] < 1e-9 * s[0])


def _by_pivot(w):
    a, e = np.unravel_index(np.argmax(np.abs(w)), w.shape)
    return np.allclose(np.outer(w[:, e], w[a]) / w[a, e], w)


exercise = Exercise(
    "is_separable",
    reference=lambda w: bool(np.linalg.matrix_rank(w) <= 1),
    properties=(
        Property(
            "blurs and their neighbours",
            points=1,
            inputs=_kernels(_blurs),
            hint="In a separable kernel every row is a multiple of one row. What does that say about its "
            "rank?",
        ),
        Property(
            "negative numbers, zeros and rounding",
            points=2,
            inputs=_kernels(outer_products(numbers)),
            hint="Real products are rounded: compare with `np.isclose`, or use `np.linalg.matrix_rank`.",
            cases=40,
        ),
    ),
    misconceptions=by_docstring(
        _symmetric,
        _equal_rows,
        _without_tolerance,
        _first_two_rows,
        _not_full_rank,
        _zero_determinant,
        _always,
        _never,
    ),
    mutants=(
        lambda w: not _by_svd(w),
        lambda w: bool(np.linalg.matrix_rank(w) <= 2),
        lambda w: bool(np.linalg.matrix_rank(np.abs(w)) <= 1),
        lambda w: bool(np.all(w > 0)),
        lambda w: int(_by_svd(w)),
        lambda w: np.linalg.matrix_rank(w) == 1 and w.shape[0] == w.shape[1],
    ),
    variants=(_by_minors, _by_svd, _by_pivot, lambda w: np.linalg.matrix_rank(w) <= 1),
)
