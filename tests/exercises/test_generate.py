"""Exercises are generated from the solutions, and nobody edits them by hand."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from convbook.exercises import generate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path):
    """A copy of what the generator reads and writes."""
    for folder in ("solutions", "exercises"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=lambda _, names: {".hypothesis"} & set(names)
        )
    shutil.copy(ROOT / "_config.yml", tmp_path)
    return tmp_path


def edit(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


def test_the_exercises_are_in_step_with_the_solutions():
    assert generate.drift(ROOT) == []


def test_a_drifted_exercise_gets_one_line(book, capsys):
    edit(book / "exercises" / "02_convolution.ipynb", "raise NotImplementedError", "return 0")
    assert generate.main(["--check", str(book)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "exercises/02_convolution.ipynb: it is not what would be generated; "
        "run python -m convbook.exercises.generate"
    ]
    assert generate.main([str(book)]) == 0
    assert generate.main(["--check", str(book)]) == 0
    assert capsys.readouterr().out == ""


def test_of_an_exercise_to_debug_the_student_gets_the_wrong_function():
    def code(id, source):
        return nbformat.v4.new_code_cell(source, id=id)

    wrong = 'def total(x):\n    """Sum."""\n    return x[0]'
    right = 'def total(x):\n    """Sum."""\n    ### BEGIN SOLUTION\n    return sum(x)\n    ### END SOLUTION'
    cells = [nbformat.v4.new_markdown_cell("# 2 · Sums: solutions", id="title")]
    cells += [code("total-starter", wrong), code("total", right), code("total-check", "check(total)")]
    made = generate.exercise_notebook(
        nbformat.v4.new_notebook(cells=cells), "02_sums.ipynb", "https://x.org/a/b", "main"
    )
    assert [(cell.id, cell.source) for cell in made.cells[2:]] == [
        ("total", wrong),
        ("total-check", "check(total)"),
    ]


def test_missing_and_orphaned_exercises(book):
    (book / "exercises" / "03_toeplitz.ipynb").rename(book / "exercises" / "99_nothing.ipynb")
    assert [line.split(";")[0] for line in generate.drift(book)] == [
        "exercises/03_toeplitz.ipynb: missing",
        "exercises/99_nothing.ipynb: has no source in solutions/",
    ]


def test_the_address_is_taken_from_the_configuration(book):
    edit(book / "_config.yml", "https://github.com/convbook/convbook", "https://github.com/somebody/else")
    edit(book / "_config.yml", "branch: main", "branch: trunk")
    chapters = len(list((book / "solutions").glob("*.ipynb")))
    assert len(generate.drift(book)) == 2 * chapters  # the bootstrap of the solutions, too
    generate.main([str(book)])
    exercise = (book / "exercises" / "02_convolution.ipynb").read_text(encoding="utf-8")
    assert "convbook @ git+https://github.com/somebody/else@v" in exercise
    address = (
        "https://colab.research.google.com/github/somebody/else/blob/trunk/exercises/02_convolution.ipynb"
    )
    assert f"[Open in Colab]({address})" in exercise
    assert "convbook/convbook" not in exercise


@pytest.mark.parametrize(
    "config, message",
    [
        (None, "generate: no _config.yml in "),
        ("title: x\n", "generate: _config.yml lacks repository: branch, url"),
        ("repository:\n  url: https://github.com/a/b\n", "generate: _config.yml lacks repository: branch"),
    ],
)
def test_without_an_address_there_is_a_clear_line(tmp_path, config, message, capsys):
    if config:
        (tmp_path / "_config.yml").write_text(config, encoding="utf-8")
    assert generate.main([str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(message) and error.count("\n") == 1
    assert not (tmp_path / "exercises").exists()


def test_a_solution_becomes_an_exception_or_an_open_assignment():
    function = (
        "def f(x):\n    '''Doc.'''\n    ### BEGIN SOLUTION\n    y = x\n\n    return y\n    ### END SOLUTION"
    )
    assert (
        generate.without_solution(function, "here")
        == "def f(x):\n    '''Doc.'''\n    raise NotImplementedError"
    )
    values = "# two\n### BEGIN SOLUTION\na = 1\nb = 2\n### END SOLUTION"
    assert generate.without_solution(values, "here") == "# two\na = ...\nb = ..."
    assert generate.without_solution("x = 1", "here") == "x = 1"


@pytest.mark.parametrize("source", ["    ### BEGIN SOLUTION\n    y = 1", "y = 1\n### END SOLUTION"])
def test_unpaired_markers(source):
    with pytest.raises(
        ValueError, match=r"generate: 02\.ipynb, cell f: ### BEGIN SOLUTION and .* do not pair"
    ):
        generate.without_solution(source, "02.ipynb, cell f")


def test_no_solution_is_left_in_an_exercise():
    for path in sorted((ROOT / "exercises").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        assert not any(
            "SOLUTION" in cell.source or cell.id.startswith("solution-") for cell in notebook.cells
        )


def test_it_runs_from_the_command_line(book):
    command = [sys.executable, "-m", "convbook.exercises.generate", "--check"]
    done = subprocess.run(command, cwd=book, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
