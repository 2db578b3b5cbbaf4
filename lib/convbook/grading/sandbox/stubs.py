"""What a notebook imports besides its packages, and what is not there: harmless stand-ins.

A plot shows nothing and costs nothing. `convbook` has a `check` that does nothing; whatever else is asked of
it says that it is not available while grading.
"""

import builtins
import importlib.abc
import importlib.machinery
import sys
from types import ModuleType

import numpy as np

PICTURES = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "google.colab")
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
        return ANYTHING


class NotAvailable(ModuleType):
    """A module that says why it has not what is looked for."""

    __path__ = ()

    def __getattr__(self, name):
        raise AttributeError(f"{self.__name__}.{name} is not available while grading")


def _subplots(nrows=1, ncols=1, *args, squeeze=True, **kwargs):
    """As many axes as are unpacked."""
    axes = np.full((nrows, ncols), ANYTHING, dtype=object)
    if squeeze:
        axes = axes.squeeze() if axes.size > 1 else ANYTHING
    return ANYTHING, axes


def _ignore(*args, **kwargs):
    return None


def _unchanged(iterable=(), *args, **kwargs):
    return iterable


CONTENTS = {
    "convbook.exercises": {"check": _ignore},
    "matplotlib.pyplot": {"subplots": _subplots},
    "IPython": {"get_ipython": lambda: ANYTHING},
    "tqdm": {"tqdm": _unchanged, "trange": range},
    "tqdm.auto": {"tqdm": _unchanged, "trange": range},
    "tqdm.notebook": {"tqdm": _unchanged, "trange": range},
}


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-ins, for names that nothing else has been found for."""

    def find_spec(self, name, path=None, target=None):
        """Look a module up."""
        if name.split(".")[0] == "convbook" and name not in OUR_OWN:
            raise ModuleNotFoundError(f"{name} is not available while grading", name=name)
        known = name in OUR_OWN or name == "google" or name.split(".")[0] == "tqdm"
        if known or any(name == package or name.startswith(f"{package}.") for package in PICTURES):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        """Make it."""
        return (NotAvailable if spec.name in OUR_OWN else StandIn)(spec.name)

    def exec_module(self, module):
        """Put into it what it has."""
        vars(module).update(CONTENTS.get(module.__name__, {}))


def install():
    """Put the stand-ins in place, and what a notebook finds among the built-ins."""
    sys.meta_path.append(Finder())
    builtins.display = _ignore
    builtins.get_ipython = lambda: ANYTHING

    def leave(*args):
        raise SystemExit(*args)

    builtins.exit = builtins.quit = leave
