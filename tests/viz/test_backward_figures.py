"""The figures of the backward pass: numbers, letters and wires are those of the library."""

import re

import numpy as np
import pytest
import torch

from convbook import viz
from convbook.reference import direct
from convbook.reference.arithmetic import output_size
from convbook.reference.toeplitz import conv1d_matrix, conv2d_matrix
from convbook.viz import explorer, plots, stepper

from .test_explorer import set_slider
from .test_plots import ALT, grid, svgs
from .test_stepper import captions_of, cells_of, frames_of, integers, value

CASES = [
    ((7,), (3,), {}),
    ((8,), (3,), {"stride": 2}),
    ((6,), (2,), {"stride": 3, "padding": 2, "dilation": 2}),
    ((4, 5), (3, 2), {}),
    ((4, 6), (2, 3), {"stride": (2, 1), "padding": (0, 1), "dilation": (3, 2)}),
]
cases = pytest.mark.parametrize("n, r, hyper", CASES, ids=str)


def layer(n, r, hyper):
    """Random numbers for a layer, and its gradients by the library."""
    x, w = integers(n).astype(float), integers(r).astype(float)
    dy = integers(output_size(*(n, r) if len(n) == 2 else (*n, *r), **hyper)).astype(float)
    dx, dw, _ = getattr(direct, f"conv{len(n)}d_backward")(dy, x, w, **hyper)
    return dy, x, w, dx, dw


def padding_of(n, hyper):
    return np.broadcast_to(hyper.get("padding", 0), len(n))


def which_weight(n, r, hyper):
    numbers = np.arange(1, np.prod(r) + 1).reshape(r)
    return (
        conv1d_matrix(numbers, *n, **hyper) if len(n) == 1 else conv2d_matrix(numbers, n, **hyper)
    ).toarray()


# Steppers


@cases
def test_dx_is_painted_output_by_output(n, r, hyper):
    dy, x, w, dx, _ = layer(n, r, hyper)
    figure = stepper.backward_input(dy, x, w, **hyper)
    frames, padding = frames_of(figure), padding_of(n, hyper)
    dropped = frames.pop() if padding.any() else None
    assert len(frames) == dy.size
    shown = np.full([size + 2 * p for size, p in zip(n, padding, strict=True)], np.nan)
    for frame, g in zip(frames, dy.flat, strict=True):
        for cell, text in frame["put"]["dx"].items():
            shown.flat[int(cell)] = value(text)
        notes = [value(text) for text in frame["on"]["dx"].values()]
        assert notes == list(g * w.ravel())
    inner = tuple(slice(p, p + size) for p, size in zip(padding, n, strict=True))
    np.testing.assert_array_equal(shown[inner], dx)
    assert not np.isnan(shown).any()
    if dropped:
        outside = np.ones(shown.shape, bool)
        outside[inner] = False
        assert dropped["put"]["dx"] == {str(i): "" for i in np.flatnonzero(outside)}


@cases
def test_the_lit_row_of_W_is_what_the_output_paints_with(n, r, hyper):
    dy, x, w, _, _ = layer(n, r, hyper)
    W = which_weight(n, r, hyper)
    for row, frame in enumerate(frames_of(stepper.backward_input(dy, x, w, **hyper))[: dy.size]):
        lit = [int(cell) for cell in frame["on"]["W"]]
        assert lit == list(range(row * x.size, (row + 1) * x.size))
        padded = np.pad(x, [(p, p) for p in padding_of(n, hyper)]).shape
        painted = np.zeros(padded)
        for cell, note in frame["on"]["dx"].items():
            painted.flat[int(cell)] = value(note)
        inner = tuple(slice(p, p + size) for p, size in zip(padding_of(n, hyper), n, strict=True))
        weights = np.concatenate([[0], w.ravel()])[W[row]]
        np.testing.assert_array_equal(painted[inner].ravel(), dy.flat[row] * weights)


