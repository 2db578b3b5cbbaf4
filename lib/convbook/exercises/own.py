"""Exercises of an instructor's own: a Python file, anywhere, that defines `EXERCISES`."""

import importlib.util
import sys
import traceback
from pathlib import Path

from convbook.exercises.spec import Exercise


class BadFile(ValueError):
    """A file that holds no exercises; the message says what is wrong with it, and in which line."""


def load(path):
    """Run a file of exercises.

    Parameters
    ----------
    path : path
        It defines `EXERCISES`, a sequence of `Exercise`.

    Returns
    -------
    module : module

    Raises
    ------
    BadFile
        If it cannot be run, or does not define them.
    """
    path = Path(path)
    name = f"convbook_own_{path.stem}"  # what the file is called may be the name of a package
    spec = importlib.util.spec_from_file_location(name, path.absolute())
    if spec is None or not path.is_file():
        raise BadFile(f"{path}: there is no such Python file")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadFile(f"{_where(path, error)}: {type(error).__name__}: {error}") from error
    exercises = getattr(module, "EXERCISES", None)
    if not isinstance(exercises, list | tuple) or not exercises:
        raise BadFile(f"{path}: it must define EXERCISES, a list of exercises")
    if strangers := [item for item in exercises if not isinstance(item, Exercise)]:
        raise BadFile(f"{path}: in EXERCISES stands {strangers[0]!r}, which is not an Exercise")
    names = [exercise.name for exercise in exercises]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadFile(f"{path}: several exercises are called {', '.join(twice)}")
    return module


def _where(path, error):
    if isinstance(error, SyntaxError):
        return f"{path}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path.absolute())]
    return f"{path}, line {lines[-1]}" if lines else str(path)
