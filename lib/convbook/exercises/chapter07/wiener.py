"""Undo a blur, with care."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import deconvolution


@st.composite
def _blurred(draw, noisy=True):
    n = draw(st.integers(2, 9))
    w = draw(array(draw(st.integers(1, min(n, 4)))))
    # A weight that is larger than the others together: then no frequency is lost.
    w[0] = 1 + abs(w).sum()
    return {"y": draw(array(n)), "w": w, "q": draw(st.sampled_from((0.5, 2.0, 0.125))) if noisy else 0.0}


def _spectra(y, w):
    return np.fft.fft(y), np.fft.fft(w, len(y))


def _right(y, w, q):
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * W.conj() / (abs(W) ** 2 + q)).real


def _inverse(y, w, q):
    """This divides by the spectrum whatever the noise: the denominator is |W|² + q."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y / W).real


def _not_conjugated(y, w, q):
    """The conjugate is missing: the numerator is Y times the *conjugate* of W."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * W / (abs(W) ** 2 + q)).real


def _not_squared(y, w, q):
    """The denominator has |W| where it should have |W|²."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * W.conj() / (abs(W) + q)).real


def _added_to_w(y, w, q):
    """The q is added to the spectrum of w itself; it belongs beside |W|²."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y / (W + q)).real


def _blurring_again(y, w, q):
    """The denominator is missing: this only blurs again, the other way round."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * W.conj()).real


def _blurring(y, w, q):
    """This blurs once more: it multiplies the spectra."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * W).real


def _magnitudes(y, w, q):
    """The phases are lost: take the absolute value of W only in the denominator."""
    Y, W = _spectra(y, w)
    return np.fft.ifft(Y * abs(W) / (abs(W) ** 2 + q)).real


def _in_the_spectrum(y, w, q):
    """The way back is missing: this is the spectrum of the answer."""
    Y, W = _spectra(y, w)
    return (Y * W.conj() / (abs(W) ** 2 + q)).real


def _q_squared(y, w, q):
    return _right(y, w, q**2)


def _q_at_zero_only(y, w, q):
    Y, W = _spectra(y, w)
    power = abs(W) ** 2
    power[0] += q
    return np.fft.ifft(Y * W.conj() / power).real


def _flipped(y, w, q):
    return _right(y, w[::-1], q)


def _absolute(y, w, q):
    return abs(_right(y, w, q))


def _scaled(y, w, q):
    return _right(y, w, q) * len(y)


def _by_rfft(y, w, q):
    W = np.fft.rfft(w, len(y))
    return np.fft.irfft(np.fft.rfft(y) * W.conj() / (abs(W) ** 2 + q), len(y))


def _by_least_squares(y, w, q):
    n = len(y)
    C = np.array([np.roll(np.pad(w, (0, n - len(w))), k) for k in range(n)]).T
    return np.linalg.solve(C.T @ C + q * np.eye(n), C.T @ y)


def _with_complex_result(y, w, q):
    Y, W = _spectra(y, w)
    return np.real(np.fft.ifft(np.conj(W) * Y / (W * np.conj(W) + q)))


exercise = Exercise(
    "wiener",
    reference=lambda y, w, q: deconvolution.wiener(y, w, q) if q else deconvolution.inverse_filter(y, w),
    properties=(
        Property(
            "no noise",
            points=1,
            inputs=_blurred(noisy=False),
            hint="With q = 0 it divides the spectrum of y by that of w. Give both n frequencies: fft(w, n).",
        ),
        Property(
            "with noise",
            points=2,
            inputs=_blurred(),
            hint="Divide by |W|² + q, and multiply by the conjugate of W.",
        ),
    ),
    misconceptions=by_docstring(
        _inverse,
        _not_conjugated,
        _not_squared,
        _added_to_w,
        _blurring_again,
        _blurring,
        _magnitudes,
        _in_the_spectrum,
    ),
    mutants=(_q_squared, _q_at_zero_only, _flipped, _absolute, _scaled),
    variants=(_right, _by_rfft, _by_least_squares, _with_complex_result),
)
