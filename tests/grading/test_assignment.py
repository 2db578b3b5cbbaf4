"""Assignments: of the book, and of an instructor's own file."""

import json
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from convbook.exercises.limits import Limits
from convbook.exercises.spec import Exercise, Property
from convbook.grading.assignment import Assignment, request
from convbook.grading.engine import Engine
from convbook.grading.frames import PREFIX
from convbook.grading.records import Submission

MINE = """
import numpy as np
from hypothesis import strategies as st
from convbook.exercises.limits import Limits
from convbook.exercises.spec import Exercise, Property
from convbook.exercises.strategies import array

def reversed_rows(x):
    return x[::-1]

EXERCISES = [
    Exercise(
        "upside_down",
        reference=reversed_rows,
        properties=[Property("any picture", 2, st.fixed_dictionaries({"x": array((3, 2))}))],
        limits=Limits(call=1.0),
    )
]
"""


def exercise(name="f", **changes):
    inputs = st.fixed_dictionaries({"x": st.integers(1, 9)})
    return replace(Exercise(name, lambda x: x, (Property("any", 1, inputs),)), **changes)


def test_a_chapter_of_the_book():
    assignment = Assignment.load("03_toeplitz", seed=7)
    assert assignment.name == "03_toeplitz" and "toeplitz_matrix" in assignment.names
    assert assignment.packages == ("numpy",) and assignment.limits == Limits()
    assert assignment.points == sum(exercise.points for exercise in assignment.exercises)


def test_an_unknown_chapter():
    with pytest.raises(ValueError, match=r"assignment: chapter '99_x' has no exercises; there are 0"):
        Assignment.load("99_x", seed=7)


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "numpy.py"  # a name that is taken
    path.write_text(MINE)
    return path


def test_a_file_of_an_instructors_own_is_graded_without_another_change(mine, missing):
    assignment = Assignment.from_file(mine, seed=7)
    assert (assignment.name, assignment.limits.call) == ("numpy", 1.0)
    with Engine() as engine:
        right = Submission("ada", "", "", ("def upside_down(x): return x[::-1]",))
        wrong = Submission("bob", "", "", ("def upside_down(x): return x[:, ::-1]",))
        assert engine.grade(right, assignment).points == 2
        grade = engine.grade(wrong, assignment)
    assert grade.points == 0 and "upside_down(np.array(" in grade.exercises[0].properties[0].report


def test_a_file_that_is_not_there_or_holds_none(tmp_path):
    with pytest.raises(ValueError, match="there is no such Python file"):
        Assignment.from_file(tmp_path / "none.py", seed=7)
    (tmp_path / "empty.py").write_text("")
    with pytest.raises(ValueError, match="it must define EXERCISES"):
        Assignment.from_file(tmp_path / "empty.py", seed=7)
    (tmp_path / "empty.py").write_text("EXERCISES = []")
    with pytest.raises(ValueError, match="it must define EXERCISES"):
        Assignment.from_file(tmp_path / "empty.py", seed=7)


def test_two_exercises_of_one_name():
    with pytest.raises(ValueError, match="several exercises are called f"):
        Assignment("mine", (exercise(), exercise()), 0)


def test_packages_and_limits_are_those_of_all_exercises():
    one = exercise("f", packages=("numpy", "scipy"), limits=Limits(call=1, memory=2000))
    two = exercise("g", packages=("numpy", "torch"), limits=Limits(call=5, memory=500))
    assignment = Assignment("mine", (one, two), 0)
    assert assignment.packages == ("numpy", "scipy", "torch")
    assert assignment.limits == Limits(call=5, memory=2000)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "no name"}, "name must be what a student can define, got 'no name'"),
        ({"asks_for": "essay"}, "f: asks_for must be one of .* got 'essay'"),
        ({"packages": "torch"}, "f: packages must be a tuple of names, got 'torch'"),
        ({"properties": ()}, "f: properties must hold at least one Property"),
        ({"properties": exercise().properties * 2}, "f: properties must have names of their own"),
    ],
)
def test_an_exercise_that_does_not_fit_together(changes, message):
    with pytest.raises((TypeError, ValueError), match=message):
        exercise(**changes)


def test_inputs_that_cannot_be_sent():
    odd = exercise(reference=lambda x: 1, properties=(Property("odd ones", 1, st.just({"x": {1}})),))
    with pytest.raises(ValueError, match="f, odd ones: FrameError: a set cannot be sent"):
        Assignment("mine", (odd,), 0).prepare()


def test_a_reference_that_fails():
    broken = exercise(reference=lambda x: 1 / 0)
    with pytest.raises(ValueError, match="f, any: ZeroDivisionError: division by zero"):
        Assignment("mine", (broken,), 0).prepare()


def test_a_request_says_nothing_of_what_is_expected():
    secret = exercise(reference=lambda x: x + 123_456_789)
    frame = request(secret, secret.properties[0], "a secret seed")
    header = json.loads(frame[PREFIX.size :])
    assert header[:4] == ["call", "f", "function", False]
    assert b"123456" not in frame and b"secret" not in frame and b"any" not in frame


def test_the_seed_decides():
    one = exercise(properties=(Property("any", 1, st.fixed_dictionaries({"x": st.integers(0, 10**9)})),))
    prop = one.properties[0]
    assert request(one, prop, 1) == request(one, prop, 1) != request(one, prop, 2)
