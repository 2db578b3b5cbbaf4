"""Every exercise of every chapter, graded in the sandbox: right and wrong answers get what they deserve."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from convbook.grading.assignment import Assignment
from convbook.grading.engine import Engine
from convbook.grading.notebook import code_cells
from convbook.grading.records import Submission
from convbook.grading.sandbox import SandboxUnavailable

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.stem for path in (ROOT / "solutions").glob("*.ipynb"))

# A notebook may bring its own modules. These are ours, and what only draws inputs does nothing.
LIBRARY = """\
import importlib.abc, importlib.machinery, sys

class Anything:
    __spec__ = importlib.machinery.ModuleSpec("anything", None)  # torch looks at it

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __call__(self, *args, **kwargs):
        return self
    __or__ = __call__

class Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, name, path=None, target=None):
        if name in SOURCES:
            return importlib.machinery.ModuleSpec(name, self, is_package=self.is_package(name))
    def is_package(self, name):
        return any(other.startswith(name + ".") for other in SOURCES)
    def get_source(self, name):
        return SOURCES[name]

for name in ("hypothesis", "hypothesis.extra.numpy"):
    sys.modules[name] = Anything()
for name in [name for name in sys.modules if name.split(".")[0] == "convbook"]:
    del sys.modules[name]
sys.meta_path.insert(0, Finder())
from convbook.exercises.{chapter} import EXERCISES
OURS = {{exercise.name: exercise for exercise in EXERCISES}}
"""
# What our library takes from a package that students may not import.
SCIPY = {
    "scipy": "",
    "scipy.linalg": """\
import numpy as np
def circulant(c):
    return np.stack([np.roll(c, k) for k in range(len(c))], axis=1)
""",
}
# Of an exercise, as a function of no argument where a value is asked for.
FIRST_MISCONCEPTION = "next(iter(OURS[{name!r}].misconceptions.values()))"
LAST_VARIANT = "(OURS[{name!r}].variants or (OURS[{name!r}].reference,))[-1]"
NOT_WRITTEN = ("raise NotImplementedError", "= ...")


@pytest.fixture(scope="module")
def engine(missing):
    with Engine() as engine:
        try:
            engine.prepare(Assignment.load(CHAPTERS[0], "a secret"))
        except SandboxUnavailable as error:
            missing(str(error))
        yield engine


@pytest.fixture(scope="module", params=CHAPTERS)
def assignment(request):
    """A chapter, with time enough on a machine that is busy."""
    chapter = Assignment.load(request.param, "a secret")
    patient = [replace(e, limits=replace(e.limits, submission=600)) for e in chapter.exercises]
    return replace(chapter, exercises=tuple(patient))


@pytest.fixture
def grade(engine, assignment):
    def grade(cells):
        return engine.grade(Submission("ada", "ada.ipynb", "", tuple(cells)), assignment)

    return grade


def notebook(folder, assignment):
    """The code cells of one of the book's own notebooks, as they are collected from students."""
    return code_cells((ROOT / folder / f"{assignment.name}.ipynb").read_bytes())


def answered(assignment, answer):
    """A notebook with an answer of ours to every exercise."""
    folder = ROOT / "lib/convbook"
    rooms = ("reference/*.py", "inside/*.py", "exercises/*.py", "exercises/*/*.py")
    paths = [path for room in rooms for path in folder.glob(room)]
    modules = {
        path: ".".join(("convbook", *path.relative_to(folder).with_suffix("").parts)) for path in paths
    }
    sources = {module.removesuffix(".__init__"): path.read_text("utf-8") for path, module in modules.items()}
    packages = ("convbook", "convbook.exercises", "convbook.inside", "convbook.reference")
    sources |= dict.fromkeys(packages, "")  # only what is needed
    sources |= SCIPY
    yield f"SOURCES = {sources!r}"
    yield LIBRARY.format(chapter=f"chapter{assignment.name[:2]}")
    for exercise in assignment.exercises:
        call = "()" if exercise.is_value else ""
        yield f"{exercise.name} = {answer.format(name=exercise.name)}{call}"


def statuses(got):
    return {exercise.name: exercise.status for exercise in got.exercises}


def test_the_solutions_get_full_marks(grade, assignment):
    got = grade(notebook("solutions", assignment))
    assert (got.status, got.points, got.notes) == ("graded", assignment.points, ())
    assert set(statuses(got).values()) == {"right"}


def test_what_nobody_has_touched_gets_none(grade, assignment):
    cells = notebook("exercises", assignment)
    got = grade(cells)
    assert (got.status, got.notes) == ("graded", ())
    for exercise in got.exercises:
        starter = next(cell for cell in cells if exercise.name in defined(cell))
        if any(words in starter for words in NOT_WRITTEN):
            assert (exercise.status, exercise.points) == ("not attempted", 0)
        else:  # it is to be repaired, and some of it may be right
            assert exercise.status in ("wrong", "partly right")
    assert list(statuses(got).values()).count("not attempted") >= len(got.exercises) - 1


def defined(cell):
    """The names of the functions and values that a cell defines."""
    for statement in ast.parse(cell).body:
        if isinstance(statement, ast.FunctionDef):
            yield statement.name
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def test_a_mistake_in_every_exercise(grade, assignment):
    got = grade(answered(assignment, FIRST_MISCONCEPTION))
    assert (got.status, got.notes) == ("graded", ())
    assert set(statuses(got).values()) <= {"wrong", "partly right"}
    for exercise, ours in zip(got.exercises, assignment.exercises, strict=True):
        named = {prop.misconception for prop in exercise.properties}
        assert next(iter(ours.misconceptions)) in named


def test_another_right_answer_to_every_exercise(grade, assignment):
    got = grade(answered(assignment, LAST_VARIANT))
    assert (got.points, got.notes) == (assignment.points, ())
