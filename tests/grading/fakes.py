"""A grader without a sandbox: it does what the first cell of a submission says, in data that it trusts."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from convbook.grading.records import ExerciseGrade, Grade, PropertyGrade
from convbook.grading.tasks import Setting


@dataclass(frozen=True)
class FakeSetting(Setting):
    """Notes in a folder what is opened, graded and closed, by processes of which number."""

    log: str

    @contextlib.contextmanager
    def grader(self):
        self.note("open")
        yield self.grade
        self.note("close")

    def note(self, what, owner=""):
        with open(Path(self.log) / str(os.getpid()), "a") as file:
            file.write(f"{what} {owner}\n")

    def grade(self, submission):
        command, _, argument = submission.cells[0].partition(" ")
        if command == "sleep":
            time.sleep(float(argument))
        if command == "raise":
            raise OSError(argument)
        if command == "die" or (command == "die-once" and not Path(argument).exists()):
            if argument:
                Path(argument).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        self.note("grade", submission.owner)
        return a_grade(float(argument) if command == "points" else 1)


def a_grade(points, possible=3, status="graded"):
    """Points for one exercise."""
    properties = (PropertyGrade("all of it", points, possible),)
    exercise = ExerciseGrade("f", "right" if points == possible else "wrong", points, possible, properties)
    return Grade(status, points, possible, (exercise,))


def noted(log, what="grade"):
    """What was noted, of all processes."""
    lines = [line for path in Path(log).iterdir() for line in path.read_text().splitlines()]
    return sorted(line.split()[-1] for line in lines if line.split()[0] == what)
