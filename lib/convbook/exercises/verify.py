"""Checking the checks: every wrong solution must be rejected, every right one accepted."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from convbook.exercises.answers import call, plain
from convbook.exercises.diagnose import diagnose
from convbook.exercises.judge import assess, attempt, cases
from convbook.exercises.spec import constant


@dataclass(frozen=True)
class Verification:
    """What came of an exercise's wrong and right solutions.

    Parameters
    ----------
    wrong, right : int
        How many there are.
    survivors : tuple of str
        Wrong ones that were accepted.
    refused : tuple of str
        Right ones that were rejected.
    """

    wrong: int
    right: int
    survivors: tuple[str, ...]
    refused: tuple[str, ...]


def verify(exercise, seed):
    """Judge all misconceptions, mutants and variants of an exercise on the cases of one seed.

    Parameters
    ----------
    exercise : Exercise
    seed : int

    Returns
    -------
    verification : Verification
    """
    wrong = exercise.misconceptions | dict(_named("mutant", exercise.mutants)) | wrong_versions(exercise)
    right = dict(_named("variant", exercise.variants)) | right_versions(exercise)
    return Verification(
        wrong=len(wrong),
        right=len(right),
        survivors=tuple(name for name, function in wrong.items() if not _rejected(exercise, seed, function)),
        refused=tuple(name for name, function in right.items() if _rejected(exercise, seed, function)),
    )


def _named(kind, functions):
    return ((f"{kind} {i} ({function.__name__})", function) for i, function in enumerate(functions))


def _rejected(exercise, seed, function):
    with np.errstate(all="ignore"):
        return any(
            assess(exercise, prop, case, call(exercise, function, case.inputs)).difference
            for prop in exercise.properties
            for case in cases(exercise, prop, seed)
        )


def recognised(exercise, sentence, seed):
    """Whether a misconception, handed in as an answer, is named as itself.

    Parameters
    ----------
    exercise : Exercise
    sentence : str
        The misconception's.
    seed : int

    Returns
    -------
    recognised : bool
        In a property that it fails; in an easier one it may look like another misconception.
    """
    answer = partial(call, exercise, exercise.misconceptions[sentence])
    with np.errstate(all="ignore"):
        attempts = {prop: attempt(exercise, prop, answer, seed) for prop in exercise.properties}
    return any(
        diagnose(exercise, prop, trials) == sentence
        for prop, trials in attempts.items()
        if any(trial.difference for trial in trials)
    )


def wrong_versions(exercise):
    """What can be spoilt about any right answer.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    functions : dict from str to callable
    """
    right = exercise.reference
    versions = {
        "nothing returned": constant(None),
        "an exception": _raising,
        "a text": constant("right"),
    }
    if exercise.asks_for == "module":
        return versions | {"the last number is off by a thousandth": _module_then(right, 1e-3)}
    versions |= {
        "the last number is off by a thousandth": _then(right, lambda a: _replace_last(a, 1e-3)),
        "the last number is not a number": _then(right, lambda a: _replace_last(a, np.nan)),
        "an axis too many": _then(right, lambda a: np.array([a])),
    }
    inputs = cases(exercise, exercise.properties[0], seed=0)[0].inputs
    if any(isinstance(value, np.ndarray) for value in inputs.values()):
        versions["the argument is changed"] = _changing_its_argument(right)
    return versions


def right_versions(exercise):
    """How any right answer may be given otherwise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    functions : dict from str to callable
    """
    right = exercise.reference
    versions = {"the reference": right, "chatty": _chatty(right)}
    if exercise.asks_for == "module":
        return versions
    return versions | {
        "as lists": _then(right, lambda a: a.tolist()),
        "in Fortran's order": _then(right, lambda a: np.array(a, order="F")),
    }


def _then(function, change):
    """The function with something done to every array or number in its answer."""

    def changed(*args, **kwargs):
        return _in_every_number(plain(function(*args, **kwargs)), change)

    return changed


def _in_every_number(answer, change):
    if isinstance(answer, tuple):
        return tuple(_in_every_number(item, change) for item in answer)
    if isinstance(answer, dict):
        return {key: _in_every_number(item, change) for key, item in answer.items()}
    return answer if isinstance(answer, str) else change(np.asarray(answer))


def _module_then(build, amount):
    """The module with something added to its output; it has the same parameters."""

    def built(*args, **kwargs):
        from torch import nn

        class Off(nn.Module):
            def forward(self, x):
                return x + amount

        module = build(*args, **kwargs)
        return nn.Sequential(*(module if isinstance(module, list | tuple) else [module]), Off())

    return built


def _replace_last(a, amount):
    a = a.astype(float)
    a.flat[-1] += amount
    return a


def _raising(*args, **kwargs):
    raise IndexError("list index out of range")


def _chatty(function):
    def chatty(*args, **kwargs):
        print("got", *args)
        return function(*args, **kwargs)

    return chatty


def _changing_its_argument(function):
    def changing(*args, **kwargs):
        answer = plain(function(*args, **kwargs))
        next(arg for arg in args if hasattr(arg, "shape"))[...] += 1
        return answer

    return changing
