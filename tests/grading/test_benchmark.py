"""The benchmark of the grader runs, and its class is the one it describes."""

import importlib.util
import os
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks/grading.py"


@pytest.fixture(scope="module")
def benchmark():
    pytest.importorskip("psutil")
    spec = importlib.util.spec_from_file_location("benchmark_of_grading", BENCHMARK)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_class(benchmark):
    kinds = Counter(book.kind for book in islice(benchmark.students(), 3000))
    assert kinds["endless"] == 6
    assert [round(kinds[kind] / 3000, 2) for kind in ("right", "wrong", "odd")] == [0.5, 0.33, 0.17]
    wrong = {tuple(b.answers.values()) for b in islice(benchmark.students(), 3000) if b.kind == "wrong"}
    assert len(wrong) > 150  # some mistakes are many students', and some are like nobody else's


def test_the_tests_for_the_peers_tell_right_from_wrong(benchmark):
    for name, right, wrong in benchmark.MISTAKES:
        names = {"np": benchmark.np}
        exec(benchmark.RIGHT[name] + "\n\n" + benchmark.tests(name), names)
        mistaken = benchmark.RIGHT[name].replace(right, wrong.format(number=7))
        with pytest.raises((AssertionError, ValueError)):
            exec(mistaken + "\n\n" + benchmark.tests(name), names)


def test_it_runs(sandboxes, missing):
    sandboxes(1)
    pytest.importorskip("torch")
    ran = subprocess.run(
        [sys.executable, BENCHMARK, "--submissions", "12"],
        env=os.environ | {"PYTHONPATH": str(BENCHMARK.parents[1] / "lib")},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert [line.split("|")[2].strip() for line in lines if line.startswith("| all |")] == ["12"]
    start, middle, end = (line.split("|")[4:6] for line in lines if line.startswith(("| at the", "| in the")))
    assert start == middle == end  # open files and processes
