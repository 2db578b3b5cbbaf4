"""What a notebook imports besides its packages, and what is not there: harmless stand-ins.

A plot shows nothing and costs nothing. `convbook` has a `check` that does nothing; whatever else is asked of
it says that it is not available while grading.
"""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from types import ModuleType

import numpy as np

STAND_INS = {"matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "google", "tqdm"}
OUR_OWN = ("convbook", "convbook.exercises")


class Anything:
    """Can be called, looked into, entered and drawn on; nothing comes of it."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key):
        return self

    def __setitem__(self, key, value):
        pass

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


ANYTHING = Anything()


class StandIn(ModuleType):
    """A module in which there is `Anything`."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        inner = f"{self.__name__}.{name}"
        return importlib.import_module(inner) if inner in CONTENTS else ANYTHING


class NotAvailable(ModuleType):
    """A module that says why it has not what is looked for."""

    __path__ = ()

    def __getattr__(self, name):
        raise AttributeError(f"{self.__name__}.{name} is not available while grading")


def _subplots(nrows=1, ncols=1, *args, squeeze=True, **kwargs):
    """As many axes as are unpacked."""
    axes = np.empty((nrows, ncols), dtype=object)
    axes.fill(ANYTHING)
    if squeeze:
        axes = axes.squeeze() if axes.size > 1 else ANYTHING
    return ANYTHING, axes


def _ignore(*args, **kwargs):
    return None


class Progress(Anything):
    """A progress bar that shows nothing: the iterable that it was given."""

    def __init__(self, iterable=(), *args, **kwargs):
        self._iterable = iterable

    def __iter__(self):
        return iter(self._iterable)

    def __len__(self):
        return len(self._iterable)


def _progress_range(*args, **kwargs):
    return Progress(range(*args))


BARS = {"tqdm": Progress, "trange": _progress_range}
CONTENTS = {
    "convbook.exercises": {"check": _ignore},
    "matplotlib.pyplot": {"subplots": _subplots},
    "IPython": {"get_ipython": lambda: ANYTHING},
    "tqdm": BARS,
    "tqdm.auto": BARS,
    "tqdm.notebook": BARS,
}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Looks before anyone else: hands out the stand-ins, and turns away what is there but not allowed.

    Parameters
    ----------
    folders : list of str
        Where packages lie.
    allowed : list of str
        Which of them may be read.
    """

    def __init__(self, folders, allowed):
        names = {os.path.basename(path).split(".")[0] for path in allowed if os.path.dirname(path) in folders}
        there = {entry.split(".")[0] for folder in folders for entry in os.listdir(folder)}
        self._stand_ins = STAND_INS - names
        self._hidden = there - names - set(sys.modules)

    def find_spec(self, name, path=None, target=None):
        """Say who loads a module: this finder or, if None, the next one."""
        package = name.split(".")[0]
        if name in OUR_OWN or package in self._stand_ins:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        if package == "convbook":
            raise ModuleNotFoundError(f"{name} is not available while grading", name=name)
        if package in self._hidden:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)
        return None

    def create_module(self, spec):
        """Make a stand-in."""
        return (NotAvailable if spec.name in OUR_OWN else StandIn)(spec.name)

    def exec_module(self, module):
        """Put into it what it has."""
        vars(module).update(CONTENTS.get(module.__name__, {}))


def install(folders, allowed):
    """Put the stand-ins in place, and what a notebook finds among the built-ins.

    Parameters
    ----------
    folders, allowed : list of str
        See `Finder`.
    """
    sys.meta_path.insert(0, Finder(folders, allowed))
    builtins.display = _ignore
    builtins.get_ipython = lambda: ANYTHING
    builtins.exit = builtins.quit = _leave


def _leave(*args):
    raise SystemExit(*args)
