"""What a run writes down on its way: every step, every epoch, as CSV and for TensorBoard."""

import csv
import io
import math
import os

import torch

__all__ = ["Log"]


class Log:
    """The numbers of a run so far.

    Losses come as tensors and are read when somebody looks, so that a GPU need not wait for each.

    Attributes
    ----------
    steps : dict of list
        "loss" and "lr" of every step.
    epochs : dict of list
        What `epoch` was given, column by column.
    """

    def __init__(self):
        self.steps = {"loss": [], "lr": []}
        self.epochs = {}
        self.unread = []
        self.writer = None

    def step(self, loss, lr):
        """Take note of a step."""
        self.unread.append(loss)
        self.steps["lr"].append(lr)

    def read(self):
        """Read the losses that have gathered; returns the number of the first that is not finite, or None."""
        start = len(self.steps["loss"])
        if self.unread:
            self.steps["loss"] += torch.stack(self.unread).tolist()
        self.unread = []
        for number, loss in enumerate(self.steps["loss"][start:], start):
            if not math.isfinite(loss):
                return number
            if self.writer:
                self.writer.add_scalar("loss", loss, number + 1)
                self.writer.add_scalar("lr", self.steps["lr"][number], number + 1)
        return None

    def mean_loss(self, steps):
        """The mean over the last steps."""
        return sum(self.steps["loss"][-steps:]) / steps

    def epoch(self, row):
        """Take note of an epoch."""
        for name, value in row.items():
            self.epochs.setdefault(name, []).append(value)
            if self.writer and name not in ("epoch", "lr"):
                self.writer.add_scalar(f"epoch/{name}", value, row["epoch"])

    def state(self):
        """Everything written down, for a checkpoint."""
        return {"steps": self.steps, "epochs": self.epochs}

    def restore(self, state):
        """Go on from a checkpoint."""
        self.steps, self.epochs = state["steps"], state["epochs"]

    def open_tensorboard(self, folder):
        """Write for TensorBoard too; what a run wrote after its last checkpoint is taken back.

        Raises
        ------
        ModuleNotFoundError
            If tensorboard is not installed; the message says how to get it.
        """
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise ModuleNotFoundError("TensorBoard is not installed: pip install tensorboard") from None
        self.writer = SummaryWriter(folder / "tensorboard", purge_step=len(self.steps["loss"]) + 1)

    def write(self, folder):
        """Write `steps.csv` and `epochs.csv`, completely or not at all."""
        _write_csv(folder / "steps.csv", {"step": range(1, len(self.steps["loss"]) + 1), **self.steps})
        _write_csv(folder / "epochs.csv", self.epochs)

    def close(self):
        if self.writer:
            self.writer.close()


def _write_csv(path, columns):
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(columns)
    rows.writerows(zip(*columns.values(), strict=False))
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(text.getvalue(), "utf-8")
    os.replace(unfinished, path)
