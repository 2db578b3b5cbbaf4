"""The library as others get it: the wheel in a fresh environment, with nothing of the repository near."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
# A reader in Colab or Jupyter has these, so the wheel does not ask for them.
RUNS = ("torch", "nbclient", "ipykernel")


def run(*command, **options):
    """Run a command; if it fails, fail with the last line it said."""
    done = subprocess.run(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    if done.returncode:
        print(done.stdout)
        pytest.fail(f"{' '.join(map(str, command))}: {done.stdout.strip().splitlines()[-1]}", pytrace=False)
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy so that no build folder is left in the checkout."""
    folder = tmp_path_factory.mktemp("build")
    for file in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / file, folder)
    shutil.copytree(ROOT / "book/results", folder / "book/results")
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", folder, folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """An environment with the wheel and what it is run with, at the versions of the book."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin/python"
    run(python, "-m", "pip", "install", "-c", ROOT / "requirements.txt", wheel, *RUNS)
    return python


@pytest.mark.parametrize(
    "notebook",
    [
        path.relative_to(ROOT)
        for name in ("notebooks", "exercises")
        for path in sorted((ROOT / name).glob("*.ipynb"))
    ],
    ids=str,
)
def test_notebook_runs_with_the_wheel_alone(python, notebook, tmp_path):
    shutil.copy(ROOT / notebook, tmp_path)
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))
    }
    where = run(python, "-c", "import convbook; print(convbook.__file__)", cwd=tmp_path, env=environment)
    assert Path(where.strip()).is_relative_to(python.parents[1])
    run(python, "-m", "jupyter", "execute", tmp_path / notebook.name, cwd=tmp_path, env=environment)


def test_recorded_results_are_part_of_the_wheel(wheel):
    with ZipFile(wheel) as contents:
        for path in (ROOT / "book/results").glob("*.json"):
            assert contents.read(f"convbook/recorded/{path.name}") == path.read_bytes()
