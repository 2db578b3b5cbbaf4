"""Train the network of a recipe, judge it on the test images, and write down what it reached.

A quick run takes seconds and shows that everything works. A full run trains every seed of the recipe, and
when all are there, writes the result that the book shows. Seeds that are finished are not trained again.

    torchrun --nproc_per_node 4 -m convbook.cli train RECIPE

trains with four processes, and with as many GPUs where there are some.
"""

import sys
from pathlib import Path

from convbook.training.recipe import Search
from convbook.training.recipes import RECIPES, recipe


def add_arguments(parser):
    """What `convbook train` takes."""
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", help="its name; without one, they are listed")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="seconds (default)")
    size.add_argument("--full", dest="size", action="store_const", const="full", help="what is recorded")
    parser.add_argument("--seed", type=int, action="append", help="this one only; may be repeated")
    parser.add_argument(
        "--resume",
        nargs="?",
        const=True,
        metavar="CHECKPOINT",
        help="go on from a checkpoint; without one, from the last of each run",
    )
    parser.add_argument("--device", default="auto", help="cpu, cuda, mps; by default the fastest there is")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="folder for the runs (default: runs)")
    parser.add_argument("--tensorboard", action="store_true", help="write scalars for TensorBoard too")
    parser.set_defaults(size="quick")


def run(options):
    """Train, and say what came out."""
    if options.recipe is None:
        width = max(map(len, RECIPES))
        print(*(f"{name:<{width}}  {each.summary}" for name, each in RECIPES.items()), sep="\n")
        return 0
    try:
        chosen = recipe(options.recipe)
    except ValueError as error:
        print(f"convbook train: {error}", file=sys.stderr)
        return 2
    try:
        from convbook.data import DataError
        from convbook.training import distributed
        from convbook.training.checkpoint import CheckpointError
        from convbook.training.loop import Diverged
    except ModuleNotFoundError as error:
        print(f"convbook train: {error.name} is not installed; the extra `train` brings it", file=sys.stderr)
        return 1
    try:
        with distributed.group(options.device) as device:
            _train(chosen, options, device)
    except (CheckpointError, DataError, Diverged, ModuleNotFoundError, OSError, ValueError) as error:
        print(f"convbook train: {error}", file=sys.stderr)
        return 1
    return 0


def _train(chosen, options, device):
    """Every seed that was asked for, one after the other; then the result, if none is missing."""
    from convbook.results import folder as results_folder
    from convbook.training import distributed, results

    folder = options.out / chosen.name / options.size
    seeds = chosen.seeds_of(options.size)
    for seed in options.seed or seeds:
        path = folder / f"seed-{seed}"
        if options.size == "full" and results.is_finished(path, chosen):
            continue
        finished = _run(chosen, seed, path, options, device)
        if distributed.is_first():
            results.write(path / "run.json", results.record(finished, chosen, seed, device))
            _say(f"seed {seed}: test accuracy {finished.metrics['test_accuracy']:.2%}")
    folders = [folder / f"seed-{seed}" for seed in seeds]
    complete = all(results.is_finished(path, chosen) for path in folders)
    if options.size == "full" and complete and distributed.is_first():
        written = (results_folder() or options.out) / f"{chosen.name}.json"
        results.write(written, results.collect(chosen, folders))
        print(f"written to {written}")


def _run(chosen, seed, folder, options, device):
    """One seed of a recipe or of a search."""
    from convbook.training import distributed, loop

    if isinstance(chosen, Search):
        if distributed.world_size() > 1:
            raise ValueError("to share a search, start the command several times, without a launcher")
        from convbook.training import search

        return search.run_search(chosen, seed, folder=folder, size=options.size, device=device, report=_say)
    resume = options.resume
    if resume is True:
        last = folder / "checkpoint.pt"
        resume = last if last.exists() else None
    return loop.train(
        chosen,
        seed,
        size=options.size,
        device=device,
        folder=folder,
        resume=resume,
        tensorboard=options.tensorboard,
        on_epoch=(lambda row: _say(_line(seed, row))) if distributed.is_first() else None,
    )


def _say(line):
    """Print above the progress bar, and at once."""
    from tqdm import tqdm

    with tqdm.external_write_mode():
        print(line, flush=True)


def _line(seed, row):
    """An epoch in one line."""
    shown = [f"seed {seed}", f"epoch {row['epoch']}", f"training loss {row['train_loss']:.4f}"]
    if "validation_accuracy" in row:
        shown.append(f"validation accuracy {row['validation_accuracy']:.2%}")
    return ", ".join([*shown, f"learning rate {row['lr']:.3g}", f"{row['seconds']:.0f} s"])
