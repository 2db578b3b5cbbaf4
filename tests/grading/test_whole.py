"""From students' notebooks to grades, with the real engine and its sandbox."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import psutil
import pytest
from tests.exercises.test_own import ANSWERS, OWN
from tests.grading.test_notebook import written

from convbook import cli
from convbook.exercises.chapter03 import toeplitz_matrix
from convbook.exercises.judge import PUBLISHED_SEED, cases
from convbook.exercises.own import load
from convbook.exercises.pack import pack
from convbook.grading import setting
from convbook.grading.sandbox import Sandbox, SandboxUnavailable

ROOT = Path(__file__).parents[2]
RIGHT = """\
def toeplitz_matrix(w, n):
    W = np.zeros((n - len(w) + 1, n))
    for u in range(len(W)):
        W[u, u : u + len(w)] = w
    return W"""
FLIPPED = RIGHT.replace("= w\n", "= w[::-1]\n")
ENDLESS = "def is_toeplitz(A):\n    while True:\n        pass"
SEED = "a seed that stays"
SHEET = """\
from dataclasses import replace
from convbook.exercises.chapter03 import is_toeplitz, toeplitz_matrix
from convbook.exercises.limits import Limits

EXERCISES = [toeplitz_matrix.exercise, replace(is_toeplitz.exercise, limits=Limits(call=0.5))]
"""
SNEAKY = """\
def toeplitz_matrix(w, n):
    raise ValueError(f"SEEN {w.tolist()} {n} LOOK")"""


@pytest.fixture(scope="module", autouse=True)
def protected():
    """The sandbox, or nothing."""
    try:
        Sandbox().close()
    except SandboxUnavailable as error:
        pytest.skip(f"no sandbox on this machine: {error}")


def notebook(*cells):
    return written("%pip list", "import numpy as np", "from convbook.exercises import check", *cells)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    (tmp_path / "subs").mkdir()
    (tmp_path / "sheet.py").write_text(SHEET)
    (tmp_path / "seed").write_text(f"{SEED}\n")
    for owner, cells in {
        "right": (RIGHT, "check(toeplitz_matrix)"),
        "flipped": (FLIPPED, "x = !ls"),
        "endless": (RIGHT, ENDLESS),
        "sneaky": (SNEAKY,),
        "empty": ("def toeplitz_matrix(w, n):\n    raise NotImplementedError",),
        "broken": (RIGHT, "def broken(:"),
    }.items():
        (tmp_path / f"subs/{owner}.ipynb").write_text(notebook(*cells))
    (tmp_path / "subs/web.ipynb").write_text("<!doctype html>")
    return tmp_path


def grade(*more):
    return cli.main(["grade", "subs", "--exercises", "sheet.py", "--seed-file", "seed", *more])


def table(folder="grades"):
    with open(f"{folder}/grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


EXPECTED = {
    "right": ("graded", "3", "right"),
    "flipped": ("graded", "1", "partly right"),
    "endless": ("partly", "3", "right"),
    "sneaky": ("graded", "0", "wrong"),
    "empty": ("graded", "0", "not attempted"),
    "broken": ("graded", "3", "right"),
    "web": ("not gradable", "", ""),
}


def found(folder="grades"):
    return {
        owner: (row["status"], row["points"], row["toeplitz_matrix status"])
        for owner, row in table(folder).items()
    }


def test_a_class(place, capsys):
    assert grade() == 0
    assert found() == EXPECTED
    rows = table()
    assert rows["endless"]["is_toeplitz status"] == "timed out"
    assert rows["right"]["is_toeplitz status"] == "not found"
    assert "SyntaxError" in rows["broken"]["notes"]

    flipped = (place / "grades/feedback/flipped.html").read_text()
    assert "The rows hold the kernel flipped" in flipped
    assert "Smallest input that shows it" in flipped
    summary = (place / "grades/summary.html").read_text()
    assert re.search(r"<td[^>]*>1</td><td><div class=\"words\">The rows hold the kernel flipped", summary)

    # The same seed gives the same grades, in other processes, too.
    assert grade("--out", "again", "--jobs", "2") == 0
    assert {o: r | {"notes": ""} for o, r in table("again").items()} == {
        o: r | {"notes": ""} for o, r in rows.items()
    }


def drawn(seed):
    """The kernels of the cases for `toeplitz_matrix`, as a student's code may write them."""
    exercise = toeplitz_matrix.exercise
    return {
        str(case.inputs["w"].tolist()) for prop in exercise.properties for case in cases(exercise, prop, seed)
    }


