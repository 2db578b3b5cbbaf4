"""The commands `train` and `results`."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from convbook import cli, results
from convbook.training import loop
from convbook.training.recipe import Optimiser
from convbook.training.recipes import RECIPES


@pytest.fixture
def command(tiny, tmp_path, monkeypatch):
    """`convbook …` with the tiny recipe among the known, and results in a folder of its own."""
    monkeypatch.setitem(RECIPES, "tiny", tiny)
    monkeypatch.setattr(results, "folder", lambda: tmp_path / "results")
    train = lambda *arguments: cli.main(["train", *arguments, "--out", str(tmp_path / "runs")])  # noqa: E731
    train.folder = tmp_path
    return train


def test_a_quick_run_leaves_no_result(command, capsys):
    assert command("tiny") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("seed 0, epoch 1, training loss ")
    assert said[-1].startswith("seed 0: test accuracy ")
    assert not (command.folder / "results").exists()


def test_a_full_run_is_recorded_and_read(command, capsys):
    assert command("tiny", "--full") == 0
    result = results.load("tiny")
    assert [run["seed"] for run in result.runs] == [0, 1]
    assert not result.outdated
    assert result.values["data"]["source"] == "built in"
    alone = loop.train(RECIPES["tiny"], 1, size="full", device="cpu", progress=False)
    assert result.metric("test_accuracy")[1] == alone.metrics["test_accuracy"]
    assert result.runs[1]["steps"]["loss"] == alone.steps["loss"]
    capsys.readouterr()
    assert cli.main(["results"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("tiny "))
    assert results.summary(result, "test_error") in line and "2 seeds" in line
    assert cli.main(["results", "tiny"]) == 0
    assert "validation_loss: " in capsys.readouterr().out


def test_seeds_are_trained_one_by_one_and_never_twice(command, monkeypatch):
    assert command("tiny", "--full", "--seed", "1") == 0
    assert not (command.folder / "results").exists()
    trained, train = [], loop.train
    monkeypatch.setattr(loop, "train", lambda *a, **k: trained.append(a[1]) or train(*a, **k))
    assert command("tiny", "--full") == 0
    assert trained == [0]
    assert [run["seed"] for run in results.load("tiny").runs] == [0, 1]


def test_a_changed_recipe_is_trained_anew(command, monkeypatch):
    assert command("tiny", "--full", "--seed", "0") == 0
    monkeypatch.setitem(RECIPES, "tiny", replace(RECIPES["tiny"], optimiser=Optimiser(lr=0.1)))
    trained, train = [], loop.train
    monkeypatch.setattr(loop, "train", lambda *a, **k: trained.append(a[1]) or train(*a, **k))
    assert command("tiny", "--full", "--seed", "0") == 0
    assert trained == [0]


def test_a_run_goes_on_from_its_checkpoint(command, monkeypatch):
    plain, steps = loop.step, []

    def dies(*arguments):
        steps.append(None)
        if len(steps) == 12:
            raise KeyboardInterrupt
        return plain(*arguments)

    monkeypatch.setattr(loop, "step", dies)
    with pytest.raises(KeyboardInterrupt):
        command("tiny", "--full", "--seed", "0")
    steps.clear()
    steps += [None] * 100
    assert command("tiny", "--full", "--seed", "0", "--resume") == 0
    assert len(steps) == 100 + 18  # two of three epochs
    record = json.loads((command.folder / "runs/tiny/full/seed-0/run.json").read_text("utf-8"))
    monkeypatch.setattr(loop, "step", plain)
    whole = loop.train(RECIPES["tiny"], size="full", device="cpu", progress=False)
    assert record["metrics"] == whole.metrics


def test_an_unknown_recipe_names_the_known(command, capsys):
    assert command("tinny") == 2
    assert "no recipe 'tinny', expected one of cifar10-linear, " in capsys.readouterr().err


def test_without_a_recipe_all_are_listed(capsys):
    assert cli.main(["train"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(RECIPES)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--device", "abacus"], "device 'abacus' cannot be used"),
        (["--resume", "nowhere.pt"], "nowhere.pt: there is no such checkpoint"),
    ],
    ids=["device", "checkpoint"],
)
def test_what_cannot_be_done_is_said_in_a_line(command, capsys, arguments, message):
    assert command("tiny", *arguments) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("convbook train: ") and message in said


def test_an_explosion_is_said_in_a_line(command, capsys, monkeypatch):
    monkeypatch.setitem(RECIPES, "tiny", replace(RECIPES["tiny"], optimiser=Optimiser(lr=1e300)))
    assert command("tiny") == 1
    assert "learning rate 1e+300" in capsys.readouterr().err


def test_without_torch_the_recipes_are_listed_and_training_says_what_is_missing():
    script = (
        "import sys; sys.modules['torch'] = None; from convbook import cli; "
        "print(cli.main(['train']), cli.main(['results']), cli.main(['train', 'mnist-convnet']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "0 0 1"
    assert done.stderr == "convbook train: torch is not installed; the extra `train` brings it\n"


def test_results_that_are_not_there(command, capsys):
    assert cli.main(["results", "cifar10-linear"]) == 1
    assert "convbook train cifar10-linear --full" in capsys.readouterr().err
    assert cli.main(["results"]) == 0
    assert "not yet" in capsys.readouterr().out
