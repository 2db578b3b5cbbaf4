"""Convolution with a flip, correlation without: every mode, from the formulas and against scipy."""

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from numpy.testing import assert_allclose

from convbook.reference import direct, fourier
from convbook.reference.direct import convolve1d, convolve2d, correlate1d, correlate2d

from .strategies import assert_same, signals

MODES = ["full", "same", "valid", "circular"]


@pytest.mark.parametrize("mode", ["full", "same"])
@given(signal=signals(1), image=signals(2))
def test_full_and_same_agree_with_scipy(mode, signal, image):
    for x, w in (signal, image):
        ours = (convolve1d, correlate1d) if x.ndim == 1 else (convolve2d, correlate2d)
        theirs = scipy.signal.convolve, scipy.signal.correlate
        for f, oracle in zip(ours, theirs, strict=True):
            assert_same(f(x, w, mode), oracle(x, w, mode, method="direct"))


@given(signal=signals(1, fits=True), image=signals(2, fits=True))
def test_valid_agrees_with_scipy(signal, image):
    for x, w in (signal, image):
        ours = (convolve1d, correlate1d) if x.ndim == 1 else (convolve2d, correlate2d)
        theirs = scipy.signal.convolve, scipy.signal.correlate
        for f, oracle in zip(ours, theirs, strict=True):
            assert_same(f(x, w, "valid"), oracle(x, w, "valid", method="direct"))


@given(signals(1))
def test_circular_is_its_formula(xw):
    x, w = xw
    N = max(len(x), len(w))
    x_at = lambda m: x[m % N] if m % N < len(x) else 0.0  # noqa: E731
    convolved = [sum(w[k] * x_at(m - k) for k in range(len(w))) for m in range(N)]
    correlated = [sum(w[k] * x_at(m + k) for k in range(len(w))) for m in range(N)]
    assert_same(convolve1d(x, w, "circular"), np.array(convolved))
    assert_same(correlate1d(x, w, "circular"), np.array(correlated))


@given(signals(2))
def test_circular_in_two_dimensions_goes_round_both_axes(xw):
    x, w = xw
    period = np.maximum(x.shape, w.shape)
    X, V = np.fft.fft2(x, period), np.fft.fft2(w, period)
    assert_same(convolve2d(x, w, "circular"), np.fft.ifft2(V * X).real)
    assert_same(correlate2d(x, w, "circular"), np.fft.ifft2(V.conj() * X).real)


@pytest.mark.parametrize("mode", ["full", "circular"])
@given(signal=signals(1), image=signals(2))
def test_convolution_commutes(mode, signal, image):
    for x, w in (signal, image):
        f = convolve1d if x.ndim == 1 else convolve2d
        assert_same(f(x, w, mode), f(w, x, mode))


@pytest.mark.parametrize("mode", ["full", "circular"])
@given(signal=signals(1), image=signals(2))
def test_spectra_give_the_same(mode, signal, image):
    for x, w in (signal, image):
        name = f"convolve{x.ndim}d"
        assert_same(getattr(fourier, name)(x, w, mode), getattr(direct, name)(x, w, mode))


@pytest.mark.parametrize(
    "f", [convolve1d, correlate1d, convolve2d, correlate2d, fourier.convolve1d, fourier.convolve2d]
)
def test_dtype_stays(f):
    axes = 1 if f.__name__.endswith("1d") else 2
    x, w = np.ones((5, 7)[:axes], np.float32), np.ones((2, 3)[:axes], np.float32)
    for mode in ["full", "circular"] if f.__module__.endswith("fourier") else MODES:
        assert f(x, w, mode).dtype == np.float32


@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_dft_matrix_transforms(n):
    x = np.random.default_rng(n).standard_normal(n)
    F = fourier.dft_matrix(n)
    assert_allclose(F @ x, np.fft.fft(x), rtol=0, atol=1e-12)
    assert_allclose(F.conj() @ F, n * np.eye(n), rtol=0, atol=1e-10)


def test_dft_matrix_is_exact_for_long_signals():
    n = 1009
    row = fourier.dft_matrix(n)[n - 1]  # (n − 1)k ≡ −k: the slowest wave, backwards
    assert_allclose(row, np.exp(2j * np.pi * np.arange(n) / n), rtol=0, atol=1e-14)


ONE, TWO = [convolve1d, correlate1d, fourier.convolve1d], [convolve2d, correlate2d, fourier.convolve2d]


@pytest.mark.parametrize("f", ONE + TWO, ids=lambda f: f"{f.__module__.rsplit('.', 1)[1]}.{f.__name__}")
def test_bad_arguments_are_named(f):
    axes = 1 if f in ONE else 2
    x, w = np.zeros((5, 7)[:axes]), np.zeros((2, 3)[:axes])
    name = f.__name__
    with pytest.raises(TypeError, match=rf"^{name}: x has dtype int64, expected a float dtype"):
        f(x.astype(int), w)
    with pytest.raises(
        TypeError, match=rf"^{name}: x has dtype float64 but w has float32, expected the same"
    ):
        f(x, w.astype(np.float32))
    with pytest.raises(ValueError, match=rf"^{name}: x has shape \(1, .*expected \((n,|H, W)\), not empty"):
        f(x[None], w)
    with pytest.raises(ValueError, match=rf"^{name}: w has shape \(0.*expected \((n,|H, W)\), not empty"):
        f(x, w[:0])
    with pytest.raises(
        ValueError, match=rf"^{name}: mode must be 'full', .*or 'circular', got 'wrap'|or 'circular'"
    ):
        f(x, w, "wrap")


@pytest.mark.parametrize("f", [convolve1d, correlate1d])
def test_a_kernel_that_is_too_long_is_not_swapped(f):
    with pytest.raises(ValueError, match=rf"^{f.__name__}: kernel 4 is larger than x, 3, in mode 'valid'"):
        f(np.zeros(3), np.zeros(4), "valid")


@pytest.mark.parametrize("f", [convolve2d, correlate2d])
def test_a_kernel_that_is_too_wide_is_not_swapped(f):
    with pytest.raises(
        ValueError, match=rf"^{f.__name__}: kernel 2×4 is larger than x, 9×3, in mode 'valid'"
    ):
        f(np.zeros((9, 3)), np.zeros((2, 4)), "valid")
