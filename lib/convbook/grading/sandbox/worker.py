"""The side that is not trusted: it runs the cells of one notebook and calls what they define.

By the time the first cell runs, this process can reach nothing but the packages, a small /tmp and the one
socket over which it is asked. It is told neither what is expected nor how it is judged.
"""

import ast
import linecache
import os
import random
import sys
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from convbook.exercises.answers import Answer, call
from convbook.grading.frames import Channel, FrameError, pack

SEED = 0  # every worker begins with the same random numbers


@dataclass(frozen=True)
class Form:
    """How a case is put to an answer: what a worker may know of an exercise.

    Parameters
    ----------
    asks_for : str
        "function", "module" or "value".
    tensors : bool
        Arrays are passed as torch tensors.
    positional : tuple of str
        The inputs that are passed by position; the others are passed by keyword.
    """

    asks_for: str
    tensors: bool
    positional: tuple[str, ...]

    def arguments(self, inputs):
        """The inputs as positional and keyword arguments."""
        keyword = {name: value for name, value in inputs.items() if name not in self.positional}
        return [inputs[name] for name in self.positional], keyword


def serve(fd):
    """Do what is asked, until nobody asks any more.

    Parameters
    ----------
    fd : int
        The socket.
    """
    channel = Channel(fd, largest=1 << 40, largest_header=1 << 40)  # who asks is trusted
    notebook = Notebook()
    seed_everything()
    while True:
        match channel.receive():
            case ("cells", cells, names):
                for source, only_definitions in cells:
                    channel.send(pack(notebook.run(source, only_definitions, names)))
            case ("which", names):
                channel.send(pack(tuple(name in notebook.answers for name in names)))
            case ("call", name, asks_for, tensors, cases):
                answer = notebook.answers[name]
                if asks_for == "value":
                    answer = _constant(answer)
                for positional, inputs in cases:
                    form = Form(asks_for, tensors, positional)
                    channel.send(_packed(call(form, answer, inputs)))


def _constant(value):
    return lambda: value


def _packed(answer):
    fields = (answer.value, answer.error, answer.message, answer.changed, answer.printed)
    try:
        return pack(fields)
    except FrameError as error:
        return pack((None, "UnsuitableAnswer", f"it returned what {error}", answer.changed, answer.printed))


def seed_everything():
    """The same random numbers in every worker, whatever its parent has drawn."""
    random.seed(SEED)
    np.random.seed(SEED)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(SEED)


class Notebook:
    """The cells that have run, and what they have left behind.

    Attributes
    ----------
    answers : dict from str to object
        What was last defined under each of the names that are asked for.
    """

    def __init__(self):
        module = ModuleType("__main__")
        sys.modules["__main__"] = module
        self._namespace = module.__dict__
        self._namespace["__builtins__"] = __builtins__
        self._count = 0
        self.answers = {}

    def run(self, source, only_definitions, names):
        """Run a cell.

        Parameters
        ----------
        source : str
        only_definitions : bool
            Run its imports, functions and classes alone: the rest has proved too slow, or fatal.
        names : tuple of str
            What may be asked for later.

        Returns
        -------
        notes : tuple of str
            What went wrong.
        """
        self._count += 1
        file = f"cell {self._count}"
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        notes = []
        try:
            for statement in ast.parse(source, file).body:
                if only_definitions and not isinstance(statement, DEFINITIONS):
                    continue
                try:
                    exec(compile(ast.Module([statement], []), file, "exec"), self._namespace)
                except ImportError as error:
                    if not isinstance(statement, IMPORTS):
                        raise
                    notes.append(_described(error))  # it is there in Colab: the rest of the cell may do without
        except BaseException as error:
            notes.append(_described(error))
        for name in names:
            self._keep(name)
        return tuple(notes)

    def _keep(self, name):
        """Remember a definition, so that `convolve = convolve(x, w)` in a later cell does not undo it."""
        found = self._namespace.get(name)
        if name in self._namespace and (callable(found) or not callable(self.answers.get(name))):
            self.answers[name] = found


IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (*IMPORTS, ast.FunctionDef, ast.ClassDef)


def _described(error):
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:
        return "an exception that cannot be described"


__all__ = ["Answer", "Notebook", "seed_everything", "serve"]

if __name__ == "__main__":  # pragma: no cover
    serve(int(os.environ["FD"]))
