"""Grade an entry of the corpus, and tell what is not as it should be."""

import contextlib
import os
import re
from pathlib import Path

from convbook.grading import run
from convbook.grading.assignment import Assignment
from convbook.grading.collect import collect
from convbook.grading.engine import Engine

from .entry import BOTH_RIGHT, CONVOLVE, PRELUDE, TOEPLITZ, Entry
from .exercises import EXERCISES, HURRIED
from .outside import open_files, processes_below, wait_until

SEED = "the secret of this class"
ASSIGNMENT, IN_A_HURRY = (Assignment("03_toeplitz", tuple(e), SEED) for e in (EXERCISES, HURRIED))
AS_IT_SHOULD_BE = Entry("as it should be", (TOEPLITZ, CONVOLVE))


class Court:
    """A grader on a rung of the sandbox, in the midst of what it has to protect.

    Parameters
    ----------
    rung : int
    outside : Outside
    folder : path
        For the notebooks.
    """

    def __init__(self, rung, outside, folder):
        self.rung, self._outside, self._folder = rung, outside, Path(folder)
        self._engine = Engine(rung)
        self._engine.prepare(ASSIGNMENT)
        self.grade(AS_IT_SHOULD_BE)  # from now on, everything is open that has to be
        self._before = self._state()

    def close(self):
        """End the grader."""
        self._engine.close()

    def grade(self, entry):
        """Hand an entry in as a file, and have it graded.

        Parameters
        ----------
        entry : Entry

        Returns
        -------
        grade : Grade
        told : str
            What came from it: the notes, and what its calls print, raise and return as texts.
        """
        path = self._folder / entry.file
        path.write_bytes(entry.written((PRELUDE.replace("$facts", self._outside.facts), *entry.cells)))
        try:
            (handed,) = collect([str(path)])
            submission = handed.submission(*handed.data())
        finally:
            path.unlink()
        with overheard() as told:
            grade = self._engine.grade(submission, IN_A_HURRY if entry.hurried else ASSIGNMENT)
        return grade, "\n".join([*grade.notes, *told])

    def complaints(self, entry):
        """Grade an entry, and afterwards an honest notebook; look around, and list what is wrong.

        Parameters
        ----------
        entry : Entry

        Returns
        -------
        complaints : list of str
            None if the entry got exactly what it deserves, did what it says, and left nothing behind.
        """
        grade, told = self.grade(entry)
        deserves, tells = entry.on(self.rung)
        complaints = []
        if in_words(grade) != deserves:
            complaints.append(f"it got “{in_words(grade)}” and deserves “{deserves}”")
        complaints += [f"it does not tell {p!r}" for p in tells if not re.search(p, told, re.MULTILINE)]
        complaints += [f"it tells {p!r}" for p in entry.keeps_quiet if re.search(p, told, re.MULTILINE)]
        if (after := in_words(self.grade(AS_IT_SHOULD_BE)[0])) != BOTH_RIGHT:
            complaints.append(f"after it, an honest notebook gets “{after}”")
        if not wait_until(lambda: self._state() == self._before, seconds=5):
            complaints.append(f"it changed what is outside: {_difference(self._before, self._state())}")
        return [*complaints, "what it told:", *list(dict.fromkeys(told.splitlines()))[:30]] if complaints else []

    def _state(self):
        processes = processes_below(os.getpid())
        return self._outside.state() | {"processes": processes, "open files": open_files()}


def _difference(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def in_words(grade):
    """Status of the submission, status and points of each exercise."""
    exercises = ", ".join(f"{exercise.status} {exercise.points:g}" for exercise in grade.exercises)
    return f"{grade.status}: {exercises}" if exercises else grade.status


@contextlib.contextmanager
def overheard():
    """Listen to what workers answer, as it reaches the grader."""
    told, real = [], run.as_answer

    def listen(reply):
        answer = real(reply)
        said = answer.printed, answer.error and f"{answer.error}: {answer.message}", answer.value
        told.extend(text for text in said if type(text) is str and text)
        return answer

    run.as_answer = listen
    try:
        yield told
    finally:
        run.as_answer = real
