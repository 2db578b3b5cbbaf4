"""Train the network of a recipe, judge it on the test images, and write down what it reached.

A quick run takes seconds and shows that everything works. A full run trains every seed of the recipe, and when all
are there, writes the result that the book shows. Seeds that are finished are not trained again.
"""

import sys
from pathlib import Path

from convbook.training.recipes import RECIPES, recipe


def add_arguments(parser):
    """What `convbook train` takes."""
    parser.add_argument("recipe", metavar="RECIPE", nargs="?", help="its name; without one, a list of them")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="size", action="store_const", const="quick", help="seconds (default)")
    size.add_argument(
        "--full", dest="size", action="store_const", const="full", help="the run that is recorded"
    )
    parser.add_argument("--seed", type=int, action="append", help="this seed only; may be repeated")
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
        print(error, file=sys.stderr)
        return 2
    from convbook.data import DataError
    from convbook.training import distributed, loop
    from convbook.training.checkpoint import CheckpointError

    try:
        with distributed.group(options.device) as device:
            train(chosen, options, device)
    except (DataError, CheckpointError, loop.Diverged, ModuleNotFoundError, ValueError) as error:
        print(f"convbook train: {error}", file=sys.stderr)
        return 1
    return 0


def train(chosen, options, device):
    """Every seed that was asked for, one after the other."""
    from convbook.results import folder as results_folder
    from convbook.training import distributed, loop, results

    all_seeds = getattr(chosen, options.size).seeds
    folders = {seed: options.out / chosen.name / options.size / f"seed-{seed}" for seed in all_seeds}
    for seed in options.seed or all_seeds:
        folder = folders.setdefault(seed, options.out / chosen.name / options.size / f"seed-{seed}")
        if options.size == "full" and results.is_finished(folder, chosen):
            continue
        resume = options.resume
        if resume is True:
            resume = folder / "checkpoint.pt"
            resume = resume if resume.exists() else None
        first = distributed.is_first()
        finished = loop.train(
            chosen, seed, size=options.size, device=device, folder=folder, resume=resume,
            on_epoch=(lambda row, seed=seed: print(_line(seed, row), flush=True)) if first else None,
            tensorboard=options.tensorboard,
        )  # fmt: skip
        if first:
            results.write(folder / "run.json", results.record(finished, chosen, seed, device))
            print(f"seed {seed}: test accuracy {finished.metrics['test_accuracy']:.2%}", flush=True)
    complete = all(results.is_finished(folders[seed], chosen) for seed in all_seeds)
    if options.size == "full" and complete and distributed.is_first():
        path = (results_folder() or options.out) / f"{chosen.name}.json"
        results.write(path, results.collect(chosen, [folders[seed] for seed in all_seeds]))
        print(f"written to {path}")


def _line(seed, row):
    """An epoch in one line."""
    shown = [f"seed {seed}", f"epoch {row['epoch']}", f"training loss {row['train_loss']:.4f}"]
    if "validation_accuracy" in row:
        shown.append(f"validation accuracy {row['validation_accuracy']:.2%}")
    return ", ".join([*shown, f"learning rate {row['lr']:.3g}", f"{row['seconds']:.0f} s"])
