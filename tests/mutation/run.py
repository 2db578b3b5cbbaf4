"""Put a bug into a copy of the library, and see whether the tests notice."""

import multiprocessing
import os
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "convbook"
SECONDS = 1800  # by then the bug has made the tests hang

# The tests run in children of a process that has imported what would take half of their time, for one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["hypothesis", "numpy", "pytest", "scipy.signal", "torch"])


def mutated(bug):
    """The source of the bug's module with the bug in it."""
    source = (LIBRARY / "reference" / bug.module).read_text("utf-8")
    if (found := source.count(bug.find)) != 1:
        raise LookupError(
            f"{bug.name}: its line occurs {found} times in {bug.module}, expected once:\n{bug.find}"
        )
    return source.replace(bug.find, bug.replace)


def noticed(tests, bug=None):
    """Whether these tests fail for a copy of the library with the bug; without a bug, for a true copy."""
    with TemporaryDirectory() as folder:
        copy = Path(folder).resolve() / "convbook"
        shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
        if bug is not None:
            (copy / "reference" / bug.module).write_text(mutated(bug), "utf-8")
        output = Path(folder) / "output.txt"
        process = processes.Process(target=_test, args=(tests, copy, output))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            return True
        # A bug is noticed when a test fails, not when the tests cannot be collected or run.
        if process.exitcode not in (0, 1):
            raise RuntimeError(f"{tests} did not run:\n{output.read_text('utf-8')}")
    return process.exitcode == 1


def _test(tests, copy, output):
    """Run tests against a copy of the library, and exit as pytest does."""
    import pytest

    os.chdir(ROOT)
    os.environ["MUTANT"] = str(copy)
    sys.path[:0] = [str(copy.parent), str(ROOT)]
    command = ["-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-p", "tests.mutation.quick"]
    command += ["--hypothesis-profile=quick", f"tests/reference/{tests}.py"]
    with output.open("w", encoding="utf-8") as file, redirect_stdout(file), redirect_stderr(file):
        code = pytest.main(command)
    sys.exit(code)
