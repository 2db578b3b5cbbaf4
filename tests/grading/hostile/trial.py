"""Grade an entry of the corpus, and tell what is not as it should be."""

import contextlib
import functools
import json
import re
from html.parser import HTMLParser
from pathlib import Path

from convbook.exercises import judge
from convbook.exercises.answers import MOST_PRINTED
from convbook.grading import run
from convbook.grading.collect import collect
from convbook.grading.engine import Engine

from .entry import BOTH_RIGHT, CONVOLVE, PRELUDE, TOEPLITZ, Entry
from .exercises import ASSIGNMENTS, SEED
from .outside import wait_until

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
        self._engine.prepare(ASSIGNMENTS["usual"])

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
        told : list of str
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
            grade = self._engine.grade(submission, ASSIGNMENTS[entry.limits])
        return grade, [*grade.notes, *for_the_student(grade), *told]

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
        before, memory = self._outside.state(), memory_now()
        grade, pieces = self.grade(entry)
        told = "\n".join(pieces)
        deserves, tells = entry.on(self.rung)
        complaints = []
        if in_words(grade) != deserves:
            complaints.append(f"it got “{in_words(grade)}” and deserves “{deserves}”")
        complaints += [f"it does not tell {p!r}" for p in tells if not re.search(p, told, re.MULTILINE)]
        complaints += [f"it tells {p!r}" for p in entry.keeps_quiet if re.search(p, told, re.MULTILINE)]
        if entry.keeps_quiet and max(map(len, pieces), default=0) >= MOST_PRINTED:
            complaints.append("more than it tells was cut off, so nobody knows what it keeps quiet")
        complaints += flaws(grade)
        if (taken := memory_at_most() - memory) > MEMORY:
            complaints.append(f"the grader took {taken >> 20} MB")
        if (after := in_words(self.grade(AS_IT_SHOULD_BE)[0])) != BOTH_RIGHT:
            complaints.append(f"after it, an honest notebook gets “{after}”")
        if not wait_until(lambda: self._outside.state() == before, seconds=5):
            complaints.append(f"it changed what is outside: {_difference(before, self._outside.state())}")
        return [*complaints, "what it told:", *_some(told)] if complaints else []


def _some(text):
    return [line[:200] for line in list(dict.fromkeys(text.splitlines()))[:20]]


def _difference(before, after):
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def in_words(grade):
    """Status of the submission, status and points of each exercise."""
    exercises = ", ".join(f"{exercise.status} {exercise.points:g}" for exercise in grade.exercises)
    return f"{grade.status}: {exercises}" if exercises else grade.status


def flaws(grade):
    """What is wrong with a grade whatever was handed in: what its student and its instructor read."""
    foreign = {tag for text in for_the_student(grade) for tag in tags(text)} - OURS
    if foreign:
        yield f"the feedback holds {foreign}"
    if any(not note.isprintable() or len(note) > 400 for note in grade.notes) or len(grade.notes) > 100:
        yield f"its {len(grade.notes)} notes are not short lines: {grade.notes[:3]}"
    texts = (*for_the_student(grade), *grade.notes)
    if leaked := [kernel for kernel in hidden_kernels() if any(kernel in text for text in texts)]:
        yield f"the student is told hidden inputs: {leaked[:3]}"
    if (size := len(json.dumps(grade.to_dict()))) > 100_000:
        yield f"the grade takes {size} bytes"


def for_the_student(grade):
    """What a student reads of a grade."""
    for exercise in grade.exercises:
        for prop in exercise.properties:
            yield from (prop.report, prop.note, prop.misconception)


OURS = {"p", "pre", "code", "em", "b", "div", "details", "summary", "table", "caption", "tr", "td", "th"}


def tags(html):
    """The elements of a piece of HTML."""
    found = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.add(tag)
    parser.feed(html)
    return found


def kernels(seed):
    """The kernels of all cases, as a notebook may write them; the short ones may meet by chance."""
    return {
        str(case.inputs["w"].tolist())
        for exercise in ASSIGNMENTS["usual"].exercises
        for prop in exercise.properties
        for case in judge.cases(exercise, prop, seed)
        if case.inputs["w"].size > 2
    }


@functools.cache
def hidden_kernels():
    """Those that nobody may be told."""
    return kernels(SEED) - kernels(judge.PUBLISHED_SEED)


MEMORY = 100 << 20  # bytes that the grader may take for one notebook


def memory_now():
    """The memory that this process holds; from now on, `memory_at_most` tells the most."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_at_most()


def memory_at_most():
    """The most memory that this process has held since `memory_now`."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) << 10


@contextlib.contextmanager
def overheard():
    """Listen to what workers answer, as it reaches the grader."""
    told, real = [], run.as_answer

    def listen(reply, names):
        answer = real(reply, names)
        said = answer.printed, answer.error and f"{answer.error}: {answer.message}", answer.value
        told.extend(text for text in said if type(text) is str and text)
        return answer

    run.as_answer = listen
    try:
        yield told
    finally:
        run.as_answer = real
