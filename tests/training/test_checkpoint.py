"""A run that is killed goes on as if it had not been, and a checkpoint is whole or not there."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from convbook.training import checkpoint, loop
from convbook.training.recipe import Model, Schedule, Size


def train(recipe, **options):
    return loop.train(recipe, size="full", device="cpu", progress=False, **options)


def same(a, b):
    return all(x.equal(y) for x, y in zip(a.model.parameters(), b.model.parameters(), strict=True))


@pytest.fixture
def moody(tiny, monkeypatch):
    """A recipe that draws random numbers at every step, so that its weights tell where the stream stands."""
    from convbook.models.two_layer import TwoLayer

    plain = TwoLayer.forward
    monkeypatch.setattr(
        TwoLayer,
        "forward",
        lambda self, x: plain(self, torch.nn.functional.dropout(x, 0.2, self.training)),
    )
    return replace(tiny, precision="float32", schedule=Schedule("cosine", warmup=0.2))


@pytest.mark.parametrize("killed_at", [1, 4, 5, 9, 10, 26])
def test_a_run_killed_at_any_step_ends_in_the_same_bits(moody, killed_at, tmp_path, monkeypatch):
    """Three epochs of nine steps, saved after every fourth step and every epoch."""
    whole = train(moody)
    plain, steps = loop.step, []

    def dies(*arguments):
        steps.append(None)
        if len(steps) == killed_at:
            raise KeyboardInterrupt
        return plain(*arguments)

    monkeypatch.setattr(loop, "step", dies)
    with pytest.raises(KeyboardInterrupt):
        train(moody, folder=tmp_path, save_every=4)
    monkeypatch.setattr(loop, "step", plain)
    saved = tmp_path / "checkpoint.pt"
    assert saved.exists() == (killed_at > 4)
    torch.manual_seed(999)  # whatever happened in between
    resumed = train(moody, folder=tmp_path, resume=saved if saved.exists() else None)
    assert same(whole, resumed)
    assert resumed.steps == whole.steps
    assert resumed.metrics == whole.metrics
    for name in ("train_loss", "validation_accuracy", "validation_loss", "lr"):
        assert resumed.epochs[name] == whole.epochs[name]
    assert len((tmp_path / "steps.csv").read_text().splitlines()) == 28


def test_another_seed_would_not(moody):
    """The test above could fail: weights do depend on the random stream."""
    assert not same(train(moody), loop.train(moody, 1, size="full", device="cpu", progress=False))


SCRIPT = """
import sys, time
from convbook.training import loop
from convbook.training.recipe import Data, Model, Optimiser, Recipe, Size

recipe = Recipe("killed", summary="", data=Data("digits"), model=Model("two-layer"),
                optimiser=Optimiser(lr=0.1), full=Size(2), quick=Size(1))
plain = loop.step
def slow(*arguments):
    time.sleep(float(sys.argv[2]))
    return plain(*arguments)
loop.step = slow
folder = sys.argv[1]
run = loop.train(recipe, size="full", device="cpu", folder=folder, save_every=3, progress=False,
                 resume=folder + "/checkpoint.pt" if sys.argv[3] == "resume" else None)
print(sum(p.double().sum().item() for p in run.model.parameters()).hex())
"""


def said(command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_process_that_is_really_killed(tmp_path):
    """SIGKILL, at whatever instruction it hits; the weights are compared to the last bit."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = [sys.executable, script]
    whole = said([*run, tmp_path / "whole", "0", "fresh"])
    victim = subprocess.Popen([*run, tmp_path / "killed", "0.05", "fresh"])
    saved = tmp_path / "killed" / "checkpoint.pt"
    while not saved.exists():
        assert victim.poll() is None
        time.sleep(0.01)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert said([*run, tmp_path / "killed", "0", "resume"]) == whole


def test_a_checkpoint_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(path, {"epoch": 1})

    def full_disk(state, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full_disk)
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(path, {"epoch": 2})
    monkeypatch.undo()
    assert checkpoint.load(path)["epoch"] == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_checkpoint_that_is_none_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(checkpoint.CheckpointError, match="there is no such checkpoint"):
        checkpoint.load(tmp_path / "nothing.pt")
    broken = tmp_path / "broken.pt"
    torch.save({"epoch": 1}, broken)
    broken.write_bytes(broken.read_bytes()[:-100])
    with pytest.raises(checkpoint.CheckpointError, match=r"broken\.pt cannot be read: .*Start anew"):
        checkpoint.load(broken)


def test_a_checkpoint_of_another_run_is_refused(tiny, tmp_path):
    train(replace(tiny, full=Size(1, images=64)), folder=tmp_path)
    saved = tmp_path / "checkpoint.pt"
    with pytest.raises(checkpoint.CheckpointError, match=r"is of another run: it has run '\w+', this one '"):
        train(replace(tiny, model=Model("linear")), resume=saved)
    with pytest.raises(checkpoint.CheckpointError, match="it has seed 0, this one 1"):
        loop.train(replace(tiny, full=Size(1, images=64)), 1, size="full", device="cpu", resume=saved)


def test_a_checkpoint_of_more_processes_is_refused(tiny, tmp_path):
    tiny = replace(tiny, full=Size(1, images=64))
    train(tiny, folder=tmp_path)
    saved = tmp_path / "checkpoint.pt"
    state = checkpoint.load(saved)
    checkpoint.save(saved, state | {"random": state["random"] * 2})
    with pytest.raises(checkpoint.CheckpointError, match="is that of 2 processes, but here is 1"):
        train(tiny, resume=saved)


def test_a_finished_run_has_nothing_left_to_do(tiny, tmp_path, monkeypatch):
    whole = train(tiny, folder=tmp_path)
    monkeypatch.setattr(loop, "step", lambda *arguments: pytest.fail("took a step"))
    assert same(train(tiny, resume=tmp_path / "checkpoint.pt"), whole)
