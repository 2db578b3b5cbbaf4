"""The pages and tables that come of grading: what they say, and that no student writes in them."""

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grading.fakes import ASSIGNMENT, a_grade

from convbook.exercises.judge import judge
from convbook.exercises.report import explanation
from convbook.grading import tables
from convbook.grading.feedback import feedback
from convbook.grading.gradebook import Change
from convbook.grading.html import Markup, element
from convbook.grading.rows import Row, out_of
from convbook.grading.summary import _histogram, summary

AXE = Path(__file__).parents[2] / "book/vendor/test/axe-core/axe.min.js"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\x00\u202e"
SENTENCE = "The kernel is *flipped*: use `w[::-1]`."


def row(owner, grade=None, **more):
    return Row(
        owner, more.pop("name", ""), "", grade, more.pop("file", f"{owner}.ipynb" if grade else ""), **more
    )


def a_class():
    """One of everything."""
    wrong = {"misconception": SENTENCE, "report": "<p>x = [1]</p>"}
    return [
        row("jane", a_grade(4), name="Jane Doe", code="1"),
        row("copy", a_grade(4), code="1", late=True),
        row("max", a_grade(2, **wrong), passed_over=("a/old.ipynb",), file="a/new.ipynb", code="2"),
        row("jo", a_grade(0, **wrong), code="3"),
        row(
            "slow", a_grade(2, "partly", ["code cell 3 took longer than 10 s"], note="fails on hidden inputs")
        ),
        row("odd", a_grade(0, "not gradable", ["it is a PDF, not a notebook"])),
        row("failed", file="failed.ipynb", failure="OSError: no room"),
        row("lazy"),
    ]


class Parser(HTMLParser):
    """Collects tags, attributes and text, and sees that what is opened is closed."""

    VOID = ("meta", "br", "img", "rect", "path")

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def test_an_element_escapes_what_is_not_markup():
    inside = element("b", "<i>", Markup("<br>"), None, 7, title='"<')
    assert inside == '<b title="&quot;&lt;">&lt;i&gt;<br>7</b>'
    assert element("td", inside, class_="a", aria_label="x", scope=None) == (
        f'<td class="a" aria-label="x">{inside}</td>'
    )


def test_feedback_says_what_each_property_earned_and_why():
    page = Parser(feedback(a_class()[2], "a_sheet")).text
    for words in (
        "a_sheet max 2 of 4 points",
        "Graded from new.ipynb . Newer than, and counted instead of, old.ipynb .",
        "f · partly right · 2 of 3 points",
        "✓ all of it · 2 of 2 points",
        "✗ some of it · 0 of 1 point x = [1]",
        "g · wrong · 0 of 1 point",
    ):
        assert words in page


def test_what_fails_on_hidden_inputs_alone_is_named_without_an_input():
    page = feedback(row("jane", a_grade(2, note="fails on hidden inputs", misconception=SENTENCE)), "a_sheet")
    assert "Fails on hidden inputs." in page
    assert "The kernel is <em>flipped</em>: use <code>w[::-1]</code>." in page


def test_feedback_for_a_file_that_could_not_be_read():
    page = Parser(feedback(a_class()[5], "a_sheet")).text
    assert "not gradable Your file could not be read as a notebook." in page
    assert "it is a PDF, not a notebook" in page
    assert "0 of" not in page.split("While")[0]


def test_the_judges_explanation_stands_in_the_feedback_as_it_is():
    exercise = ASSIGNMENT.exercises[1]
    result = judge(exercise, lambda: HOSTILE)
    report = explanation(result, result.verdicts[0])
    page = feedback(row("jane", a_grade(3, report=report)), "a_sheet")
    assert report in page
    assert_harmless(page)


def test_the_summary_counts():
    page = Parser(summary(a_class(), ASSIGNMENT)).text
    for words in (
        "7 of 8 handed in: 4 graded, 1 partly, 1 not gradable, 1 not graded yet, 1 not handed in.",
        "On average 2.4 of 4 points; half of the class has 2 or more.",
        "The grader failed · 1 failed: OSError: no room",
        "Not gradable · 1 odd : it is a PDF, not a notebook",
        "Partly · 1 slow : code cell 3 took longer than 10 s",
        "The same code, to the letter · 1 Jane Doe (jane) : as copy",
        "Late · 1 copy : copy.ipynb",
        "f 2.0 of 3 2 2 1",  # right, partly right, wrong
        "f all of it 4 of 5 80%",
        "g some of it 2 of 5 40%",
        "f 2 The kernel is flipped : use w[::-1] .",
        "lazy not handed in",
    ):
        assert words in page, words
    assert "Not on the roster" not in page  # there is none


def test_the_histogram_says_in_words_what_it_shows():
    page = summary(a_class(), ASSIGNMENT)
    assert 'role="img" aria-label="Histogram of points. Of 5 students, most have 2 and 4 points: 2."' in page
    heights = [float(height) for height in re.findall(r'<rect[^>]* height="([\d.]+)"', page)]
    assert heights == [75, 150, 150]  # 0, 2 and 4 points


