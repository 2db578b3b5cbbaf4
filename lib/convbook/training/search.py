"""Hyperparameter search: from a coarse range and short runs to a finer range and longer ones.

    run = run_search(recipe("cifar10-two-layer-search"), seed=0, folder="runs/search")
    run.metrics["lr"], run.metrics["test_accuracy"]

A search is kept in an Optuna study in an SQLite file. Stop it and start it again, or start it several times
at once: what is to be tried is drawn beforehand, and every process takes what nobody has taken.
"""

import os
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning, UpdateFinishedTrialError
from optuna.storages import RDBStorage, fail_stale_trials
from optuna.trial import TrialState

from convbook.training import distributed, loop
from convbook.training.batches import Images

__all__ = ["grid_point", "log_uniform", "narrowed", "run_round", "run_search"]

# Heartbeats are how Optuna notices that a process has died; it has called them experimental for years.
warnings.filterwarnings("ignore", category=ExperimentalWarning)

HEARTBEAT, GRACE = 10, 60  # seconds; a process that has not been heard of for so long is gone


def log_uniform(low, high, rng):
    """A number whose logarithm is uniform: every power of ten is as likely as the next.

    Parameters
    ----------
    low, high : float
        Both positive.
    rng : numpy.random.Generator

    Returns
    -------
    float

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def grid_point(ranges, number, trials):
    """A point of a grid with as many points on each axis, evenly spaced in the logarithm, ends included.

    Parameters
    ----------
    ranges : dict
        Least and greatest value for each name.
    number : int
        Which point, from 0.
    trials : int
        Points in all: a square for two axes, a cube for three.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If no grid has that many points.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    side = round(trials ** (1 / len(ranges)))
    if side ** len(ranges) != trials:
        raise ValueError(f"grid_point: {trials} points make no grid over {len(ranges)} hyperparameters")
    places = np.unravel_index(number, (side,) * len(ranges))
    return {
        name: float(np.geomspace(low, high, side)[place])
        for (name, (low, high)), place in zip(ranges.items(), places, strict=True)
    }


def narrowed(ranges, best, shrink):
    """Ranges around the best values, a `shrink`-th of the old ones in the logarithm, and within them."""
    finer = {}
    for name, (low, high) in ranges.items():
        reach = (high / low) ** (0.5 / shrink)
        finer[name] = (max(low, best[name] / reach), min(high, best[name] * reach))
    return finer


def run_round(study, ranges, draws, objective):
    """Try those draws of a round that nobody has tried, and wait for those that others are trying.

    Parameters
    ----------
    study : optuna.Study
    ranges : dict
        Least and greatest value of each hyperparameter.
    draws : list of dict
        The hyperparameters to try.
    objective : callable
        Takes a draw, returns what is to be maximised.
    """

    def attempt(trial):
        if "draw" not in trial.user_attrs:  # nothing was waiting any more
            raise optuna.TrialPruned
        return objective({name: trial.suggest_float(name, *ends, log=True) for name, ends in ranges.items()})

    def numbers(*states):
        found = study.get_trials(deepcopy=False, states=states)
        return {trial.user_attrs["draw"] for trial in found if "draw" in trial.user_attrs}

    everything = set(range(len(draws)))
    while numbers(TrialState.COMPLETE) != everything:
        fail_stale_trials(study)  # those of processes that have died
        untaken = sorted(everything - numbers(TrialState.COMPLETE, TrialState.RUNNING, TrialState.WAITING))
        if untaken:
            number = untaken[os.getpid() % len(untaken)]  # processes seldom reach for the same
            study.enqueue_trial(draws[number], user_attrs={"draw": number})
        if numbers(TrialState.WAITING):
            with suppress(UpdateFinishedTrialError):  # another process took the same, and was quicker
                study.optimize(attempt, n_trials=1)
        else:
            time.sleep(0.2)


def run_search(search, seed, *, folder, size="full", device="auto", report=lambda line: None):
    """Make a whole search, or what is missing of it, and train in full with the best of it.

    Parameters
    ----------
    search : Search
    seed : int
    folder : path
        Where the study and the last run are kept.
    size : "quick" or "full"
    device : str
    report : callable
        Called with a line for every trial and every epoch.

    Returns
    -------
    loop.Run
        The last run. Its metrics also have "grid_accuracy" and "random_accuracy", the best that either found
        in the first round on the validation images; "best_accuracy", the best of all rounds; and the
        hyperparameters that led to it.

    Raises
    ------
    DataError
        If the data cannot be had.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    folder = Path(folder) / f"search-{search.fingerprint}"  # never go on with another search's trials
    folder.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    device = distributed.choose(device)
    ranges, best, found = search.ranges, None, {}
    for number, wanted in enumerate(search.rounds if size == "full" else search.quick_rounds):
        images = Images(search.base, device, wanted.images)
        for kind in ("grid", "random") if number == 0 else ("random",):
            label = f"round {number + 1}, {kind}, seed {seed}"

            def objective(values, wanted=wanted, images=images, label=label):
                reached = _short_run(search.base, values, wanted, seed, device, images)
                shown = ", ".join(f"{name} {value:.2g}" for name, value in values.items())
                report(f"{label}: {shown}: {reached:.2%}")
                return reached

            study = _study(folder / "study.db", label)
            run_round(study, ranges, _draws(ranges, wanted.trials, kind, (seed, number)), objective)
            if number == 0:
                found[f"{kind}_accuracy"] = study.best_value
            if kind == "random" and (best is None or study.best_value >= best.value):
                best = study.best_trial
        ranges = narrowed(ranges, best.params, search.shrink)
    checkpoint = folder / "checkpoint.pt"
    run = loop.train(
        replace(search.base, optimiser=replace(search.base.optimiser, **best.params)),
        seed,
        size=size,
        device=device,
        folder=folder,
        resume=checkpoint if checkpoint.exists() else None,
        on_epoch=lambda row: report(f"seed {seed}, epoch {row['epoch']}: {row['validation_accuracy']:.2%}"),
    )
    run.metrics |= found | {"best_accuracy": best.value} | best.params
    return run


def _draws(ranges, trials, kind, seed):
    """The hyperparameters of a round, a list of dicts."""
    if kind == "grid":
        return [grid_point(ranges, number, trials) for number in range(trials)]
    rng = np.random.default_rng(seed)
    return [{name: log_uniform(*ends, rng) for name, ends in ranges.items()} for _ in range(trials)]


def _short_run(base, values, wanted, seed, device, images):
    """What a recipe reaches on the validation images in a short run; an explosion is worth nothing."""
    length = replace(base.quick, epochs=wanted.epochs, images=wanted.images)
    recipe = replace(base, optimiser=replace(base.optimiser, **values), quick=length)
    try:
        run = loop.train(recipe, seed, device=device, images=images, progress=False)
    except loop.Diverged:
        return 0.0
    return run.metrics["validation_accuracy"]


def _study(path, name):
    """A study in an SQLite file that several processes may share."""
    storage = RDBStorage(
        f"sqlite:///{path}",
        engine_kwargs={"connect_args": {"timeout": 60}},
        heartbeat_interval=HEARTBEAT,
        grace_period=GRACE,
    )
    return optuna.create_study(study_name=name, storage=storage, direction="maximize", load_if_exists=True)
