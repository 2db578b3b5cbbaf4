"""The search: its draws, and that it does not matter who makes a trial, or how often one is interrupted."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from scipy import stats

optuna = pytest.importorskip("optuna", exc_type=ImportError)

from convbook.training import search  # noqa: E402
from convbook.training.recipe import Round, Search, Size  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
RANGES = {"lr": (1e-4, 1e1), "weight_decay": (1e-5, 1e-1)}


def test_draws_are_uniform_in_the_logarithm():
    rng = np.random.default_rng(0)
    drawn = np.log10([search.log_uniform(1e-4, 1e2, rng) for _ in range(2000)])
    assert stats.kstest(drawn, stats.uniform(-4, 6).cdf).pvalue > 0.01
    assert stats.kstest(10**drawn, stats.uniform(1e-4, 1e2).cdf).pvalue < 1e-9


def test_a_grid_has_every_pair_of_its_points():
    points = [search.grid_point(RANGES, number, 9) for number in range(9)]
    lrs, decays = ({point[name] for point in points} for name in RANGES)
    assert sorted(lrs) == pytest.approx([1e-4, 10**-1.5, 1e1])
    assert sorted(decays) == pytest.approx([1e-5, 1e-3, 1e-1])
    assert len({(point["lr"], point["weight_decay"]) for point in points}) == 9
    with pytest.raises(ValueError, match="8 points make no grid over 2 hyperparameters"):
        search.grid_point(RANGES, 0, 8)


def test_a_narrowed_range_lies_around_the_best_and_within_the_old_one():
    finer = search.narrowed(RANGES, {"lr": 1e-1, "weight_decay": 1e-5}, shrink=5)
    assert finer["lr"] == pytest.approx((10**-1.5, 10**-0.5))
    assert finer["weight_decay"] == pytest.approx((1e-5, 10**-4.6))


def study(path, name="round"):
    return search._study(path / "study.db", name)


def trials(study):
    found = study.get_trials(states=[optuna.trial.TrialState.COMPLETE])
    return sorted((trial.params["lr"], trial.params["weight_decay"], trial.value) for trial in found)


def height(values):
    """Best in the middle of both ranges."""
    return -((np.log10(values["lr"]) + 1) ** 2) - (np.log10(values["weight_decay"]) + 3) ** 2


DRAWS = search._draws(RANGES, 9, "random", 1)


def test_draws_are_those_of_the_seed():
    assert search._draws(RANGES, 9, "random", 1) == DRAWS
    assert search._draws(RANGES, 9, "random", 2) != DRAWS
    assert search._draws(RANGES, 9, "grid", 1) == [search.grid_point(RANGES, i, 9) for i in range(9)]


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_round_that_was_interrupted_tries_what_is_missing(tmp_path, error):
    seen = []

    def dies(values):
        seen.append(values)
        if len(seen) == 4:
            raise error
        return height(values)

    interrupted = study(tmp_path)
    with pytest.raises(error):
        search.run_round(interrupted, RANGES, DRAWS, dies)
    assert len(trials(interrupted)) == 3
    search.run_round(study(tmp_path), RANGES, DRAWS, height)
    assert trials(interrupted) == sorted((draw["lr"], draw["weight_decay"], height(draw)) for draw in DRAWS)
    search.run_round(interrupted, RANGES, DRAWS, lambda values: pytest.fail("one more"))


WORKER = """
import json, sys, time
from convbook.training import search
search.HEARTBEAT, search.GRACE = 1, 6
ranges = json.loads(sys.argv[2])
draws = search._draws(ranges, 9, "random", 1)
made = []
def objective(values):
    time.sleep(float(sys.argv[3]))
    made.append(values["lr"])
    return values["lr"]
search.run_round(search._study(sys.argv[1], "shared"), ranges, draws, objective)
print(len(made))
"""


def test_processes_share_a_study_and_one_that_is_killed_is_made_up_for(tmp_path):
    """Three processes; one hangs in its first trial and is killed. The others make all nine, its own too."""
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    start = lambda seconds: subprocess.Popen(  # noqa: E731
        [sys.executable, script, tmp_path / "study.db", json.dumps(RANGES), str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    shared = study(tmp_path, "shared")
    hangs = start(1000)
    running = [optuna.trial.TrialState.RUNNING]
    while not shared.get_trials(states=running):
        assert hangs.poll() is None
        time.sleep(0.1)
    workers = [start(0.2), start(0.2)]
    time.sleep(0.5)
    os.kill(hangs.pid, signal.SIGKILL)
    made = [int(worker.communicate()[0]) for worker in workers]
    assert hangs.wait() == -signal.SIGKILL
    assert sum(made) >= 9  # now and then two reach for the same
    assert {lr for lr, *_ in trials(shared)} == {draw["lr"] for draw in DRAWS}


def test_a_whole_search_finds_a_learning_rate_that_learns(tiny, tmp_path):
    """Grid and draws, then around the best, then in full; what exploded counts for nothing."""
    import dataclasses

    base = dataclasses.replace(tiny, full=Size(4), optimiser=dataclasses.replace(tiny.optimiser, momentum=0))
    wide = {"lr": (1e-5, 1e200), "weight_decay": (1e-6, 1e-1)}
    rounds = (Round(4, epochs=1, images=270), Round(3, epochs=2, images=270))
    wanted = Search("s", "", base=base, ranges=wide, rounds=rounds, quick_rounds=rounds[:1], shrink=20.0)
    said = []
    run = search.run_search(wanted, 0, folder=tmp_path, device="cpu", report=said.append)
    assert len([line for line in said if "round" in line]) == 4 + 4 + 3
    metrics = run.metrics
    assert metrics["best_accuracy"] >= metrics["random_accuracy"]
    assert wide["lr"][0] <= metrics["lr"] <= wide["lr"][1]
    assert any(": 0.00%" in line for line in said)
    said.clear()
    again = search.run_search(wanted, 0, folder=tmp_path, device="cpu", report=said.append)
    assert again.metrics == metrics and not said
