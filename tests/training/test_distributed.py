"""Two processes share the work of one: the same loss at every step, and the same weights at the end."""

import json
import subprocess
import sys

import pytest
import torch
import torch.distributed

from convbook.training import distributed

SCRIPT = """
import json, sys
import torch
from convbook.training import distributed, loop
from convbook.training.recipe import Data, Model, Optimiser, Recipe, Size

batch, accumulate, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
recipe = Recipe(
    "shared", summary="", data=Data("digits", validation=201), model=Model("two-layer", {"hidden": 16}),
    optimiser=Optimiser(lr=0.5, momentum=0.9, clip=0.5), precision="float64",
    batch=batch, accumulate=accumulate, full=Size(2, images=301), quick=Size(1),
)
with distributed.group("cpu") as device:
    run = loop.train(recipe, size="full", device=device, folder=folder, save_every=4, progress=False)
    weights = sum(parameter.sum().item() for parameter in run.model.parameters())
    everyone = distributed.gathered({"weights": weights, "loss": run.steps["loss"], "metrics": run.metrics})
    if distributed.is_first():
        print(json.dumps({"world_size": distributed.world_size(), "ranks": everyone}))
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("distributed") / "script.py"
    path.write_text(SCRIPT)
    return path


def say(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


LAUNCHERS = {
    "torchrun": ("torch.distributed.run", "--standalone", "--nproc_per_node", 2),
    # Several processes on one machine are for GPUs, says accelerate; these find none, and take the CPU.
    "accelerate": ("accelerate.commands.launch", "--multi_gpu", "--num_processes", 2, "--num_machines", 1),
}


@pytest.fixture(scope="module")
def one(script, tmp_path_factory):
    """What a process alone says, with batches of 32."""
    return say(sys.executable, script, 32, 1, tmp_path_factory.mktemp("one"))


@pytest.mark.parametrize(("launcher", "accumulate"), [("torchrun", 2), ("accelerate", 1)])
def test_two_processes_are_one_with_the_doubled_batch(script, one, launcher, accumulate, tmp_path):
    """301 images in batches of 2 × 16: the last has 13, of which one process sees 7 and the other 6."""
    pytest.importorskip(LAUNCHERS[launcher][0].split(".")[0])
    two = say(sys.executable, "-m", *LAUNCHERS[launcher], script, 16, accumulate, tmp_path / "two")
    assert (one["world_size"], two["world_size"]) == (1, 2)
    (alone,) = one["ranks"]
    for rank in two["ranks"]:
        assert rank["loss"] == pytest.approx(alone["loss"], abs=1e-12)
        assert rank["weights"] == pytest.approx(alone["weights"], abs=1e-10)
        assert rank["metrics"] == pytest.approx(alone["metrics"], abs=1e-12)
    assert len(alone["loss"]) == 20


def test_alone_a_process_is_a_group_of_one():
    with distributed.group("cpu") as device:
        assert device == torch.device("cpu")
        assert (distributed.world_size(), distributed.rank(), distributed.is_first()) == (1, 0, True)
        assert distributed.gathered("x") == ["x"]
        assert distributed.share(torch.arange(5)).equal(torch.arange(5))
    assert not torch.distributed.is_initialized()