@cases
def test_dw_is_gathered_weight_by_weight(n, r, hyper):
    dy, x, w, _, dw = layer(n, r, hyper)
    figure = stepper.backward_weight(dy, x, w, **hyper)
    frames = frames_of(figure)
    assert len(frames) == w.size
    shown = [value(text) for text in cells_of(figure, "x")]
    for frame, expected in zip(frames, dw.flat, strict=True):
        (text,) = frame["put"]["dw"].values()
        assert value(text) == expected
        pattern = frame["on"]["x"]
        assert [value(note) for note in pattern.values()] == list(dy.ravel())
        assert sum(shown[int(i)] * value(note) for i, note in pattern.items()) == expected


@cases
def test_the_drawn_matrices_are_the_layers(n, r, hyper):
    dy, x, w, _, dw = layer(n, r, hyper)
    W = which_weight(n, r, hyper)
    assert drawn(stepper.backward_input(dy, x, w, **hyper), "W") == letters(W, "w")
    letter = drawn(stepper.backward_weight(dy, x, w, **hyper), "D")
    numbers = [[int("0" + "".join(str("₀₁₂₃₄₅₆₇₈₉".index(d)) for d in t[2:])) for t in row] for row in letter]
    D = np.concatenate([[0], dy.ravel()])[np.array(numbers)]
    np.testing.assert_array_equal(D @ x.ravel(), dw.ravel())