@pytest.mark.parametrize(
    "possible, points, bars", [(1, [0, 1], 2), (100, [0, 50.5, 100, 100], 21), (30, [3], 16)]
)
def test_histograms_of_any_range(possible, points, bars):
    page = Parser("".join(_histogram(points, possible)))
    width = -(-possible // 24)
    assert page.tags.count("rect") == len({int(p // width) for p in points})
    assert page.tags.count("tr") == bars + 1


def test_a_class_in_which_nobody_handed_in_and_one_in_which_nothing_could_be_read():
    assert "0 of 1 handed in" in summary([row("lazy")], ASSIGNMENT)
    assert "1 not gradable" in summary([a_class()[5]], ASSIGNMENT)


def test_changes_and_notices():
    change = Change("jane", a_grade(1), a_grade(4), False)
    page = Parser(summary(a_class(), ASSIGNMENT, [change], ["Mind the gap."])).text
    assert "Mind the gap." in page
    assert "What changed · 1" in page
    assert "Jane Doe (jane) 1 of 4 points, graded 4 of 4 points, graded graded anew" in page


def test_long_lists_are_folded():
    rows = [row(f"s{i}", a_grade(4), late=True) for i in range(30)]
    assert "<details><summary>Late · 30</summary>" in summary(rows, ASSIGNMENT)


def assert_harmless(page):
    parsed = Parser(page)
    assert not set(parsed.tags) & {"script", "img", "iframe", "object", "embed", "form", "base", "link"}
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    addresses = [value for name, value in parsed.attributes if name in ("href", "src")]
    assert all(re.fullmatch(r"feedback/[a-z0-9_-]+\.html", address) for address in addresses)
    assert "default-src 'none'" in page


def test_whatever_a_student_writes_is_text():
    grade = a_grade(0, "partly", [HOSTILE], misconception=HOSTILE, note=HOSTILE)
    mallory = row(HOSTILE, grade, name=HOSTILE, file=HOSTILE, passed_over=(HOSTILE,), late=True)
    change = Change(HOSTILE, grade, grade, True)
    for page in (
        feedback(mallory, "a_sheet"),
        summary([mallory, row("f", failure=HOSTILE, file="f")], ASSIGNMENT, [change], [HOSTILE]),
    ):
        assert "alert(1)" in page
        assert_harmless(page)


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(anything, anything)
def test_any_owner_has_a_page_of_its_own_with_a_plain_name(one, other):
    pages = row(one).page, row(other).page
    assert all(re.fullmatch(r"[a-z0-9_-]+\.html", page) for page in pages)
    assert (pages[0] == pages[1]) == (one == other)


@given(anything)
def test_no_cell_of_a_table_is_a_formula(text):
    mallory = row(text, a_grade(1, notes=(text,)), name=text, file=text or "f", passed_over=(text,))
    for made in (tables.grades, tables.canvas, tables.moodle):
        lines = list(csv.reader(io.StringIO(made([mallory], ASSIGNMENT), newline="")))
        assert len({len(line) for line in lines}) == 1
        for cell in (cell for line in lines for cell in line):
            assert cell.strip()[:1] not in ("=", "+", "@", "＝", "＋", "－", "＠") or len(cell.strip()) < 2
            assert not re.match(r"\s*-.", cell)
            assert "\n" not in cell and "\r" not in cell and "\t" not in cell


def test_formulas():
    assert tables.safe("=1+2") == "'=1+2"
    assert tables.safe(" @SUM(A1)") == "' @SUM(A1)"
    assert tables.safe("a\tb\r\nc") == "a b  c"
    assert [tables.safe(cell) for cell in ("-", "Doe, Jane", "3.5", "", "    Points Possible")] == [
        "-",
        "Doe, Jane",
        "3.5",
        "",
        "    Points Possible",
    ]


def test_points_in_words():
    assert [out_of(1, 1), out_of(2.5, 4), out_of(0.0, 10.0)] == [
        "1 of 1 point",
        "2.5 of 4 points",
        "0 of 10 points",
    ]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_in_a_browser(browser, tmp_path, missing, width, theme):
    if not AXE.exists():
        missing("axe-core is not there: python tools/vendor.py")
    pages = {
        "summary": summary(a_class() * 3, ASSIGNMENT),
        "max": feedback(a_class()[2], "a_sheet"),
        "slow": feedback(a_class()[4], "a_sheet"),
    }
    for name, text in pages.items():
        (tmp_path / f"{name}.html").write_text(text)
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True)
        problems = []
        page.on("console", lambda message, problems=problems: problems.append(message.text))
        page.on("pageerror", lambda error, problems=problems: problems.append(str(error)))
        page.goto(f"file://{tmp_path / name}.html")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run()")["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found] == []
        assert problems == []
        page.close()
