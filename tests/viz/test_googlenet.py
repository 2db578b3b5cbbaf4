"""The explorers of the inception module and of low rank, operated as a reader would."""

import re
from itertools import pairwise

import numpy as np
import pytest

from convbook.reference.architectures import googlenet
from convbook.reference.layers import Conv, Inception, Pool, cost_table
from convbook.reference.low_rank import low_rank
from convbook.viz import explorer, plots
from convbook.viz.explorer.inception import NAMES

W = np.random.default_rng(11).standard_normal((5, 6, 3, 2))


def costs(k, n, ones, reduced3, threes, reduced5, fives, pooled):
    """Maps out, parameters and operations of both forms, by the library."""
    shape = (k, n, n)
    alone = [
        Conv(1, ones),
        Conv(3, threes, padding=1),
        Conv(5, fives, padding=2),
        Pool(3, stride=1, padding=1),
    ]
    naive = [cost_table([layer], shape).total for layer in alone]
    module = Inception(ones, (reduced3, threes), (reduced5, fives), pooled)
    reduced = cost_table([module], shape).total
    return (
        (ones + threes + fives + k, sum(c.parameters for c in naive), sum(c.operations for c in naive)),
        (ones + threes + fives + pooled, reduced.parameters, reduced.operations),
    )


def sums(page):
    """The two rows of the table."""
    rows = page.locator(".cb-table tbody tr").all()[:2]
    return tuple(
        tuple(int(cell.replace(",", "")) for cell in row.locator("td").all_text_contents()) for row in rows
    )


