"""All exercises of the book, by name."""

import difflib
import pkgutil
from importlib import import_module

from convbook import exercises

CHAPTERS = [
    import_module(f"convbook.exercises.{module.name}")
    for module in pkgutil.iter_modules(exercises.__path__)
    if module.name.startswith("chapter")
]
EXERCISES = {exercise.name: exercise for chapter in CHAPTERS for exercise in chapter.EXERCISES}


def exercise(name):
    """Find an exercise by its name.

    Parameters
    ----------
    name : str

    Returns
    -------
    exercise : Exercise

    Raises
    ------
    ValueError
        If there is none; the message offers the nearest name.
    """
    if name in EXERCISES:
        return EXERCISES[name]
    near = difflib.get_close_matches(name, EXERCISES, n=1)
    advice = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(EXERCISES)}"
    raise ValueError(f"check: no exercise is called {name!r}; {advice}")
