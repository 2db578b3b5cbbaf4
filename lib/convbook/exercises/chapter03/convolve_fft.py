"""Convolve by multiplying spectra."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import kernel_on_signal, two_signals
from convbook.reference import direct


def _through_spectra(x, w, n):
    return np.fft.ifft(np.fft.fft(x, n) * np.fft.fft(w, n))


def _full(x, w):
    return len(x) + len(w) - 1


def _wrapping_around(x, w):
    """It wraps around: without zeros to length n + r − 1 the end of the result comes back and is added to
    its beginning.
    """
    return _through_spectra(x, w, max(len(x), len(w))).real


def _one_zero_too_many(x, w):
    """One zero too many: the full convolution has n + r − 1 samples."""
    return _through_spectra(x, w, len(x) + len(w)).real


def _without_length(x, w):
    """`np.fft.irfft` cannot know whether the length was even or odd: tell it, `np.fft.irfft(Y, n)`."""
    n = _full(x, w)
    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(w, n)) if n > 1 else x * w


def _conjugated(x, w):
    """The conjugate of a spectrum turns the convolution into a (circular) cross-correlation."""
    n = _full(x, w)
    return np.fft.ifft(np.fft.fft(x, n) * np.fft.fft(w, n).conj()).real


def _still_complex(x, w):
    """The result is still complex. Its imaginary part is rounding; return the real one, `.real`."""
    return _through_spectra(x, w, _full(x, w))


def _absolute(x, w):
    """The absolute value loses the signs: take the real part."""
    return np.abs(_through_spectra(x, w, _full(x, w)))


def _not_undone(x, w):
    """The transform must be undone at the end: `np.fft.ifft` is the way back."""
    n = _full(x, w)
    return np.fft.fft(x, n) * np.fft.fft(w, n)


def _forward_again(x, w):
    """The way back is the *inverse* transform, `np.fft.ifft`; the forward one leaves the result reversed
    and n + r − 1 times too large.
    """
    return np.fft.fft(_not_undone(x, w)).real


def _example(x, w):
    """This is the answer to the example of the text, whatever x and w are."""
    return np.array([1.0, 12, 23, 30])


def _to_a_power_of_two(x, w):
    n = _full(x, w)
    return _through_spectra(x, w, 1 << n.bit_length()).real[:n]


def _by_dft_matrix(x, w):
    n = _full(x, w)
    F = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    return (F.conj() @ ((F[:, : len(x)] @ x) * (F[:, : len(w)] @ w))).real / n


exercise = Exercise(
    "convolve_fft",
    reference=lambda x, w: direct.convolve1d(x, w, mode="full"),
    properties=(
        Property("the output size", points=1, inputs=two_signals(), compare=compare.shape),
        Property(
            "a kernel no longer than the signal",
            points=2,
            inputs=kernel_on_signal(),
            hint="`np.fft.fft(x, n)` fills x up with zeros to length n. Which n leaves room for all of w∗x?",
        ),
        Property(
            "either may be the longer one",
            points=1,
            inputs=two_signals(),
            hint="`np.fft.fft(w, n)` *cuts* w when n is smaller than len(w).",
        ),
    ),
    misconceptions=by_docstring(
        _wrapping_around,
        _one_zero_too_many,
        _without_length,
        _conjugated,
        _still_complex,
        _absolute,
        _not_undone,
        _forward_again,
        _example,
    ),
    mutants=(
        lambda x, w: np.convolve(x, w)[::-1],
        lambda x, w: np.convolve(x, w)[: len(x)],
        lambda x, w: np.convolve(x, w).round(3),
        lambda x, w: _through_spectra(x, w[: len(x)], _full(x, w)).real,
        lambda x, w: _through_spectra(x, w[::-1], _full(x, w)).real,
        lambda x, w: np.fft.ifft(np.fft.fft(x, _full(x, w)).real * np.fft.fft(w, _full(x, w))).real,
    ),
    variants=(
        lambda x, w: _through_spectra(x, w, _full(x, w)).real,
        lambda x, w: _through_spectra(w, x, _full(x, w)).real.tolist(),
        lambda x, w: _through_spectra(x, w, _full(x, w)).real.astype(np.float32),
        _to_a_power_of_two,
        _by_dft_matrix,
        np.convolve,
    ),
)
