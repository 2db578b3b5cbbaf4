"""One submission and its workers: a cell or a call that hangs or kills the worker costs itself alone."""

import itertools
import math
import re
import sys
import time
from dataclasses import replace

import numpy as np

from convbook.exercises import judge
from convbook.exercises.answers import (
    CRASH,
    LONGEST_MESSAGE,
    MOST_PRINTED,
    TIME_LIMIT,
    Answer,
    UnsuitableAnswer,
    plain,
)
from convbook.grading.assignment import ask, request
from convbook.grading.frames import HELD_SECONDS, FrameError, pack

LOST = (TIME_LIMIT, CRASH)  # of a call that did not come back
WHOLE, DEFINITIONS, NOTHING = range(3)  # how much of a cell is run
MEGABYTE = 1 << 20
NOTE, NOTES, NOTES_OF_A_CELL = 300, 50, 10  # characters of a note; how many are kept
NAME = 100  # characters of the name of an error
KEPT = 1 << 16  # bytes of a wrong answer, or 16 times as many as the right one takes


class OutOfTime(Exception):
    """An exercise, or the whole submission, has taken all the time it may."""


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
    found : set of str or None
        The names of exercises that the cells have defined; None before the cells are through.
    """

    def __init__(self, sandbox, assignment, cells, end):
        self._sandbox, self.assignment, self._cells, self._end = sandbox, assignment, cells, end
        self._end_of_turn = end
        self._parts = [WHOLE] * len(cells)
        self._cell_limit = assignment.limits.cell
        self._worker = None
        self._lost = {}
        self.notes, self.found = [], None

    def afresh(self):
        """The same cells with another worker, as far as they have proved safe."""
        other = Run(self._sandbox, self.assignment, self._cells, self._end)
        other._parts[:], other._cell_limit = self._parts, self._cell_limit
        return other

    def what_became_of(self, name):
        """Why a name may be missing: `TIME_LIMIT` or `CRASH` if a cell that speaks of it was cut, else ""."""
        for i, why in self._lost.items():
            if re.search(rf"\b{name}\b", self._cells[i]):
                return why
        return ""

    def take_turn(self, turns):
        """Begin with an exercise, which from now on may take its share of the time that is left.

        Parameters
        ----------
        turns : int
            How many exercises wait for their share, this one included.

        Raises
        ------
        OutOfTime
            If the submission's time is up.
        """
        self._end_of_turn = self._end
        if self._worker is None:
            self.start()  # again, because of the exercise before, so this one does not pay for it
        now = time.monotonic()
        self._end_of_turn = now + (self._end - now) / turns

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
        self._worker = self._sandbox.worker(self.assignment.limits)
        numbered = tuple((i + 1, self._cells[i], self._parts[i] == DEFINITIONS) for i in cells)
        at, notes, slow = cells[0], [], []
        half_time = (time.monotonic() + self._end) / 2  # the other half is for the answers
        limit = self._cell_limit
        try:
            self._send(pack(("cells", numbered, self.assignment.names)))
            for at in cells:
                start = time.monotonic()
                errors = texts(self._receive(limit, half_time))
                notes += [f"code cell {at + 1}: {line(error)}" for error in errors[:NOTES_OF_A_CELL]]
                if self._parts[at] == WHOLE and time.monotonic() - start > limit / 10:
                    slow.append(at)
            slow, limit = [], self.assignment.limits.cell  # all cells are through, however short their limit
            found = self._receive(limit)
            if type(found) is not tuple or len(found) != len(self.assignment.names):
                raise FrameError("it does not say what is defined")
        except (TimeoutError, ConnectionError, FrameError) as error:
            if isinstance(error, TimeoutError) and slow and time.monotonic() >= half_time:
                self._hurry([*slow, at])
            else:
                self._blame(at, error, limit)
            return False
        self._note(*notes)
        self.found = {name for name, there in zip(self.assignment.names, found, strict=True) if there is True}
        return True

    def _hurry(self, slow):
        """None of the cells was too slow, but all together are: what takes long is cut, and sooner."""
        self._cell_limit /= 10
        for i in slow:
            self._parts[i] = max(self._parts[i], DEFINITIONS)
        numbers = ", ".join(str(i + 1) for i in slow)
        self._note(f"code cells {numbers} took too long together; only their definitions were kept")

    def _blame(self, i, error, limit):
        self._lost[i], what = self._end_worker(error, limit)
        self._parts[i] += 1
        consequence = "only its definitions were kept" if self._parts[i] == DEFINITIONS else "it was skipped"
        self._note(f"code cell {i + 1} {what}; {consequence}")

    def _note(self, *notes):
        self.notes += [note for note in notes if note not in self.notes][: NOTES - len(self.notes)]

    def answers(self, exercise, frame, inputs):
        """Put cases to an answer.

        Parameters
        ----------
        exercise : Exercise
        frame : bytes
            The request.
        inputs : sequence of dict
            What is in it.

        Returns
        -------
        answers : iterator of Answer
            As many, one after the other as they come. If a call hangs or kills the worker, it is the last;
            if there is more than was asked for, one more answer says so.

        Raises
        ------
        OutOfTime
            If the time of its turn is up.
        """
        if self._worker is None or not self._worker.channel.silent:
            self.start()  # what came without being asked for is no answer of this exercise
        if exercise.name not in self.found:
            yield Answer(error=CRASH, message="it was not there any more when the cells were run again")
            return
        try:
            self._send(frame)
            for names in inputs:
                yield as_answer(self._receive(exercise.limits.call + HELD_SECONDS), names)
            if texts(self._receive(exercise.limits.call)) != ("done",):
                raise FrameError("more answers than questions")
        except (TimeoutError, ConnectionError, FrameError) as error:
            kind, what = self._end_worker(error, exercise.limits.call)
            yield Answer(error=kind, message=f"the call {what}")

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
            If the time of its turn is up.
        """
        cases = judge.cases(exercise, prop, seed)
        inputs = [case.inputs for case in cases]
        answers = self.answers(exercise, request(exercise, prop, seed), inputs)
        pairs = zip(itertools.chain(cases, cases[-1:]), answers, strict=False)
        trials = tuple(light(judge.assess(exercise, prop, case, answer)) for case, answer in pairs)
        if any(trial.answer.error == "MemoryError" for trial in trials):
            self.close()  # what was filled may stay full, and the next answer shall not pay for that
        return trials

    def answer(self, exercise, inputs):
        """Put a single case to an answer; see `answers`."""
        return list(self.answers(exercise, ask(exercise, [inputs]), [inputs]))[-1]

    def _send(self, frame):
        self._worker.channel.allowance = self.assignment.limits.answer * MEGABYTE
        self._worker.channel.send(frame, self._end_of_turn)

    def _receive(self, seconds, end=math.inf):
        return self._worker.channel.receive(min(time.monotonic() + seconds, end, self._end_of_turn))

    def _end_worker(self, error, seconds):
        """End the worker; what was wrong with it, in a word and in words."""
        status = self.close()
        if isinstance(error, TimeoutError):
            if time.monotonic() >= self._end_of_turn:
                raise OutOfTime from None
            return TIME_LIMIT, f"took longer than {seconds:g} s"
        if isinstance(error, FrameError):
            return CRASH, "sent what is no answer"
        return CRASH, "ended its process" + (f" (signal {-status})" if status and status < 0 else "")

    def close(self):
        """End the present worker, if there is one; with which status, see `Sandbox.end`."""
        if self._worker is None:
            return None
        self._worker.close()
        self._worker = None
        return self._sandbox.end()


