"""What is graded: exercises, what students may import, how much they may take, and a secret seed."""

import functools
import operator
from dataclasses import dataclass
from pathlib import Path

from convbook.exercises import judge, own
from convbook.grading.frames import pack


@dataclass(frozen=True, eq=False)
class Assignment:
    """The exercises of one notebook, and the seed their hidden inputs are drawn from.

    Parameters
    ----------
    name : str
        For people to read.
    exercises : tuple of Exercise
    seed : int or str
        The secret. The same seed draws the same inputs, and so gives the same grades.

    Raises
    ------
    ValueError
        If there is no exercise, or two have the same name.
    """

    name: str
    exercises: tuple
    seed: int | str

    def __post_init__(self):
        names = self.names
        if not names:
            raise ValueError(f"{self.name}: an assignment needs at least one exercise, got none")
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"{self.name}: several exercises are called {', '.join(sorted(twice))}")

    @classmethod
    def load(cls, name, seed):
        """The exercises of a chapter of the book.

        Parameters
        ----------
        name : str
            As its notebook is called: "03_toeplitz".
        seed : int or str

        Returns
        -------
        assignment : Assignment

        Raises
        ------
        ValueError
            If no chapter of that number has exercises.
        """
        from convbook.exercises.catalogue import CHAPTERS

        chapters = {chapter.__name__[-2:]: chapter for chapter in CHAPTERS}
        if name[:2] not in chapters:
            raise ValueError(
                f"assignment: chapter {name!r} has no exercises; there are {', '.join(chapters)}"
            )
        return cls(name, tuple(chapters[name[:2]].EXERCISES), seed)

    @classmethod
    def from_file(cls, path, seed):
        """The exercises of an instructor's own file.

        Parameters
        ----------
        path : str or Path
            A Python file that defines `EXERCISES`, a list of `Exercise`.
        seed : int or str

        Returns
        -------
        assignment : Assignment

        Raises
        ------
        BadFile
            If there is no such file, it cannot be run, or has no `EXERCISES` in it.
        """
        return cls(Path(path).stem, tuple(own.load(path).EXERCISES), seed)

    @functools.cached_property
    def names(self):
        """The names under which answers are looked for."""
        return tuple(exercise.name for exercise in self.exercises)

    @property
    def points(self):
        """What the whole assignment is worth."""
        return sum(exercise.points for exercise in self.exercises)

    @functools.cached_property
    def packages(self):
        """What students may import: what any of the exercises allows."""
        return tuple(dict.fromkeys(package for exercise in self.exercises for package in exercise.packages))

    @functools.cached_property
    def limits(self):
        """What a submission may take: the most generous of its exercises' limits."""
        return functools.reduce(operator.or_, (exercise.limits for exercise in self.exercises))

    def prepare(self):
        """Draw all inputs and work out what is expected, once, before the first submission."""
        for exercise in self.exercises:
            for prop in exercise.properties:
                request(exercise, prop, self.seed)


@functools.lru_cache(maxsize=512)
def request(exercise, prop, seed):
    """The frame that puts all the cases of a property to a worker.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    seed : int or str

    Returns
    -------
    frame : bytes

    Raises
    ------
    ValueError
        If a worker cannot be sent such inputs, or the reference fails on them; the message says where.
    """
    try:
        inputs = [case.inputs for case in judge.cases(exercise, prop, seed)]
        return ask(exercise, inputs, at_once=seed == judge.PUBLISHED_SEED)
    except Exception as error:
        raise ValueError(f"{exercise.name}, {prop.name}: {type(error).__name__}: {error}") from error


def ask(exercise, inputs, at_once=False):
    """The frame that puts some inputs to a worker; it says nothing of what is expected.

    Parameters
    ----------
    exercise : Exercise
    inputs : sequence of dict
    at_once : bool
        Every answer is sent on its own, so that it is known which call does not end. That takes longer.

    Returns
    -------
    frame : bytes
    """
    cases = tuple((exercise.positional(one), one) for one in inputs)
    return pack(("call", exercise.name, exercise.asks_for, exercise.tensors, cases, at_once))
