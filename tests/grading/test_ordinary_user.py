"""The same as an ordinary user, with the system's own Python."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
from importlib import metadata
from pathlib import Path

import pytest

import convbook

PYTHON = "/usr/bin/python3"
USER = 65534  # nobody
CODE = """
    import json, os
    from dataclasses import astuple
    from convbook.exercises.spec import Exercise, Property
    from convbook.exercises.strategies import kernel_on_signal
    from convbook.grading.assignment import Assignment
    from convbook.grading.doctor import examine
    from convbook.grading.engine import Engine
    from convbook.grading.records import Submission
    import numpy as np

    exercise = Exercise("convolve", lambda x, w: np.convolve(x, w), (Property("any", 2, kernel_on_signal()),))
    assignment = Assignment("one", (exercise,), "secret")
    right = "import numpy as np\\ndef convolve(x, w): return np.convolve(x, w)"
    wrong = "import numpy as np\\ndef convolve(x, w): return np.correlate(x, w, 'full')"
    deadly = right + "\\nimport os; os._exit(1)"
    grades = []
    for rung in 1, 2:
        with Engine(rung) as engine:
            for cell in right, wrong, deadly:
                grades.append(engine.grade(Submission("ada", "", "", (cell,)), assignment).points)
    print(json.dumps([os.getuid(), grades, [astuple(finding) for finding in examine()]]))
"""

HOSTILE = (  # by their names in the corpus, some of each kind
    "numpy says that everything is close",
    "the frames below the call",
    "its own memory, byte by byte",
    "a header of 4 GB",
    "reads what belongs to others",
    "writes wherever it can",
    "changes files without writing into them",
    "reaches servers",
    "does something to other processes",
    "starts something",
    "memory, in every way",
    "a fork bomb",
    "the disk",
    "a loop that is deaf to everything",
    "kills itself",
)


@pytest.fixture(scope="module")
def python(missing):
    """A venv of the system's Python, in a folder that everybody may enter, with what grading needs."""
    if os.getuid() != 0:
        pytest.skip("everything here runs as an ordinary user")
    version = subprocess.run(
        [PYTHON, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True
    )
    if version.stdout.split() != [str(part) for part in sys.version_info[:2]]:
        missing(f"{PYTHON} is not the Python that the packages here are for")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # a worker's /tmp hides what lies in ours
        os.chmod(folder, 0o755)
        subprocess.run([PYTHON, "-m", "venv", "--without-pip", f"{folder}/venv"], check=True)
        (packages,) = Path(folder, "venv", "lib").glob("python3*/site-packages")
        for name in ("numpy", "scipy", "hypothesis", "sortedcontainers"):
            distribution = metadata.distribution(name)
            tops = {file.parts[0] for file in distribution.files} - {"..", "__pycache__"}
            for top in tops:
                source = Path(distribution.locate_file(top))
                if source.is_dir():
                    shutil.copytree(source, packages / top, ignore=shutil.ignore_patterns("tests"))
                else:
                    shutil.copy(source, packages / top)
        shutil.copytree(Path(convbook.__file__).parent, packages / "convbook")
        shutil.copytree(Path(__file__).parent / "hostile", packages / "hostile")
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        yield f"{folder}/venv/bin/python"


def run(python, *arguments):
    """Run Python as somebody without any rights; what it prints."""
    become = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    done = subprocess.run(
        [*become, python, *arguments], capture_output=True, text=True, cwd="/", env={"HOME": "/nonexistent"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_works_for_an_ordinary_user(python, sandboxes):
    sandboxes(1), sandboxes(2)
    uid, grades, findings = json.loads(run(python, "-c", textwrap.dedent(CODE)))
    assert uid == USER
    assert grades == [2, 0, 2] * 2
    assert all(works for _, works, *_ in findings)


def test_hostile_notebooks_get_what_they_deserve_from_an_ordinary_user(python, sandboxes, record_property):
    sandboxes(1), sandboxes(2)
    *_, total = run(python, "-m", "hostile", *HOSTILE).splitlines()
    right, tried = map(int, re.findall(r"\d+", total))
    assert right == tried == 2 * len(HOSTILE)
    record_property("hostile … got exactly what they deserve", (right, tried))
