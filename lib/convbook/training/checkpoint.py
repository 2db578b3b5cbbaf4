"""Checkpoints: everything a run needs to go on as if it had never stopped.

A checkpoint is written beside its place and then moved there, which is one operation of the file system: a
run that is killed while it writes leaves the last checkpoint as it was.
"""

import os
from pathlib import Path

import torch

__all__ = ["CheckpointError", "load", "random_state", "restore_random_state", "save"]


class CheckpointError(RuntimeError):
    """A checkpoint cannot be read, or belongs to another run."""


def save(path, state):
    """Write a checkpoint, completely or not at all.

    Parameters
    ----------
    path : path
    state : dict
        Tensors, numbers, strings, and lists and dicts of these.

    Raises
    ------
    OSError
        If there is no room, or no right to write there; the checkpoint that was there stays.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path, **expected):
    """Read a checkpoint and see that it belongs to this run.

    Parameters
    ----------
    path : path
    **expected
        What must stand in the checkpoint, such as `seed=0`.

    Returns
    -------
    state : dict
        Its tensors are on the CPU.

    Raises
    ------
    CheckpointError
        If the file is missing, is no checkpoint, or is that of another run; the message says what differs.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such checkpoint") from None
    except Exception as error:
        raise CheckpointError(
            f"{path} cannot be read: {str(error).splitlines()[0]:.200}. Start anew, without it."
        ) from None
    if not isinstance(state, dict):
        raise CheckpointError(f"{path} is no checkpoint of a run, but holds a {type(state).__name__}")
    for key, value in expected.items():
        if state.get(key) != value:
            found = f"it has {key} {state.get(key)!r}, this one {value!r}"
            raise CheckpointError(f"{path} is of another run: {found}. Start anew, without it.")
    return state


def random_state(device):
    """Where the random streams stand: torch's own, and that of the device."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state, device):
    """Put the random streams back to where they stood."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
