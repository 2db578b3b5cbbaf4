"""Steppers: their numbers are the library's, and they can be worked with the keyboard alone."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from convbook.reference import direct
from convbook.viz import stepper
from convbook.viz.html import number

RNG = np.random.default_rng(5)
CASES = [
    pytest.param(
        function, n, r, hyper, flip, id=f"{function}-{n}-{r}-{'-'.join(map(str, hyper.values()))}-{flip}"
    )
    for flip in (False, True)
    for function, n, r, hyper in [
        ("conv1d", (7,), (3,), {}),
        ("conv1d", (9,), (4,), {"stride": 2, "padding": 3, "dilation": 2}),
        ("conv2d", (5, 6), (3, 2), {}),
        ("conv2d", (5, 7), (2, 3), {"stride": (2, 1), "padding": (0, 2), "dilation": (3, 2)}),
    ]
]


def integers(shape):
    return RNG.integers(-9, 10, shape)


def frames_of(figure):
    return json.loads(re.search(r"stepper\(root, (\[.*\])\);", figure._repr_html_())[1])


def cells_of(figure, name):
    """The texts of a grid as it is drawn without a script."""
    for svg in re.findall(r"<svg role.*?</svg>", figure._repr_html_(), re.S):
        for group in ET.fromstring(svg).iter("g"):
            if group.get("data-grid") == name:
                return [cell.find("text").text for cell in group]
    raise AssertionError(f"no grid {name}")


def value(text):
    return float(text.strip("()").replace("−", "-"))


def captions_of(figure):
    """The captions as plain text, one a frame."""
    return [re.sub(r"<[^>]*>", " ", c) for c in re.findall(r"<li>(.*?)</li>", figure._repr_html_())]


@pytest.mark.parametrize("function, n, r, hyper, flip", CASES)
def test_numbers_are_the_librarys(function, n, r, hyper, flip):
    x, w = integers(n), integers(r)
    figure = getattr(stepper, function)(x, w, **hyper, flip=flip)
    used = np.flip(w) if flip else w
    y = getattr(direct, function)(x.astype(float), used.astype(float), **hyper)

    frames = frames_of(figure)
    assert len(frames) == y.size
    filled = {}
    for frame in frames:
        assert frame["on"]["y"].keys() == frame["put"]["y"].keys()
        filled |= frame["put"]["y"]
    assert [value(filled[str(i)]) for i in range(y.size)] == list(y.ravel())
    assert [value(text) for text in cells_of(figure, "y")] == list(y.ravel())
    assert [value(text) for text in cells_of(figure, "w")] == list(w.ravel())

    # Every frame's picture is right in itself: the weights laid over the input, times what they lie on.
    shown = [value(text) for text in cells_of(figure, "x")]
    for frame, expected in zip(frames, y.ravel(), strict=True):
        window = frame["on"]["x"]
        assert len(window) == w.size
        assert sum(shown[int(i)] * value(weight) for i, weight in window.items()) == expected


@pytest.mark.parametrize("function, n, r, hyper, flip", CASES)
def test_captions_add_up(function, n, r, hyper, flip):
    x, w = integers(n), integers(r)
    figure = getattr(stepper, function)(x, w, **hyper, flip=flip)
    captions = captions_of(figure)
    results = [value(text) for text in cells_of(figure, "y")]
    assert len(captions) == len(results)
    signed = r"\(?−?\d+\)?"
    for caption, result in zip(captions, results, strict=True):
        products = re.findall(rf"({signed}) · ({signed})", caption)
        assert len(products) == w.size
        assert sum(value(a) * value(b) for a, b in products) == result
        assert value(caption.split("=")[-1].strip()) == result


def test_caption_of_the_specification():
    figure = stepper.conv1d([5, 6, 3, -1, 4], [1, 0, 2])
    caption = captions_of(figure)[2]
    assert "".join(caption.split()) == "y[2]=w[0]·x[2]+w[1]·x[3]+w[2]·x[4]=1·3+0·(−1)+2·4=11"


def test_flipping_is_convolution_and_its_indices_run_against_each_other():
    x, w = integers(6), integers(3)
    figure = stepper.conv1d(x, w, padding=2, flip=True)
    full = direct.convolve1d(x.astype(float), w.astype(float))
    assert [value(text) for text in cells_of(figure, "y")] == list(full)
    for m, caption in enumerate(captions_of(figure)):
        pairs = re.findall(r"w\[(\d)\]·x\[(−?\d+)\]", caption)
        assert [int(a) + value(i) for a, i in pairs] == [m] * 3
    assert [value(text) for text in cells_of(figure, "flipped")] == list(w[::-1])
    assert "kernel flipped" in figure.alt


LAYERS = [
    pytest.param((2, 3, 4), (3, 2, 2, 3), {}, id="plain"),
    pytest.param((3, 4, 3), (1, 3, 2, 2), {"stride": (2, 1), "padding": (1, 0)}, id="strided"),
]


@pytest.mark.parametrize("x, w, hyper", LAYERS)
def test_every_input_map_adds_its_share(x, w, hyper):
    x, w, b = integers(x), integers(w), integers(w[0])
    figure = stepper.multichannel(x, w, b, **hyper)
    y = direct.conv2d(x.astype(float), w.astype(float), b.astype(float), **hyper)
    shown = {i: [value(text) for text in cells_of(figure, f"x{i}")] for i in range(len(x))}
    for j in range(len(w)):
        assert [value(text) for text in cells_of(figure, f"y{j}")] == list(y[j].ravel())
        for i in range(len(x)):
            assert [value(text) for text in cells_of(figure, f"w{j}{i}")] == list(w[j, i].ravel())

    frames, captions, so_far = frames_of(figure), captions_of(figure), None
    assert len(frames) == y.size * len(x)
    for k, (frame, caption) in enumerate(zip(frames, captions, strict=True)):
        i, (j, *u) = k % len(x), np.unravel_index(k // len(x), y.shape)
        so_far = b[j] if i == 0 else so_far
        window = frame["on"][f"x{i}"]
        share = sum(shown[i][int(place)] * value(weight) for place, weight in window.items())
        cell = str(np.ravel_multi_index(u, y.shape[1:]))
        assert frame["put"] == {f"y{j}": {cell: number(so_far + share)}}
        assert frame["on"].keys() == {f"x{i}", f"w{j}{i}", f"y{j}"}
        numbers = [value(n) for n in re.findall(r"\(?−?\d+\)?", caption.split(", ")[-1])]
        assert numbers == [so_far, share, so_far + share]
        so_far += share


def test_the_weights_are_laid_over_every_map_in_turn(show):
    """Also over a map that is dark in the last step."""
    page = show(stepper.multichannel(integers((2, 2, 3)), integers((2, 2, 2, 2))))
    notes = page.locator("[data-grid=x0] .lit .note")
    assert len([text for text in notes.all_text_contents() if text]) == 4
    assert not page.locator(".wires").count()
    page.get_by_role("slider").press("ArrowRight")
    assert notes.count() == 0
    assert page.locator("[data-grid=x1] .lit .note").count() == 4


def test_a_layer_keeps_its_shape_on_a_phone(show):
    page = show(stepper.multichannel(integers((2, 3, 3)), integers((2, 2, 2, 2))), width=390)
    tops = {
        round(svg.bounding_box()["y"] + svg.bounding_box()["height"])
        for svg in page.locator(".cb-row svg").all()
    }
    assert len(tops) == 1  # side by side, as a matrix times a vector
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_rounded_numbers_are_not_called_equal():
    (caption,) = captions_of(stepper.conv1d([1 / 3, 2.0], [1.0, 1.0]))
    assert caption.count("≈") == 2
    (caption,) = captions_of(stepper.conv1d([0.1, 0.2], [1.0, 1.0]))  # 0.30000000000000004 in binary
    assert caption.endswith("=  0.3 ")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: stepper.conv1d(np.ones((2, 2)), [1]), r"stepper.conv1d: x must be 1-D, got shape \(2, 2\)"),
        (lambda: stepper.conv2d(np.ones((2, 2)), [1]), r"stepper.conv2d: w must be 2-D, got shape \(1,\)"),
        (
            lambda: stepper.conv1d([1, 2], [1, 2, 3]),
            "conv1d: kernel 3 .*spans 3, but the padded input is only 2",
        ),
        (lambda: stepper.conv2d(np.ones((14, 14)), [[1]]), "stepper.conv2d: 196 steps, expected 1 to 150"),
        (
            lambda: stepper.multichannel(np.ones((3, 3)), np.ones((1, 1, 2, 2))),
            r"stepper.multichannel: x must be \(C, H, W\), got shape \(3, 3\)",
        ),
        (
            lambda: stepper.multichannel(np.ones((2, 3, 3)), np.ones((1, 3, 2, 2))),
            "conv2d: .* channels",
        ),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_size():
    rng = np.random.default_rng(5)  # its own: how many characters a number takes depends on the number
    x = rng.standard_normal((7, 7))
    assert len(stepper.conv2d(x, rng.standard_normal((3, 3)), padding=1)._repr_html_().encode()) < 66_000
    assert len(stepper.conv1d(integers(9), integers(3))._repr_html_().encode()) < 25_000


def test_ids_differ_within_a_page():
    figures = [stepper.conv1d([1, 2, 3], [1, 2]) for _ in range(2)]
    ids = [re.search(r'id="(conv1d-\d+)"', figure._repr_html_())[1] for figure in figures]
    assert ids[0] != ids[1]
    for figure, id in zip(figures, ids, strict=True):
        assert f"#{id}:not" in figure._repr_html_()


def spread(x, w, stride):
    """A stepper this module does not have: transposed convolution, as grids and frames."""
    y = np.zeros(stride * (len(x) - 1) + len(w))
    frames = []
    for i, xi in enumerate(x):
        window = range(stride * i, stride * i + len(w))
        y[window] += xi * w
        put = {j: number(y[j]) for j in window}
        start = dict.fromkeys(range(len(y)), "0") if i == 0 else {}
        notes = {j: number(xi * a) for j, a in zip(window, w, strict=True)}
        frames.append(
            stepper.Frame(f"x[{i}] spreads", on={"x": {i: ""}, "dy": notes}, put={"dy": start | put})
        )
    grids = [stepper.Grid("x", x, "x", "input"), stepper.Grid("dy", y, "dy", "output", hatched=True)]
    return stepper.figure("spread", [grids], frames, alt="one step per input"), y


def test_another_stepper_is_only_grids_and_frames(show):
    """Values that are overwritten step by step, several outputs at once, a hatched gradient."""
    figure, y = spread(np.array([1.0, 2, -1]), np.array([1.0, 3, 2]), 2)
    page = show(figure)
    page.get_by_role("slider").press("End")
    texts = page.locator("[data-grid=dy] .mid").all_text_contents()
    assert [value(text) for text in texts] == list(y)
    page.get_by_role("slider").press("Home")
    assert page.locator("[data-grid=dy] .mid").all_text_contents() == ["1", "3", "2", "0", "0", "0", "0"]
    assert page.locator("[data-grid=dy] path").count() == len(y)
    assert page.locator(".wires line").count() == 3


class Reader:
    """What someone sees of the only stepper in a page."""

    def __init__(self, page):
        self.page = page

    def step(self):
        return self.page.locator(".cb-count").text_content()

    def caption(self):
        (text,) = [li.text_content() for li in self.page.locator(".cb-captions li").all() if li.is_visible()]
        return text

    def outputs(self):
        return self.page.locator("[data-grid=y] .mid").all_text_contents()

    def window(self):
        return self.page.locator("[data-grid=x] .lit .note").all_text_contents()


@pytest.fixture
def reader(show):
    x, w = np.array([3, 1, 4, 1, 5, 9, 2]), np.array([1, 0, -2])
    return Reader(show(stepper.conv1d(x, w)))


def test_worked_by_keyboard_alone(reader):
    keys = reader.page.keyboard
    assert (reader.step(), reader.outputs()) == ("1 / 5", ["−5", "", "", "", ""])
    assert reader.window() == ["1", "0", "−2"]
    keys.press("Tab")
    assert reader.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Previous step"
    keys.press("ArrowRight")
    assert (reader.step(), reader.outputs()) == ("2 / 5", ["−5", "−1", "", "", ""])
    assert reader.caption().startswith("y[1] =")
    keys.press("End")
    assert (reader.step(), reader.outputs()) == ("5 / 5", ["−5", "−1", "−6", "−17", "1"])
    keys.press("ArrowRight")
    assert reader.step() == "5 / 5"
    keys.press("ArrowLeft")
    assert (reader.step(), reader.outputs()[-2:]) == ("4 / 5", ["−17", ""])
    keys.press("Home")
    keys.press("ArrowLeft")
    assert (reader.step(), reader.outputs()) == ("1 / 5", ["−5", "", "", "", ""])
    for _ in range(2):
        keys.press("Tab")
    assert reader.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Next step"
    keys.press("Enter")
    assert reader.step() == "2 / 5"
    keys.press("Tab")
    keys.press("ArrowRight")
    assert reader.step() == "3 / 5"
    assert reader.page.get_by_role("slider").get_attribute("aria-valuetext") == "step 3 of 5"


def test_buttons_and_slider(reader):
    page = reader.page
    page.get_by_role("button", name="Next step").click()
    page.get_by_role("button", name="Next step").click()
    page.get_by_role("button", name="Previous step").click()
    assert reader.step() == "2 / 5"
    page.get_by_role("slider", name="Step").fill("4")
    assert reader.step() == "4 / 5"
    for control in page.locator(".cb-controls button, .cb-controls input").all():
        box = control.bounding_box()
        assert min(box["width"], box["height"]) >= 24


def test_plays_to_the_end_and_pauses(reader):
    page = reader.page
    page.get_by_role("slider", name="Step").fill("4")
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").is_visible()
    page.wait_for_function("document.querySelector('.cb-count').textContent === '5 / 5'")
    page.get_by_role("button", name="Play").click()  # from the end it begins again
    assert reader.step() == "1 / 5"
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()


def test_focus_is_seen(reader):
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_less_motion_where_it_is_asked_for(show):
    figure = stepper.conv1d([1, 2, 3], [1, 2])
    durations = {}
    for preference in ("reduce", "no-preference"):
        page = show(figure, reduced_motion=preference)
        durations[preference] = page.evaluate(
            "getComputedStyle(document.querySelector('.cells rect')).transitionDuration"
        )
    assert durations["reduce"] == "0s"
    assert durations["no-preference"] != "0s"


def test_without_a_script_everything_is_seen(show):
    page = show(stepper.conv2d(np.arange(12).reshape(3, 4), [[1, 2], [3, 4]]), scripts=False)
    assert "" not in page.locator("[data-grid=y] .mid").all_text_contents()
    captions = page.locator(".cb-captions li").all()
    assert len(captions) == 6
    assert all(caption.is_visible() for caption in captions)
    assert not page.get_by_role("button").count()


def test_on_paper_everything_is_seen(show):
    page = show(stepper.conv1d([1, 2, 3, 4], [1, 2]))
    page.emulate_media(media="print")
    assert all(caption.is_visible() for caption in page.locator(".cb-captions li").all())
    assert not page.locator(".cb-controls").is_visible()


def test_two_in_a_page_and_old_outputs_with_the_same_id(show):
    one, two = (stepper.conv1d([1, 2, 3], [1, k]) for k in (2, 3))
    page = show(one, two, one)
    sliders = page.get_by_role("slider")
    assert sliders.count() == 3
    sliders.nth(1).press("End")
    assert page.locator(".cb-count").all_text_contents() == ["1 / 2", "2 / 2", "1 / 2"]


@pytest.mark.parametrize("place", ["book", "jupyter", "colab"])
def test_fits_a_phone(show, place):
    x = RNG.standard_normal((7, 7))
    figures = [
        stepper.conv2d(x, RNG.standard_normal((3, 3)), padding=1, flip=True),
        stepper.conv1d(integers(14), integers(4), padding=3),
    ]
    page = show(*figures, width=390, place=place, theme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
