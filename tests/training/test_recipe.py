"""Recipes: what decides a run decides the fingerprint, and a schedule is torch's."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from convbook.training.recipe import Data, Model, Optimiser, Schedule, Size
from convbook.training.recipes import RECIPES, recipe


@pytest.mark.parametrize(
    "change",
    [
        {"data": Data("digits", validation=200, centre="channel")},
        {"model": Model("two-layer", {"hidden": 17})},
        {"optimiser": Optimiser(lr=0.5, momentum=0.9)},
        {"schedule": Schedule("cosine")},
        {"batch": 33},
        {"full": Size(epochs=3, seeds=(0, 1, 2), images=270)},
        {"augmentation": (("flip", {}),)},
        {"start": RECIPES["mnist-two-layer"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_setting_changes_the_fingerprint(tiny, change):
    assert replace(tiny, **change).fingerprint != tiny.fingerprint


def test_words_and_the_quick_size_do_not(tiny):
    other = replace(tiny, name="b", summary="c", note="d", lecture={"test_error": 0.1}, quick=Size(1))
    assert other.fingerprint == tiny.fingerprint


def test_a_fingerprint_is_the_same_in_another_process(tiny):
    """Python's own hash of a string is not."""
    assert RECIPES["cifar10-linear"].fingerprint == "72759d693deb"


def torch_s(kind, gamma, epochs, batches):
    """The learning rate before every step, by torch's scheduler of this kind."""
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    schedulers = torch.optim.lr_scheduler
    steps = epochs * batches
    scheduler = {
        "constant": lambda: schedulers.ConstantLR(optimiser, 1.0),
        "exponential": lambda: schedulers.StepLR(optimiser, batches, gamma),
        "cosine": lambda: schedulers.CosineAnnealingLR(optimiser, steps),
        "linear": lambda: schedulers.LinearLR(optimiser, 1.0, 0.0, steps),
    }[kind]()
    for _ in range(steps):
        yield optimiser.param_groups[0]["lr"]
        optimiser.step()
        scheduler.step()


@pytest.mark.parametrize("kind", ["constant", "exponential", "cosine", "linear"])
def test_a_schedule_is_torch_s(kind):
    epochs, batches = 3, 7
    schedule = Schedule(kind, gamma=0.7)
    ours = [schedule.factor(step / batches, epochs) for step in range(epochs * batches)]
    assert ours == pytest.approx(list(torch_s(kind, 0.7, epochs, batches)), abs=1e-12)


def test_a_warm_up_rises_from_nothing_to_where_the_schedule_begins():
    schedule = Schedule("linear", warmup=0.25)
    assert [schedule.factor(epoch, 8) for epoch in (0, 1, 2, 5, 8)] == [0, 0.5, 1, 0.5, 0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Data("digits", centre="middle"), "Data: centre must be one of 'pixel', 'channel', None"),
        (lambda: Data("digits", scale=0), "Data: scale must be positive or 'channel', got 0"),
        (
            lambda: Optimiser("newton", lr=1),
            "Optimiser: kind must be one of 'sgd', 'adam', 'adamw', got 'newt",
        ),
        (lambda: Schedule("up"), "Schedule: kind must be one of"),
        (lambda: Schedule(warmup=1), r"Schedule: warmup must lie in \[0, 1\), got 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_recipes_go_by_their_names_and_say_what_they_do():
    for name, each in RECIPES.items():
        assert recipe(name).name == name
        assert each.summary and each.note.endswith(".")
    with pytest.raises(ValueError, match="no recipe 'mnist', expected one of cifar10-linear, "):
        recipe("mnist")


def test_recipes_are_read_without_torch():
    loaded = "import sys, convbook.training.recipes, convbook.claims; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", loaded], text=True).strip() == "False"
