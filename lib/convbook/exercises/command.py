"""Check and pack exercises of your own: a Python file that defines EXERCISES."""

import sys
from collections import Counter
from pathlib import Path

import nbformat

from convbook.exercises.own import BadFile, load
from convbook.exercises.pack import CannotPack, pack
from convbook.exercises.verify import recognised, verify


def add_arguments(parser):
    """Tell the parser what this command takes."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser(
        "verify", help="see that wrong solutions are rejected, and right ones accepted"
    )
    check.add_argument("file", metavar="FILE", help="a Python file that defines EXERCISES")
    check.add_argument("--seeds", metavar="N", type=int, default=20, help="with how many seeds; default: 20")
    check.set_defaults(action=_verify)
    make = actions.add_parser(
        "pack", help="make the students' notebook, with a check but without the solutions"
    )
    make.add_argument("file", metavar="FILE", help="a Python file that defines EXERCISES")
    make.add_argument("--out", metavar="NOTEBOOK", help="default: FILE's name, ending in .ipynb, here")
    make.set_defaults(action=_pack)


def run(options):
    """Do it.

    Parameters
    ----------
    options : Namespace

    Returns
    -------
    status : int
        0 if all is well, 1 if a check is not, 2 if the file cannot be used.
    """
    try:
        return options.action(load(options.file), options)
    except (BadFile, CannotPack) as error:
        print(f"convbook exercises: {error}", file=sys.stderr)
        return 2


def _verify(module, options):
    good = [_verify_one(exercise, options.seeds) for exercise in module.EXERCISES]
    return 0 if all(good) else 1


def _verify_one(exercise, seeds):
    """Verify an exercise over several seeds, and print what came of it."""
    found = [verify(exercise, seed) for seed in range(seeds)]
    survivors = Counter(name for verification in found for name in verification.survivors)
    refused = Counter(name for verification in found for name in verification.refused)
    overlooked = Counter(
        sentence
        for sentence in exercise.misconceptions
        for seed in range(seeds)
        if not recognised(exercise, sentence, seed)
    )
    wrong, right = found[0].wrong, found[0].right
    print(
        f"{exercise.name}: {wrong - len(survivors)} of {wrong} wrong solutions rejected, "
        f"{right - len(refused)} of {right} right ones accepted, under {seeds} seeds"
    )
    for what, names in (
        ("wrong, but accepted", survivors),
        ("right, but rejected", refused),
        ("rejected, but not recognised", overlooked),
    ):
        for name, times in names.items():
            print(f"  {what} under {times} of them: {name}")
    return not (survivors or refused)


def _pack(module, options):
    path = Path(options.out or Path(options.file).with_suffix(".ipynb").name)
    nbformat.write(pack(module), path)
    count = len(module.EXERCISES)
    size = path.stat().st_size / 1000
    print(f"{path}: {count} {'exercise' if count == 1 else 'exercises'}, {size:.0f} kB")
    return 0
