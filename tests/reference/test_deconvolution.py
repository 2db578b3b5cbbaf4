"""What can be undone, what cannot, and what noise does to the attempt."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.fft import idctn

from convbook.reference.deconvolution import inverse_filter, least_squares, wiener
from convbook.reference.direct import convolve1d, convolve2d, correlate1d
from convbook.reference.filters import gaussian
from convbook.reference.toeplitz import circulant, conv2d_matrix, convolve1d_matrix

from .strategies import signals

CONVOLVE = {1: convolve1d, 2: convolve2d}

every_rank = pytest.mark.parametrize("axes", [1, 2], ids=["1-D", "2-D"])


def relative_error(found, x):
    return np.linalg.norm(found - x) / np.linalg.norm(x)


def sharp(w):
    """The kernel with a first tap that outweighs the others, so that its spectrum keeps away from 0."""
    w = np.array(w)
    w.flat[0] = 1 + abs(w).sum()
    return w


@every_rank
@given(data=st.data())
def test_without_noise_the_inverse_filter_gives_x_back(axes, data):
    x, w = data.draw(signals(axes, fits=True))
    w = sharp(w)
    np.testing.assert_allclose(inverse_filter(CONVOLVE[axes](x, w, "circular"), w), x, atol=1e-9, strict=True)


@every_rank
@given(data=st.data())
def test_a_full_result_comes_back_with_zeros_after_it(axes, data):
    x, w = data.draw(signals(axes))
    w = sharp(w)
    expected = np.pad(x, [(0, r - 1) for r in w.shape])
    np.testing.assert_allclose(inverse_filter(CONVOLVE[axes](x, w), w), expected, atol=1e-9, strict=True)


@given(data=st.data(), q=st.floats(1e-3, 10))
def test_wiener_is_ridge_regression(data, q):
    y, w = data.draw(signals(1, fits=True))
    C = circulant(w, len(y))
    ridge = np.linalg.solve(C.T @ C + q * np.eye(len(y)), C.T @ y)
    np.testing.assert_allclose(wiener(y, w, q), ridge, atol=1e-9, strict=True)


@given(data=st.data(), q=st.floats(1e-3, 10))
def test_wiener_is_ridge_regression_in_two_dimensions(data, q):
    y, w = data.draw(signals(2, fits=True))
    x = wiener(y, w, q)
    residual = convolve2d(x, w, "circular") - y
    # Where the objective is least its gradient is 0: Wᵀ(Wx − y) + qx, and Wᵀ is correlation on the circle.
    back = sum(w[a, e] * np.roll(residual, (-a, -e), axis=(0, 1)) for a, e in np.ndindex(w.shape))
    np.testing.assert_allclose(back + q * x, 0, atol=1e-9)


@every_rank
def test_wiener_without_noise_is_the_inverse_filter(axes):
    rng = np.random.default_rng(0)
    y, w = rng.standard_normal((9, 7)[:axes]), sharp(rng.standard_normal((4, 3)[:axes]))
    np.testing.assert_allclose(wiener(y, w, 1e-14), inverse_filter(y, w), atol=1e-9)


def test_the_true_noise_to_signal_ratio_is_the_best():
    rng = np.random.default_rng(0)
    w, variance = gaussian(1.5, 9), 0.01
    errors = {0.1: 0, 1: 0, 10: 0}
    for _ in range(50):
        x = rng.standard_normal(64)
        y = convolve1d(x, w, "circular") + np.sqrt(variance) * rng.standard_normal(64)
        for factor in errors:
            errors[factor] += np.sum((wiener(y, w, factor * variance) - x) ** 2)
    assert min(errors, key=errors.get) == 1


@every_rank
@settings(max_examples=50)
@given(data=st.data())
def test_least_squares_is_the_pseudo_inverse(axes, data):
    x, w = data.draw(signals(axes, fits=True))
    w = sharp(w)
    np.testing.assert_allclose(least_squares(CONVOLVE[axes](x, w), w), x, atol=1e-9, strict=True)

    seen = CONVOLVE[axes](x, w, "valid")
    found = least_squares(seen, w, "valid")
    assert found.shape == x.shape
    np.testing.assert_allclose(CONVOLVE[axes](found, w, "valid"), seen, atol=1e-9)
    # Of all x that look the same, the shortest: at right angles to what it leaves out.
    assert np.vdot(found, x - found) == pytest.approx(0, abs=1e-8)


def test_with_noise_the_tall_system_is_solved_in_the_mean():
    rng = np.random.default_rng(0)
    w, y = rng.standard_normal(4), rng.standard_normal(13)  # y is no convolution with w
    x = least_squares(y, w)
    assert x.shape == (10,)
    assert not np.allclose(convolve1d(x, w), y)
    np.testing.assert_allclose(correlate1d(convolve1d(x, w) - y, w, "valid"), 0, atol=1e-12)


def test_the_valid_part_gives_only_the_projection_on_the_rows():
    rng = np.random.default_rng(0)
    w, x = gaussian(1.5, 9), rng.standard_normal(40)
    W = convolve1d_matrix(w, 40, "valid").toarray()
    found = least_squares(convolve1d(x, w, "valid"), w, "valid")
    np.testing.assert_allclose(found, np.linalg.pinv(W) @ W @ x, atol=1e-9)
    assert relative_error(found, x) > 0.1
    assert relative_error(least_squares(convolve1d(x, w), w), x) < 1e-9


@pytest.mark.parametrize("seed", range(5))
def test_one_percent_of_noise_ruins_the_pseudo_inverse_but_not_wiener(seed):
    rng = np.random.default_rng(seed)
    n, w = 150, gaussian(1.5, 9)
    assert np.linalg.cond(convolve1d_matrix(w, n).toarray()) == pytest.approx(6e3, rel=0.05)

    x = np.cumsum(rng.standard_normal(n))
    x -= x.mean()
    y = convolve1d(x, w)
    noise = 0.01 * y.std() * rng.standard_normal(y.shape)
    assert relative_error(least_squares(y, w), x) < 1e-9
    assert relative_error(least_squares(y + noise, w), x) > 3
    assert relative_error(inverse_filter(y + noise, w)[:n], x) > 3
    assert relative_error(wiener(y + noise, w, noise.var() / x.var())[:n], x) < 0.35


def test_the_transpose_is_no_inverse_unless_the_kernels_are_orthonormal():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(24 * 16)
    W = conv2d_matrix(rng.standard_normal((64, 1, 8, 8)), (24, 16), stride=8)
    assert relative_error(W.T @ (W @ x), x) > 1
    cosines = np.stack([idctn(e.reshape(8, 8), norm="ortho") for e in np.eye(64)])[:, None]
    W = conv2d_matrix(cosines, (24, 16), stride=8)
    np.testing.assert_allclose(W.T @ (W @ x), x, atol=1e-12)


@every_rank
def test_stays_in_float32_and_changes_nothing(axes):
    rng = np.random.default_rng(0)
    y = rng.standard_normal((9, 7)[:axes]).astype(np.float32)
    w = sharp(rng.standard_normal((4, 3)[:axes])).astype(np.float32)
    before = y.copy(), w.copy()
    for x in (inverse_filter(y, w), wiener(y, w, 0.1), least_squares(y, w), least_squares(y, w, "valid")):
        assert x.dtype == np.float32
    assert np.array_equal(y, before[0])
    assert np.array_equal(w, before[1])


def test_a_wave_that_is_lost_is_named():
    with pytest.raises(ValueError, match=r"inverse_filter: the spectrum of w is 0 at frequency \(3,\)"):
        inverse_filter(np.arange(6.0), np.array([0.5, 0.5]))
    x = wiener(np.arange(6.0), np.array([0.5, 0.5]), 1e-6)
    assert np.fft.rfft(x)[3] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("f", [inverse_filter, lambda y, w: wiener(y, w, 0.1), least_squares])
def test_what_does_not_fit_is_named(f):
    with pytest.raises(TypeError, match="y has dtype int64, expected a float dtype"):
        f(np.ones(5, int), np.ones(2))
    with pytest.raises(TypeError, match="y has dtype float64 but w has float32"):
        f(np.ones(5), np.ones(2, np.float32))
    with pytest.raises(
        ValueError, match=r"y has shape \(5,\) and w \(2, 2\), expected \(n,\) and \(r,\), or"
    ):
        f(np.ones(5), np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"y has shape \(3, 5, 5\)"):
        f(np.ones((3, 5, 5)), np.ones((2, 2, 2)))
    with pytest.raises(ValueError, match="not empty"):
        f(np.ones(5), np.ones(0))
    with pytest.raises(ValueError, match="kernel 3×6 is larger than y, 7×5"):
        f(np.ones((7, 5)), np.ones((3, 6)))


def test_options_that_do_not_exist_are_refused():
    with pytest.raises(ValueError, match="wiener: noise_to_signal must be positive, got 0"):
        wiener(np.ones(5), np.ones(2), 0)
    with pytest.raises(ValueError, match="least_squares: mode must be 'full' or 'valid', got 'same'"):
        least_squares(np.ones(5), np.ones(2), "same")
    assert least_squares(np.ones(2), np.arange(1.0, 6.0), "valid").shape == (6,)
