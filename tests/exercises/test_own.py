"""Exercises of an instructor's own: loaded, verified and packed, and what is said where they are at fault."""

import builtins
import json
import re
import textwrap

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convbook import cli
from convbook.exercises import chapter02, chapter03
from convbook.exercises.judge import judge
from convbook.exercises.own import BadFile, load
from convbook.exercises.pack import CannotPack, check_cell, pack
from convbook.exercises.recorded import from_json, to_json
from convbook.exercises.report import text
from convbook.exercises.spec import Exercise, Property

OWN = '''
"""Smoothing

Two functions and a number.
"""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring, prediction
from convbook.exercises.strategies import array

SECRET = "the reference of the moving average"


def moving_average(x, *, n=3):
    """Return the means of all runs of `n` samples.

    >>> moving_average(np.array([1.0, 2.0, 6.0]))
    array([3.])
    """
    assert SECRET
    return np.convolve(x, np.ones(n) / n, "valid")


@st.composite
def signals(draw):
    n = draw(st.integers(2, 4))
    return {"x": draw(array(draw(st.integers(n, 8)))), "n": n}


def _sums(x, *, n=3):
    """These are sums: divide by n."""
    return np.convolve(x, np.ones(n), "valid")


def same_line(expected, got):
    if difference := compare.shape(expected, got):
        return difference
    turned = expected[0] * got[1] - expected[1] * got[0]
    return None if abs(turned) < 1e-9 and np.any(got) else compare.Difference("it points elsewhere")


EXERCISES = [
    Exercise(
        "moving_average",
        moving_average,
        (
            Property("the length", 1, signals(), compare.shape),
            Property("the means", 2, signals(), hint="Add, then divide."),
        ),
        by_docstring(_sums),
        mutants=(lambda x, n=3: x,),
        variants=(lambda x, n=3: np.array([x[i : i + n].mean() for i in range(len(x) - n + 1)]),),
    ),
    Exercise(
        "perpendicular",
        lambda v: np.array([-v[1], v[0]]),
        (Property("the direction", 1, st.fixed_dictionaries({"v": array(2).filter(np.any)})),),
        compare=same_line,
        variants=(lambda v: np.array([2 * v[1], -2 * v[0]]),),
    ),
    prediction("sizes", (3, 4), {"The other way round.": (4, 3)}),
]
'''
ANSWERS = {
    "right": """
def moving_average(x, *, n=3):
    return np.array([x[i : i + n].sum() / n for i in range(len(x) - n + 1)])
def perpendicular(v):
    return np.array([v[1], -v[0]])
sizes = 3, 4
""",
    "wrong": """
def moving_average(x, *, n=3):
    return np.array([x[i : i + n].sum() for i in range(len(x) - n + 1)])
def perpendicular(v):
    return v
sizes = 4, 3
""",
    "empty": """
def moving_average(x, *, n=3):
    raise NotImplementedError
def perpendicular(v):
    return 1 / 0
sizes = ...
""",
}


@pytest.fixture
def file(tmp_path):
    def write(text=OWN, name="smoothing.py"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def run(notebook, answers, monkeypatch, capsys):
    """Run a packed notebook with these answers, where neither convbook nor Hypothesis can be imported."""
    imported = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] in ("convbook", "hypothesis", "scipy", "IPython", "torch"):
            raise ModuleNotFoundError(name)
        return imported(name, *args, **kwargs)

    namespace = {}
    with monkeypatch.context() as patch:
        patch.setattr(builtins, "__import__", without)
        for cell in notebook.cells:
            if cell.cell_type == "code" and not cell.source.startswith(("def ", "sizes")):
                exec(answers if cell.source.startswith("check(moving") else "", namespace)
                exec(cell.source, namespace)
    return capsys.readouterr().out


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
def test_a_packed_check_says_what_the_judge_says(file, monkeypatch, capsys, answers):
    module = load(file())
    said = run(pack(module), answers, monkeypatch, capsys)
    namespace = {"np": np}
    exec(answers, namespace)
    for exercise in module.EXERCISES:
        answer = namespace[exercise.name]
        expected = judge(exercise, (lambda answer=answer: answer) if exercise.is_value else answer)
        assert text(expected).split("\n")[0] in said
        for verdict in expected.verdicts:
            assert ("✓ " if verdict.passed else "✗ ") + verdict.property.name in said or expected.unfinished
            assert not verdict.misconception or verdict.misconception in said


def test_a_comparison_that_fails_is_a_difference(file, monkeypatch, capsys):
    guard = "    if difference := compare.shape(expected, got):\n        return difference\n"
    source = OWN.replace(guard, "").replace(
        "compare=same_line", 'compare=same_line, misconceptions={"No.": len}'
    )
    assert source.count("\n") == OWN.count("\n") - 2
    answers = ANSWERS["right"].replace("return np.array([v[1], -v[0]])", "return {}")
    module = load(file(source))
    said = run(pack(module), answers, monkeypatch, capsys)
    assert "cannot be compared with an array of shape (2,)" in said
    assert "cannot be compared with an array of shape (2,)" in text(judge(module.EXERCISES[1], lambda v: {}))


def test_a_packed_notebook_holds_no_reference(file):
    notebook = pack(load(file()))
    nbformat.validate(notebook)
    unpacked = []
    for data in re.findall(r"unpack\('([^']+)'\)", notebook.cells[1].source):
        namespace = {}
        exec(notebook.cells[1].source.split("packed =")[0], namespace)
        unpacked.append(json.dumps(namespace["unpack"](data)))
    assert len(unpacked) == 2
    assert "moving_average" in unpacked[1]
    for written in [*unpacked, *(cell.source for cell in notebook.cells)]:
        assert "SECRET" not in written
        assert "np.convolve" not in written
        assert "hypothesis" not in written


