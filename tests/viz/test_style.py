"""Matplotlib figures on the page: sized, themed, named, the same bytes every time, and nothing leaks out."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from convbook import viz
from convbook.viz import html

ALT = "A line that rises beside a small picture."


def drawing():
    fig, (left, right) = viz.subplots(1, 2, width=600, height=200)
    left.plot([0, 1, 3], [0, 2, 1], label="x", clip_on=True)
    left.fill_between([0, 1], [0, 1], facecolor="none", edgecolor=viz.KERNEL, hatch="//")
    left.set_xlabel("time $t_1$")
    left.legend()
    right.imshow(np.arange(6.0).reshape(2, 3))
    right.set_title("<picture> & more")
    return fig


def svg_of(figure):
    return re.search(r"<svg.*</svg>", figure._repr_html_(), re.S)[0]


def test_svg_is_named_and_sized_in_pixels():
    svg = ET.fromstring(svg_of(viz.show(drawing(), alt=ALT)))
    assert svg.attrib["role"] == "img"
    assert svg.attrib["aria-label"] == ALT
    assert (float(svg.attrib["width"]), float(svg.attrib["height"])) == (600, 200)


def test_colours_follow_the_theme():
    svg = svg_of(viz.show(drawing(), alt=ALT))
    for colour in (viz.INK, viz.INPUT, viz.KERNEL):
        assert colour not in svg
    for variable in ("currentColor", "var(--cb-input)", "var(--cb-kernel)"):
        assert f"stroke: {variable}" in svg


def test_text_is_text_in_the_pages_font():
    svg = svg_of(viz.show(drawing(), alt=ALT))
    assert ">time" in svg or ">t</tspan>" in svg
    assert "&lt;picture&gt; &amp; more" in svg
    assert "font-family" not in svg
    assert "DejaVu" not in svg


def test_no_style_sheet_of_matplotlib_reaches_the_page():
    assert "<style" not in svg_of(viz.show(drawing(), alt=ALT))


def test_rasters_stay_embedded():
    assert 'href="data:image/png;base64,iVBOR' in svg_of(viz.show(drawing(), alt=ALT))


def test_every_reference_has_its_target_and_figures_do_not_share_them():
    first = svg_of(viz.show(drawing(), alt=ALT))
    other = drawing()
    other.axes[0].set_xlim(0, 2)
    second = svg_of(viz.show(other, alt=ALT))
    ids = [set(re.findall(r' id="([^"]+)"', svg)) for svg in (first, second)]
    for svg, own in zip((first, second), ids, strict=True):
        used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', svg))
        assert used
        assert {a or b for a, b in used} <= own
    assert not ids[0] & ids[1]


def test_the_same_figure_gives_the_same_bytes():
    assert viz.show(drawing(), alt=ALT)._repr_html_() == viz.show(drawing(), alt=ALT)._repr_html_()


@pytest.mark.parametrize("alt", ["", "plot", "two words", None, 3])
def test_alt_must_be_a_sentence(alt):
    with pytest.raises(ValueError, match="show: alt must be a sentence"):
        viz.show(drawing(), alt=alt)


def test_alt_cannot_be_left_out():
    with pytest.raises(TypeError, match="alt"):
        viz.show(drawing())


def test_plain_text():
    assert repr(viz.show(drawing(), alt=ALT)) == f"[figure: {ALT}]"


def test_alt_is_escaped():
    svg = ET.fromstring(svg_of(viz.show(drawing(), alt='a "quoted" <tag> & more')))
    assert svg.attrib["aria-label"] == 'a "quoted" <tag> & more'


def test_pyplot_figures_are_closed():
    import matplotlib.pyplot as plt

    fig = plt.figure()
    viz.show(fig, alt="an empty pyplot figure")
    assert fig.number not in plt.get_fignums()


def test_at_most_700_pixels_wide():
    with pytest.raises(ValueError, match="subplots: width must be at most 700 pixels, got 701"):
        viz.subplots(width=701)


def test_importing_is_cheap():
    code = (
        "import sys, convbook.viz; print(sorted({'matplotlib', 'torch', 'scipy', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_palette_is_one():
    """The colours matplotlib draws with are the light values of the style sheet."""
    light = html.asset("figure.css").partition("}")[0]
    for name, colour in {
        "input": viz.INPUT,
        "kernel": viz.KERNEL,
        "output": viz.OUTPUT,
        "muted": viz.MUTED,
    }.items():
        assert f"--cb-{name}: {colour};" in light
    for k, colour in enumerate(viz.WEIGHTS, start=1):
        assert f"--cb-k{k}: {colour};" in light


@pytest.mark.parametrize("place", ["book", "jupyter", "colab"])
def test_text_and_lines_change_with_the_theme(show, place):
    figure = viz.show(drawing(), alt=ALT)
    colours = {}
    for theme in ("light", "dark"):
        page = show(figure, theme=theme, place=place)
        page.evaluate("document.body.style.color = 'rgb(1, 2, 3)'")
        text = page.evaluate("getComputedStyle(document.querySelector('svg text')).fill")
        assert text == "rgb(1, 2, 3)"
        line = page.locator("svg path[style*='var(--cb-input)']").first
        colours[theme] = line.evaluate("(path) => getComputedStyle(path).stroke")
    assert colours["light"] == "rgb(0, 114, 178)"
    assert colours["dark"] == "rgb(86, 180, 233)"


@pytest.mark.parametrize(
    "value, text",
    [
        (3.0, "3"),
        (-0.5, "−0.5"),
        (1 / 3, "0.333"),
        (123.4, "123"),
        (-1234.4, "−1234"),
        (0, "0"),
        (2e-5, "2e−05"),
    ],
)
def test_numbers_as_figures_write_them(value, text):
    assert html.number(value) == text
