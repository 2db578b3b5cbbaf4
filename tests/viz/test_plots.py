"""The pictures of the chapters say what the arrays say."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from convbook import viz
from convbook.reference.toeplitz import conv1d_matrix, conv2d_matrix, windows1d
from convbook.viz import plots
from convbook.viz.plots.weights import CELL

ALT = "a matrix with three weights"


def svgs(figure):
    return [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", figure._repr_html_(), re.S)]


def grid(svg, cell=CELL):
    """The weights of a drawn matrix, read back from letters and colours: {(row, column): (text, colour)}."""
    rects = [r for r in svg.iter("rect") if "weight" in r.get("class")]
    texts = {(t.get("x"), round(float(t.get("y")))): t.text for t in svg.iter("text")}
    left = min(float(r.get("x")) for r in svg.iter("rect"))
    top = min(float(r.get("y")) for r in svg.iter("rect"))
    found = {}
    for r in rects:
        x, y, size = (float(r.get(a)) for a in ("x", "y", "width"))
        text = texts[f"{x + size / 2:g}", round(y + size * 0.64)]
        found[round((y - top) / size), round((x - left) / size)] = (text, r.get("class").split()[1])
    return found


def pixels(figure):
    data = re.findall(r"base64,([^\"]+)", figure._repr_html_())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png)))) / 255 for png in data]


def test_matrix_draws_each_weight_with_its_letter_and_colour():
    W = conv1d_matrix(np.arange(1, 4), 9, stride=2, padding=1, dilation=2).toarray()
    (svg,) = svgs(plots.matrix(W, alt=ALT, columns="x", rows="y"))
    assert grid(svg) == {(i, j): ("w" + "₀₁₂₃"[k], f"k{k}") for (i, j), k in np.ndenumerate(W) if k}
    assert len([r for r in svg.iter("rect") if r.get("class") == "zero"]) == np.sum(W == 0)
    texts = [t.text for t in svg.iter("text")]
    assert [t for t in texts if t.startswith("x")] == [f"x{d}" for d in "₁₂₃₄₅₆₇₈₉"]
    assert [t for t in texts if t.startswith("y")] == [f"y{d}" for d in "₁₂₃₄"]


def test_matrix_takes_other_letters_and_blocks():
    W = conv2d_matrix(np.arange(1, 10).reshape(3, 3), (4, 4)).toarray()
    (svg,) = svgs(plots.matrix(W, alt=ALT, labels=list("abcdefghi"), blocks=(2, 4)))
    assert {text for text, _ in grid(svg).values()} == set("abcdefghi")
    assert len([e for e in svg.iter("line") if e.get("class") == "block"]) == 3 + 5


def test_several_matrices_have_titles_and_letters_of_their_own():
    W = conv1d_matrix(np.arange(1, 4), 7).toarray()
    X = windows1d(np.arange(1, 8), 3)
    figure = plots.matrices(
        [W, X], ["W & x", "X"], labels=["w", "x"], alt="a Toeplitz and a Hankel matrix", cols=2
    )
    first, second = svgs(figure)
    assert {text[0] for text, _ in grid(first).values()} == {"w"}
    assert grid(second)[4, 2] == ("x₇", "k7")
    assert '<div class="cb-title">W &amp; x</div>' in figure._repr_html_()
    with pytest.raises(ValueError, match="matrices: 1 titles for 2 matrices"):
        plots.matrices([W, X], ["one"], alt=ALT)
    with pytest.raises(ValueError, match="matrices: 3 labels for 2 matrices"):
        plots.matrices([W, X], labels=["w", "x", "y"], alt=ALT)


def test_letters_that_are_markup_stay_letters():
    (svg,) = svgs(plots.matrix([[1]], alt=ALT, labels=["<b>"]))
    assert grid(svg) == {(0, 0): ("<b>", "k1")}


@pytest.mark.parametrize(
    "W, message",
    [
        (np.eye(3), "matrix: W must be a matrix of integers ≥ 0"),
        (np.array([1, 2]), r"got int64 of shape \(2,\)"),
        (np.array([[-1]]), "integers ≥ 0"),
        (np.ones((2, 26), int), "2×26 is too wide for letters"),
        (np.array([[4]]), "3 labels for 4 weights"),
    ],
)
def test_matrix_refuses(W, message):
    with pytest.raises(ValueError, match=message):
        plots.matrix(W, alt=ALT, labels=list("abc"))


def test_small_heatmap_writes_its_numbers():
    M = np.array([[1.5, -0.25, 0], [0, 2, -3]])
    (svg,) = svgs(plots.heatmap(M, alt=ALT, titles=("out", "in")))
    texts = [t.text for t in svg.iter("text")]
    assert texts[2:] == ["1.5", "−0.25", "0", "0", "2", "−3"]
    signs = [r.get("class").split()[1] for r in svg.iter("rect")]
    assert [s == "kernel" for s in signs] == list((M > 0).ravel())
    tint = [float(r.get("fill-opacity")) for r in svg.iter("rect")]
    np.testing.assert_allclose(tint, 0.45 * abs(M).ravel() / 3, atol=0.01)


def test_large_heatmap_takes_sparse_matrices():
    W = conv2d_matrix(np.array([[1.0, -2, 1]]), (14, 14), padding=(0, 1))
    figure = plots.heatmap(W, alt="a banded matrix of two signs")
    html = figure._repr_html_()
    assert "data:image/png" in html
    ends = re.findall(r'text-anchor: end" x="([-.0-9]+)"[^>]*>([0-9]+)<', html)  # labels of the rows
    assert ends
    assert all(float(x) > 8 * len(label) for x, label in ends)
    with pytest.raises(ValueError, match=r"heatmap: M must be a matrix, got shape \(3,\)"):
        plots.heatmap(np.ones(3), alt=ALT)


def test_images_have_own_shared_or_given_limits():
    a, b = np.array([[0.0, 1], [0.5, 0.25]]), np.array([[0.0, 2], [4, 1]])
    own = pixels(plots.images([a, b], alt="two small images"))
    np.testing.assert_allclose(own[0], a, atol=1 / 255)
    np.testing.assert_allclose(own[1], b / 4, atol=1 / 255)
    shared = pixels(plots.images([a, b], alt="two small images", limits="shared"))
    np.testing.assert_allclose(shared[0], a / 4, atol=1 / 255)
    given = pixels(plots.images([b], alt="one small image", limits=(1, 3)))
    np.testing.assert_allclose(given[0], np.clip((b - 1) / 2, 0, 1), atol=1 / 255)


def test_an_image_of_one_value_is_not_black_unless_it_is_zero():
    box, nothing = pixels(plots.images([np.full((2, 3), 1 / 9), np.zeros((2, 3))], alt="a box and nothing"))
    assert (box == 1).all()
    assert (nothing == 0).all()


def test_diverging_images_are_blank_at_zero():
    a = np.array([[-2.0, 0, 1]])
    (image,) = pixels(plots.images([a], alt="a signed image", diverging=True))
    np.testing.assert_allclose(image[..., 3], abs(a) / 2, atol=1 / 255)
    assert image[0, 0, 2] > image[0, 0, 0]  # blue below zero
    assert image[0, 2, 0] > image[0, 2, 2]  # red above


def test_signed_and_unsigned_images_stand_together():
    a = np.array([[0.0, 1]])
    plain, signed = pixels(plots.images([a, a], alt="the same twice", diverging=[False, True]))
    np.testing.assert_array_equal(plain, a)
    assert signed[0, 0, 3] == 0


def test_colour_images_with_channels_first_or_last():
    rgb = np.random.default_rng(0).random((3, 4, 5))
    first, last = pixels(plots.images([rgb, np.moveaxis(rgb, 0, 2)], ["a", "b"], alt="two colour images"))
    np.testing.assert_array_equal(first, last)
    np.testing.assert_allclose(first[..., :3], np.moveaxis(rgb, 0, 2), atol=1 / 255)


def test_images_refuse():
    with pytest.raises(ValueError, match=r"images: array 1 has shape \(2, 4, 5\)"):
        plots.images([np.ones((2, 2)), np.ones((2, 4, 5))], alt="two odd images")
    with pytest.raises(ValueError, match=r"images: limits must be .* got 'share'"):
        plots.images([np.ones((2, 2))], alt="one plain image", limits="share")
    with pytest.raises(ValueError, match="images: 3 values of diverging for 1 images"):
        plots.images([np.ones((2, 2))], alt="one plain image", diverging=[True] * 3)
    with pytest.raises(ValueError, match="images: 1 titles for 2 images"):
        plots.images([np.ones((2, 2))] * 2, ["one"], alt="two plain images")


@pytest.mark.parametrize("n, r", [(7, 3), (5, 2), (6, 1)])
def test_layer_growth_counts_its_weights(n, r):
    figure = plots.layer_growth(n, r)
    m = n - r + 1
    pictures = svgs(figure)
    for graph, edges in zip(pictures[::2], (m * n, m * r, m * r), strict=True):
        assert len(list(graph.iter("line"))) == edges
    different = [len({text for text, _ in grid(matrix).values()}) for matrix in pictures[1::2]]
    assert different == [m * n, m * r, r]
    assert f"dense with {m * n} weights, sparse with {m * r}, and shared with {r}" in figure.alt
    shared = {(i, i + a): (f"w{'₀₁₂₃'[a + 1]}", f"k{a + 1}") for i in range(m) for a in range(r)}
    assert grid(pictures[-1]) == shared


def test_layer_growth_refuses_a_kernel_that_does_not_fit():
    with pytest.raises(ValueError, match="layer_growth: kernel r = 8 does not fit n = 7 inputs"):
        plots.layer_growth(7, 8)


def test_layer_draws_the_edges_of_its_matrix():
    W = np.array([[1, 0, 2], [0, 3, 0]])
    graph, matrix = svgs(plots.layer(W, alt="three inputs and two outputs"))
    assert sorted(e.get("class").split()[2] for e in graph.iter("line")) == ["k1", "k2", "k3"]
    assert grid(matrix) == {(0, 0): ("w₁", "k1"), (0, 2): ("w₂", "k2"), (1, 1): ("w₃", "k3")}


def test_signals_are_named_and_one_dimensional():
    figure = plots.signals({"x": [1, 2, 3], "y": [0, 1]}, alt="two short signals", starts={"y": -1})
    assert ">x</text>" in figure._repr_html_()
    assert ">−1</text>" in figure._repr_html_()
    with pytest.raises(ValueError, match=r"signals: y must be 1-D, got shape \(1, 2\)"):
        plots.signals({"y": [[1, 2]]}, alt="one odd signal")


@pytest.mark.parametrize(
    "draw",
    [
        lambda alt: plots.images([np.ones((2, 2))], alt=alt),
        lambda alt: plots.matrix([[1]], alt=alt),
        lambda alt: plots.heatmap(np.ones((2, 2)), alt=alt),
        lambda alt: plots.signals({"x": [1.0]}, alt=alt),
        lambda alt: plots.layer([[1]], alt=alt),
    ],
)
def test_every_picture_needs_a_sentence(draw):
    with pytest.raises(ValueError, match="alt must be a sentence"):
        draw("picture")
    assert repr(draw("what is seen here")) == "[figure: what is seen here]"


def test_no_page_is_wider_than_a_phone(show):
    fig, _ = viz.subplots()
    W = conv2d_matrix(np.arange(1, 10).reshape(3, 3), (4, 4)).toarray()
    figures = [
        viz.show(fig, alt="empty axes, 700 pixels wide"),
        plots.images([np.ones((50, 90))] * 3, ["one", "two", "three"], alt="three white images"),
        plots.matrix(W, alt=ALT, columns="x", rows="y"),
        plots.heatmap(np.random.default_rng(0).standard_normal((30, 90)), alt="a wide matrix of noise"),
        plots.heatmap(np.ones((4, 12)), alt="ones in a wide matrix"),
        plots.signals({"x": [1.0, 2]}, alt="one short signal"),
        plots.matrices([W[:, :9], W[:, 7:]], ["left", "right"], alt="two halves of a matrix", cols=2),
        plots.layer_growth(),
    ]
    for width in (390, 1280):
        page = show(*figures, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        boxes = page.evaluate(
            "Array.from(document.querySelectorAll('.cb'), (f) => f.getBoundingClientRect().width)"
        )
        assert len(boxes) == len(figures)
        assert max(boxes) <= min(width, 700)
