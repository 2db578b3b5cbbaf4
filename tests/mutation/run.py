"""Put a bug into a copy of the library, and see whether the tests notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "lib" / "convbook"
SECONDS = 1800  # much more than any of the tests takes, on a machine that has other work too


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
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no"]
        command += ["-p", "tests.mutation.quick", "--hypothesis-profile=quick"]
        run = subprocess.run(
            [*command, f"tests/reference/{tests}.py"],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": folder, "MUTANT": str(copy), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    # A bug is noticed when a test fails, not when the tests cannot be collected or run.
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{tests} did not run:\n{run.stdout}")
    return run.returncode == 1
