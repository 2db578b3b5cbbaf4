"""Explorers, operated as a reader would: what they show is what the library computes."""

import re
import subprocess
import sys

import numpy as np
import pytest

from convbook.data import photo
from convbook.reference import arithmetic, direct
from convbook.reference.layers import Conv
from convbook.reference.toeplitz import conv1d_matrix
from convbook.viz import explorer
from convbook.viz.explorer.filters import PRESETS
from convbook.viz.explorer.layers import LAYERS

PHOTO = photo("camera", step=8)
COLOURS = photo("astronaut", gray=False, step=12)
FILTERS = np.random.default_rng(4).standard_normal((3, 3, 4, 4))


def set_slider(page, name, value):
    slider = page.get_by_role("slider", name=name)
    slider.evaluate("(input, v) => { input.value = v; input.dispatchEvent(new Event('input')); }", str(value))


def drawn_matrix(page):
    """Which weight the picture shows where, over the inputs themselves."""
    rows = page.evaluate(
        """() => Array.from(document.querySelectorAll("[data-row]"), (row) => {
             const cells = Array.from(row.querySelectorAll("rect:not(.outside)"));
             return cells.map((cell) => Number((cell.getAttribute("class").match(/k(\\d)/) || [0, 0])[1]));
           })"""
    )
    return np.array(rows)


@pytest.mark.parametrize(
    "n, r, s, p, t", [(7, 3, 1, 0, 1), (7, 3, 2, 1, 1), (10, 4, 3, 3, 2), (12, 6, 4, 2, 1), (3, 1, 1, 2, 3)]
)
def test_toeplitz_shows_the_librarys_matrix(show, n, r, s, p, t):
    page = show(explorer.toeplitz())
    names = {"n, inputs": n, "r, weights": r, "s, stride": s, "p, padding": p, "t, dilation": t}
    for name, value in names.items():
        set_slider(page, name, value)
    W = conv1d_matrix(np.arange(1, r + 1), n, stride=s, padding=p, dilation=t)
    np.testing.assert_array_equal(drawn_matrix(page), W.toarray())
    m = W.shape[0]
    text = page.locator(".cb-explorer").text_content()
    assert f"= {m}: W is {m}×{n}." in text
    assert f"dense {m * n}, sparse {W.nnz}, shared {r}." in text
    unread = [j + 1 for j in range(n) if not W.toarray()[:, j].any()]
    assert bool(unread) == ("Never read" in text)


def test_toeplitz_writes_out_a_row(show):
    page = show(explorer.toeplitz())
    equation = page.locator(".cb-equation").first
    assert equation.text_content() == "y₁ = w₁ x₁ + w₂ x₂ + w₃ x₃"
    page.get_by_role("slider", name="row of W").press("ArrowRight")
    assert equation.text_content() == "y₂ = w₁ x₂ + w₂ x₃ + w₃ x₄"
    assert page.locator("text.lit").all_text_contents() == ["x₂", "x₃", "x₄"]
    page.locator("[data-row='4'] rect").first.hover()
    assert equation.text_content() == "y₅ = w₁ x₅ + w₂ x₆ + w₃ x₇"
    assert page.locator("g.lit").get_attribute("data-row") == "4"
    set_slider(page, "n, inputs", 5)  # the row that was chosen is gone: the last one is
    assert equation.text_content() == "y₃ = w₁ x₃ + w₂ x₄ + w₃ x₅"


def test_toeplitz_says_when_the_kernel_does_not_fit(show):
    page = show(explorer.toeplitz())
    set_slider(page, "t, dilation", 3)
    set_slider(page, "n, inputs", 6)
    assert page.get_by_text("The kernel does not fit: it spans r̂ = t(r − 1) + 1 = 7").is_visible()
    assert not page.locator("[data-row]").first.is_visible()
    set_slider(page, "p, padding", 1)
    assert len(drawn_matrix(page)) == 2


def test_toeplitz_computes_with_numbers_put_in(show):
    page = show(explorer.toeplitz(5, 2))
    page.get_by_text("Put numbers in").click()
    x, w = [2.0, -1, 0.5, 3, 7], [4.0, -3]
    for letter, values in (("x", x), ("w", w)):
        for i, value in enumerate(values):
            page.get_by_role("spinbutton", name=f"{letter} {i + 1}").fill(str(value))
    y = direct.conv1d(np.array(x), np.array(w))
    shown = page.locator(".cb-equation").last.text_content()
    assert [float(v) for v in re.findall(r"[-\d.]+", shown.replace("−", "-"))] == list(y)


