"""Grade one submission: run its cells in a closed room, ask what they define, and judge the answers here."""

import inspect
import time

from convbook.exercises import judge
from convbook.exercises.answers import Answer
from convbook.grading.frames import FrameError, pack
from convbook.grading.records import ExerciseGrade, Grade, PropertyGrade
from convbook.grading.sandbox import Sandbox


class Engine:
    """Grades submissions, one after the other.

    Parameters
    ----------
    rung : int
    """

    def __init__(self, rung=1):
        self._rung = rung
        self._sandboxes = {}

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        for sandbox in self._sandboxes.values():
            sandbox.close()

    def _sandbox(self, packages):
        if packages not in self._sandboxes:
            self._sandboxes[packages] = Sandbox(packages, self._rung)
        return self._sandboxes[packages]

    def grade(self, submission, assignment):
        start = time.monotonic()
        if submission.problem:
            return Grade("not gradable", 0, assignment.points, notes=(submission.problem,))
        run = Run(self._sandbox(assignment.packages), assignment, submission.cells)
        exercises = tuple(self._grade_exercise(run, exercise) for exercise in assignment.exercises)
        return Grade(
            "graded", sum(e.points for e in exercises), assignment.points, exercises, (), time.monotonic() - start
        )

    def _grade_exercise(self, run, exercise):
        if not run.has(exercise.name):
            return ExerciseGrade(exercise.name, "not found", 0, exercise.points)
        properties = []
        for prop in exercise.properties:
            drawn = judge.cases(exercise, prop, run.assignment.seed)
            answers = run.answers(exercise, drawn)
            trials = tuple(
                judge.assess(exercise, prop, case, answer) for case, answer in zip(drawn, answers, strict=True)
            )
            passed = all(trial.difference is None for trial in trials)
            properties.append(PropertyGrade(prop.name, prop.points if passed else 0, prop.points))
        points = sum(p.points for p in properties)
        status = "right" if points == exercise.points else "partly right" if points else "wrong"
        return ExerciseGrade(exercise.name, status, points, exercise.points, tuple(properties))


class Run:
    def __init__(self, sandbox, assignment, cells):
        self.assignment = assignment
        limits = assignment.limits
        self.end = time.monotonic() + limits.submission
        self.worker = sandbox.worker(limits)
        self.worker.channel.send(pack(("cells", tuple((cell, False) for cell in cells), assignment.names)))
        for _ in cells:
            self.worker.channel.receive(time.monotonic() + limits.cell)
        self.worker.channel.send(pack(("which", assignment.names)))
        self.found = dict(zip(assignment.names, self.worker.channel.receive(time.monotonic() + 3), strict=True))

    def has(self, name):
        return self.found[name]

    def answers(self, exercise, drawn):
        cases = tuple((positional(exercise, case.inputs), case.inputs) for case in drawn)
        self.worker.channel.send(pack(("call", exercise.name, "value" if exercise.is_value else "function", False, cases)))
        return [Answer(*self.worker.channel.receive(time.monotonic() + 3)) for _ in cases]


def positional(exercise, inputs):
    bound = inspect.signature(exercise.reference).bind(**inputs)
    return tuple(inputs)[: len(bound.args)]
