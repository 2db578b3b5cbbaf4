"""Put a bug into a copy of the library, and see whether the tests notice."""

import multiprocessing
import os
import shutil
import signal
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "convbook"
HEAVY = ["hypothesis", "numpy", "pytest", "scipy.signal", "torch"]
SECONDS = 1800  # by then the bug has made the tests hang


def mutated(bug):
    """The source of the bug's module with the bug in it."""
    source = (LIBRARY / "reference" / bug.module).read_text("utf-8")
    if (found := source.count(bug.find)) != 1:
        raise LookupError(
            f"{bug.name}: its line occurs {found} times in {bug.module}, expected once:\n{bug.find}"
        )
    return source.replace(bug.find, bug.replace)


def processes(count):
    """Processes in which to call `noticed`, one after the other in place of each.

    They are children of one that has imported what takes half of the time.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(HEAVY)
    return ProcessPoolExecutor(count, context, max_tasks_per_child=1)


def noticed(tests, bug=None):
    """Whether these tests fail for a copy of the library with the bug; without a bug, for a true copy.

    The process that runs this has the copy for its library ever after.
    """
    import pytest

    signal.alarm(SECONDS)
    with TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "convbook"
        shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
        if bug is not None:
            (copy / "reference" / bug.module).write_text(mutated(bug), "utf-8")
        os.chdir(ROOT)
        os.environ["MUTANT"] = str(copy)
        sys.path[:0] = [folder, str(ROOT)]
        command = ["-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-p", "tests.mutation.quick"]
        command += ["--hypothesis-profile=quick", f"tests/reference/{tests}.py"]
        with redirect_stdout(StringIO()) as output, redirect_stderr(output):
            code = pytest.main(command)
    # A bug is noticed when a test fails, not when the tests cannot be collected or run.
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"{tests} did not run:\n{output.getvalue()}")
    return code == pytest.ExitCode.TESTS_FAILED
