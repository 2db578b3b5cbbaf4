"""The loop: show the network a batch, ask how wrong it was, move the weights, again.

    run = train(recipe("mnist-convnet"), seed=0)
    run.metrics["test_accuracy"]

`train` is the loop, and `step` what happens once in it. The rooms beside it make it pleasant: `batches` turns
images into numbers, `state` keeps what changes and saves it, `distributed` shares the work.
"""

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F
from tqdm import tqdm

from convbook.models.cost import measure
from convbook.training import distributed
from convbook.training.batches import Images
from convbook.training.state import Diverged, State, autocast

__all__ = ["Diverged", "Run", "evaluate", "step", "train"]

LOOK_EVERY = 50  # steps between looks at the loss: looking makes a GPU wait
AUXILIARY = 0.3  # what the loss of an auxiliary classifier counts (Szegedy et al. 2015)


@dataclass
class Run:
    """A finished run.

    Attributes
    ----------
    model
        The network that has learned, a `torch.nn.Module`.
    metrics : dict
        "test_accuracy" and "test_loss"; "validation_accuracy" and "validation_loss" where images were set
        aside; and "train_loss", the mean over the last epoch.
    steps : dict of list
        "loss" and "lr" of every step.
    epochs : dict of list
        The numbers after every epoch, and "seconds" since the start.
    seconds : float
        On the wall.
    cpu_seconds : float
        Of the processor.
    images : int
        Shown in all: each counts once an epoch.
    cost
        Parameters and operations of the network, a `models.cost.Cost`.
    provenance : dict
        Of the data.
    """

    model: object
    metrics: dict
    steps: dict
    epochs: dict
    seconds: float
    cpu_seconds: float
    images: int
    cost: object
    provenance: dict


