"""Write convolution on a circle as a matrix."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import kernel_and_length
from convbook.reference import toeplitz


def _turned_rows(w, n):
    """This is the transpose: C @ x would be the circular cross-correlation. The kernel stands in the first
    *column*, and each column is the one before, turned down by one.
    """
    return toeplitz.circulant(w, n).T


def _lost_at_the_bottom(w, n):
    """What leaves at the bottom is lost; on a circle it comes back at the top."""
    return np.tril(toeplitz.circulant(w, n))


def _turned_upwards(w, n):
    """The columns turn upwards, so that the *anti*-diagonals are constant. Turn them downwards."""
    return np.stack([np.roll(np.pad(w, (0, n - len(w))), -k) for k in range(n)], axis=1)


def _flipped_again(w, n):
    """The kernel is flipped. Convolution has flipped it already by laying it into the columns."""
    return toeplitz.circulant(w[::-1], n)


def _circle_of_the_kernel(w, n):
    """The circle has the length of the kernel here. Fill the kernel up with zeros to n first."""
    return toeplitz.circulant(w, len(w))


def _kernel_repeated(w, n):
    """The kernel is repeated to length n. Fill it up with zeros instead."""
    return toeplitz.circulant(np.resize(w, n), n)


def _one_row_late(w, n):
    """The first column is off by one: C[0, 0] is w[0]."""
    return np.roll(toeplitz.circulant(w, n), 1, axis=0)


def _example(w, n):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[1.0, 0, 0, 2], [2, 1, 0, 0], [0, 2, 1, 0], [0, 0, 2, 1]])


def _turning_columns(w, n):
    return np.stack([np.roll(np.pad(w, (0, n - len(w))), k) for k in range(n)], axis=1)


def _entry_by_entry(w, n):
    padded = [*w.tolist(), *[0.0] * (n - len(w))]
    return [[padded[(m - k) % n] for k in range(n)] for m in range(n)]


def _by_spectra(w, n):
    return np.fft.ifft(np.fft.fft(w, n)[:, None] * np.fft.fft(np.eye(n), axis=0), axis=0).real


exercise = Exercise(
    "circulant_matrix",
    reference=toeplitz.circulant,
    properties=(
        Property("the size of the matrix", points=1, inputs=kernel_and_length(), compare=compare.shape),
        Property(
            "every entry",
            points=2,
            inputs=kernel_and_length(),
            hint="Column 0 is the answer to an impulse at 0: the kernel, then zeros. And to an impulse at 1?",
        ),
    ),
    misconceptions=by_docstring(
        _turned_rows,
        _lost_at_the_bottom,
        _turned_upwards,
        _flipped_again,
        _circle_of_the_kernel,
        _kernel_repeated,
        _one_row_late,
        _example,
    ),
    mutants=(
        lambda w, n: toeplitz.circulant(np.abs(w), n),
        lambda w, n: toeplitz.circulant(w, n)[::-1],
        lambda w, n: toeplitz.circulant(w, n).astype(int),
        lambda w, n: toeplitz.circulant(w, n)[: n - len(w) + 1],
        lambda w, n: toeplitz.circulant(w, n) + toeplitz.circulant(w, n).T,
    ),
    variants=(
        _turning_columns,
        _entry_by_entry,
        _by_spectra,
        lambda w, n: sum(w[a] * np.roll(np.eye(n), a, axis=0) for a in range(len(w))),
        lambda w, n: toeplitz.circulant(w.astype(np.float32), n),
    ),
)
