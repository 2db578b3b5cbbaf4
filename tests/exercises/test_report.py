"""What a student sees, as text and as HTML, and `check`, which shows it."""

import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from convbook.exercises import check
from convbook.exercises.catalogue import EXERCISES
from convbook.exercises.judge import judge
from convbook.exercises.report import Report, html, text
from convbook.exercises.systems import LinearSystem
from convbook.exercises.writing import short


def overwriting(x, w):
    y = np.zeros(len(x) + len(w) - 1)
    for i in range(len(x)):
        y[i : i + len(w)] = x[i] * w
    return y


@pytest.fixture(scope="module")
def result():
    return judge(EXERCISES["convolve1d"], overwriting)


class Outline(HTMLParser):
    """Which tags open and close, and the words between them."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.words = [], [], ""
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words += data + " "


def test_the_text(result):
    assert text(result).splitlines() == [
        "convolve1d · 1 of 4 points",
        "  ✓ the output size · 1 of 1 point",
        "  ✗ a kernel no longer than the signal · 0 of 2 points",
        "      smallest input that shows it:",
        "        x = [1, 1]",
        "        w = [1, 1]",
        "      the numbers differ, first at index 1",
        "      yours [1, 1, 1]",
        "      expected [1, 2, 1]",
        "      Several products land on the same y[i + k]. They must be added; "
        "here the last one overwrites the others.",
        "      to see it again: convolve1d(np.array([1.0, 1.0]), np.array([1.0, 1.0]))",
        "  ✗ either may be the longer one · 0 of 1 point",
        "      the same input shows it as above, for the same reason",
    ]


def test_the_html_says_what_the_text_says(result):
    outline = Outline(html(result))
    assert outline.open == []
    words = " ".join(outline.words.split())
    for sentence in (
        "convolve1d · 1 of 4 points",
        "✗ a kernel no longer than the signal · 0 of 2 points",
        "x = [1, 1] w = [1, 1]",
        "the numbers differ, first at index 1.",
        "Several products land on the same y[i + k].",
        "convolve1d(np.array([1.0, 1.0]), np.array([1.0, 1.0]))",
        "The same input shows it as above",
    ):
        assert sentence in words


def test_the_picture_marks_the_difference_with_more_than_colour(result):
    outline = Outline(html(result))
    labels = [attrs.get("aria-label") for tag, attrs in outline.tags if tag == "div"]
    assert [label for label in labels if label] == [
        "Check of convolve1d",
        "yours",
        "expected",
        "yours − expected",
    ]
    marked = [attrs for tag, attrs in outline.tags if tag == "td" and attrs.get("class") == "differs"]
    assert len(marked) == 2  # in yours and in the difference
    assert sum(tag == "b" for tag, _ in outline.tags) == 2


def test_the_html_needs_nothing_from_outside(result):
    source = html(result)
    for forbidden in ("http", "url(", "<script", "@import", " id="):
        assert forbidden not in source


def test_what_a_student_prints_or_raises_is_escaped():
    def convolve1d(x, w):
        print("<script>alert(1)</script>")
        raise ValueError("<b>bold</b> & `code`")

    source = html(judge(EXERCISES["convolve1d"], convolve1d))
    assert "<script>" not in source and "<b>bold" not in source
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; <code>code</code>" in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in source


def test_long_prints_are_cut():
    def convolve1d(x, w):
        print("\n".join(f"line {i}" for i in range(100)))

    report = text(judge(EXERCISES["convolve1d"], convolve1d))
    assert "line 9\n" in report and "…" in report and "line 10\n" not in report


def test_tuples_are_written_as_in_python():
    assert short(((2, 1, 0, 1),)) == "((2, 1, 0, 1),)"
    assert short((0.5, np.array([1.0, 2.0]))) == "(0.5, [1, 2])"


def test_a_tuple_shows_the_item_that_differs():
    def conv1d_matmul(x, w, *, stride=1, padding=0):
        W, y = EXERCISES["conv1d_matmul"].reference(x, w, stride=stride, padding=padding)
        return W.tolist(), [*y[:-1], y[-1] + 1]

    report = text(judge(EXERCISES["conv1d_matmul"], conv1d_matmul))
    assert "item 1 of the tuple: the numbers differ, first at index 0" in report
    assert "yours [2]\n      expected [1]" in report
    assert Outline(html(judge(EXERCISES["conv1d_matmul"], conv1d_matmul))).open == []


def test_a_prediction_is_not_given_away():
    result = judge(EXERCISES["mode_sizes"], lambda: (47, 40, 33))
    for report in (text(result), Outline(html(result)).words):
        assert "n + r − 1" in report and "(47, 40, 33)" in report
        assert "46" not in report and "expected" not in report


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_every_misconception_can_be_shown(exercise):
    wrong = list(exercise.misconceptions.values())[1]
    with np.errstate(all="ignore"):
        result = judge(exercise, wrong)
    assert Outline(html(result)).open == []
    assert "✗" in text(result)


def test_a_black_box_is_shown_as_its_formula():
    system = LinearSystem((1.0, -0.5), (0.25,))
    assert str(system) == "y[i] = 1·x[i] − 0.5·x[i − 1] + 0.25·y[i − 1]"
    assert eval(repr(system), {"LinearSystem": LinearSystem}) == system
    assert np.allclose(system([1, 0, 0]), [1, -0.25, -0.0625])
    with pytest.raises(ValueError, match=r"must be a vector, not of shape \(2, 2\)"):
        system(np.zeros((2, 2)))


def test_check_prints_where_there_is_no_notebook(capsys):
    def convolve1d(x, w):
        return np.convolve(x, w)

    assert check(convolve1d) is None
    assert capsys.readouterr().out.startswith("convolve1d · 4 of 4 points\n")
    check(lambda x, w: np.convolve(x, w), "convolve1d")
    assert "4 of 4" in capsys.readouterr().out
    check(..., "mode_sizes")
    assert capsys.readouterr().out == "mode_sizes · not answered yet · 0 of 1 point\n"
    check((46, 40, 34), "mode_sizes")
    assert "1 of 1 point" in capsys.readouterr().out


def test_the_report_is_html_in_a_notebook_and_text_in_a_terminal(result):
    assert repr(Report(result)) == text(result)
    assert Report(result)._repr_html_() == html(result)


def test_check_says_what_it_needs():
    with pytest.raises(
        TypeError, match=r"check: got a ndarray; pass the function itself, as in check\(convolve1d\)"
    ):
        check(np.zeros(3))
    with pytest.raises(TypeError, match="check: convolve1d asks for the function itself, but a value came"):
        check(np.zeros(3), "convolve1d")
    with pytest.raises(TypeError, match="check: mode_sizes asks for a value, but a function came"):
        check(lambda: 3, "mode_sizes")
    with pytest.raises(ValueError, match="check: no exercise is called '<lambda>'"):
        check(lambda x: x)


def test_nothing_heavy_is_imported():
    heavy = {"IPython", "torch", "matplotlib", "nbformat"}
    code = f"import sys, convbook.exercises; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
