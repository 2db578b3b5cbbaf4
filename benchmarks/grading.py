"""Measure how many notebooks are graded in a minute on one core, and whether anything grows meanwhile.

    .venv/bin/python benchmarks/grading.py
    .venv/bin/python benchmarks/grading.py --submissions 10000
    .venv/bin/python benchmarks/grading.py --nbgrader /tmp/nbgrader/bin/python --otter /tmp/otter/bin/python

A class answers two exercises: half of the students right, a third wrong, the others in odd ways, and one in
500 with a loop that never ends. Every notebook is read and graded by an engine that is warm; everything is
held to one core. The peers grade notebooks of students who are right, with tests that try as many inputs.
Each peer is installed into an environment of its own:

    python -m venv /tmp/nbgrader && /tmp/nbgrader/bin/pip install nbgrader numpy
    python -m venv /tmp/otter && /tmp/otter/bin/pip install otter-grader ipykernel numpy

Prints Markdown, in a minute without options.
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import time
from itertools import count, groupby, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import nbformat
import numpy as np
import psutil
from nbformat.v4 import new_code_cell, new_notebook

from convbook.exercises.catalogue import EXERCISES
from convbook.grading.assignment import Assignment
from convbook.grading.engine import Engine
from convbook.grading.notebook import code_cells
from convbook.grading.records import Submission
from convbook.grading.sandbox import Sandbox

ASSIGNMENT = Assignment("two", (EXERCISES["toeplitz_matrix"], EXERCISES["convolve1d"]), "a secret seed")
WARM_UP = 30  # by then, every mistake has been made once
FULL_MARKS = {"right": True, "wrong": False, "endless": False}  # and of the odd ones some

IMPORTS = "%matplotlib inline\nimport numpy as np\nfrom convbook.exercises import check"
RIGHT = {
    "toeplitz_matrix": """\
def toeplitz_matrix(w, n):
    r = len(w)
    W = np.zeros((n - r + 1, n))
    for u in range(n - r + 1):
        W[u, u : u + r] = w
    return W""",
    "convolve1d": """\
def convolve1d(x, w):
    n, r = len(x), len(w)
    y = np.zeros(n + r - 1)
    for i in range(n):
        for k in range(r):
            y[i + k] += x[i] * w[k]
    return y""",
}
MISTAKES = [  # in which function, what is written instead of what; the last ones are like nobody else's
    ("toeplitz_matrix", "= w", "= w[::-1]"),
    ("convolve1d", "+=", "="),
    ("toeplitz_matrix", "return W", "return W.T"),
    ("convolve1d", "w[k]", "w[r - 1 - k]"),
    ("toeplitz_matrix", "return W", "return W[:-1]"),
    ("convolve1d", "return y", "return y[:n]"),
    ("toeplitz_matrix", "u : u + r", ":r"),
    ("convolve1d", "np.zeros(n + r - 1)", "np.zeros(n + r - 1, int)"),
    ("toeplitz_matrix", "= w", "= w + {number}"),
    ("convolve1d", "w[k]", "w[k] + {number}"),
]
STARTERS = {name: code.split("\n")[0] + "\n    raise NotImplementedError" for name, code in RIGHT.items()}
ODD = {
    "a cell is missing": {"convolve1d": ""},
    "an exception in a cell": {"convolve1d": RIGHT["convolve1d"] + "\nconvolve1d(x, w)"},
    "a cell twice": {"convolve1d": f"{RIGHT['convolve1d']}\n\n\n{RIGHT['convolve1d']}"},
    "an exception in a call": {"convolve1d": RIGHT["convolve1d"].replace("n + r - 1", "n")},
    "nothing is written": STARTERS,
    "one is not written": {"toeplitz_matrix": STARTERS["toeplitz_matrix"]},
    "a cell that is no Python": {"convolve1d": "def convolve1d(x, w)\n    return x"},
}
ENDLESS = {"toeplitz_matrix": RIGHT["toeplitz_matrix"].replace("return W", "while True: pass")}
KINDS = ("right", "wrong", "right", "odd", "right", "wrong")


class Notebook(NamedTuple):
    kind: str
    answers: dict  # a cell for each exercise


def students():
    """What one student after the other hands in."""
    for number in count():
        kind, nth = KINDS[number % len(KINDS)], number // len(KINDS)
        answers = {}
        if number % 500 == 250:
            kind, answers = "endless", ENDLESS
        elif kind == "wrong":
            name, right, wrong = MISTAKES[(2 * nth + (number % len(KINDS) > 1)) % len(MISTAKES)]
            answers = {name: RIGHT[name].replace(right, wrong.format(number=number))}
        elif kind == "odd":
            answers = list(ODD.values())[nth % len(ODD)]
        yield Notebook(kind, RIGHT | answers)


def notebook(*cells):
    """The text of a notebook; a cell is a source, and nbgrader's metadata if it has some."""
    cells = [new_code_cell(source, metadata={"nbgrader": more} if more else {}) for source, more in cells]
    return nbformat.writes(new_notebook(cells=cells, metadata={"kernelspec": KERNEL}))


KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


# The engine


class Tree:
    """This process and the parents of the workers, which stay while workers come and go."""

    def __init__(self):
        self.me = psutil.Process()
        self.parents = self.me.children(recursive=True)

    def times(self):
        """Seconds: on the wall, and of the processor for all of these and the workers that have ended."""
        return time.perf_counter(), sum(sum(p.cpu_times()[:4]) for p in [self.me, *self.parents])

    def figures(self):
        """MB of this process and of the largest parent, open files, processes."""
        return (
            self.me.memory_info().rss / 1e6,
            max(parent.memory_info().rss for parent in self.parents) / 1e6,
            sum(process.num_fds() for process in [self.me, *self.parents]),
            1 + len(self.me.children(recursive=True)),
        )


def file_of(book):
    """The bytes that a student hands in."""
    answers = [
        cell for name, code in book.answers.items() for cell in ((code, None), (f"check({name})", None))
    ]
    return notebook((IMPORTS, None), *answers).encode()


def grade(engine, kind, data):
    """Grade a notebook, and see that it got what it deserves."""
    got = engine.grade(Submission("ada", "ada.ipynb", "", code_cells(data)), ASSIGNMENT)
    if kind in FULL_MARKS and (got.points == got.possible) is not FULL_MARKS[kind]:
        sys.exit(f"{got.points} points for a notebook that is {kind}: {got}")


def seconds(engine, tree, notebooks):
    """What some notebooks take, on the wall and of the processor."""
    files = [(book.kind, file_of(book)) for book in notebooks]
    before = tree.times()
    for kind, data in files:
        grade(engine, kind, data)
    return np.subtract(tree.times(), before)


def measure(engine, tree, notebooks):
    """The number of notebooks and what they took, apart for those that do not end."""
    totals = {True: np.zeros(3), False: np.zeros(3)}
    for endless, group in groupby(notebooks, lambda book: book.kind == "endless"):
        group = list(group)
        totals[endless] += len(group), *seconds(engine, tree, group)
    return totals


def print_rates(totals):
    print("| | submissions | a minute, on the wall | a minute of the processor |\n|---|--:|--:|--:|")
    for what, (number, wall, processor) in {
        "all": totals[True] + totals[False],
        "without endless loops": totals[False],
    }.items():
        print(f"| {what} | {number:,.0f} | {60 * number / wall:,.0f} | {60 * number / processor:,.0f} |")


def memory_with_torch():
    """MB of the parent of the workers, if they may import PyTorch."""
    sandbox = Sandbox(("numpy", "torch"))
    try:
        return Tree().figures()[1]
    finally:
        sandbox.close()


# The peers: each returns what it took, and the points of each student, of 2


INPUTS = {
    "toeplitz_matrix": """\
rng = np.random.default_rng(0)
for _ in range(50):
    w = rng.standard_normal(rng.integers(1, 5))
    inputs = w, len(w) + rng.integers(0, 5)""",
    "convolve1d": """\
rng = np.random.default_rng(0)
for _ in range(75):
    inputs = rng.standard_normal(rng.integers(1, 8)), rng.standard_normal(rng.integers(1, 8))""",
}


def tests(name):
    """Code that tries an answer on as many inputs as our properties do, and compares with the right one."""
    right = RIGHT[name].replace(f"def {name}", "def expected")
    return f"{right}\n\n{INPUTS[name]}\n    np.testing.assert_allclose({name}(*inputs), expected(*inputs))"


