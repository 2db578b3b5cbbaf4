"""Tuning curves: turning the filter turns the curve, and the index is that of a circle of arrows."""

import subprocess
import sys

import numpy as np
import pytest

from convbook.inside.tuning import grating, orientation_selectivity, orientations, preferred, tuning_curve
from convbook.reference.filters import difference_of_gaussians, gabor

rng = np.random.default_rng(12)
THETA = orientations(36)


def test_turning_the_filter_turns_the_curve():
    w = rng.standard_normal((7, 7))
    curve = tuning_curve(w, 0.2, THETA)
    np.testing.assert_allclose(tuning_curve(np.rot90(w), 0.2, THETA), np.roll(curve, 18), atol=1e-12)
    np.testing.assert_allclose(tuning_curve(w[:, ::-1], 0.2, -THETA), curve, atol=1e-12)
    np.testing.assert_allclose(tuning_curve(w[::-1, ::-1], 0.2, THETA), curve, atol=1e-12)
    np.testing.assert_allclose(tuning_curve(-3 * w, 0.2, THETA), 3 * curve, atol=1e-12)


def test_curve_is_the_best_of_all_phases():
    w = rng.standard_normal((5, 8))
    phases = np.linspace(0, 2 * np.pi, 2000)
    for theta, answer in zip(THETA[::5], tuning_curve(w, 0.15, THETA[::5]), strict=True):
        best = max((w * grating(w.shape, 0.15, theta, phase)).sum() for phase in phases)
        assert best == pytest.approx(answer, rel=1e-5)


@pytest.mark.parametrize("theta", THETA[::7])
def test_gabor_prefers_its_own_wave(theta):
    w = gabor(21, wavelength=6, sigma=3, orientation=theta)
    frequency, orientation = preferred(w, np.array([1 / 12, 1 / 8, 1 / 6, 1 / 4]), THETA)
    assert frequency == 1 / 6 and orientation == theta


def test_grating_is_the_wave_of_a_wide_gabor():
    wide = gabor(9, wavelength=5, sigma=1e4, orientation=0.7, phase=0.3)
    np.testing.assert_allclose(grating(9, 1 / 5, 0.7, 0.3), wide, atol=1e-5)


def test_index_of_curves_known_by_heart():
    one = np.zeros(36)
    one[11] = 2.0
    assert orientation_selectivity(one, THETA) == pytest.approx(1)
    assert orientation_selectivity(np.ones(36), THETA) == pytest.approx(0, abs=1e-12)
    crossed = np.zeros(36)
    crossed[[3, 21]] = 1  # a plaid: two orientations at a right angle
    assert orientation_selectivity(crossed, THETA) == pytest.approx(0, abs=1e-12)
    assert orientation_selectivity(1 + np.cos(2 * (THETA - 0.4)), THETA) == pytest.approx(0.5)
    assert orientation_selectivity(np.zeros(36), THETA) == 0


def test_round_filters_have_no_orientation():
    dog, line = difference_of_gaussians(1.5, 2.4), gabor(15, wavelength=6, sigma=3)
    round_one, oriented = (orientation_selectivity(tuning_curve(w, 1 / 6, THETA), THETA) for w in (dog, line))
    assert round_one < 0.01 and oriented > 0.7


def test_errors_say_what_came():
    with pytest.raises(ValueError, match="grating: size must be at least 1, got 0"):
        grating(0, 0.1, 0)
    with pytest.raises(ValueError, match=r"tuning_curve: w has shape \(3, 5, 5\), expected \(R, S\)"):
        tuning_curve(np.zeros((3, 5, 5)), 0.1, THETA)
    with pytest.raises(ValueError, match=r"each of 36 orientations, got shape \(35,\)"):
        orientation_selectivity(np.ones(35), THETA)
    with pytest.raises(ValueError, match="a least answer of -1"):
        orientation_selectivity(-np.ones(36), THETA)


def test_tuning_needs_no_torch():
    code = "import sys, convbook.inside.tuning; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