def as_answer(reply, names):
    """The answer in a worker's reply, which may not be what our side of the worker would have sent.

    Parameters
    ----------
    reply : plain value
    names : collection of str
        Of the arguments.

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
    texts(changed)
    if error in LOST:  # that is not for a worker to say
        error = "Exception"
    changed = tuple(name for name in names if name in changed)
    if type(value) is not np.ndarray:
        try:
            value = plain(value)
        except UnsuitableAnswer as unsuitable:
            raise FrameError("a reply that holds no plain value") from unsuitable
    return Answer(value, error[:NAME], message[:LONGEST_MESSAGE], changed, printed[:MOST_PRINTED])


def light(trial):
    """A trial without the value of a wrong answer that is far too large: nobody will look at it.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    trial : Trial
    """
    if not trial.difference or size(trial.answer.value) <= max(KEPT, 16 * size(trial.case.expected)):
        return trial
    return replace(trial, answer=replace(trial.answer, value=None))


def size(value):
    """About how many bytes a plain value takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, tuple):
        return sum(map(size, value), 16)
    if isinstance(value, dict):
        return sum(map(size, itertools.chain(value, value.values())), 16)
    return sys.getsizeof(value)


def texts(items):
    """A tuple that holds nothing but texts, or a FrameError."""
    if type(items) is not tuple or not all(type(item) is str for item in items):
        raise FrameError("texts were expected")
    return items


def line(text):
    """A text in one short line of characters that can be seen."""
    seen = "".join(character if character.isprintable() else " " for character in text[:NOTE])
    return " ".join(seen.split())
