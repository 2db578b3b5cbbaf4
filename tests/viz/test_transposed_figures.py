"""Steppers and the explorer of transposed convolution: what they show is what the library computes."""

import json
import re

import numpy as np
import pytest

from convbook.reference import direct, upsample
from convbook.viz import explorer, stepper
from convbook.viz.html import number

RNG = np.random.default_rng(7)


def frames(figure):
    return json.loads(re.search(r"stepper\(root, (\[.*\])\);", figure._repr_html_())[1])


def left_over(figure):
    """What stands in y after the last frame, in reading order, without what was cut off."""
    cells = {}
    for frame in frames(figure):
        cells |= frame["put"].get("y", {})
    return [cells[i] for i in sorted(cells, key=int) if cells[i] != ""]


@pytest.mark.parametrize(
    "hyper",
    [
        {},
        {"stride": 2, "padding": 1},
        {"stride": 3, "output_padding": 2},
        {"stride": 2, "padding": 1, "output_padding": 1, "dilation": 2},
    ],
)
def test_the_painting_is_the_transposed_convolution(hyper):
    x, w = RNG.integers(-4, 5, 4).astype(float), RNG.integers(-4, 5, 3).astype(float)
    y = direct.conv_transpose1d(x, w, **hyper)
    assert left_over(stepper.conv_transpose1d(x, w, **hyper)) == [number(value) for value in y]
    x, w = RNG.integers(-4, 5, (2, 3)).astype(float), RNG.integers(-4, 5, (3, 2)).astype(float)
    y = direct.conv_transpose2d(x, w, **hyper)
    assert left_over(stepper.conv_transpose2d(x, w, **hyper)) == [number(value) for value in y.flat]


def test_a_step_says_what_is_painted_and_what_is_added():
    figure = stepper.conv_transpose1d([1, 2], [1, 3], padding=0)
    captions = [re.sub("<.*?>", "", c) for c in re.findall("<li>(.*?)</li>", figure._repr_html_())]
    assert captions == [
        "x[0] = 1 paints 1·w = (1, 3), from y[0] on.",
        "x[1] = 2 paints 2·w = (2, 6), from y[1] on. Where copies overlap they add: y[1] = 3 + 2 = 5.",
    ]


def test_wrong_ranks_are_named():
    with pytest.raises(ValueError, match=r"stepper.conv_transpose2d: w must be 2-D, got shape \(3,\)"):
        stepper.conv_transpose2d(np.ones((2, 2)), np.ones(3))


@pytest.mark.parametrize("n, r, s", [(6, 3, 2), (5, 4, 2), (6, 5, 3), (4, 2, 3)])
def test_the_explorer_counts_what_the_library_counts(show, n, r, s):
    page = show(explorer.overlap(n, r, s=s))
    counts = upsample.overlap_count(n, r, s)
    label = page.locator("svg").get_attribute("aria-label")
    assert label == f"{n} copies of {r} weights, {s} apart; the sums are {', '.join(map(str, counts))}"
    verdict = "equal inputs give equal outputs" if r % s == 0 else "equal inputs give a pattern"
    assert page.get_by_text(verdict).count() == 1


def test_a_tent_adds_up_to_one(show):
    page = show(explorer.overlap(6, 4, s=2))
    page.get_by_role("combobox").select_option("tent")
    page.get_by_text("every place gets 1:").wait_for()


def test_the_explorer_names_its_limits():
    with pytest.raises(ValueError, match=r"explorer.overlap: s must be from 1 to 4, got 5"):
        explorer.overlap(s=5)
