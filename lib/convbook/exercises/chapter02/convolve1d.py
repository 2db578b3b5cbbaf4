"""Convolve two signals from the definition."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import kernel_on_signal, two_signals
from convbook.reference import direct


def _unflipped(x, w):
    """This slides the kernel as it stands, which is cross-correlation. Convolution flips it first."""
    return np.convolve(x, w[::-1])


def _overwriting(x, w):
    """Several products land on the same y[i + k]. They must be added; here the last one overwrites the
    others.
    """
    y = np.zeros(len(x) + len(w) - 1)
    for i in range(len(x)):
        for k in range(len(w)):
            y[i + k] = x[i] * w[k]
    return y


def _only_valid(x, w):
    """This keeps only the n − r + 1 outputs where the whole kernel fits (`valid`). `full` has n + r − 1."""
    return np.convolve(x, w, "valid")


def _only_same(x, w):
    """This keeps as many outputs as there are inputs (`same`). `full` has n + r − 1."""
    return np.convolve(x, w)[(len(w) - 1) // 2 :][: len(x)]


def _last_output_missing(x, w):
    """The last output is missing: the indices i + k run from 0 to n + r − 2, which is n + r − 1 outputs."""
    return np.convolve(x, w)[:-1]


def _one_output_too_many(x, w):
    """There is one output too many: the indices i + k run from 0 to n + r − 2, which is n + r − 1 outputs."""
    return np.append(np.convolve(x, w), 0)


def _wrapping_around(x, w):
    """What runs over the end comes back at the beginning: this is circular convolution."""
    return direct.convolve1d(x, w, mode="circular")


def _in_integers(x, w):
    """The output was made with an integer dtype, so every sum is cut to a whole number."""
    y = np.zeros(len(x) + len(w) - 1, dtype=int)
    for i in range(len(x)):
        for k in range(len(w)):
            y[i + k] += x[i] * w[k]
    return y


def _example(x, w):
    """This is the answer to the example of the text, whatever x and w are."""
    return np.array([1.0, 12, 23, 30])


def _flipping_in_place(x, w):
    w[:] = w[::-1]
    return np.convolve(x, w[::-1])


def _scattering(x, w):
    y = np.zeros(len(x) + len(w) - 1)
    for i in reversed(range(len(x))):
        y[i : i + len(w)] += x[i] * w
    return y


def _gathering(x, w):
    padded = np.pad(x, len(w) - 1)
    flipped = w[::-1]
    return [sum(flipped[k] * padded[i + k] for k in range(len(w))) for i in range(len(x) + len(w) - 1)]


def _by_spectra(x, w):
    n = len(x) + len(w) - 1
    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(w, n), n)


exercise = Exercise(
    "convolve1d",
    reference=lambda x, w: direct.convolve1d(x, w, mode="full"),
    properties=(
        Property("the output size", points=1, inputs=two_signals(), compare=compare.shape),
        Property(
            "a kernel no longer than the signal",
            points=2,
            inputs=kernel_on_signal(),
            hint="Follow one sample: x[i] meets w[0], w[1], … and the products land on y[i], y[i + 1], …",
        ),
        Property(
            "either may be the longer one",
            points=1,
            inputs=two_signals(),
            hint="Nothing in the formula asks x to be the longer one. Which of your indices does?",
        ),
    ),
    misconceptions=by_docstring(
        _unflipped,
        _overwriting,
        _only_valid,
        _only_same,
        _last_output_missing,
        _one_output_too_many,
        _wrapping_around,
        _in_integers,
        _example,
    ),
    mutants=(
        _flipping_in_place,
        lambda x, w: np.convolve(x, w)[::-1],
        lambda x, w: np.convolve(np.abs(x), w),
        lambda x, w: np.convolve(x, w) if len(w) <= len(x) else np.zeros(len(x) + len(w) - 1),
        lambda x, w: np.convolve(x, w) / np.sum(w),
        lambda x, w: np.convolve(x, w[:4]),
    ),
    variants=(
        np.convolve,
        lambda x, w: np.convolve(w, x),
        _scattering,
        _gathering,
        _by_spectra,
        lambda x, w: np.convolve(x.astype(np.float32), w.astype(np.float32)),
    ),
)
