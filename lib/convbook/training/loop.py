"""The loop: show the network a batch, ask how wrong it was, move the weights, again.

    run = train(recipe("mnist-convnet"), seed=0, size="quick")
    run.metrics["test_accuracy"]

Everything else here is what makes it pleasant: any device, lower precision, several processes, a progress
bar, a checkpoint to go on from, and a clear word when the loss explodes.
"""

import time
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F
from tqdm.auto import tqdm

from convbook import models
from convbook.training import checkpoint, distributed
from convbook.training.batches import Images
from convbook.training.log import Log

__all__ = ["Diverged", "Run", "evaluate", "train"]

LOOK_EVERY = 50  # steps between looks at the loss; looking makes a GPU wait


class Diverged(RuntimeError):
    """The loss or a weight is no longer a number; the message has the step and how to go on."""


@dataclass
class Run:
    """A finished run.

    Attributes
    ----------
    model : torch.nn.Module
    metrics : dict
        "test_accuracy", "test_loss", "validation_accuracy", "validation_loss" (where images were set aside)
        and "train_loss", the mean over the last epoch.
    steps : dict of list
        "loss" and "lr" of every step.
    epochs : dict of list
        The same numbers after every epoch, and "seconds" since the start.
    seconds, cpu_seconds : float
        On the wall, and of the processor, of this call.
    provenance : dict
        Of the data.
    """

    model: torch.nn.Module
    metrics: dict
    steps: dict
    epochs: dict
    seconds: float
    cpu_seconds: float
    provenance: dict


def train(
    recipe, seed=0, *, size="quick", device="auto", folder=None, resume=None, progress=True, on_epoch=None,
    tensorboard=False, checkpoint_every=None,
):  # fmt: skip
    """Train the network of a recipe, and judge it on the test images.

    Parameters
    ----------
    recipe : Recipe
    seed : int
        Of the first weights, of the order of the images, and of their augmentation.
    size : "quick" or "full"
    device : str
        "auto" takes a GPU if there is one.
    folder : path, optional
        Where curves (`steps.csv`, `epochs.csv`) and `checkpoint.pt` go, after every epoch.
    resume : path, optional
        Checkpoint to go on from. On a CPU the run ends in the same bits as one that was never stopped.
    progress : bool
        Show a bar.
    on_epoch : callable, optional
        Called with a dict of the numbers after every epoch.
    tensorboard : bool
        Write scalars for TensorBoard too.
    checkpoint_every : int, optional
        Steps between further checkpoints within an epoch.

    Returns
    -------
    Run

    Raises
    ------
    Diverged
        When a loss or a weight is no longer finite; names the step, the learning rate and the last checkpoint.
    CheckpointError
        If `resume` is not a checkpoint of this recipe, size and seed.
    DataError
        If the data cannot be had.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """
    with distributed.group(device) as device:
        began, cpu_began = time.perf_counter(), time.process_time()
        length = getattr(recipe, size)
        torch.manual_seed(seed)
        images = Images(recipe, device, length.images)
        model = _model(recipe, images, device)
        optimiser = _optimiser(recipe.optimiser, model)
        scaler = torch.amp.GradScaler(device.type, enabled=recipe.precision == "float16")
        log = Log()
        identity = {"fingerprint": recipe.fingerprint, "size": size, "seed": seed}
        saved = Path(folder) / "checkpoint.pt" if folder else None
        torch.manual_seed(1_000_003 * seed + distributed.rank())  # each process augments in its own way

        def save(epoch, batch):
            """Everything that the rest of the run depends on."""
            _check_weights(model, log, saved)
            random = distributed.gathered(checkpoint.random_state(device))
            if saved and distributed.is_first():
                state = {
                    **identity,
                    "epoch": epoch,
                    "batch": batch,
                    "model": model.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "scaler": scaler.state_dict(),
                    "random": random,
                    "log": log.state(),
                    "seconds": before + time.perf_counter() - began,
                }
                checkpoint.save(saved, state)
                log.write(saved.parent)

        first_epoch = first_batch = before = 0
        if resume:
            state = checkpoint.load(resume, **identity)
            first_epoch, first_batch, before = state["epoch"], state["batch"], state["seconds"]
            model.load_state_dict(state["model"])
            optimiser.load_state_dict(state["optimiser"])
            scaler.load_state_dict(state["scaler"])
            checkpoint.restore_random_state(state["random"][distributed.rank()], device)
            log.restore(state["log"])
        if tensorboard and folder and distributed.is_first():
            log.open_tensorboard(Path(folder))

        network = distributed.wrapped(model, device)
        if recipe.compile:
            network = torch.compile(network)
        batch_size = recipe.batch * distributed.world_size()
        batches = -(-len(images.train[0]) // batch_size)
        bar = tqdm(
            total=length.epochs * batches,
            initial=first_epoch * batches + first_batch,
            desc=f"{recipe.name}, seed {seed}",
            unit="step",
            disable=None if progress and distributed.is_first() else True,
        )
        with bar:
            for epoch in range(first_epoch, length.epochs):
                model.train()
                order = images.order(seed, epoch).split(batch_size)
                for index in range(first_batch, batches):
                    lr = recipe.optimiser.lr * recipe.schedule.factor(epoch + index / batches, length.epochs)
                    loss = _step(recipe, network, optimiser, scaler, images, order[index], lr, device)
                    log.step(loss, lr)
                    bar.update()
                    looks = (index + 1) % LOOK_EVERY == 0 or index + 1 == batches
                    saves = checkpoint_every and (epoch * batches + index + 1) % checkpoint_every == 0
                    if looks or saves:
                        _look(log, saved, bar)
                    if saves and index + 1 < batches:
                        save(epoch, index + 1)
                first_batch = 0
                row = {"epoch": epoch + 1, "train_loss": log.mean_loss(batches), "lr": lr}
                if len(images.validation[0]):
                    row |= _named("validation", evaluate(recipe, model, images, images.validation, device))
                row["seconds"] = before + time.perf_counter() - began
                log.epoch(row)
                save(epoch + 1, 0)
                if on_epoch:
                    on_epoch(row)
        test = _named("test", evaluate(recipe, model, images, images.test, device))
        log.close()
        last = {
            key: values[-1] for key, values in log.epochs.items() if key.startswith(("validation", "train"))
        }
        return Run(
            model=model,
            metrics=test | last,
            steps=log.steps,
            epochs=log.epochs,
            seconds=before + time.perf_counter() - began,
            cpu_seconds=time.process_time() - cpu_began,
            provenance=images.provenance,
        )


def _step(recipe, network, optimiser, scaler, images, rows, lr, device):
    """One step down the gradient of a batch; returns its loss, which nobody has waited for yet."""
    for group in optimiser.param_groups:
        group["lr"] = lr
    x, labels = images.batch(images.train, distributed.share(rows))
    for name, options in recipe.augmentation:
        x, labels = _augmented(name, options, x, labels)
    # The mean over the whole batch, whoever computes it; a process's gradient is averaged with the others'.
    counted = (images.train[1][rows] != images.ignore).sum() / distributed.world_size()
    total = torch.zeros((), dtype=images.dtype, device=device)
    parts = zip(x.chunk(recipe.accumulate), labels.chunk(recipe.accumulate), strict=True)
    optimiser.zero_grad(set_to_none=True)
    for number, (x, labels) in enumerate(parts, 1):
        last = number == min(recipe.accumulate, len(rows))
        with nullcontext() if last or distributed.world_size() == 1 else network.no_sync():
            with _autocast(recipe, device):
                scores = network(x)
            loss = F.cross_entropy(
                scores.to(images.dtype),
                labels,
                ignore_index=images.ignore,
                label_smoothing=recipe.label_smoothing,
                reduction="sum",
            )
            scaler.scale(loss / counted).backward()
        total += (loss / counted).detach()
    if recipe.optimiser.clip is not None:
        scaler.unscale_(optimiser)
        torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.optimiser.clip)
    scaler.step(optimiser)
    scaler.update()
    return distributed.summed(total) / distributed.world_size()


