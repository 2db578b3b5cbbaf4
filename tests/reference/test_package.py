"""The rooms of the package: light to import, every door documented."""

import importlib
import inspect
import subprocess
import sys

import pytest

ROOMS = ["arithmetic", "direct", "toeplitz", "im2col", "fourier", "filters"]


def test_only_numpy_is_imported():
    rooms = ", ".join(f"convbook.reference.{room}" for room in ROOMS)
    heavy = "('scipy', 'torch', 'matplotlib', 'sklearn')"
    code = f"import sys, {rooms}; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_function_is_listed_and_documented(room):
    module = importlib.import_module(f"convbook.reference.{room}")
    functions = {
        name
        for name, f in vars(module).items()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and not name.startswith("_")
    }
    assert functions == set(module.__all__)
    for name in functions:
        doc = inspect.getdoc(getattr(module, name))
        assert doc.splitlines()[0].endswith("."), name
        assert "Notes\n-----\nChapter" in doc, name