def drawn(figure, name):
    """The letters of a stepper's matrix, row by row."""
    body = re.search(rf'<g class="letters" data-grid="{name}">(.*?)</g></svg>', figure._repr_html_())[1]
    texts = [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<g[^>]*>(.*?)</g>", body)]
    columns = int(re.search(rf"{name}, a \d+×(\d+) matrix", figure._repr_html_())[1])
    return [texts[i : i + columns] for i in range(0, len(texts), columns)]


def letters(which, letter):
    return [
        [letter + str(k).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")) if k else "" for k in row]
        for row in which
    ]


def test_a_large_matrix_is_left_out():
    x, w = np.zeros((5, 5)), np.ones((2, 2))
    assert 'data-grid="W"' not in stepper.backward_input(np.ones((4, 4)), x, w)._repr_html_()  # 16×25
    assert 'data-grid="D"' in stepper.backward_weight(np.ones((4, 4)), x, w)._repr_html_()  # 4×25
    assert 'data-grid="D"' not in stepper.backward_weight(np.ones((4, 5)), np.zeros((5, 6)), w)._repr_html_()


def test_captions_on_a_line():
    dy, x, w = [2, -1, 3], [3, 1, 4, -1, 5], [1, 3, -2]
    back = captions_of(stepper.backward_input(dy, x, w))
    assert "".join(back[1].split()) == "dy₂=(−1)goesbackalongitswires:(−1)·1todx₂,(−1)·3todx₃,(−1)·(−2)todx₄."
    padded = captions_of(stepper.backward_input([2, -1, 3, 0, 1], x, w, padding=1))
    assert "".join(padded[0].split()) == "dy₁=2goesbackalongitswires:2·1tothepadding,2·3todx₁,2·(−2)todx₂."
    assert "dropped" in padded[-1]
    gathered = captions_of(stepper.backward_weight(dy, x, w))
    assert "".join(gathered[1].split()) == "dw₂=dy₁·x₂+dy₂·x₃+dy₃·x₄=2·1+(−1)·4+3·(−1)=−5"
    with_zero = captions_of(stepper.backward_weight([1, 1, 1, 1], [1, 2, 3], [0, 0], padding=1))
    assert "".join(with_zero[0].split()) == "dw₁=dy₁·0+dy₂·x₁+dy₃·x₂+dy₄·x₃=1·0+1·1+1·2+1·3=6"


def test_captions_in_an_image():
    dy, x, w = np.array([[2, 1]]), np.arange(6).reshape(2, 3), np.ones((2, 2))
    (_, second) = captions_of(stepper.backward_input(dy, x, w))
    assert (
        " ".join(second.split())
        == "dy[0, 1] = 1 times the kernel is added to rows 0, 1 and columns 1, 2 of dx."
    )
    (first, *_) = captions_of(stepper.backward_weight(dy, x, w))
    assert "".join(first.split()) == "dw[0,0]=2·0+1·1=1"


@pytest.mark.parametrize("figure", [stepper.backward_input, stepper.backward_weight])
def test_steppers_refuse(figure):
    name = f"stepper.{figure.__name__}"
    with pytest.raises(
        ValueError, match=rf"{name}: dy, x and w must be all 1-D or all 2-D, got shapes \(3,\)"
    ):
        figure(np.ones(3), np.ones((3, 3)), np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"dy has shape \(3,\), expected \(4,\)"):
        figure(np.ones(3), np.ones(5), np.ones(2))


def test_steppers_are_light():
    dy, x, w, _, _ = layer((4, 5), (3, 3), {"padding": (0, 1)})
    for figure in (stepper.backward_input, stepper.backward_weight):
        assert len(figure(dy, x, w, padding=(0, 1))._repr_html_().encode()) < 65_000


def test_a_step_lights_its_row(show):
    page = show(stepper.backward_input([2, -1, 3], np.zeros(5), [1, 3, -2]))
    rows = page.locator("[data-grid=W] .lit")
    assert rows.all_text_contents() == ["w₁", "w₂", "w₃", "", ""]
    page.get_by_role("slider").press("ArrowRight")
    assert rows.all_text_contents() == ["", "w₁", "w₂", "w₃", ""]
    assert page.locator("[data-grid=dx] .mid").all_text_contents() == ["2", "5", "−7", "2", "0"]


def test_what_fell_on_the_padding_is_dropped(show):
    page = show(stepper.backward_input([1, 1], [0], [2, 3], padding=1))
    page.get_by_role("slider").press("End")
    assert page.locator("[data-grid=dx] .mid").all_text_contents() == ["", "5", ""]
    assert page.locator("[data-grid=dx] .open").count() == 2


# Several figures in one place


@pytest.fixture
def three():
    return viz.variants(
        {f"stride {s}": stepper.backward_input([1, 2], np.zeros(s + 2), [1, s], stride=s) for s in (1, 2, 3)},
        alt="the same layer with three strides",
    )


def visible(page):
    return [i for i, panel in enumerate(page.locator(".cb-variant").all()) if panel.is_visible()]


def test_one_of_several_figures_is_chosen_by_keyboard(show, three):
    page = show(three)
    assert visible(page) == [0]
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert visible(page) == [1]
    page.keyboard.press("ArrowRight")
    assert visible(page) == [2]
    assert page.get_by_role("radio", name="stride 3").is_checked()
    stepper_shown = page.locator(".cb-stepper:visible")
    stepper_shown.get_by_role("slider").press("End")
    assert stepper_shown.locator(".cb-count").text_content() == "2 / 2"


def test_copies_of_a_choice_do_not_disturb_one_another(show, three):
    page = show(three, three)
    page.get_by_role("radio", name="stride 2").nth(1).check()
    assert visible(page) == [0, 4]
    assert page.get_by_role("radio", name="stride 1").nth(0).is_checked()


def test_without_a_script_or_on_paper_all_figures_are_seen(show, three):
    page = show(three, scripts=False)
    assert visible(page) == [0, 1, 2]
    assert page.locator(".cb-title").all_text_contents() == ["stride 1", "stride 2", "stride 3"]
    printed = show(three)
    printed.emulate_media(media="print")
    assert visible(printed) == [0, 1, 2]


def test_variants_refuse():
    with pytest.raises(ValueError, match="variants: 1 figures, expected at least two"):
        viz.variants({"one": stepper.conv1d([1, 2], [1])}, alt="a single figure, alone")
    with pytest.raises(ValueError, match="variants: alt must be a sentence"):
        viz.variants({}, alt="none")


# Pictures


@pytest.mark.parametrize("hyper", [{}, {"padding": 1}, {"stride": 2}, {"dilation": 2}], ids=str)
def test_both_ways_draws_the_matrix_its_transpose_and_their_wires(hyper):
    W = conv1d_matrix(np.arange(1, 4), 7, **hyper).toarray()
    graph, matrix, back_graph, back_matrix = svgs(plots.both_ways(W, alt=ALT))
    expected = {(i, j): ("w" + "₀₁₂₃"[k], f"k{k}") for (i, j), k in np.ndenumerate(W) if k}
    assert grid(matrix) == expected
    assert grid(back_matrix) == {(j, i): what for (i, j), what in expected.items()}
    for drawing, tips in ((graph, "translate({x} 140)"), (back_graph, "translate({x} 20)")):
        edges = [e for e in drawing.iter("line")]
        heads = [p.get("transform") for p in drawing.iter("path") if "head" in p.get("class")]
        assert len(edges) == len(heads) == np.count_nonzero(W)
        end = "x2" if tips.endswith("140)") else "x1"
        for edge, head in zip(edges, heads, strict=True):
            assert head.startswith(tips.format(x=edge.get(end)))
    names = [t.text for t in back_graph.iter("text")]
    assert {"dx₁", "dx₇", "dy₁", f"dy{'₀₁₂₃₄₅₆₇'[len(W)]}"} <= set(names)


def test_outputs_stand_under_what_they_read_and_apart():
    W = conv1d_matrix(np.arange(1, 4), 7, stride=2).toarray()
    graph, *_ = svgs(plots.both_ways(W, alt=ALT))
    centres = [float(c.get("cx")) for c in graph.iter("circle")]
    assert centres[7:] == [centres[1], centres[3], centres[5]]
    (tall, _) = svgs(plots.layer(W.T, alt=ALT))  # three inputs, seven outputs
    centres = [float(c.get("cx")) for c in tall.iter("circle")]
    assert centres[:3] == [centres[4], centres[6], centres[8]]
    assert min(np.diff(sorted(centres[3:]))) >= 40


def test_a_matrix_of_other_entries():
    W = np.array([[1, 0], [2, 1]])
    (svg,) = svgs(plots.matrix(W, alt=ALT, entries=[["6", ""], [-1.0, "<b>"]]))
    assert grid(svg) == {(0, 0): ("6", "k1"), (1, 0): ("−1", "k2"), (1, 1): ("<b>", "k1")}
    with pytest.raises(ValueError, match=r"matrix: entries has shape \(1, 2\), expected that of W, \(2, 2\)"):
        plots.matrix(W, alt=ALT, entries=[["6", "7"]])


def test_a_computation_shows_values_and_gradients_of_every_wire():
    gates = {"x": (), "y": (), "c": ("copy", "x"), "p": ("×", "c", "y"), "f": ("+", "c", "p")}
    values = {"x": 3, "y": -4, "c": 3, "p": -12, "f": -9}
    gradients = {"f": 1, "p": 1, ("c", "f"): 1, ("c", "p"): -4, "x": -3, "y": 3}
    (svg,) = svgs(plots.computation(gates, values, gradients, alt="a number that is used twice"))
    flows = {
        (flow, t.get(f"data-{flow}")): t.text
        for t in svg.iter("text")
        for flow in ("value", "gradient")
        if t.get(f"data-{flow}")
    }
    assert flows["value", "c-p"] == flows["value", "c-f"] == flows["value", "x-c"] == "3"
    assert (flows["gradient", "c-p"], flows["gradient", "c-f"], flows["gradient", "x-c"]) == ("−4", "1", "−3")
    assert (flows["value", "f-"], flows["gradient", "f-"]) == ("−9", "1")
    assert len(flows) == 2 * 6
    with pytest.raises(ValueError, match="computation: gate 'f' stands before its input 'x'"):
        plots.computation({"f": ("+", "x", "x"), "x": ()}, {}, {}, alt="a graph out of order")


# Explorers


@pytest.mark.parametrize("point", [(3, -4, 2, -1), (0, 5, -2, 4), (-5, -1, -3, 1), (2, 2, 3, 3)], ids=str)
def test_gates_agree_with_autograd(show, point):
    page = show(explorer.gates())
    for name, number in zip("xyzw", point, strict=True):
        set_slider(page, name, number)
    x, y, z, w = leaves = [torch.tensor(float(number), requires_grad=True) for number in point]
    f = 2 * (x * y + torch.where(z >= w, z, w))
    gradients = torch.autograd.grad(f, leaves)

    def flow(kind, wire):
        return value(page.locator(f"[data-{kind}='{wire}']").text_content())

    assert flow("value", "f-") == f.item()
    wires = ["x-product", "y-product", "z-largest", "w-largest"]
    assert [flow("gradient", wire) for wire in wires] == [g.item() for g in gradients]
    assert [flow("value", wire) for wire in wires] == list(point)
    assert ("kink" in page.locator(".cb-equation").text_content()) == (point[2] == point[3])


WIRINGS = [(7, 3, 1, 0, 1), (8, 3, 2, 1, 1), (9, 2, 3, 2, 2), (5, 4, 1, 2, 1)]


@pytest.mark.parametrize("n, r, s, p, t", WIRINGS)
def test_wiring_is_the_matrix(show, n, r, s, p, t):
    page = show(explorer.wiring())
    names = {"n, inputs": n, "r, weights": r, "s, stride": s, "p, padding": p, "t, dilation": t}
    for name, number in names.items():
        set_slider(page, name, number)
    W = conv1d_matrix(np.arange(1, r + 1), n, stride=s, padding=p, dilation=t).toarray()
    cells = page.locator("[data-entry]").all_text_contents()
    assert np.reshape(cells, W.shape).tolist() == letters(W, "w")
    for i in range(n):
        page.get_by_role("button", name=f"x{'₀₁₂₃₄₅₆₇₈₉'[i + 1]}").focus()
        said = page.locator(".cb-equation").text_content()
        if not W[:, i].any():
            assert said.endswith("= 0") and "no output reads" in said
            continue
        terms = [f"w{'₀₁₂₃₄'[k]} dy{'₀₁₂₃₄₅₆₇₈₉'[u + 1]}" for u, k in enumerate(W[:, i]) if k]
        assert said.endswith("= " + " + ".join(terms))
        assert page.locator(".joined").count() == len(terms)
        assert page.locator("[data-entry].lit").all_text_contents() == [row[i] for row in letters(W, "w")]
    for u in range(len(W)):
        page.get_by_role("button", name=f"y{'₀₁₂₃₄₅₆₇₈₉'[u + 1]}").focus()
        terms = [f"w{'₀₁₂₃₄'[k]} x{'₀₁₂₃₄₅₆₇₈₉'[i + 1]}" for i, k in enumerate(W[u]) if k]
        assert page.locator(".cb-equation").text_content().endswith("= " + (" + ".join(terms) or "0"))
        assert page.locator("line.wire.lit").count() == r


def test_wiring_by_keyboard_and_pointer(show):
    page = show(explorer.wiring())
    said = page.locator(".cb-equation")
    assert "dx₄ = w₃ dy₂ + w₂ dy₃ + w₁ dy₄" in said.text_content()
    page.get_by_role("button", name="x₄").focus()
    page.keyboard.press("ArrowRight")
    assert "dx₅ = w₃ dy₃ + w₂ dy₄ + w₁ dy₅" in said.text_content()
    page.keyboard.press("ArrowDown")
    assert "y₅ = w₁ x₅ + w₂ x₆ + w₃ x₇" in said.text_content()
    page.keyboard.press("ArrowRight")
    assert "y₅ = " in said.text_content()  # there is no sixth output
    page.keyboard.press("ArrowUp")
    assert "dx₅" in said.text_content()
    page.get_by_role("button", name="y₂").hover()
    assert "y₂ = w₁ x₂" in said.text_content()
    assert page.locator("[tabindex='0'].pick").count() == 1
    set_slider(page, "n, inputs", 3)  # what was chosen is gone: the last one left is
    assert "y₁ = " in said.text_content()
    set_slider(page, "t, dilation", 2)
    assert page.get_by_text("The kernel does not fit").is_visible()
    assert not said.is_visible()


@pytest.mark.parametrize("r, s, p, t", [(3, 1, 0, 1), (3, 2, 1, 1), (2, 3, 2, 2), (4, 1, 2, 1)])
def test_pixels_are_joined_as_the_matrix_says(show, r, s, p, t):
    page = show(explorer.pixels_affected((5, 6)))
    for name, number in {"r, kernel": r, "s, stride": s, "p, padding": p, "t, dilation": t}.items():
        set_slider(page, name, number)
    W = which_weight((5, 6), (r, r), {"stride": s, "padding": p, "dilation": t})
    output = output_size((5, 6), (r, r), stride=s, padding=p, dilation=t)
    terms = re.compile(r"w([₀-₉]+)\xa0(?:dy|x)\[(\d+),\xa0(\d+)\]")

    def joined(name, at):
        page.get_by_role("button", name=f"{name}[{at[0]}, {at[1]}]").focus()
        said = terms.findall(page.locator(".cb-equation").text_content())
        return {(int(i), int(j)): int("".join(str("₀₁₂₃₄₅₆₇₈₉".index(d)) for d in k)) for k, i, j in said}

    for at in [(0, 0), (2, 3), (4, 5), (3, 0)]:
        column = W[:, np.ravel_multi_index(at, (5, 6))].reshape(output)
        assert joined("x", at) == {index: k for index, k in np.ndenumerate(column) if k}
        assert page.locator(".pick.joined").count() == np.count_nonzero(column)
    for at in [(0, 0), (output[0] - 1, output[1] - 1)]:
        row = W[np.ravel_multi_index(at, output)].reshape(5, 6)
        assert joined("y", at) == {index: k for index, k in np.ndenumerate(row) if k}
        assert page.locator("rect.joined").count() == r * r  # those on the padding as well


def test_pixels_by_keyboard(show):
    page = show(explorer.pixels_affected())
    page.get_by_role("button", name="x[2, 3]").focus()
    for key, said in [("ArrowDown", "dx[3, 3] ="), ("ArrowLeft", "dx[3, 2] ="), ("PageDown", "y[3, 2] =")]:
        page.keyboard.press(key)
        assert said in page.locator(".cb-equation").text_content()
    page.keyboard.press("PageUp")
    assert "dx[3, 2] =" in page.locator(".cb-equation").text_content()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert "dx[0, 2] =" in page.locator(".cb-equation").text_content()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: explorer.gates(x=6), "explorer.gates: x must be from -5 to 5, got 6"),
        (lambda: explorer.wiring(n=10), "explorer.wiring: n must be from 1 to 9, got 10"),
        (lambda: explorer.wiring(n=2, r=3), "conv1d_matrix: kernel 3"),
        (lambda: explorer.pixels_affected(s=0), "explorer.pixels_affected: s must be from 1 to 3, got 0"),
    ],
)
def test_explorers_refuse(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("place, theme", [("book", "dark"), ("jupyter", "light"), ("colab", "dark")])
def test_all_of_it_fits_a_phone(show, place, theme):
    W = conv1d_matrix(np.arange(1, 4), 9, padding=1).toarray()
    dy, x, w, _, _ = layer((4, 5), (3, 3), {"padding": (0, 1)})
    figures = [
        plots.both_ways(W, alt=ALT),
        stepper.backward_input(dy, x, w, padding=(0, 1)),
        stepper.backward_weight(np.ones(9), np.ones(9), np.ones(3), padding=1),
        explorer.gates(),
        explorer.wiring(9, 4, p=2),
        explorer.pixels_affected(p=2),
    ]
    page = show(*figures, width=390, place=place, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
