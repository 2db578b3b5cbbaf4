"""Receptive fields: what the pictures and the explorers show is what the library computes."""

import re

import numpy as np
import pytest

from convbook.data import photo
from convbook.reference import architectures
from convbook.reference.layers import Conv, Pool, fully_convolutional
from convbook.reference.receptive_field import input_gradient, receptive_field
from convbook.viz import explorer, plots
from convbook.viz.explorer.fields import networks

from .test_explorer import canvas, set_slider, settle
from .test_plots import svgs

IMAGE = photo("camera", step=8)


def wires(layers):
    """How many lead to one unit: as many to each unit on the way as its window has taps; without padding."""
    total = 0
    for i, layer in enumerate(layers, 1):
        above = layers[i:]
        units = np.count_nonzero(input_gradient(above, receptive_field(above)[-1].size)) if above else 1
        total += layer.window[0] * units
    return total


def nodes(svg):
    """The rows of a drawn stack, from the input on: for each unit, whether it is joined to the chosen one."""
    rows = {}
    for circle in svg.iter("circle"):
        rows.setdefault(circle.get("cy"), []).append("unseen" not in circle.get("class"))
    return list(rows.values())


@pytest.mark.parametrize(
    "layers, n",
    [
        ([Conv(3)] * 3, 9),
        ([Conv(3), Pool(2), Conv(3)], 12),
        ([Conv(3, dilation=2)] * 3, 15),
        ([Conv(2, dilation=3), Conv(4, stride=2)], 17),
        ([Conv(3, padding=1), Pool(3, stride=2, padding=1)], 7),
    ],
    ids=str,
)
def test_cone_counts_the_ways_and_draws_each_wire(layers, n):
    figure = plots.cone(layers, n)
    (svg,) = svgs(figure)
    gradient = input_gradient(layers, n)
    ways = gradient * np.prod([float(layer.window[0]) for layer in layers])
    assert nodes(svg)[0] == list(gradient > 0)
    numbers = [int(t.text) for t in svg.iter("text") if "small-node" in t.get("class", "")]
    np.testing.assert_allclose(numbers, ways[ways > 0], atol=1e-9)
    assert sum(nodes(svg)[-1]) == 1
    if not any(layer.window[2] for layer in layers):
        assert len(list(svg.iter("line"))) == wires(layers)
    assert f"{np.sum(gradient > 0)} of the {receptive_field(layers)[-1].size} inputs" in figure.alt


def test_cone_puts_a_unit_under_the_middle_of_its_window():
    (svg,) = svgs(plots.cone([Conv(3, dilation=2), Pool(2)], 11))
    rows = {}
    for circle in svg.iter("circle"):
        rows.setdefault(circle.get("cy"), []).append(float(circle.get("cx")))
    inputs, hidden, pooled = rows.values()
    assert hidden == pytest.approx(inputs[2:-2])
    assert pooled[0] == pytest.approx((hidden[0] + hidden[1]) / 2)
    assert pooled[1] == pytest.approx((hidden[2] + hidden[3]) / 2)


def test_taps_marks_every_place():
    windows = [[(1, 2), (3.5, 4)], [(0, 0)]]
    figure = plots.taps(IMAGE, windows, ["two", "one"], alt="two taps and then one")
    html = figure._repr_html_()
    assert len(re.findall(r"<use [^>]*var\(--cb-kernel\)", html)) == 3
    assert html.count("data:image/png") == 2
    with pytest.raises(ValueError, match="taps: 1 titles for 2 windows"):
        plots.taps(IMAGE, windows, ["two"], alt="two taps and then one")
    with pytest.raises(ValueError, match="taps: alt must be a sentence"):
        plots.taps(IMAGE, windows, ["two", "one"], alt="taps")


# The explorer of dilations


