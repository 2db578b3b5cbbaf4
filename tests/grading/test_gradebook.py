"""The gradebook: what is graded stays graded, under the same conditions, and changes are seen."""

import contextlib
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.grading.fakes import a_grade

from convbook.grading.collect import Handed
from convbook.grading.files import File
from convbook.grading.gradebook import SAME, Gradebook, Refused
from convbook.grading.records import Submission

MADE_WITH = dict.fromkeys(SAME, "a")


def handed(owner, file=None, **more):
    return Handed(owner, "", "", File((), file or f"{owner}.ipynb", 0, bytes), **more)


def submission(owner, digest="1", cells=("x",)):
    return Submission(owner, f"{owner}.ipynb", digest, cells)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gradebook.sqlite"


def points(gradebook):
    return {entry.owner: entry.grade and entry.grade.points for entry in gradebook.entries()}


def test_a_grade_is_kept_as_it_was_given(path):
    grade = a_grade(3, notes=("a note é",), misconception="A sentence.", report="<p>é</p>", note="hidden")
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.hand_in([handed("jane", passed_over=("old.ipynb",), late=True, folder="f"), handed("max")])
        gradebook.record(submission("jane"), grade)
    with Gradebook(path) as gradebook:
        jane, max = gradebook.entries()
    assert jane.grade == grade
    assert (jane.file, jane.passed_over, jane.late, jane.folder) == ("jane.ipynb", ("old.ipynb",), True, "f")
    assert (max.owner, max.grade, max.late) == ("max", None, False)


def test_it_is_plain_sqlite(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.record(submission("jane"), a_grade(3))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT owner, status, points, possible FROM grades").fetchall()
    assert rows == [("jane", "graded", 3, 4)]


def test_a_file_is_graded_once_and_again_when_it_changes(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.hand_in([handed("jane")])
        assert not gradebook.has("jane", "1")
        gradebook.record(submission("jane"), a_grade(1))
        assert gradebook.has("jane", "1")
        assert not gradebook.has("jane", "2")
        gradebook.record(submission("jane", "2"), a_grade(3))
        assert gradebook.has("jane", "2")
        assert not gradebook.has("jane", "1")  # what was handed in is the other file again
        assert points(gradebook) == {"jane": 3}


def test_a_change_of_file_is_listed(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.record(submission("jane"), a_grade(1))
        gradebook.record(submission("max"), a_grade(1))
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        assert list(gradebook.changes()) == []
        gradebook.record(submission("jane", "2"), a_grade(3))
        gradebook.record(submission("max", "2"), a_grade(1))
        (change,) = gradebook.changes()
    assert (change.owner, change.before.points, change.after.points) == ("jane", 1, 3)
    assert change.why == "another file counts"


@pytest.mark.parametrize("what", SAME)
def test_other_conditions_are_refused_with_the_reason(path, what):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.record(submission("jane"), a_grade(1))
    with Gradebook(path) as gradebook:
        with pytest.raises(Refused, match=f"(?s){SAME[what]}.*--out.*--regrade"):
            gradebook.begin(MADE_WITH | {what: "b"})
        gradebook.begin(MADE_WITH | {what: "b"}, regrade=True)
        assert not gradebook.has("jane", "1")
        gradebook.record(submission("jane"), a_grade(2))
        gradebook.finish()
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH | {what: "b"})
        assert gradebook.has("jane", "1")
        with pytest.raises(Refused):
            gradebook.begin(MADE_WITH)


def test_grading_anew_lists_what_changed_and_can_be_interrupted(path):
    owners = ("jane", "max", "jo")
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        for owner in owners:
            gradebook.record(submission(owner), a_grade(1))
        gradebook.finish()
    for regrade, new in [(True, {"jane": 3}), (True, {"max": 1}), (False, {"jo": 4})]:
        with Gradebook(path) as gradebook:
            gradebook.begin(MADE_WITH, regrade)
            for owner, earned in new.items():
                assert not gradebook.has(owner, "1")
                gradebook.record(submission(owner), a_grade(earned))
            assert {c.owner for c in gradebook.changes()} == {"jane"} | ({"jo"} & set(new))
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        assert all(gradebook.has(owner, "1") for owner in owners)
        gradebook.finish()
        gradebook.begin(MADE_WITH, regrade=True)
        assert not any(gradebook.has(owner, "1") for owner in owners)


def test_the_first_run_may_be_called_a_regrade(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH, regrade=True)
        gradebook.record(submission("jane"), a_grade(1))
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        assert gradebook.has("jane", "1")


def test_when_the_roster_gives_an_owner_another_name_the_grade_goes_with_it(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.hand_in([handed("4711", "a.ipynb"), handed("max", "b.ipynb")])
        gradebook.record(submission("4711"), a_grade(3))
        gradebook.hand_in([handed("jane", "a.ipynb"), handed("max", "b.ipynb")])
        assert gradebook.has("jane", "1")
        assert points(gradebook) == {"jane": 3, "max": None}


def test_those_who_handed_in_before_stay(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        gradebook.hand_in([handed("jane")])
        gradebook.record(submission("jane"), a_grade(3))
        gradebook.hand_in([handed("late")])
        assert points(gradebook) == {"jane": 3, "late": None}


def test_one_process_at_a_time(path):
    with Gradebook(path) as gradebook:
        gradebook.begin(MADE_WITH)
        with pytest.raises(Refused, match="in use: another convbook is grading there"):
            Gradebook(path)


def test_something_else_of_that_name(path):
    path.write_text("not a database, " * 100)
    with pytest.raises(Refused, match="cannot be used: file is not a database"):
        Gradebook(path)
    with pytest.raises(Refused, match="cannot be used"):
        Gradebook(path.parent)


class Histories(RuleBasedStateMachine):
    """Any history of grades, files that change, regrades and crashes, beside a dictionary."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.round, self.regrading = 0, False
        self.newest = {}  # owner → (digest, round, points)
        self.earlier = {}  # what was the newest when this round, or this run, began
        self.open()

    def open(self, regrade=False):
        self.gradebook = Gradebook(Path(self.folder.name, "gradebook.sqlite"))
        self.gradebook.begin(MADE_WITH, regrade)
        self.gradebook.hand_in([handed(owner) for owner in "abc"])
        if regrade and not self.regrading:
            self.round, self.regrading = self.round + 1, True
            self.earlier = dict(self.newest)
        elif not self.regrading:
            self.earlier = dict(self.newest)

    def teardown(self):
        self.gradebook.close()
        self.folder.cleanup()

    @rule(owner=st.sampled_from("abc"), digest=st.sampled_from("12"), earned=st.integers(0, 4))
    def grade(self, owner, digest, earned):
        self.gradebook.record(submission(owner, digest), a_grade(earned))
        self.newest[owner] = digest, self.round, earned

    @rule(regrade=st.booleans())
    def crash_and_run_again(self, regrade):
        self.gradebook.close()
        self.open(regrade)

    @rule()
    def finish(self):
        self.gradebook.finish()
        self.regrading = False

    @invariant()
    def it_knows_what_is_graded(self):
        for owner in "abc":
            digest, round, earned = self.newest.get(owner, (None, None, None))
            assert self.gradebook.has(owner, "1") == ((digest, round) == ("1", self.round))
            assert points(self.gradebook).get(owner) == earned

    @invariant()
    def it_knows_what_has_changed(self):
        changed = {o for o, (_, _, p) in self.earlier.items() if self.newest[o][2] != p}
        assert {change.owner for change in self.gradebook.changes()} == changed


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