def train(
    recipe,
    seed=0,
    *,
    size="quick",
    device="auto",
    folder=None,
    resume=None,
    save_every=None,
    images=None,
    progress=True,
    tensorboard=False,
    on_epoch=None,
):
    """Train the network of a recipe, and judge it on the test images.

    Parameters
    ----------
    recipe : Recipe
    seed : int
        Of the first weights, of the order of the images, and of their views.
    size : "quick" or "full"
    device : str
        "auto" takes a GPU if there is one.
    folder : path, optional
        Where `checkpoint.pt` and the curves, `steps.csv` and `epochs.csv`, go after every epoch.
    resume : path, optional
        Checkpoint to go on from. On a CPU the run ends in the same bits as one that was never stopped.
    save_every : int, optional
        Steps after which to save within an epoch too.
    images : Images, optional
        The recipe's data, if they are loaded already.
    progress : bool
        Show a bar, in a terminal or a notebook.
    tensorboard : bool
        Write scalars for TensorBoard to the folder.
    on_epoch : callable, optional
        Called after every epoch with a dict of its numbers.

    Returns
    -------
    Run

    Raises
    ------
    Diverged
        If a loss or a weight is no longer finite; names the step, the learning rate and the last checkpoint.
    CheckpointError
        If `resume` is not a checkpoint of this recipe, size and seed.
    DataError
        If the data cannot be had.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". What the recipe starts from is trained first; the time
    that this takes is not counted.
    """
    with distributed.group(device) as device:
        length = getattr(recipe, size)
        start = None
        if recipe.start and not resume:
            before = Path(folder) / "start" if folder else None
            start = train(recipe.start, seed, size=size, device=device, folder=before, progress=progress)
        images = images or Images(recipe, device, length.images)
        state = State(recipe, seed, length, images, device, folder)
        if start:
            state.model.start_from(start.model)
        cost = measure(state.model, images.in_shape).total
        log = state.log
        begin, skip = state.resume(resume) if resume else (0, 0)
        if tensorboard and folder and distributed.is_first():
            log.open_tensorboard(folder)

        batch_size = recipe.batch * distributed.world_size()
        batches = -(-len(images.train[0]) // batch_size)
        steps = {"total": length.epochs * batches, "initial": begin * batches + skip}
        with _bar(recipe.name, progress and distributed.is_first(), **steps) as bar:
            for epoch in range(begin, length.epochs):
                state.model.train()
                order = images.order(seed, epoch).split(batch_size)
                for number, rows in enumerate(order[skip:], skip + 1):
                    done = epoch + (number - 1) / batches
                    lr = recipe.optimiser.lr * recipe.schedule.factor(done, length.epochs)
                    log.step(step(recipe, state, images, rows, lr), lr)
                    bar.update()
                    saving = save_every and number < batches and (epoch * batches + number) % save_every == 0
                    if saving or number % LOOK_EVERY == 0 or number == batches:
                        _look(state, bar)
                    if saving:
                        state.save(epoch, number)
                skip = 0
                row = {"epoch": epoch + 1, "train_loss": log.mean_loss(batches), "lr": lr}
                if len(images.validation[0]):
                    row |= _named("validation", evaluate(recipe, state.model, images, images.validation))
                row["seconds"] = state.elapsed()["seconds"]
                log.epoch(row)
                state.save(epoch + 1, 0)
                if on_epoch:
                    on_epoch(row)
        log.close()
        metrics = _named("test", evaluate(recipe, state.model, images, images.test))
        metrics |= {k: v[-1] for k, v in log.epochs.items() if k.startswith(("validation", "train"))}
        return Run(
            state.model,
            metrics,
            log.steps,
            log.epochs,
            **state.elapsed(),
            images=length.epochs * len(images.train[0]),
            cost=cost,
            provenance=images.provenance,
        )


def step(recipe, state, images, rows, lr):
    """One step down the gradient of one batch.

    Parameters
    ----------
    recipe : Recipe
    state : State
        Its weights change.
    images : Images
    rows : Tensor of int
        The batch, as numbers of images.
    lr : float

    Returns
    -------
    loss : Tensor, a number
        Of the batch before the step; nobody has waited for it yet.
    """
    for group in state.optimiser.param_groups:
        group["lr"] = lr
    x, labels = images.batch(images.train, distributed.share(rows))
    for name, options in recipe.augmentation:
        x, labels = _augmented(name, options, x, labels)
    # A mean over the whole batch: what a process adds up is divided by its part of what counts in all.
    counted = (images.train[1][rows] != images.ignore).sum() / distributed.world_size()
    parts = list(zip(x.chunk(recipe.accumulate), labels.chunk(recipe.accumulate), strict=True))
    total = 0
    state.optimiser.zero_grad()
    for number, (x, labels) in enumerate(parts, 1):
        alone = number < len(parts) and distributed.world_size() > 1  # only the last part tells the others
        with state.network.no_sync() if alone else nullcontext():
            with autocast(recipe, state.device):
                outputs = state.network(x)
            loss = _whole_loss(outputs, labels, images, label_smoothing=recipe.label_smoothing) / counted
            state.scaler.scale(loss).backward()
        total += loss.detach()
    if recipe.optimiser.clip is not None:
        state.scaler.unscale_(state.optimiser)
        torch.nn.utils.clip_grad_norm_(state.model.parameters(), recipe.optimiser.clip)
    state.scaler.step(state.optimiser)
    state.scaler.update()
    return distributed.summed(total) / distributed.world_size()


@torch.no_grad()
def evaluate(recipe, model, images, split, batch_size=1000):
    """Loss and accuracy on a split; where a label is a map, every pixel counts.

    Parameters
    ----------
    recipe : Recipe
    model : torch.nn.Module
    images : Images
    split : tuple of (Tensor, Tensor)
        `images.validation` or another.
    batch_size : int

    Returns
    -------
    loss, accuracy : float
    """
    was_training = model.training
    model.eval()
    device = split[0].device
    sums = torch.zeros(3, dtype=torch.float32 if device.type == "mps" else torch.float64, device=device)
    for rows in distributed.share(torch.arange(len(split[0]), device=device)).split(batch_size):
        x, labels = images.batch(split, rows)
        with autocast(recipe, device):
            scores = model(x)
        counted = labels != images.ignore
        right = (scores.argmax(1) == labels)[counted].sum()
        sums += torch.stack([_loss(scores, labels, images), right, counted.sum()])
    model.train(was_training)
    loss, right, counted = distributed.summed(sums).tolist()
    return loss / counted, right / counted


def _loss(scores, labels, images, **options):
    """The sum of the cross-entropies of a batch, never in low precision."""
    return F.cross_entropy(
        scores.to(images.dtype), labels, ignore_index=images.ignore, reduction="sum", **options
    )


def _whole_loss(outputs, labels, images, **options):
    """The loss of the scores; while it learns, a network may return those of auxiliary classifiers too."""
    scores, *aside = outputs if isinstance(outputs, tuple) else (outputs,)
    auxiliary = sum(_loss(each, labels, images, **options) for each in aside)
    return _loss(scores, labels, images, **options) + AUXILIARY * auxiliary


def _augmented(name, options, x, labels):
    """Another view of a batch; a label for each pixel moves with it."""
    from convbook.data import augment

    view = getattr(augment, name)
    return view(x, labels, **options) if labels.ndim > 1 else (view(x, **options), labels)


def _bar(name, shown, **steps):
    """A bar of text: for whoever sits at a terminal, or below the cell of a notebook."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        return tqdm(desc=name, file=sys.stdout, mininterval=0.5, disable=not shown, **steps)
    return tqdm(desc=name, disable=None if shown else True, **steps)  # None: not into a file


def _look(state, bar):
    """Read the losses that have gathered, and stop if one is not a number."""
    bad = state.log.read()
    if bad is not None:
        raise state.diverged(bad, f"the loss is {state.log.steps['loss'][bad]}")
    bar.set_postfix(loss=f"{state.log.steps['loss'][-1]:.3f}", refresh=False)


def _named(split, numbers):
    loss, accuracy = numbers
    return {f"{split}_accuracy": accuracy, f"{split}_loss": loss}
