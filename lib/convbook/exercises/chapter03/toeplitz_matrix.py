"""Write a kernel as a Toeplitz matrix."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter03.band import band
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import kernel_and_length
from convbook.reference import toeplitz


def _rows_flipped(w, n):
    """The rows hold the kernel flipped: W @ x would be the convolution. For the cross-correlation the
    kernel lies in its row as it stands.
    """
    return band(w[::-1], n)


def _transposed(w, n):
    """This is the transpose: outputs count the rows, inputs the columns."""
    return band(w, n).T


def _last_row_missing(w, n):
    """The last row is missing: a kernel of r fits at n − r + 1 places, the first one included."""
    return band(w, n)[:-1]


def _round_in_a_circle(w, n):
    """These n rows go round in a circle: the kernel leaves on the right and comes back on the left. Stop
    when it reaches the edge.
    """
    return toeplitz.circulant(w, n).T


def _tall(w, n):
    """This is the tall matrix of mode `full`, n + r − 1 by n. Keep the rows in which the whole kernel
    fits.
    """
    return band(w, n, rows=n + len(w) - 1, padding=len(w) - 1)


def _sticking_out(w, n):
    """There are n rows, and in the last ones the kernel sticks out on the right. Stop when it reaches the
    edge.
    """
    return band(w, n, rows=n)


def _rows_reversed(w, n):
    """The rows come in reverse order: the kernel must move to the *right* from one row to the next."""
    return band(w, n)[::-1]


def _all_rows_alike(w, n):
    """All rows are alike: row i must start at column i."""
    return band(w, n, stride=0)


def _rows_apart(w, n):
    """The rows move on by r, so that they do not overlap. They move on by one."""
    return band(w, n, stride=len(w))


def _example(w, n):
    """This is the answer to the example of the text, whatever w and n are."""
    return np.array([[1.0, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]])


def _clearing_its_kernel(w, n):
    W = band(w, n)
    w[:] = 0
    return W


def _by_diagonals(w, n):
    return sum(w[a] * np.eye(n - len(w) + 1, n, a) for a in range(len(w)))


def _by_impulses(w, n):
    return np.stack([np.correlate(impulse, w, "valid") for impulse in np.eye(n)], axis=1)


exercise = Exercise(
    "toeplitz_matrix",
    reference=lambda w, n: toeplitz.conv1d_matrix(w, n).toarray(),
    properties=(
        Property("the size of the matrix", points=1, inputs=kernel_and_length(), compare=compare.shape),
        Property(
            "every entry",
            points=2,
            inputs=kernel_and_length(),
            hint="Row 0 is the kernel followed by zeros. Each row after it is the one above, moved right.",
        ),
    ),
    misconceptions=by_docstring(
        _rows_flipped,
        _transposed,
        _last_row_missing,
        _round_in_a_circle,
        _tall,
        _sticking_out,
        _rows_reversed,
        _all_rows_alike,
        _rows_apart,
        _example,
    ),
    mutants=(
        _clearing_its_kernel,
        lambda w, n: band(w, n).astype(int),
        lambda w, n: band(w, n)[:, ::-1],
        lambda w, n: band(w, n) + 0.5 * np.eye(n - len(w) + 1, n, n - 1),
        lambda w, n: band(np.abs(w), n),
        lambda w, n: (band(w, n) != 0) * w[0],
    ),
    variants=(
        band,
        _by_diagonals,
        _by_impulses,
        lambda w, n: band(w, n).tolist(),
        lambda w, n: band(w, n).astype(np.float32),
        lambda w, n: toeplitz.circulant(w, n)[:, : n - len(w) + 1].T,
    ),
)
