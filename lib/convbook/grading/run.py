"""One submission and its workers: a cell or a call that hangs or kills the worker costs itself alone."""

import functools
import re
import time

import numpy as np

from convbook.exercises import judge
from convbook.exercises.answers import CRASH, TIME_LIMIT, Answer, UnsuitableAnswer, plain
from convbook.grading.assignment import ask, request
from convbook.grading.frames import HELD_SECONDS, FrameError, pack

LOST = (TIME_LIMIT, CRASH)  # of a call that did not come back
WHOLE, DEFINITIONS, NOTHING = range(3)  # how much of a cell is run
MEGABYTE = 1 << 20
TEXT_LIMIT = 300  # characters of a note


class OutOfTime(Exception):
    """The submission has taken all the time it may."""


class Run:
    """The cells of a submission, run in a worker, and again in a fresh one whenever that one is lost.

    Parameters
    ----------
    sandbox : Sandbox
    assignment : Assignment
    cells : tuple of str
    end : float
        When the submission's time is up, by `time.monotonic`.

    Attributes
    ----------
    notes : list of str
        What went wrong with the cells, a line each.
    found : set of str
        The names of exercises that the cells have defined.
    """

    def __init__(self, sandbox, assignment, cells, end):
        self._sandbox, self.assignment, self._cells, self._end = sandbox, assignment, cells, end
        self._parts = [WHOLE] * len(cells)
        self._worker = None
        self._lost = {}
        self.notes, self.found = [], set()

    def afresh(self):
        """The same cells with another worker, as far as they have proved safe."""
        other = Run(self._sandbox, self.assignment, self._cells, self._end)
        other._parts[:] = self._parts
        return other

    def what_became_of(self, name):
        """Why a name may be missing: `TIME_LIMIT` or `CRASH` if a cell that speaks of it was cut, else ""."""
        for i, why in self._lost.items():
            if re.search(rf"\b{name}\b", self._cells[i]):
                return why
        return ""

    def start(self):
        """Run the cells in a fresh worker; those that turned out fatal before, only as far as is safe.

        Raises
        ------
        OutOfTime
            If the submission's time ends before its cells do.
        """
        while not self._run_cells():
            pass

    def _run_cells(self):
        """Whether all went through. If not, the cell to blame will be run less of, next time."""
        self.close()
        cells = [i for i, part in enumerate(self._parts) if part != NOTHING]
        if not cells:
            self.found = set()
            return True
        limits = self.assignment.limits
        self._worker = self._sandbox.worker(limits)
        numbered = tuple((i + 1, self._cells[i], self._parts[i] == DEFINITIONS) for i in cells)
        at, notes = cells[0], []
        try:
            self._send(pack(("cells", numbered, self.assignment.names)))
            for at in cells:
                errors = texts(self._receive(limits.cell))
                notes += [f"code cell {at + 1}: {line(error)}" for error in errors]
            found = self._receive(limits.cell)
            if type(found) is not tuple or len(found) != len(self.assignment.names):
                raise FrameError("it does not say what is defined")
        except (TimeoutError, ConnectionError, FrameError) as error:
            self._blame(at, error)
            return False
        self.notes[:] = [*(note for note in self.notes if note not in notes), *notes]
        self.found = {name for name, there in zip(self.assignment.names, found, strict=True) if there is True}
        return True

    def _blame(self, i, error):
        self._lost[i], what = self._end_worker(error, self.assignment.limits.cell)
        self._parts[i] += 1
        consequence = "only its definitions were kept" if self._parts[i] == DEFINITIONS else "it was skipped"
        self.notes.append(f"code cell {i + 1} {what}; {consequence}")

    def answers(self, exercise, frame, count):
        """Put cases to an answer.

        Parameters
        ----------
        exercise : Exercise
        frame : bytes
            The request.
        count : int
            How many cases it holds.

        Returns
        -------
        answers : list of Answer
            As many or, if one call hangs or kills the worker, those up to and including it.

        Raises
        ------
        OutOfTime
            If the submission's time is up.
        """
        if self._worker is None or not self._worker.channel.silent:
            self.start()  # what came without being asked for is no answer of this exercise
        if exercise.name not in self.found:
            return [Answer(error=CRASH, message="it was not there any more when the cells were run again")]
        answers = []
        try:
            self._send(frame)
            for _ in range(count):
                answers.append(as_answer(self._receive(exercise.limits.call + HELD_SECONDS)))
        except (TimeoutError, ConnectionError, FrameError) as error:
            kind, what = self._end_worker(error, exercise.limits.call)
            answers.append(Answer(error=kind, message=f"the call {what}"))
        return answers

    def trials(self, exercise, prop, seed):
        """Put a property's cases to an answer, and compare.

        Parameters
        ----------
        exercise : Exercise
        prop : Property
        seed : int or str

        Returns
        -------
        trials : tuple of Trial
            Where a call was fatal, it is the last one.

        Raises
        ------
        OutOfTime
            If the submission's time is up.
        """
        cases = judge.cases(exercise, prop, seed)
        answers = self.answers(exercise, request(exercise, prop, seed), len(cases))
        return tuple(map(functools.partial(judge.assess, exercise, prop), cases, answers))

    def answer(self, exercise, inputs):
        """Put a single case to an answer; see `answers`."""
        return self.answers(exercise, ask(exercise, [inputs]), 1)[0]

    def _send(self, frame):
        self._worker.channel.allowance = self.assignment.limits.answer * MEGABYTE
        self._worker.channel.send(frame, self._end)

    def _receive(self, seconds):
        return self._worker.channel.receive(min(time.monotonic() + seconds, self._end))

    def _end_worker(self, error, seconds):
        """End the worker; what was wrong with it, in a word and in words."""
        self.close()
        status = self._sandbox.end()
        if isinstance(error, TimeoutError):
            if time.monotonic() >= self._end:
                raise OutOfTime from None
            return TIME_LIMIT, f"took longer than {seconds:g} s"
        if isinstance(error, FrameError):
            return CRASH, "sent what is no answer"
        return CRASH, "ended its process" + (f" (signal {-status})" if status and status < 0 else "")

    def close(self):
        """Leave the present worker; the next one, or the end of the parent, ends it."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def as_answer(reply):
    """The answer in a worker's reply.

    Parameters
    ----------
    reply : plain value

    Returns
    -------
    answer : Answer

    Raises
    ------
    FrameError
        If it is no answer.
    """
    if type(reply) is not tuple or len(reply) != 5:
        raise FrameError("a reply that is no answer")
    value, error, message, changed, printed = reply
    texts((error, message, printed))
    if error in LOST:  # that is not for a worker to say
        error = "Exception"
    if type(value) is not np.ndarray:
        try:
            value = plain(value)
        except UnsuitableAnswer as unsuitable:
            raise FrameError("a reply that holds no plain value") from unsuitable
    return Answer(value, error, message, texts(changed), printed)


def texts(items):
    """A tuple that holds nothing but texts, or a FrameError."""
    if type(items) is not tuple or not all(type(item) is str for item in items):
        raise FrameError("texts were expected")
    return items


def line(text):
    """A text in one short line of characters that can be seen."""
    seen = "".join(character if character.isprintable() else " " for character in text[:TEXT_LIMIT])
    return " ".join(seen.split())
