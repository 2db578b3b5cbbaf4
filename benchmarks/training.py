"""Measure what the training loop adds to a bare one, how fast images come, and how much memory it takes.

    .venv/bin/python benchmarks/training.py
    .venv/bin/python benchmarks/training.py --device cuda --accuracy

Both loops train the recipe `cifar10-convnet` on CIFAR-10, block by block in turns, and what counts is the
median step: of CPU time on the CPU with one thread, of wall time on a GPU. `--accuracy` also trains
`cifar10-convnet-modern` until it gets 75 % of the images set aside right. Prints Markdown, after a minute.
"""

import argparse
import platform
import resource
import sys
import time
from dataclasses import replace
from itertools import pairwise
from statistics import median

import torch
from torch.nn import functional as F

from convbook import models
from convbook.data import augment
from convbook.training import distributed, loop
from convbook.training.batches import Images
from convbook.training.recipe import Size
from convbook.training.recipes import recipe
from convbook.training.results import surroundings

STEPS, BLOCKS = 20, 6


def clock(device):
    """Seconds of work: on a GPU of all that has been asked for, on a CPU those of this process alone."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


def our_steps(wanted, images, device):
    """Seconds between the beginnings of two steps, with everything that happens in between."""
    began, plain = [], loop.step

    def watched(*arguments):
        began.append(clock(device))
        return plain(*arguments)

    loop.step = watched
    try:
        loop.train(wanted, device=device, images=images)
    finally:
        loop.step = plain
    return [b - a for a, b in pairwise(began)]


def bare_steps(wanted, images, device):
    """The same in plain PyTorch."""
    torch.manual_seed(0)
    model = models.build(wanted.model.name, images.in_shape, images.classes, **wanted.model.options)
    model = model.to(device, memory_format=torch.channels_last)
    settings = wanted.optimiser
    optimiser = torch.optim.SGD(
        model.parameters(), settings.lr, momentum=settings.momentum, weight_decay=settings.weight_decay
    )
    train, labels = images.train
    began = []
    for rows in images.order(0, 0).split(wanted.batch):
        began.append(clock(device))
        x = (train[rows].float() - images.mean) / images.scale
        loss = F.cross_entropy(model(x.contiguous(memory_format=torch.channels_last)), labels[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return [b - a for a, b in pairwise(began)]


def overhead(wanted, device):
    """Milliseconds of a step of ours and of a bare one."""
    few = replace(wanted, quick=Size(1, images=STEPS * wanted.batch))
    images = Images(few, device, few.quick.images)
    images.test = images.validation = tuple(part[:1] for part in images.test)  # this is not about judging
    ours, bare = [], []
    for _ in range(BLOCKS):
        ours += our_steps(few, images, device)
        bare += bare_steps(few, images, device)
    return 1000 * median(ours), 1000 * median(bare)


def images_a_second(wanted, device, views=()):
    """How fast images become batches, without a network."""
    images = Images(wanted, device)
    seconds = []
    for rows in images.order(0, 0)[: 40 * wanted.batch].split(wanted.batch):
        start = clock(device)
        x, _ = images.batch(images.train, rows)
        for name, options in views:
            x = getattr(augment, name)(x, **options)
        seconds.append(clock(device) - start)
    return wanted.batch / median(seconds)


def memory(device):
    """The largest that the process has been, in MB; on a GPU, what it has held there."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1e-6 if sys.platform == "darwin" else 1e-3)


class Reached(Exception):
    """The accuracy that was asked for."""


def time_to_accuracy(wanted, device, enough=0.75):
    """Seconds on the wall and epochs until that much of the images set aside is right."""

    def look(row):
        if row["validation_accuracy"] >= enough:
            raise Reached(row["seconds"], row["epoch"])

    try:
        loop.train(wanted, size="full", device=device, on_epoch=look)
    except Reached as reached:
        return reached.args
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--accuracy", action="store_true", help="train until 75 %% are right, too")
    options = parser.parse_args()
    device = distributed.choose(options.device)
    torch.set_num_threads(1)
    wanted = recipe("cifar10-convnet")
    modern = recipe("cifar10-convnet-modern")
    here = surroundings(device)
    print(f"{here['device']}, {platform.system()}, torch {here['versions']['torch']}, one thread.\n")
    print("| what | measured |\n| --- | ---: |")
    ours, bare = overhead(wanted, device)
    print(f"| a step of the bare loop | {bare:.1f} ms |")
    print(f"| a step of ours | {ours:.1f} ms |")
    print(f"| what it adds | {100 * (ours / bare - 1):+.1f} % |")
    print(f"| images a second, training | {1000 * wanted.batch / ours:,.0f} |")
    print(f"| images a second, batches alone | {images_a_second(wanted, device):,.0f} |")
    views = modern.augmentation
    print(f"| images a second, shifted and mirrored | {images_a_second(wanted, device, views):,.0f} |")
    print(f"| most memory | {memory(device):,.0f} MB |")
    if options.accuracy:
        reached = time_to_accuracy(modern, device)
        said = f"{reached[0]:.0f} s, {reached[1]} epochs" if reached else "not reached"
        print(f"| until 75 % are right | {said} |")


if __name__ == "__main__":
    main()
