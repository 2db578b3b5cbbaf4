"""Several processes, the same loop.

    torchrun --nproc_per_node 2 -m convbook.cli train mnist-convnet
    accelerate launch --num_processes 2 -m convbook.cli train mnist-convnet

Each process takes its share of every batch, and all of them take the same step: that of the mean gradient. A
recipe's batch is that of one process, so that two processes see twice as many images a step. Started alone,
a process is a group of one.
"""

import os
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

__all__ = ["gathered", "group", "is_first", "rank", "share", "summed", "world_size", "wrapped"]


@contextmanager
def group(device):
    """Join the processes that a launcher started, for the time of a `with`; alone, do nothing.

    Parameters
    ----------
    device : "auto" or a device's name
        With GPUs, each process of a machine takes one of its own.

    Yields
    ------
    torch.device
    """
    device = choose(device)
    if int(os.environ.get("WORLD_SIZE", 1)) == 1 or dist.is_initialized():
        yield device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield device
    finally:
        dist.destroy_process_group()


def choose(device):
    """The device of this name, or the fastest there is for "auto".

    Raises
    ------
    ValueError
        If torch does not know it, or does not find it here.
    """
    if device == "auto":
        found = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(found)
    try:
        device = torch.device(device)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(f"device {str(device)!r} cannot be used: {str(error).splitlines()[0]}") from None
    return device


def world_size():
    """How many processes there are."""
    return dist.get_world_size() if dist.is_initialized() else 1


def rank():
    """Which of them this is, from 0."""
    return dist.get_rank() if dist.is_initialized() else 0


def is_first():
    """Whether this one prints, and writes the files."""
    return rank() == 0


def wrapped(model, device):
    """The model, averaging its gradients over the processes whenever it goes backward."""
    if world_size() == 1:
        return model
    return DistributedDataParallel(model, device_ids=[device] if device.type == "cuda" else None)


def share(rows):
    """This process's part of a batch."""
    return rows[rank() :: world_size()]


def summed(tensor):
    """The sum of a tensor over the processes."""
    if world_size() > 1:
        dist.all_reduce(tensor)
    return tensor


def gathered(value):
    """What each process has, as a list in their order; everyone gets it."""
    if world_size() == 1:
        return [value]
    values = [None] * world_size()
    dist.all_gather_object(values, value)
    return values