@pytest.mark.parametrize("r, dilations", [(3, (2, 2, 2)), (3, (1, 2, 4)), (2, (1, 2, 4, 8)), (4, (3,))])
def test_dilation_shows_the_librarys_counts(show, r, dilations):
    page = show(explorer.dilation())
    set_slider(page, "r, weights", r)
    set_slider(page, "layers", len(dilations))
    for i, t in enumerate(dilations, 1):
        set_slider(page, f"t{i}, dilation", t)
    layers = [Conv(r, dilation=t) for t in dilations]
    size = receptive_field(layers)[-1].size
    ways = np.rint(input_gradient(layers, size) * r ** len(layers)).astype(int)
    read = np.count_nonzero(ways)
    text = page.locator(".cb-explorer").text_content()
    assert f"= {size} inputs wide. It reads {read} of them, in an image {read**2} of {size**2}." in text
    shared = np.count_nonzero(ways[1:] * ways[:-1])
    assert f"The output next to it reads {shared or 'none'} of them" in text
    assert text.count("read once") == (ways.max() == 1)
    for output in (1, 4):
        set_slider(page, "output", output)
        expected = np.zeros(size + 4, int)
        expected[output - 1 : output - 1 + size] = ways
        shown = page.locator("[data-ways]")
        if shown.count():  # there is room for numbers
            assert [int(v) for v in shown.all_text_contents()] == list(expected[expected > 0])
        lit = page.eval_on_selector_all("circle.input", "(all) => all.map((c) => !c.matches('.unseen'))")
        assert lit == list(expected > 0)
        assert page.locator("line.way").count() == wires(layers)
        grey = np.sqrt(np.outer(expected, expected)) / ways.max()
        np.testing.assert_allclose(canvas(page, 0), 255 * grey, atol=0.51)


def test_dilation_has_presets_and_forgets_them_when_edited(show):
    page = show(explorer.dilation())
    choice = page.get_by_role("combobox")
    assert choice.input_value() == "2, 2, 2"
    assert "reads none of them" in page.locator(".cb-explorer").text_content()
    choice.select_option("1, 3, 9")
    assert "reads 27 of them" in page.locator(".cb-explorer").text_content()
    assert "read once" in page.locator(".cb-explorer").text_content()
    page.get_by_role("slider", name="t3, dilation").press("ArrowLeft")
    assert choice.input_value() == ""
    assert not page.get_by_role("slider", name="t4, dilation").is_visible()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(r=5), "explorer.dilation: r must be from 2 to 4, got 5"),
        (dict(dilations=(1,) * 5), "explorer.dilation: layers must be from 1 to 4, got 5"),
        (dict(dilations=(1, 10)), "explorer.dilation: t must be from 1 to 9, got 10"),
    ],
)
def test_dilation_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        explorer.dilation(**arguments)


# The explorer of receptive fields


def rows(page):
    """Size, jump, start and units of every layer, as the table says."""
    cells = page.locator("tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [5, 6, 7, 8].map((i) => row.children[i].textContent.replace('−', '-')))"
    )
    return [(*map(int, row[:3]), int(row[3].split("×")[0])) for row in cells]


def test_networks_are_those_of_the_library():
    known = networks()
    for name, layers, shape in [
        ("AlexNet", architectures.alexnet(), (3, 227, 227)),
        ("VGG-16", architectures.vgg("D"), (3, 224, 224)),
        ("GoogLeNet", architectures.googlenet(), (3, 224, 224)),
    ]:
        windows = [layer.window for layer in fully_convolutional(layers, shape)]
        kept = [tuple(layer[1:]) for layer in known[name]["layers"]]
        assert kept == [
            window
            for layer, window in zip(layers, windows, strict=True)
            if type(layer).__name__ not in ("Norm", "Softmax")
        ]
        assert known[name]["n"] == shape[-1]
    fields = receptive_field(
        [Conv(r, stride=s, padding=p, dilation=t) for _, r, s, p, t in known["context module"]["layers"]]
    )
    assert [field.size for field in fields] == [3, 5, 9, 17, 33, 65, 67, 67]


@pytest.mark.parametrize("name", ["LeNet-5", "AlexNet", "VGG-16", "GoogLeNet", "context module"])
def test_receptive_field_shows_the_librarys_table(show, name):
    page = show(explorer.receptive_field(IMAGE, name))
    known = networks()[name]
    layers = [Conv(r, stride=s, padding=p, dilation=t) for _, r, s, p, t in known["layers"]]
    sizes, shape = [], (1, known["n"], known["n"])
    for layer in layers:
        shape = layer.output_shape(shape)
        sizes.append(shape[1])
    assert rows(page) == [(*field, n) for field, n in zip(receptive_field(layers), sizes, strict=True)]
    # It starts on the last layer that is not fully connected, at the unit in the middle.
    chosen = max(i for i, (kind, *_) in enumerate(known["layers"]) if kind != "fc")
    assert page.locator("tr.lit").text_content().startswith(f" {chosen + 1} ")
    size, jump, start = receptive_field(layers)[chosen]
    unit = (sizes[chosen] + 2) // 2 - 1
    box = page.locator("rect.own").first.evaluate(
        "(r) => ['x', 'y', 'width', 'height'].map((a) => Number(r.getAttribute(a)))"
    )
    assert box == [start + jump * unit] * 2 + [size] * 2