@pytest.mark.parametrize("name, value", [("n", 13), ("r", 0), ("s", 5), ("p", 4), ("t", 0)])
def test_toeplitz_refuses(name, value):
    with pytest.raises(ValueError, match=f"explorer.toeplitz: {name} must be from .* got {value}"):
        explorer.toeplitz(**{name: value})


def test_probe_tells_convolutions_from_others(show):
    page = show(explorer.impulse_probe())
    x = np.array([0, 2, 1, 0, -1.5, 0, 0, 1, 1, 1, 0, -1])
    n = np.arange(12)
    maximum = np.maximum(np.maximum(x, np.r_[0, x[:-1]]), np.r_[0, 0, x[:-2]])
    misses = dict.fromkeys("ABE", 0)
    misses |= {"C": abs(n / 4 * x).max(), "D": abs(maximum - np.convolve(x, [1, 1, 1])[:12]).max()}
    for box, miss in misses.items():
        page.get_by_role("combobox").select_option(box)
        assert not page.locator(".ring").count()
        page.get_by_role("button", name="Probe with an impulse").click()
        verdict = page.locator(".cb-verdict").text_content()
        assert float(re.search(r"prediction: ([\d.]+)\. ", verdict)[1]) == pytest.approx(miss, abs=0.01)
        assert ("not a convolution" in verdict) == (miss > 0)
        assert page.locator(".ring").count() == 12


def test_probe_input_is_set_by_keyboard(show):
    page = show(explorer.impulse_probe())
    page.get_by_role("combobox").select_option("D")
    page.get_by_role("button", name="Probe with an impulse").click()
    bars = page.locator("[role=slider]")
    page.keyboard.press("Tab")
    for n in range(12):  # a signal without negative samples or neighbours: here even the maximum is predicted
        now = float(bars.nth(n).get_attribute("aria-valuenow"))
        for _ in range(round(2 * abs(now - (n == 5)))):
            page.keyboard.press("ArrowDown" if now > (n == 5) else "ArrowUp")
        page.keyboard.press("ArrowRight")
    assert [bars.nth(n).get_attribute("aria-valuenow") for n in (0, 1, 5, 11)] == ["0", "0", "1", "0"]
    assert "they agree" in page.locator(".cb-verdict").text_content()
    page.keyboard.press("PageDown")
    assert bars.nth(11).get_attribute("aria-valuenow") == "-1"
    assert "They disagree" in page.locator(".cb-verdict").text_content()


def test_probe_input_is_set_by_mouse(show):
    page = show(explorer.impulse_probe())
    bars = page.locator("[role=slider]")
    bars.nth(3).scroll_into_view_if_needed()
    box = bars.nth(3).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 12)
    page.mouse.down()
    assert bars.nth(3).get_attribute("aria-valuenow") == "3"
    page.mouse.move(box["x"] + 1.5 * box["width"], box["y"] + box["height"] - 12)
    page.mouse.up()
    assert bars.nth(4).get_attribute("aria-valuenow") == "-3"


def canvas(page, index):
    """Grey levels of a canvas, 0 to 255."""
    read = """(c) => [c.height, c.width,
        Array.from(c.getContext("2d").getImageData(0, 0, c.width, c.height).data)]"""
    data = page.locator("canvas").nth(index).evaluate(read)
    return np.array(data[2]).reshape(data[0], data[1], 4)[..., 0]


