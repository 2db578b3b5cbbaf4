"""The notebooks: their form, their examples, and an untouched one running from top to bottom."""

import doctest
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from convbook.exercises import catalogue, compare
from convbook.exercises.answers import plain
from convbook.exercises.catalogue import EXERCISES

ROOT = Path(__file__).parents[2]
# file name → the chapter's exercises; one without the other is an error
FILES = sorted(path.name for path in (ROOT / "solutions").glob("*.ipynb"))
CHAPTERS = dict(zip(FILES, catalogue.CHAPTERS, strict=True))
every_chapter = pytest.mark.parametrize("file", CHAPTERS)
every_notebook = pytest.mark.parametrize(
    "path", [f"{folder}/{file}" for folder in ("solutions", "exercises") for file in CHAPTERS]
)


def read(path):
    return nbformat.read(ROOT / path, as_version=4)


def solution_ids(file):
    return {cell.id for cell in read(f"solutions/{file}").cells}


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@every_notebook
def test_form(path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", id) for id in ids)
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code_cells(notebook))


@every_notebook
def test_markdown_reads_well_in_colab(path):
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\{(eq|numref|doc|ref|cite)\}|```\{|!\[", cell.source), cell.id
            assert re.fullmatch(
                r"(<details>|</details>|<summary>|</summary>|[^<>]|[<>](?![a-z/]))*", cell.source
            )


@every_chapter
def test_every_exercise_is_asked_once_and_in_order(file):
    for folder in ("solutions", "exercises"):
        cells = code_cells(read(f"{folder}/{file}"))
        checks = [re.match(r"check\((\w+)", cell.source) for cell in cells]
        names = [match[1] for match in checks if match]
        assert names == [exercise.name for exercise in CHAPTERS[file].EXERCISES]


@every_chapter
def test_the_notebooks_link_to_one_another(file):
    first_cells = {folder: read(f"{folder}/{file}").cells[:2] for folder in ("solutions", "exercises")}
    for folder, cells in first_cells.items():
        assert cells[0].source.startswith(f"# {int(file[:2])} · ")
        assert cells[0].source.endswith(f": {folder}")
        other = "exercises" if folder == "solutions" else "solutions"
        assert f"(../{other}/{file})" in cells[1].source
        assert f"(../notebooks/{file})" in cells[1].source


@pytest.fixture(scope="module", params=CHAPTERS)
def answers(request):
    """What the cells of the solutions define."""
    namespace = {}
    for cell in code_cells(read(f"solutions/{request.param}")):
        if "### BEGIN SOLUTION" in cell.source or cell.id == "setup":
            source = "\n".join(line for line in cell.source.split("\n") if "%pip" not in line)
            exec(source.replace("# in Colab", "pass"), namespace)
    return namespace


def test_the_examples_in_the_docstrings(answers):
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    for name, function in answers.items():
        if name in EXERCISES and callable(function):
            for test in finder.find(function, name, globs=answers, module=False):
                runner.run(test)
    assert runner.tries >= 5
    assert runner.failures == 0


def test_the_hard_coded_answer_is_the_one_of_the_example(answers):
    """So that a student who returns it is told so."""
    parser = doctest.DocTestParser()
    for name, function in answers.items():
        hard_coded = [
            wrong
            for sentence, wrong in getattr(EXERCISES.get(name), "misconceptions", {}).items()
            if "example" in sentence
        ]
        if not hard_coded:
            continue
        *setting, last = parser.get_examples(function.__doc__)
        namespace = dict(answers)
        for example in setting:
            exec(example.source, namespace)
        shown = plain(eval(last.source, namespace))
        arguments = [None] * hard_coded[0].__code__.co_argcount
        assert compare.values(shown, plain(hard_coded[0](*arguments))) is None, name


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
def test_they_run_from_top_to_bottom(folder, tmp_path):
    for file, chapter in CHAPTERS.items():
        notebook = read(f"{folder}/{file}")
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
        shown = [output for cell in code_cells(notebook) for output in cell.outputs]
        assert len(shown) == len(chapter.EXERCISES)
        for exercise, output in zip(chapter.EXERCISES, shown, strict=True):
            total = f"{exercise.points} of {exercise.points} point"
            state = "not answered yet" if exercise.is_value else "not implemented yet"
            if f"{exercise.name.replace('_', '-')}-starter" in solution_ids(file):
                state = "✗"  # a function to debug is written, and wrong
            assert (state if folder == "exercises" else total) in output.data["text/plain"]
            assert '<div class="convbook-check"' in output.data["text/html"]


@every_chapter
def test_every_statement_names_its_function_and_offers_a_hint(file):
    cells = {cell.id: cell.source for cell in read(f"exercises/{file}").cells}
    for exercise in CHAPTERS[file].EXERCISES:
        slug = exercise.name.replace("_", "-")
        statement, starter = cells[f"{slug}-statement"], cells[slug]
        assert "<summary>Hint</summary>" in statement
        assert exercise.is_value or f"`{exercise.name}(" in statement
        assert starter.startswith(f"def {exercise.name}(") or starter.endswith(f"{exercise.name} = ...")