def test_hidden_inputs_are_in_no_page_that_a_student_sees(place):
    grade()
    hidden = {kernel for kernel in drawn(SEED) - drawn(PUBLISHED_SEED) if kernel.count(",") > 2}
    assert len(hidden) > 10
    page = (place / "grades/feedback/sneaky.html").read_text()
    assert "SEEN [" in page  # it tells what it was given, and that was a published input
    assert not [kernel for kernel in hidden if kernel in page]


def test_exercises_of_ones_own_from_the_packed_notebook_to_the_grade(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    Path("smoothing.py").write_text(OWN)
    Path("subs").mkdir()
    for name, answers in ANSWERS.items():
        students = pack(load("smoothing.py"))
        students.cells[3].cell_type = "markdown"
        students.cells[4].source += "\n" + answers  # after the starter
        students.cells = [c for c in students.cells if not c.source.startswith(("def perp", "sizes"))]
        nbformat.write(students, f"subs/{name}.ipynb")
    assert cli.main(["grade", "subs", "--exercises", "smoothing.py"]) == 0
    assert {owner: (row["points"], row["notes"]) for owner, row in table().items()} == {
        "right": ("5", ""),
        "wrong": ("1", ""),
        "empty": ("0", ""),
    }
    Path("smoothing.py").write_text(OWN.replace('"the means", 2', '"the means", 3'))
    assert cli.main(["grade", "subs", "--exercises", "smoothing.py"]) == 2
    assert "with other exercises of that name" in capsys.readouterr().err
    assert cli.main(["grade", "subs", "--exercises", "smoothing.py", "--regrade"]) == 0
    assert "2 changed" not in capsys.readouterr().out  # all three are: of 5 before, of 6 now
    assert table()["right"]["points"] == "6"


def test_a_file_of_exercises_that_does_not_run(place, capsys):
    Path("own.py").write_text("x = y\n")
    assert cli.main(["grade", "subs", "--exercises", "own.py"]) == 2
    assert "own.py, line 1: NameError: name 'y' is not defined" in capsys.readouterr().err


def test_a_reference_that_fails_on_its_own_inputs(place, capsys):
    Path("own.py").write_text(OWN.replace("assert SECRET", "1 / 0"))
    assert cli.main(["grade", "subs", "--exercises", "own.py"]) == 2
    assert "convbook grade: moving_average, the length: " in capsys.readouterr().err


def test_without_a_sandbox_nothing_is_graded(place, monkeypatch, capsys):
    def unavailable(*args, **kwargs):
        raise SandboxUnavailable("no protection here")

    monkeypatch.setattr(setting.Engine, "prepare", unavailable)
    assert grade() == 3
    assert "no protection here" in capsys.readouterr().err
    assert not (place / "grades/grades.csv").exists()


def test_killed_and_run_again_it_leaves_no_process_behind(place):
    for i in range(12):
        (place / f"subs/s{i:02}.ipynb").write_text(notebook(FLIPPED.replace("[::-1]", f"* {i}")))
    environment = os.environ | {"PYTHONPATH": str(ROOT / "lib")}
    command = [sys.executable, "-m", "convbook.cli", "grade", "subs", "--exercises", "sheet.py"]
    running = subprocess.Popen(
        [*command, "--jobs", "2", "--seed-file", "seed"], env=environment, stderr=subprocess.DEVNULL
    )
    wal = place / "grades/gradebook.sqlite-wal"
    while running.poll() is None and not (wal.exists() and wal.stat().st_size > 100_000):
        pass
    children = psutil.Process(running.pid).children(recursive=True)
    assert children
    running.kill()
    running.wait()
    assert not psutil.wait_procs(children, timeout=30)[1]
    assert grade() == 0
    assert found().items() >= EXPECTED.items()
    assert {row["points"] for owner, row in table().items() if owner[1:].isdigit()} == {"1", "3"}


def test_a_cluster_grades_alike(place):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        assert grade("--scheduler", cluster.scheduler_address) == 0
    assert found() == EXPECTED


def test_a_chapter_of_the_book(place):
    assert cli.main(["grade", "subs/right.ipynb", "--assignment", "03_toeplitz"]) == 0
    right = table()["right"]
    assert (right["points"], right["possible"], right["convolve_fft status"]) == ("3", "27", "not found")


def test_metadata_of_a_notebook_does_not_matter(place):
    data = json.loads((place / "subs/right.ipynb").read_text())
    for i, cell in enumerate(data["cells"]):
        cell["metadata"], cell["id"] = {"id": "same", "nbgrader": {"grade": True}}, "same"
        cell["outputs"] = [{"output_type": "stream", "text": str(i)}]
    (place / "subs/right.ipynb").write_text(json.dumps(data))
    grade()
    assert found()["right"] == EXPECTED["right"]