def settle(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def test_photograph_is_filtered_with_the_kernel_that_is_shown(show):
    page = show(explorer.convolution2d(PHOTO))
    page.wait_for_selector("canvas")
    x = np.round(255 * PHOTO) / 255
    np.testing.assert_array_equal(canvas(page, 0), np.round(255 * PHOTO))
    for name, weights in PRESETS.items():
        page.get_by_role("combobox").select_option(name)
        for flip in (False, True):
            page.get_by_role("checkbox").set_checked(flip)
            settle(page)
            w = np.array(weights, float)
            y = direct.convolve2d(x, w, mode="same") if flip else direct.conv2d(x, w, padding=1)
            grey = 0.5 + y / abs(w).sum() if abs(w.sum()) < 1e-9 else y
            np.testing.assert_allclose(canvas(page, 1), 255 * np.clip(grey, 0, 1), atol=0.51)


def test_kernel_is_edited(show):
    page = show(explorer.convolution2d(PHOTO))
    page.get_by_role("combobox").select_option("identity")
    page.get_by_role("spinbutton", name="kernel row 2, column 2").fill("0.5")
    settle(page)
    np.testing.assert_allclose(canvas(page, 1), np.round(255 * PHOTO) / 2, atol=0.51)
    assert page.get_by_role("combobox").input_value() == ""


def test_gabor_sliders_change_kernel_and_response(show):
    page = show(explorer.gabor(PHOTO))
    page.wait_for_selector("canvas")
    for name in ("λ, wavelength", "θ, orientation", "φ, phase", "σ, width", "γ, aspect"):
        before = canvas(page, 1), canvas(page, 2)
        page.get_by_role("slider", name=name).press("ArrowRight")
        settle(page)
        for old, new in zip(before, (canvas(page, 1), canvas(page, 2)), strict=True):
            assert old.shape != new.shape or (old != new).any()


def read_layer(page):
    """The results of the calculator, by name."""
    rows = page.locator(".cb-sums > div").all()
    return {row.locator("span").first.text_content(): row.locator("strong").text_content() for row in rows}


def expected(layer):
    k, maps, H, W, r, s, p, t, g = layer.values()
    hyper = {"stride": s, "padding": p, "dilation": t}
    height, width = arithmetic.output_size((H, W), r, **hyper)
    counts = {
        "kernel spans": arithmetic.effective_kernel(r, t),
        "height": height,
        "width": width,
        "parameters": arithmetic.conv2d_parameters(k, maps, r, groups=g),
        "operations": arithmetic.conv2d_operations(k, maps, r, (H, W), **hyper, groups=g),
    }
    return {name: f"{count:,}" for name, count in counts.items()}


def test_layer_arithmetic_is_the_librarys(show):
    page = show(explorer.layer_arithmetic())
    for name, layer in LAYERS.items():
        page.get_by_role("combobox").select_option(name)
        assert read_layer(page).items() >= expected(layer).items()
    k, maps, H, W = (layer[key] for key in ("k", "maps", "H", "W"))
    text = page.locator(".cb-explorer").text_content()
    dense = (k * H * W + 1) * maps * H * W
    assert f"From {k}×{H}×{W} to {maps}×{H}×{W}: fully connected this would take {dense:,} parameters" in text


def test_layer_arithmetic_takes_any_numbers(show):
    page = show(explorer.layer_arithmetic())
    layer = dict(zip(LAYERS["1×1, 256 to 64 maps"], (6, 4, 20, 33, 5, 3, 2, 2, 2), strict=True))
    names = ("k, maps in", "k′, maps out", "H, height", "W, width", "r, kernel", "s, stride", "p, padding")
    for name, number in zip((*names, "t, dilation", "g, groups"), layer.values(), strict=True):
        page.get_by_role("spinbutton", name=name).fill(str(number))
    assert read_layer(page).items() >= expected(layer).items()
    assert "(5²·6/2 + 1)·4" in page.locator(".cb-sums").text_content()
    assert page.get_by_role("combobox").input_value() == ""
    assert read_layer(page)["memory, input"] == "15.5 KiB"  # 4·6·20·33 bytes


@pytest.mark.parametrize(
    "field, number, message",
    [
        ("H, height", 226, "The last 3 rows are never read."),
        ("W, width", 224, "The last column is never read."),
        ("p, padding", 3, "The rows do not fit exactly, but only padding is left over."),
        ("g, groups", 2, "The groups must divide the maps: g = 2, but k = 3 and k′ = 96."),
        ("t, dilation", 23, "The kernel does not fit: it spans 231, but the padded input is only 227×227."),
        ("s, stride", 0, "s, stride must be a whole number, at least 1."),
        ("r, kernel", 2.5, "r, kernel must be a whole number, at least 1."),
    ],
)
def test_layer_arithmetic_says_what_does_not_fit(show, field, number, message):
    page = show(explorer.layer_arithmetic())
    page.get_by_role("combobox").select_option("AlexNet, first layer")
    assert "never read" not in page.locator(".cb-explorer").text_content()
    page.get_by_role("spinbutton", name=field).fill(str(number))
    assert page.get_by_text(message).is_visible()


def test_feature_maps_answer_where_the_window_stands(show):
    page = show(explorer.feature_maps(COLOURS, FILTERS, ["one", "two", "three"]))
    page.wait_for_selector(".cb-cards")
    x = np.round(255 * COLOURS) / 255
    for stride, u, v in ((1, 0, 5), (2, 7, 3), (3, 4, 11)):
        y = direct.conv2d(x, FILTERS.round(4), stride=stride)
        for name, number in (("s, stride", stride), ("row", u), ("column", v)):
            set_slider(page, name, number)
            settle(page)
        answers = page.locator(".cb-head output").all_text_contents()
        got = [float(answer.replace("−", "-")) for answer in answers]
        np.testing.assert_allclose(got, y[:, u, v], atol=0.006)
        best = ["one", "two", "three"][y[:, u, v].argmax()]
        assert f"Here “{best}” answers most" in page.locator(".cb-note").text_content()
        grey = 0.5 + y[1] / (2 * abs(y[1]).max())
        np.testing.assert_allclose(
            canvas(page, 4), 255 * grey, atol=0.51
        )  # photograph, filter, map, filter, map
        frame, photograph = (page.locator(place).first.bounding_box() for place in (".cb-window", "canvas"))
        top = (frame["y"] - photograph["y"]) / photograph["height"]
        assert top == pytest.approx(stride * u / x.shape[1], abs=0.01)
    page.get_by_role("checkbox").check()
    settle(page)
    np.testing.assert_allclose(canvas(page, 4), 255 * np.maximum(y[1], 0) / y[1].max(), atol=0.51)


def test_feature_maps_window_is_dragged(show):
    page = show(explorer.feature_maps(COLOURS, FILTERS, ["one", "two", "three"]))
    page.wait_for_selector(".cb-cards")
    box = page.locator("canvas").first.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    h, w = COLOURS.shape[1:]
    assert page.get_by_role("slider", name="column").input_value() == str(w - 4)
    assert abs(int(page.get_by_role("slider", name="row").input_value()) - (h / 2 - 2)) <= 1


def test_feature_maps_refuses():
    with pytest.raises(ValueError, match=r"explorer.feature_maps: image must be in colours, \(3, H, W\)"):
        explorer.feature_maps(PHOTO, FILTERS, ["one", "two", "three"])
    with pytest.raises(ValueError, match=r"explorer.feature_maps: w must be .* got shape .* and 1 names"):
        explorer.feature_maps(COLOURS, FILTERS, ["one"])


def test_images_must_be_grey_and_small():
    with pytest.raises(
        ValueError, match=r"explorer.gabor: image must be grey, \(H, W\), got shape \(3, 4, 4\)"
    ):
        explorer.gabor(np.ones((3, 4, 4)))
    with pytest.raises(ValueError, match=r"explorer.convolution2d: image 300×300 takes \d+ bytes as PNG"):
        explorer.convolution2d(np.random.default_rng(0).random((300, 300)))


FIGURES = (
    "explorer.toeplitz()",
    "explorer.impulse_probe()",
    "explorer.gabor(image)",
    "explorer.convolution2d(image)",
    "explorer.dilation()",
    "explorer.receptive_field(image)",
    "explorer.layer_arithmetic()",
    "explorer.feature_maps(photo('astronaut', gray=False, step=5), filters, 'abc')",
    "stepper.conv1d([1, 2, 3], [1, 2])",
    "stepper.conv2d(image[:5, :4], image[:2, :3])",
    "stepper.multichannel(image[None, :3, :3], filters[:1, :1, :2, :2])",
    "plots.layer_growth()",
    "plots.cone([Conv(3)] * 3, 9)",
    "plots.heatmap(image, alt='a photograph as a matrix')",
)


@pytest.fixture(scope="module")
def figures():
    from convbook.viz import plots, stepper

    names = {"explorer": explorer, "stepper": stepper, "plots": plots, "photo": photo, "Conv": Conv}
    names |= {"image": PHOTO, "filters": FILTERS}
    return [eval(figure, names) for figure in FIGURES]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", ["book", "jupyter", "colab"])
def test_all_fit_a_phone_and_no_page_complains(show, figures, place, theme):
    page = show(*figures, width=390, theme=theme, place=place)
    page.get_by_role("button", name="Probe with an impulse").click()
    settle(page)
    page.wait_for_selector(".cb-cards")
    assert page.locator("canvas").count() == 5 + 7 + 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_sizes(figures):
    limits = (40, 40, 60, 60, 40, 60, 40, 60, 25, 30, 25, 40, 20, 60)
    for figure, limit in zip(figures, limits, strict=True):
        assert len(figure._repr_html_().encode()) < 1000 * limit, figure


def test_nothing_foreign(figures):
    for figure in figures:
        addresses = re.findall(r"""https?:[^"'\s)]+""", figure._repr_html_())
        assert set(addresses) <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_every_build_gives_the_same_bytes():
    code = (
        "import hashlib; from convbook.data import photo; from convbook.viz import explorer, plots, stepper\n"
        "from convbook.reference.layers import Conv\n"
        "import numpy as np\nimage = photo('camera', step=8)\n"
        "filters = np.random.default_rng(4).standard_normal((3, 3, 4, 4))\n"
        f"for figure in ({', '.join(FIGURES)}):\n"
        "    print(hashlib.sha256(figure._repr_html_().encode()).hexdigest())"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[0].stdout == runs[1].stdout
    assert len(set(runs[0].stdout.split())) == len(FIGURES)
