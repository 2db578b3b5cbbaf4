"""What a run carries from step to step: weights, optimiser, random streams, and its notes."""

import time
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path

import torch

from convbook import models
from convbook.training import checkpoint, distributed
from convbook.training.log import Log
from convbook.training.recipe import fingerprint

__all__ = ["Diverged", "State"]


class Diverged(RuntimeError):
    """The loss or a weight is no longer a number; the message has the step and how to go on."""


class State:
    """A run on its way: all that a step changes, and all that a checkpoint holds.

    Parameters
    ----------
    recipe : Recipe
    seed : int
    size : Size
    images : Images
    device : torch.device
    folder : path or None
        Where `checkpoint.pt` and the curves go.

    Attributes
    ----------
    model
        The network, a `torch.nn.Module`.
    network
        The same weights, compiled or shared among processes where the recipe or the launcher asks for it.
    optimiser
        PyTorch's.
    scaler
        PyTorch's, for gradients in float16.
    log
        The notes taken so far, a `log.Log`.
    """

    def __init__(self, recipe, seed, size, images, device, folder):
        self.device = device
        self.identity = {"run": fingerprint([recipe.settings, asdict(size)]), "seed": seed}
        self.path = Path(folder) / "checkpoint.pt" if folder else None
        torch.manual_seed(seed)
        self.model = _model(recipe, images, device)
        self.network = distributed.wrapped(self.model, device)
        if recipe.compile:
            self.network = torch.compile(self.network)
        self.optimiser = _optimiser(recipe.optimiser, self.model)
        self.scaler = torch.amp.GradScaler(device.type, enabled=recipe.precision == "float16")
        self.log = Log()
        # From the same weights, each process goes on with random numbers of its own.
        torch.manual_seed(1_000_003 * seed + distributed.rank())
        self.clocks = {"seconds": 0.0, "cpu_seconds": 0.0}
        self.began = {name: clock() for name, clock in CLOCKS.items()}

    def save(self, epoch, batch):
        """Write a checkpoint: the run goes on from this batch of this epoch.

        Raises
        ------
        Diverged
            If a weight is not finite; the last checkpoint stays.
        """
        for name, parameter in self.model.named_parameters():
            if not parameter.isfinite().all():
                raise self.diverged(len(self.log.steps["loss"]) - 1, f"{name} is no longer finite")
        random = distributed.gathered(checkpoint.random_state(self.device))
        if self.path and distributed.is_first():
            state = {
                **self.identity,
                "epoch": epoch,
                "batch": batch,
                "model": self.model.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "scaler": self.scaler.state_dict(),
                "random": random,
                "log": self.log.state(),
                "clocks": self.elapsed(),
            }
            checkpoint.save(self.path, state)
            self.log.write(self.path.parent)

    def resume(self, path):
        """Go on from a checkpoint; returns the epoch and the batch that come next.

        Raises
        ------
        CheckpointError
            If it is that of another run, or of another number of processes.
        """
        state = checkpoint.load(path, **self.identity)
        if len(state["random"]) != distributed.world_size():
            raise checkpoint.CheckpointError(
                f"{path} is that of {len(state['random'])} processes, but here is {distributed.world_size()}"
            )
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.scaler.load_state_dict(state["scaler"])
        self.log.restore(state["log"])
        self.clocks = state["clocks"]
        checkpoint.restore_random_state(state["random"][distributed.rank()], self.device)
        return state["epoch"], state["batch"]

    def elapsed(self):
        """Seconds since the run began, "seconds" on the wall and "cpu_seconds" of the processor."""
        return {name: self.clocks[name] + clock() - self.began[name] for name, clock in CLOCKS.items()}

    def diverged(self, step, what):
        """The error that stops a run: at which step, at what learning rate, and what to do."""
        last = "there is no checkpoint yet"
        if self.path and self.path.exists():
            last = f"the last good checkpoint is {self.path}"
        where = f"step {step + 1}, learning rate {self.log.steps['lr'][step]:.3g}"
        return Diverged(f"{where}: {what}; {last}. Try a smaller learning rate.")


CLOCKS = {"seconds": time.perf_counter, "cpu_seconds": time.process_time}


def autocast(recipe, device):
    """The context in which a network computes in the precision of its recipe."""
    if recipe.precision in ("bfloat16", "float16"):
        return torch.autocast(device.type, getattr(torch, recipe.precision))
    return nullcontext()


def _model(recipe, images, device):
    """The network with its first weights."""
    model = models.build(recipe.model.name, images.in_shape, images.classes, **recipe.model.options)
    if images.permutation is not None and hasattr(model, "permute_inputs"):
        model.permute_inputs(images.permutation)  # a convolution has no weight of its own for a pixel
    return model.to(device, images.dtype, memory_format=images.format)


def _optimiser(wanted, model):
    """The optimiser; only weights are drawn towards zero, never biases."""
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": wanted.weight_decay},
        {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if wanted.kind == "sgd":
        return torch.optim.SGD(groups, wanted.lr, momentum=wanted.momentum, nesterov=wanted.nesterov)
    return {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[wanted.kind](groups, wanted.lr)
