"""Say whether a matrix is Toeplitz."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, one_entry_changed
from convbook.reference import toeplitz


@st.composite
def _toeplitz_matrices(draw):
    m, n = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    diagonals = draw(array(m + n - 1))
    return diagonals[np.arange(m)[:, None] - np.arange(n) + n - 1]


_hankel_matrices = _toeplitz_matrices().map(lambda A: A[:, ::-1])
_matrices = st.fixed_dictionaries(
    {"A": _toeplitz_matrices() | one_entry_changed(_toeplitz_matrices()) | _hankel_matrices}
)


def _diagonals(A, first=None):
    return [np.diagonal(A, k) for k in range(1 - len(A) if first is None else first, A.shape[1])]


def _constant(diagonals):
    return all(len(set(diagonal)) <= 1 for diagonal in diagonals)


def _main_diagonal(A):
    """Only the main diagonal is looked at; all of them must be constant."""
    return _constant([np.diagonal(A)])


def _upper_diagonals(A):
    """Only the main diagonal and those above it are looked at; those below count as well."""
    return _constant(_diagonals(A, first=0))


def _anti_diagonals(A):
    """These are the *anti*-diagonals: a matrix where those are constant is called Hankel."""
    return _constant(_diagonals(A[:, ::-1]))


def _only_square(A):
    """A Toeplitz matrix need not be square."""
    return A.shape[0] == A.shape[1] and _constant(_diagonals(A))


def _going_round(A):
    """The rows need not go round in a circle: that would be circulant, a special Toeplitz matrix."""
    return all(np.array_equal(A[i], np.roll(A[0], i)) for i in range(len(A)))


def _symmetric(A):
    """A Toeplitz matrix need not be symmetric: A[i, j] depends on i − j, not on |i − j|."""
    return np.array_equal(A, A.T)


def _last_row_left_out(A):
    """The last row is left out."""
    return _constant(_diagonals(A[:-1])) if len(A) > 1 else True


def _last_column_left_out(A):
    """The last column is left out."""
    return _constant(_diagonals(A[:, :-1])) if A.shape[1] > 1 else True


def _always(A):
    """Not every matrix is Toeplitz."""
    return True


def _never(A):
    """Some matrices are Toeplitz: those whose diagonals are constant."""
    return False


def _from_first_row_and_column(A):
    m, n = A.shape
    return all(A[i, j] == (A[i - j, 0] if i >= j else A[0, j - i]) for i in range(m) for j in range(n))


exercise = Exercise(
    "is_toeplitz",
    reference=toeplitz.is_toeplitz,
    properties=(
        Property(
            "any matrix",
            points=3,
            inputs=_matrices,
            hint="One down and one to the right, nothing may change: A[i + 1, j + 1] == A[i, j], everywhere.",
            cases=60,
        ),
    ),
    misconceptions=by_docstring(
        _main_diagonal,
        _upper_diagonals,
        _anti_diagonals,
        _only_square,
        _going_round,
        _symmetric,
        _last_row_left_out,
        _last_column_left_out,
        _always,
        _never,
    ),
    mutants=(
        lambda A: not toeplitz.is_toeplitz(A),
        lambda A: A[1:, 1:] == A[:-1, :-1],
        lambda A: int(toeplitz.is_toeplitz(A)),
        lambda A: toeplitz.is_toeplitz(np.abs(A)),
        lambda A: toeplitz.is_toeplitz(A[:2]),
        lambda A: all(len(set(diagonal)) <= 2 for diagonal in _diagonals(A)),
    ),
    variants=(
        lambda A: _constant(_diagonals(A)),
        lambda A: all(np.ptp(diagonal) == 0 for diagonal in _diagonals(A)),
        lambda A: np.allclose(A[1:, 1:], A[:-1, :-1]),
        lambda A: (A[1:, 1:] == A[:-1, :-1]).all(),
        _from_first_row_and_column,
    ),
)