def test_the_students_notebook(file):
    notebook = pack(load(file()))
    title, check, _, statement, starter, _, other, *_ = notebook.cells
    assert title.source == "# Smoothing\n\nTwo functions and a number."
    assert check.metadata.jupyter.source_hidden
    assert statement.source == (
        "## 1. moving_average\n\nReturn the means of all runs of `n` samples.\n\n"
        "- the length: 1 point\n- the means: 2 points"
    )
    assert starter.source == textwrap.dedent(
        '''\
        def moving_average(x, *, n=3):
            """Return the means of all runs of `n` samples.

            >>> moving_average(np.array([1.0, 2.0, 6.0]))
            array([3.])
            """
            raise NotImplementedError'''
    )
    assert other.source.startswith("## 2. perpendicular\n\nWrite `perpendicular`.")
    assert notebook.cells[-2].source == "sizes = ..."
    assert notebook.cells[-1].source == 'check(sizes, "sizes")'


def test_an_exercise_can_be_packed_or_says_why_not():
    why = {}
    for exercise in (*chapter02.EXERCISES, *chapter03.EXERCISES):
        try:
            compile(check_cell([exercise]), exercise.name, "exec")
        except CannotPack as error:
            why[exercise.name] = str(error)
    assert set(why) == {"impulse_response"}  # its input is a system to be called
    assert "a LinearSystem cannot be recorded, only numbers, texts and arrays" in why["impulse_response"]


def test_comparisons_that_cannot_be_taken_along():
    prop = Property("p", 1, st.just({}))
    helper = judge

    def uses_a_helper(expected, got):
        return helper(expected, got)

    for comparison in (lambda expected, got: None, uses_a_helper):
        with pytest.raises(CannotPack, match="f: its comparison must be a function, defined at the"):
            check_cell([Exercise("f", lambda: 1, (prop,), compare=comparison)])
    with pytest.raises(CannotPack, match="f: its comparison uses judge, which cannot be taken along"):
        check_cell([Exercise("f", lambda: 1, (prop,), compare=uses_a_global)])


def uses_a_global(expected, got):
    return judge(expected, got)


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.sampled_from([np.float32(1.5) * np.ones((2, 3), np.float32), np.arange(3) > 1, np.array(1j)]),
    lambda values: (
        st.lists(values, max_size=3).map(tuple)
        | st.lists(values, max_size=3)
        | st.dictionaries(st.text(), values, max_size=3)
    ),
    max_leaves=6,
)


@given(plain)
def test_what_is_recorded_comes_back(value):
    assert repr(from_json(json.loads(json.dumps(to_json(value))))) == repr(value)


def test_verify_counts(file, capsys):
    assert cli.main(["exercises", "verify", str(file()), "--seeds", "2"]) == 0
    assert capsys.readouterr().out == (
        "moving_average: 9 of 9 wrong solutions rejected, 5 of 5 right ones accepted, under 2 seeds\n"
        "perpendicular: 7 of 7 wrong solutions rejected, 5 of 5 right ones accepted, under 2 seeds\n"
        "sizes: 7 of 7 wrong solutions rejected, 4 of 4 right ones accepted, under 2 seeds\n"
    )


def test_verify_names_what_is_not_as_it_should_be(file, capsys):
    spoilt = OWN.replace("mutants=(lambda x, n=3: x,)", "mutants=(moving_average,)")
    spoilt = spoilt.replace("2 * v[1], -2 * v[0]", "v[0], v[1]")
    assert cli.main(["exercises", "verify", str(file(spoilt)), "--seeds", "3"]) == 1
    said = capsys.readouterr().out
    assert "moving_average: 8 of 9 wrong solutions rejected" in said
    assert "  wrong, but accepted under 3 of them: mutant 0 (moving_average)" in said
    assert "  right, but rejected under 3 of them: variant 0 (<lambda>)" in said


def test_pack_writes_a_notebook(file, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = file()
    assert cli.main(["exercises", "pack", str(path)]) == 0
    assert "smoothing.ipynb: 3 exercises" in capsys.readouterr().out
    assert nbformat.read("smoothing.ipynb", as_version=4).cells[0].source.startswith("# Smoothing")
    assert cli.main(["exercises", "pack", str(path), "--out", "other.ipynb"]) == 0
    assert (tmp_path / "other.ipynb").is_file()


PROBLEMS = {
    "EXERCISES = [f(": r"own.py, line 1: SyntaxError",
    "x = 1\ny = z\n": r"own.py, line 2: NameError: name 'z' is not defined",
    "import nosuchmodule": r"own.py, line 1: ModuleNotFoundError",
    "x = 1": r"own.py: it must define EXERCISES",
    "EXERCISES = []": r"own.py: it must define EXERCISES",
    "EXERCISES = [1]": r"own.py: in EXERCISES stands 1",
    OWN + "EXERCISES *= 2": r"own.py: several exercises are called moving_average, perpendicular, sizes",
}


@pytest.mark.parametrize("source", PROBLEMS, ids=range(len(PROBLEMS)))
def test_what_is_wrong_with_a_file(file, source, capsys):
    path = file(source, "own.py")
    with pytest.raises(BadFile, match=PROBLEMS[source]):
        load(path)
    assert cli.main(["exercises", "verify", str(path)]) == 2
    assert "convbook exercises: " in capsys.readouterr().err


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadFile, match="no such Python file"):
        load(tmp_path / "nowhere.py")


def test_a_file_may_be_called_like_a_package(file):
    assert load(file(name="numpy.py")).EXERCISES
    assert np.__name__ == "numpy"
