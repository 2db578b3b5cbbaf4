"""What is graded: exercises, what students may import, how much they may take, and a secret seed."""

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from convbook.exercises.judge import cases
from convbook.grading.sandbox.limits import Limits


@dataclass(frozen=True, eq=False)
class Assignment:
    """The exercises of one notebook, and the seed their hidden inputs are drawn from.

    Parameters
    ----------
    name : str
    exercises : tuple of Exercise
    seed : int or str
        The secret. The same seed gives the same inputs, and so the same grades.
    packages : tuple of str
        What students may import.
    limits : Limits
    """

    name: str
    exercises: tuple
    seed: int | str
    packages: tuple[str, ...] = ("numpy",)
    limits: Limits = Limits()

    @property
    def points(self):
        """What the whole assignment is worth."""
        return sum(exercise.points for exercise in self.exercises)

    @classmethod
    def load(cls, name, seed):
        """The exercises of a chapter of the book.

        Parameters
        ----------
        name : str
            As its notebook is called: "03_toeplitz".
        seed : int or str
        """
        from convbook.exercises.catalogue import CHAPTERS

        chapters = {chapter.__name__[-2:]: chapter for chapter in CHAPTERS}
        if name[:2] not in chapters:
            raise ValueError(f"assignment: no chapter {name!r} has exercises; there are: {', '.join(chapters)}")
        return cls._of(name, chapters[name[:2]], seed)

    @classmethod
    def from_file(cls, path, seed):
        """The exercises of an instructor's own file.

        Parameters
        ----------
        path : str or Path
            A Python file with `EXERCISES = [Exercise(…), …]`.
        seed : int or str
        """
        path = Path(path)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return cls._of(path.stem, module, seed)

    @classmethod
    def _of(cls, name, module, seed):
        return cls(name, tuple(module.EXERCISES), seed)

    @functools.cached_property
    def names(self):
        """Under which answers are looked for."""
        return tuple(exercise.name for exercise in self.exercises)
