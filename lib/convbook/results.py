"""Results: what full training runs reached, recorded in `book/results/` and part of the installed library.

    load("cifar10-linear").mean("test_accuracy")

A result says when, where, from which data and with which settings it was made. It is outdated once its recipe
has changed.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

__all__ = ["NotMeasured", "Result", "folder", "load", "names", "summary"]


class NotMeasured(LookupError):
    """A result that no full run has written yet; the message has the command that does."""


@dataclass(frozen=True)
class Result:
    """A recorded result.

    Parameters
    ----------
    values : dict
        The file as it is: `name`, `command`, `fingerprint`, `settings`, `data`, and `runs`, one for each
        seed, with `metrics`, the curves `epochs` and `steps`, `seconds`, `device`, `versions` and `commit`.
    """

    values: dict

    @property
    def name(self):
        """The recipe's."""
        return self.values["name"]

    @property
    def runs(self):
        """One dict for each seed."""
        return self.values["runs"]

    def metric(self, name):
        """One number for each seed.

        Parameters
        ----------
        name : str
            "test_accuracy", "validation_loss" and the like; "test_error" is 1 − "test_accuracy".

        Returns
        -------
        ndarray

        Raises
        ------
        KeyError
            If the runs have no such metric; the message lists those they have.
        """
        if name.endswith("_error"):
            return 1 - self.metric(name.removesuffix("error") + "accuracy")
        known = self.runs[0]["metrics"]
        if name not in known:
            raise KeyError(f"{self.name} has no metric {name!r}, expected one of {', '.join(known)}")
        return np.array([run["metrics"][name] for run in self.runs])

    def mean(self, name):
        """The mean of a metric over the seeds, as a float."""
        return float(self.metric(name).mean())

    @cached_property
    def outdated(self):
        """Whether the recipe has changed since, or is gone."""
        from convbook.training.recipes import RECIPES

        recipe = RECIPES.get(self.name)
        return recipe is None or recipe.fingerprint != self.values["fingerprint"]

    @property
    def provenance(self):
        """Where the numbers come from, in one line."""
        data = self.values["data"]
        parts = [f"{len(self.runs)} seeds" if len(self.runs) > 1 else "1 seed"]
        for run in self.runs:
            parts += [run["device"], f"torch {run['versions']['torch']}", run["date"]]
            parts += [f"commit {run['commit'][:7]}"] if run["commit"] else []
        parts.append(data["name"] + " (local copy)" * (data["source"] == "local copy"))
        return ", ".join(dict.fromkeys(parts))  # what all runs have in common is said once


def folder():
    """The folder of the results in a checkout: `book/results`; None in an installed library."""
    found = Path(__file__).parents[2] / "book"
    return found / "results" if found.is_dir() else None


def _files():
    """Every result by name."""
    where = folder() or Path(__file__).parent / "recorded"
    return {path.stem: path for path in sorted(where.glob("*.json"))}


def names():
    """The names of all recorded results: tuple of str."""
    return tuple(_files())


def load(name):
    """Read a recorded result.

    Parameters
    ----------
    name : str
        The recipe's.

    Returns
    -------
    Result

    Raises
    ------
    NotMeasured
        If there is none yet; the message has the command that makes it.
    """
    files = _files()
    if name not in files:
        raise NotMeasured(f"{name} is not measured yet: convbook train {name} --full")
    return Result(json.loads(files[name].read_text("utf-8")))


def summary(result, metric):
    """A metric's mean and standard deviation over the seeds, as people write them: "1.00 ± 0.10 %"."""
    values = result.metric(metric)
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    if metric.endswith(("_error", "_accuracy")):
        return f"{100 * values.mean():.2f} ± {100 * spread:.2f} %"
    return f"{values.mean():.3g} ± {spread:.1g}"