def nbgrader(python, books, folder):
    """The only way in which it grades a class: one after the other."""

    def file_of(answers):
        cells = [("import numpy as np", None)]
        common = {"schema_version": 3, "task": False}
        for name, code in answers.items():
            answer = common | {"grade_id": name, "grade": False, "solution": True, "locked": False}
            test = common | {"grade_id": f"test_{name}", "grade": True, "solution": False, "locked": True}
            cells += [(code, answer), (tests(name), test | {"points": 1})]
        return notebook(*cells)

    write(folder / "source/hw/hw.ipynb", file_of(RIGHT))
    run(folder, python, "-m", "nbgrader", "generate_assignment", "hw")
    for i, book in enumerate(books):
        write(folder / f"submitted/s{i}/hw/hw.ipynb", file_of(book.answers))
    took, _ = run(folder, python, "-m", "nbgrader", "autograde", "hw")
    run(folder, python, "-m", "nbgrader", "export", "--to=grades.csv")
    with open(folder / "grades.csv", newline="") as file:
        return took, [float(row["score"]) for row in csv.DictReader(file)]


OTTER = """\
import sys
from otter.api import grade_submission
points = [grade_submission(path, "autograder.zip", quiet=True).total for path in sys.argv[1:]]
print(*points)
"""


def otter(python, books, folder):
    """Its quickest way: one process for all, through its API."""
    for name in RIGHT:
        body = tests(name).replace("\n", "\n    ")
        test = f"name = {name!r}\npoints = 1\n@test_case()\ndef test({name}):\n    {body}\n"
        imports = "import numpy as np\nfrom otter.test_files import test_case\nOK_FORMAT = False\n"
        write(folder / f"tests/{name}.py", imports + test)
    for i, book in enumerate(books):
        cells = [(code, None) for code in book.answers.values()]
        write(folder / f"s{i}.ipynb", notebook(("import numpy as np", None), *cells))
    run(folder, python, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment")
    took, printed = run(folder, python, "-c", OTTER, *(f"s{i}.ipynb" for i in range(len(books))))
    return took, [float(points) for points in printed.split("\n")[-2].split()]


PEERS = {"nbgrader": nbgrader, "otter": otter}


def run(folder, *command):
    """Seconds on the wall and of the processor that a command takes, and what it prints."""
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ["PATH"]])  # where the kernel's python is
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | {"PATH": path}
    before = time.perf_counter(), of_children()
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(ended.stderr)
    return (time.perf_counter() - before[0], of_children() - before[1]), ended.stdout


def of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def print_peers(engine, tree, pythons, number):
    """The same notebooks, all of them right, with us and with the peers."""
    books = list(islice((book for book in students() if book.kind == "right"), number))
    ours = seconds(engine, tree, books)
    print("\n| | s a notebook, on the wall | of the processor | ratio, wall | ratio, processor |")
    print("|---|--:|--:|--:|--:|")
    print(f"| convbook | {ours[0] / number:.4f} | {ours[1] / number:.4f} | | |")
    for peer, python in pythons.items():
        with TemporaryDirectory() as folder:
            took, points = PEERS[peer](python, books, Path(folder))
        if points != [2] * number:
            sys.exit(f"{peer} gave {points}")
        cells = [f"{t / number:.2f}" for t in took] + [
            f"{t / o:.0f}" for t, o in zip(took, ours, strict=True)
        ]
        print("|", peer, "|", " | ".join(cells), "|")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--submissions", type=int, default=1000)
    parser.add_argument("--nbgrader", metavar="PYTHON", help="of an environment with nbgrader")
    parser.add_argument("--otter", metavar="PYTHON", help="of an environment with otter-grader")
    parser.add_argument("--notebooks", type=int, default=20, help="that the peers grade")
    options = parser.parse_args()
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    print(f"{platform.system()}, Python {platform.python_version()}, numpy {np.__version__}, one core.")
    before = os.getloadavg()[0]
    with Engine() as engine:
        engine.prepare(ASSIGNMENT)
        tree, notebooks = Tree(), students()
        measure(engine, tree, islice(notebooks, WARM_UP))
        figures = {"at the start": tree.figures()}
        half = options.submissions // 2
        totals = measure(engine, tree, islice(notebooks, half))
        figures["in the middle"] = tree.figures()
        for endless, more in measure(engine, tree, islice(notebooks, options.submissions - half)).items():
            totals[endless] += more
        figures["at the end"] = tree.figures()
        print_rates(totals)
        print(
            "\n| | the grader, MB | the workers' parent, MB | open files | processes |\n|---|--:|--:|--:|--:|"
        )
        for when, row in figures.items():
            print(f"| {when} |", " | ".join(f"{number:.0f}" for number in row), "|")
        pythons = {peer: getattr(options, peer) for peer in PEERS if getattr(options, peer)}
        if pythons:
            print_peers(engine, tree, pythons, options.notebooks)
    print(f"\nThe workers' parent with PyTorch imported: {memory_with_torch():.0f} MB.")
    print(f"Load before and after: {before:.1f}, {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
