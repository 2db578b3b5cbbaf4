"""An entry of the corpus: a notebook, what it deserves, and how it proves that it ran."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

# What a notebook of the corpus begins with. It is told more about its surroundings than a student ever knows.
PRELUDE = """
import os, sys
import numpy as np

$facts
told = []

def attempt(action, *arguments):
    "Do something, and put down what came of it."
    what = f"{getattr(action, '__name__', action)}{arguments}"
    try:
        told.append(f"{what} -> {action(*arguments)!r}")
    except BaseException as error:
        told.append(f"{what} -> {type(error).__name__}: {error}")

class Said(Exception):
    "What a cell has to say goes into the notes; whatever comes before is done."

def say(*what):
    raise Said(*what)
"""

TOEPLITZ = """
def toeplitz_matrix(w, n):
    r = len(w)
    return np.array([[w[j - i] if 0 <= j - i < r else 0 for j in range(n)] for i in range(n - r + 1)])
"""
CONVOLVE = """
def convolve1d(x, w):
    return np.convolve(x, w)
"""
# Right, and prints what `attempt` has put down: the way out for what a cell has found.
TELLING = """
def convolve1d(x, w):
    print(*told, sep="\\n")
    return np.convolve(x, w)
"""
BOTH_RIGHT = "graded: right 3, right 4"


def notebook(cells):
    """A notebook as Jupyter writes it."""
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "execution_count": None, "id": f"c{i}", "metadata": {}}
                | {"outputs": [], "source": cell.splitlines(keepends=True)}
                for i, cell in enumerate(cells)
            ],
            "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    ).encode()


@dataclass(frozen=True, eq=False)
class Entry:
    """A submission of the corpus.

    Parameters
    ----------
    name : str
        What it does.
    cells : tuple of str
        After the prelude.
    deserves : str
        The status of the submission, then status and points of `toeplitz_matrix` and of `convolve1d`.
    tells : tuple of str
        Patterns, all to be found in what comes from the submission: what its calls print, return as texts or
        raise, and the notes. They prove that the payload ran, and what it achieved.
    keeps_quiet : tuple of str
        Patterns that must not be there.
    unguarded : tuple of str
        The patterns for the same code where nothing guards, which proves that the walls make the difference.
        Only for what does no harm; see `test_unguarded`.
    fools : str
        A test in the notebook's own process that pays for it, see `naive`; "" where none is known to.
    other_rung : tuple of (str, tuple of str) or None
        `deserves` and `tells` on the rung without namespaces, where they differ.
    limits : {"usual", "hurried", "frugal"}
        "hurried" where something in it takes too long, "frugal" where it takes too much; see `exercises`.
    file : str
        What it is called.
    written : callable cells -> bytes
        How it is saved.
    """

    name: str
    cells: tuple[str, ...]
    deserves: str = BOTH_RIGHT
    tells: tuple[str, ...] = ()
    keeps_quiet: tuple[str, ...] = ()
    unguarded: tuple[str, ...] = ()
    fools: str = ""
    other_rung: tuple[str, tuple[str, ...]] | None = None
    limits: str = "usual"
    file: str = "03_toeplitz.ipynb"
    written: Callable[[tuple[str, ...]], bytes] = notebook

    def on(self, rung):
        """What it deserves and tells on a rung of the sandbox."""
        return self.other_rung if rung == 2 and self.other_rung else (self.deserves, self.tells)


class Corpus(list):
    """The entries of a subject."""

    def add(self, name, *cells, tells=(), keeps_quiet=(), unguarded=(), **other):
        """Add an entry; a pattern that stands alone may be given as it is."""
        patterns = ([p] if isinstance(p, str) else p for p in (tells, keeps_quiet, unguarded))
        tells, keeps_quiet, unguarded = map(tuple, patterns)
        cells = tuple(dedent(cell).strip("\n") for cell in cells)
        self.append(Entry(name, cells, tells=tells, keeps_quiet=keeps_quiet, unguarded=unguarded, **other))
