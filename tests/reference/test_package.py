"""The rooms of the package: light to import, every door documented."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

from convbook import reference

ROOMS = [module.name for module in pkgutil.iter_modules(reference.__path__) if module.name[0] != "_"]


def test_only_numpy_is_imported():
    rooms = ", ".join(f"convbook.reference.{room}" for room in ROOMS)
    heavy = "('scipy', 'torch', 'matplotlib', 'sklearn')"
    code = f"import sys, {rooms}; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_listed_and_documented(room):
    module = importlib.import_module(f"convbook.reference.{room}")
    public = {
        name
        for name, value in vars(module).items()
        if (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
        and not name.startswith("_")
    }
    assert public == set(module.__all__)
    for name in public:
        doc = inspect.getdoc(getattr(module, name))
        assert doc.splitlines()[0].endswith("."), name
        assert "Notes\n-----\nChapter" in doc, name
    assert f"`{room}`" in reference.__doc__, "the package's docstring lists its rooms"