def gradient_map(page):
    """The picture of the gradient, grey levels as they are drawn."""
    return np.array(
        page.locator("image").last.evaluate(
            """async (image) => {
              const rows = await (async (address) => {
                const photo = new Image();
                photo.src = address;
                await photo.decode();
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [photo.width, photo.height];
                const context = canvas.getContext("2d");
                context.drawImage(photo, 0, 0);
                const { data } = context.getImageData(0, 0, photo.width, photo.height);
                return Array.from({ length: photo.height }, (_, i) =>
                  Array.from({ length: photo.width }, (_, j) => data[4 * (i * photo.width + j)]));
              })(image.getAttribute("href"));
              return rows;
            }"""
        )
    )


def test_receptive_field_measures_the_gradient(show):
    page = show(explorer.receptive_field(IMAGE, "LeNet-5"))
    page.locator("tbody tr").nth(3).get_by_role("radio").check()
    layers = architectures.lenet5()[:4]
    dx = input_gradient(layers, (32, 32))  # of unit 2 of 0 … 4, as in the page
    np.testing.assert_allclose(gradient_map(page), 255 * dx / dx.max(), atol=0.51)
    seen = np.flatnonzero(dx.sum(axis=0))
    text = page.locator(".cb-explorer").text_content()
    assert "sees 16×16 pixels; the dashed box is its neighbour’s, 4 to the right" in text
    assert f"not zero in rows {seen[0]} to {seen[-1]} and columns {seen[0]} to {seen[-1]}" in text
    area = np.count_nonzero(dx > 0.0455 * dx.max()) / np.count_nonzero(dx)
    assert f"In {area:.0%} of that".replace("%", "\N{NO-BREAK SPACE}%") in text
    page.get_by_role("checkbox").check()
    np.testing.assert_array_equal(gradient_map(page), 255 * (dx > 0))
    set_slider(page, "unit, column", 5)
    settle(page)
    assert np.flatnonzero(gradient_map(page).sum(axis=0)).min() == 16


def test_receptive_field_is_edited_by_keyboard(show):
    page = show(explorer.receptive_field(IMAGE, "eight 3×3 layers"))
    page.get_by_role("button", name="remove layer 8").click()
    assert page.get_by_role("combobox").input_value() == "your own"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "remove layer 7"
    page.get_by_role("button", name="Add a layer").click()
    assert len(rows(page)) == 8
    field = page.get_by_role("spinbutton", name="stride of layer 2")
    field.fill("2")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "stride of layer 2"
    page.get_by_role("spinbutton", name="dilation of layer 3").fill("3")
    layers = [Conv(3, padding=1), Conv(3, padding=1, stride=2), Conv(3, padding=1, dilation=3)]
    assert [row[:3] for row in rows(page)[:3]] == list(receptive_field(layers))
    field.fill("0")  # is ignored
    assert [row[:3] for row in rows(page)[:3]] == list(receptive_field(layers))


def test_receptive_field_says_what_does_not_fit(show):
    page = show(explorer.receptive_field(IMAGE, "LeNet-5"))
    page.get_by_role("spinbutton", name="size of the input").fill("20")
    assert page.locator("tbody tr").nth(4).text_content().count("–") == 3
    assert "larger than what is left" in page.locator(".cb-explorer").text_content()
    assert not page.locator("rect.own").count()
    for _ in range(7):
        page.get_by_role("button", name="remove layer 1", exact=True).click()
    assert "Add a layer." in page.locator("p").first.text_content()


def test_receptive_field_of_a_unit_that_sees_only_padding(show):
    page = show(explorer.receptive_field(IMAGE, "eight 3×3 layers"))
    page.locator("tbody tr").first.get_by_role("radio").check()
    page.get_by_role("spinbutton", name="padding of layer 1").fill("20")
    page.get_by_role("slider", name="unit, row").press("Home")
    assert (
        "sees 3×3 pixels; this one sees nothing but padding." in page.locator(".cb-explorer").text_content()
    )


def test_receptive_field_refuses():
    with pytest.raises(
        ValueError, match=r"explorer\.receptive_field: network must be one of LeNet-5, .* got 'X'"
    ):
        explorer.receptive_field(IMAGE, "X")
    with pytest.raises(ValueError, match=r"explorer\.receptive_field: image must be grey"):
        explorer.receptive_field(np.ones((3, 4, 4)))