def settle(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_the_nine_modules_are_googlenets(show):
    page = show(explorer.inception())
    table = cost_table(googlenet(), (3, 224, 224))
    rows = [row for row in table.rows if row.name.startswith("Inception")]
    names = ["3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"]
    for name, row in zip(names, rows, strict=True):
        page.get_by_role("combobox").select_option(name)
        assert sums(page)[1] == (row.shape[0], row.parameters, row.operations)
        fields = [
            int(page.get_by_role("spinbutton", name=field, exact=True).input_value())
            for field in NAMES.values()
        ]
        assert sums(page) == costs(*fields)


@pytest.mark.parametrize(
    "numbers", [(6, 5, 3, 2, 4, 1, 7, 5), (1, 1, 1, 1, 1, 1, 1, 1), (64, 20, 9, 80, 3, 70, 2, 200)]
)
def test_any_numbers(show, numbers):
    page = show(explorer.inception())
    for name, number in zip(NAMES.values(), numbers, strict=True):
        page.get_by_role("spinbutton", name=name, exact=True).fill(str(number))
    assert page.get_by_role("combobox").input_value() == ""
    naive, reduced = costs(*numbers)
    assert sums(page) == (naive, reduced)
    ratio = page.locator(".cb-table tbody tr").last.locator("td").all_text_contents()
    np.testing.assert_allclose([float(r) for r in ratio], np.divide(naive, reduced), rtol=0.006)
    heights = page.locator(".stack").evaluate_all("all => all.map((r) => Number(r.getAttribute('height')))")
    k, _, ones, _, threes, _, fives, pooled = numbers
    maps = np.array([ones, threes, fives, k, ones, threes, fives, pooled])
    np.testing.assert_allclose(heights / np.max(heights), maps / maps.max())


def test_boxes_carry_operations(show):
    page = show(explorer.inception())
    named = page.locator("svg").last.locator(".part-name").all_text_contents()
    assert named == ["1×1, 384", "1×1, 192", "3×3, 384", "1×1, 48", "5×5, 128", "max 3×3", "1×1, 128"]
    spent = page.locator(".spent").evaluate_all("all => all.map((r) => Number(r.getAttribute('width')))")
    assert max(spent) == spent[1]  # the naive 3×3, at 82 pixels
    assert spent[1] / spent[2] == pytest.approx(7489 * 384 / (20801 * 128), rel=1e-9)


@pytest.mark.parametrize("number", ["0", "2.5"])
def test_says_what_cannot_be(show, number):
    page = show(explorer.inception())
    page.get_by_role("spinbutton", name="before 5×5").fill(number)
    assert page.get_by_text("before 5×5 must be a whole number, at least 1.").is_visible()
    page.get_by_role("spinbutton", name="before 5×5").fill("48")
    assert sums(page)[1][2] == 70_800_688


def test_low_rank_is_the_librarys(show):
    page = show(explorer.low_rank(W, rank=2))
    for rank in range(2, 7):
        v, u = low_rank(W, rank)
        error = np.linalg.norm(W - np.einsum("kmrs,mc->kcrs", u, v[:, :, 0, 0])) / np.linalg.norm(W)
        cost = 6 * rank + 6 * rank * 5
        settle(page)
        shown = dict(
            zip(
                page.locator(".cb-sums span:first-child").all_text_contents(),
                page.locator(".cb-sums strong").all_text_contents(),
                strict=True,
            )
        )
        assert float(shown["error"].removesuffix(" %")) == pytest.approx(100 * error, rel=0.01, abs=0.1)
        assert (shown["as it is"], shown["bottleneck"]) == ("180", str(cost))
        assert float(shown["share"].removesuffix(" %")) == pytest.approx(100 * cost / 180, rel=0.006)
        page.get_by_role("slider", name="rank").press("ArrowRight")


def test_low_rank_shows_the_kernels(show):
    page = show(explorer.low_rank(W))
    settle(page)
    read = "(c) => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)"
    shown = [np.reshape(page.locator("canvas").nth(i).evaluate(read), (19, 17, 4))[..., 0] for i in range(3)]
    top = abs(W).max()
    kernel = shown[0][8:11, 3:5]  # that from map 1 to map 2
    np.testing.assert_allclose(kernel, 255 * (0.5 + W[2, 1] / (2 * top)), atol=0.6)
    assert set(shown[0][3::4].ravel()) == {128}  # lines between them
    np.testing.assert_allclose(shown[1].astype(int) + shown[2] - 255 / 2, shown[0], atol=1.1)


def test_they_fit_a_phone(show):
    figures = explorer.inception(), explorer.low_rank(np.ones((16, 16, 3, 3)))
    page = show(*figures, width=390)
    settle(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert all(len(re.sub(r"\s+", " ", figure.html)) < 65_000 for figure in figures)


@pytest.mark.parametrize(
    "w, rank, message",
    [
        (np.ones((2, 3)), 1, r"w must be \(K, C, R, S\), at most 4000 weights, got \(2, 3\)"),
        (np.ones((64, 64, 1, 1)), 1, r"w must be .*, got \(64, 64, 1, 1\)"),
        (W, 7, "rank must be from 1 to 6, got 7"),
    ],
)
def test_low_rank_refuses(w, rank, message):
    with pytest.raises(ValueError, match=f"explorer.low_rank: {message}"):
        explorer.low_rank(w, rank=rank)


@pytest.mark.parametrize("units, r", [((5, 4, 2), 3), ((2, 3), 1), ((3, 1, 1, 3), 5)])
def test_a_network_that_slides(units, r):
    html = plots.mlpconv(units, r=r, alt="a window, a small network, and one place of every map").html
    assert html.count("<circle") == sum(units)
    wires = units[0] + sum(a * b for a, b in pairwise(units)) + units[-1]
    assert html.count('class="wire"') == wires
    assert html.count('class="node output"') == units[-1]
    assert f"{r}×{r}" in html


@pytest.mark.parametrize("units, r", [((5,), 3), ((5, 2), 2), ((5, 2), 7), ((5, 0), 3)])
def test_a_network_that_does_not(units, r):
    with pytest.raises(ValueError, match="mlpconv: "):
        plots.mlpconv(units, r=r, alt="a window, a small network, and one place of every map")
