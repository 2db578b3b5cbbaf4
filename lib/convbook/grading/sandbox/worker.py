"""The side that is not trusted: it runs the cells of one notebook and calls what they define.

By the time the first cell runs, this process can reach nothing but the packages, a small /tmp and the one
socket over which it is asked. It is told neither what is expected nor how it is judged.
"""

import __future__

import ast
import linecache
import random
import sys
import time
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from convbook.exercises.answers import call
from convbook.grading.frames import HELD_SECONDS, Channel, FrameError, pack

HELD_BYTES = 1 << 16
SEED = 0  # every worker begins with the same random numbers
IMPORTS = (ast.Import, ast.ImportFrom)
DEFINITIONS = (*IMPORTS, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FEATURES = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


def serve(fd):
    """Do what is asked, until nobody asks any more.

    Parameters
    ----------
    fd : int
        The socket.
    """
    channel = Channel(fd, trusted=True)
    random.seed(SEED)  # Python draws anew after a fork; the others begin where their parent was
    notebook = Notebook()
    channel.send(pack(("ready",)))
    while True:
        match channel.receive():
            case ("cells", cells, names):
                for number, source, only_definitions in cells:
                    channel.send(pack(notebook.run(number, source, only_definitions)))
                    notebook.remember(names)
                channel.send(pack(tuple(name in notebook.answers for name in names)))
            case ("call", name, asks_for, tensors, cases, at_once):
                answer = notebook.answers[name]
                replies, since = b"", time.monotonic()
                for positional, inputs in cases:
                    replies += reply(Form(asks_for, tensors, positional), answer, inputs)
                    if at_once or len(replies) > HELD_BYTES or time.monotonic() - since > HELD_SECONDS:
                        channel.send(replies)
                        replies, since = b"", time.monotonic()
                channel.send(replies + pack(("done",)))


def reply(form, answer, inputs):
    """Put one case to an answer, and pack what comes of it.

    Parameters
    ----------
    form : Form
    answer : object
    inputs : dict

    Returns
    -------
    frame : bytes
    """
    function = answer if form.asks_for != "value" else lambda: answer
    got = call(form, function, inputs)
    try:
        return pack((got.value, got.error, got.message, got.changed, got.printed))
    except FrameError as error:
        return pack(
            (None, "UnsuitableAnswer", f"it returned something that {error}", got.changed, got.printed)
        )


@dataclass(frozen=True)
class Form:
    """How a case is put to an answer: what a worker may know of an exercise.

    Parameters
    ----------
    asks_for : str
        "function", "value" or "module".
    tensors : bool
        Arrays are passed as torch tensors.
    positional : tuple of str
        The inputs that are passed by position. Others are passed by keyword, but those of a module's run.
    """

    asks_for: str
    tensors: bool
    positional: tuple[str, ...]

    def arguments(self, inputs):
        """The inputs as positional and keyword arguments."""
        apart = ("x", "weights") if self.asks_for == "module" else ()
        keyword = {n: value for n, value in inputs.items() if n not in self.positional and n not in apart}
        return tuple(inputs[name] for name in self.positional), keyword


def seed_everything():
    """The same random numbers in every worker, whatever its parent has drawn."""
    random.seed(SEED)
    np.random.seed(SEED)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(SEED)


def rehearse():
    """Go through all of it once, so that no worker has to import or compile what every worker needs."""
    notebook = Notebook()
    notebook.run(0, "import numpy as np\ndef twice(x):\n    return 2 * x\nprint(1 / 0)", False)
    notebook.remember(("twice",))
    reply(Form("function", False, ("x",)), notebook.answers["twice"], {"x": np.ones((2, 3))})
    seed_everything()


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
        self._names = vars(module)
        self._features = 0  # of `from __future__ import …`, which holds in all cells that follow
        self.answers = {}

    def run(self, number, source, only_definitions):
        """Run a cell, as far as it goes.

        A package that is not here costs its own line alone: in Colab it was there, and the rest of the cell
        may do without it.

        Parameters
        ----------
        number : int
        source : str
        only_definitions : bool
            Run its imports, functions, classes and constants alone: the rest has proved too slow, or fatal.

        Returns
        -------
        errors : tuple of str
        """
        file, errors = f"cell {number}", []
        linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
        try:
            for statement in ast.parse(source, file).body:
                if only_definitions and not defines(statement):
                    continue
                try:
                    code = compile(ast.Module([statement], []), file, "exec", self._features, True)
                    self._features |= code.co_flags & FEATURES
                    exec(code, self._names)
                except ImportError as error:
                    if not isinstance(statement, IMPORTS):
                        raise
                    errors.append(described(error))
        except BaseException as error:
            errors.append(described(error))
        return tuple(errors)

    def remember(self, names):
        """Note what is defined now; `convolve = convolve(x, w)` in a later cell does not undo a function."""
        for name in names:
            found = self._names.get(name)
            if name in self._names and (callable(found) or not callable(self.answers.get(name))):
                self.answers[name] = found


def defines(statement):
    """Whether a statement defines something, and does nothing besides."""
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Constant | ast.Lambda)
    return isinstance(statement, DEFINITIONS)


def described(error):
    """An exception in a line."""
    try:
        return f"{type(error).__name__}: {error}"[:300]
    except BaseException:
        return "an exception that cannot be described"
