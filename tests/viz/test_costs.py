"""The explorer of costs and the picture of regions: what they show is what the library counts."""

import re

import numpy as np
import pytest

from convbook.reference.architectures import alexnet, googlenet, small_convnet
from convbook.reference.layers import CostTable, cost_table
from convbook.reference.regions import folding_layers, linear_regions
from convbook.viz import explorer, plots

SMALL = cost_table(small_convnet(), (1, 28, 28))
TABLES = {
    "small": SMALL,
    "AlexNet": cost_table(alexnet(), (3, 227, 227)),
    "GoogLeNet": cost_table(googlenet(), (3, 224, 224)),
}
MEASURES = ("parameters", "operations", "memory")


def words(page):
    return page.locator(".cb-cost-words").inner_text()


def widths(page):
    """Of the bars, a row for each layer, in percent."""
    styles = page.locator(".cb-cost").evaluate_all("bars => bars.map((bar) => parseFloat(bar.style.width))")
    return np.array(styles).reshape(-1, 3)


def measured(table):
    return np.array([[getattr(row, name) for name in MEASURES] for row in table.rows])


def test_every_layer_is_described_with_the_librarys_numbers(show):
    page = show(explorer.costs(TABLES))
    for name, table in TABLES.items():
        page.get_by_role("combobox").select_option(name)
        buttons = page.locator("tbody button")
        assert buttons.all_text_contents() == [row.name for row in table.rows]
        for row, button in zip(table.rows, buttons.all(), strict=True):
            button.focus()
            said = words(page)
            assert f"{row.name} makes {'×'.join(map(str, row.shape))}" in said
            for measure in MEASURES:
                value, total = getattr(row, measure), getattr(table.total, measure)
                unit = " bytes" if measure == "memory" else ""
                found = re.search(rf"{measure}: {value:,}{unit} \(([\d.e−]+) % of {total:,}{unit}\)", said)
                assert float(found[1].replace("−", "-")) == pytest.approx(100 * value / total, rel=0.006)


def test_the_longest_bar_is_the_largest_layer_or_the_largest_of_all(show):
    page = show(explorer.costs(TABLES))
    np.testing.assert_allclose(widths(page), 100 * measured(SMALL) / measured(SMALL).max(axis=0), rtol=1e-4)
    page.get_by_role("checkbox").check()
    most = np.max([measured(table).max(axis=0) for table in TABLES.values()], axis=0)
    np.testing.assert_allclose(widths(page), 100 * measured(SMALL) / most, rtol=1e-4)


def test_short_numbers(show):
    page = show(explorer.costs({"small": SMALL}))
    assert page.get_by_role("combobox").count() == 0  # nothing to choose from
    cells = page.locator("tbody tr").nth(2).locator("td").all_inner_texts()
    assert [cell.strip() for cell in cells] == ["51.3 k", "3.28 M", "16 KiB"]


def test_by_keyboard_and_by_pointer(show):
    page = show(explorer.costs({"small": SMALL}), width=390)
    page.keyboard.press("Tab")
    assert "Conv(5, 32) makes" in words(page)
    for key, layer in (
        ("ArrowDown", "Pool(2)"),
        ("End", "Softmax()"),
        ("ArrowDown", "Softmax()"),
        ("Home", "Conv(5, 32)"),
    ):
        page.keyboard.press(key)
        assert f"{layer} makes" in words(page)
        assert page.evaluate("document.activeElement.textContent") == layer
    assert page.locator("tbody [tabindex='0']").count() == 1
    page.locator("tbody tr").nth(4).hover()
    assert "Linear(100) makes 100" in words(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_a_script_the_tables_are_there(show):
    page = show(explorer.costs(TABLES), scripts=False)
    assert page.locator("pre").all_text_contents() == [str(table) for table in TABLES.values()]


@pytest.mark.parametrize("tables", [{}, {"nothing": CostTable([], SMALL.total)}])
def test_tables_must_have_rows(tables):
    with pytest.raises(ValueError, match=r"explorer\.costs: tables must hold cost tables with rows"):
        explorer.costs(tables)


def test_every_region_is_drawn_and_neighbours_differ():
    cut = linear_regions(folding_layers(3))
    figure = plots.regions([cut], ["folded"], alt="a square cut into a chessboard of 64 cells")
    shaded, outline = re.findall(r' d="([^"]*)"', figure.html)
    assert outline.count("M") == 64 and shaded.count("M") == 32
    centres = [
        np.array(re.findall(r"[\d.]+", path), float).reshape(-1, 2).mean(0) for path in shaded.split("z")[:-1]
    ]
    cells = {tuple((centre // 27).astype(int)) for centre in centres}
    assert len(cells) == 32 and len({sum(cell) % 2 for cell in cells}) == 1


def test_regions_have_titles():
    with pytest.raises(ValueError, match="regions: 1 titles for 0 networks"):
        plots.regions([], ["folded"], alt="nothing to be seen")