def _augmented(name, options, x, labels):
    """Another view of a batch; a label for each pixel moves with it."""
    from convbook.data import augment

    view = getattr(augment, name)
    return view(x, labels, **options) if labels.ndim > 1 else (view(x, **options), labels)


@torch.no_grad()
def evaluate(recipe, model, images, split, device, batch_size=1000):
    """Loss and accuracy on a split, as two numbers; pixels count where a label is a map."""
    was_training = model.training
    model.eval()
    sums = torch.zeros(3, dtype=torch.float64, device="cpu" if device.type == "mps" else device)
    for rows in distributed.share(torch.arange(len(split[0]), device=device)).split(batch_size):
        x, labels = images.batch(split, rows)
        with _autocast(recipe, device):
            scores = model(x)
        counted = labels != images.ignore
        loss = F.cross_entropy(scores.to(images.dtype), labels, ignore_index=images.ignore, reduction="sum")
        right = (scores.argmax(1) == labels)[counted].sum()
        sums += torch.stack([loss, right, counted.sum()]).to(sums)
    model.train(was_training)
    loss, right, counted = distributed.summed(sums).tolist()
    return loss / counted, right / counted


def _model(recipe, images, device):
    model = models.build(recipe.model.name, images.in_shape, images.classes, **recipe.model.options)
    if images.permutation is not None and hasattr(model, "permute_inputs"):
        model.permute_inputs(images.permutation.cpu())  # a convolution has no weight of its own for a pixel
    return model.to(device, images.dtype, memory_format=images.format)


def _optimiser(wanted, model):
    """The optimiser of a recipe; only weights are drawn towards zero, never biases."""
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim <= 1]
    groups = [
        {"params": weights, "weight_decay": wanted.weight_decay},
        {"params": biases, "weight_decay": 0.0},
    ]
    if wanted.kind == "sgd":
        return torch.optim.SGD(groups, wanted.lr, momentum=wanted.momentum, nesterov=wanted.nesterov)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[wanted.kind]
    return kind(groups, wanted.lr)


def _autocast(recipe, device):
    low = recipe.precision in ("bfloat16", "float16")
    return (
        torch.autocast(device.type, getattr(torch, recipe.precision), enabled=low) if low else nullcontext()
    )


def _look(log, saved, bar):
    """Read the losses that have gathered, and stop if one is not a number."""
    bad = log.read()
    bar.set_postfix(loss=f"{log.steps['loss'][-1]:.3f}", refresh=False)
    if bad is not None:
        raise Diverged(_explosion(f"the loss is {log.steps['loss'][bad]}", log, bad, saved))


def _check_weights(model, log, saved):
    """Never write a checkpoint that one cannot go on from."""
    for name, parameter in model.named_parameters():
        if not parameter.isfinite().all():
            last = len(log.steps["loss"]) - 1
            raise Diverged(_explosion(f"{name} is no longer finite", log, last, saved))


def _explosion(what, log, step, saved):
    last = (
        f"the last good checkpoint is {saved}" if saved and saved.exists() else "there is no checkpoint yet"
    )
    return f"step {step + 1}, learning rate {log.steps['lr'][step]:.3g}: {what}; {last}. Try a smaller learning rate."


def _named(split, numbers):
    loss, accuracy = numbers
    return {f"{split}_accuracy": accuracy, f"{split}_loss": loss}
