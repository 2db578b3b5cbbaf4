"""A grader without a sandbox: it does what the first cell of a submission says, in data that it trusts."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property
from convbook.grading.assignment import Assignment
from convbook.grading.records import ExerciseGrade, Grade, PropertyGrade
from convbook.grading.setting import Sandboxed
from convbook.grading.tasks import Setting

LOG = "CONVBOOK_TEST_LOG"  # the folder in which processes note what they do
ALL, SOME = Property("all of it", 2, st.just({})), Property("some of it", 1, st.just({}))
ASSIGNMENT = Assignment(
    "a_sheet", (Exercise("f", lambda: 1, (ALL, SOME)), Exercise("g", lambda: 1, (SOME,))), "a seed"
)


def note(log, what, owner=""):
    with open(Path(log) / str(os.getpid()), "a") as file:
        file.write(f"{what} {owner}\n")


def noted(log, what="grade"):
    """What was noted, by all processes."""
    lines = [line for path in Path(log).iterdir() for line in path.read_text().splitlines()]
    return sorted(line.split()[-1] for line in lines if line.split()[0] == what)


def a_grade(points=4, status="graded", notes=(), **more):
    """A grade of the assignment above."""
    left = points
    exercises = []
    for exercise in ASSIGNMENT.exercises:
        properties = []
        for prop in exercise.properties:
            earned = prop.points if left >= prop.points else 0
            left -= earned
            properties.append(
                PropertyGrade(prop.name, earned, prop.points, **({} if earned == prop.points else more))
            )
        earned = sum(prop.points for prop in properties)
        word = "right" if earned == exercise.points else "partly right" if earned else "wrong"
        exercises.append(ExerciseGrade(exercise.name, word, earned, exercise.points, tuple(properties)))
    return Grade(status, points, 4, tuple(exercises), tuple(notes))


def obey(log, submission):
    """Grade as the submission asks for."""
    command, _, argument = submission.cells[0].partition(" ")
    if command == "sleep":
        time.sleep(float(argument))
    if command == "raise":
        raise OSError(argument)
    if command == "die" or (command == "die-once" and not Path(argument).exists()):
        if argument:
            Path(argument).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    note(log, "grade", submission.owner)
    return a_grade(int(argument) if command == "points" else 4)


@dataclass(frozen=True)
class FakeSetting(Setting):
    """For the tasks alone."""

    log: str

    @contextlib.contextmanager
    def grader(self):
        note(self.log, "open")
        yield lambda submission: obey(self.log, submission)
        note(self.log, "close")


@dataclass(frozen=True)
class FakeSandboxed(Sandboxed):
    """For the whole command."""

    @contextlib.contextmanager
    def grader(self):
        yield lambda submission: obey(os.environ[LOG], submission)

    def assignment(self):
        return ASSIGNMENT

    def notices(self):
        note(os.environ[LOG], "tried")
        return ["A notice about the sandbox."]
