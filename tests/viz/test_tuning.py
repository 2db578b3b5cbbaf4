"""The tuning explorer, operated as a reader would: what it shows is what the library computes."""

import re

import numpy as np
import pytest

from convbook.inside.tuning import grating, orientation_selectivity, orientations, tuning_curve
from convbook.viz import explorer

rng = np.random.default_rng(5)
FILTERS = {"noise": rng.standard_normal((7, 7)), "oblong": rng.standard_normal((4, 9)), "dot": np.eye(3)}
KNOBS = ("θ, orientation", "1/f, wavelength", "φ, phase")


def set_knobs(page, *values):
    for name, value in zip(KNOBS, values, strict=True):
        slider = page.get_by_role("slider", name=name)
        slider.evaluate("(i, v) => { i.value = v; i.dispatchEvent(new Event('input')); }", str(value))
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def numbers(page):
    note = page.locator(".cb-note").text_content().replace("−", "-")
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", note)]


def test_what_it_shows_is_the_library_s(show):
    page = show(explorer.tuning(FILTERS))
    theta = orientations(36)
    for name, w in FILTERS.items():
        page.get_by_role("combobox").select_option(name)
        for degrees, wavelength, phase in ((30, 6, 0), (115, 3.5, 45), (180, 16, 270)):
            set_knobs(page, degrees, wavelength, phase)
            at = np.deg2rad(degrees)
            answer, best, index = numbers(page)
            wave = grating(w.shape, 1 / wavelength, at, np.deg2rad(phase))
            assert answer == pytest.approx((w * wave).sum(), rel=0.01, abs=1e-3)
            assert best == pytest.approx(tuning_curve(w, 1 / wavelength, [at])[0], rel=0.01, abs=1e-3)
            curve = tuning_curve(w, 1 / wavelength, theta)
            assert index == pytest.approx(orientation_selectivity(curve, theta), abs=0.006)


def test_turned_by_keyboard(show):
    page = show(explorer.tuning(FILTERS))
    assert page.locator("path.curve").evaluate("(p) => getComputedStyle(p).stroke") != "none"
    before = page.locator(".cb-note").text_content()
    mark = page.locator("circle").get_attribute("cx")
    page.get_by_role("slider", name="θ, orientation").press("ArrowRight")
    set_knobs(page, 35, 6, 0)
    assert page.locator(".cb-note").text_content() != before
    assert float(page.locator("circle").get_attribute("cx")) > float(mark)


def test_refuses():
    with pytest.raises(ValueError, match=r"explorer.tuning: expected filters .* got {'a': \(3, 5, 5\)}"):
        explorer.tuning({"a": np.zeros((3, 5, 5))})
    with pytest.raises(ValueError, match=r"explorer.tuning: wavelength must be from 2\.5 to 16, got 1"):
        explorer.tuning(FILTERS, wavelength=1)
