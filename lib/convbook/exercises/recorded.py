"""Exercises as recordings: cases with their expected outputs, and what known misconceptions give for them.

A packed notebook holds such a recording and this module. It needs numpy alone: there is no reference and
nothing to draw, so the smallest failing input is the smallest one recorded.
"""

import base64
import inspect
import io
import itertools
import sys
from dataclasses import dataclass, fields

import numpy as np

from convbook.exercises import checking, compare
from convbook.exercises.answers import call
from convbook.exercises.results import Case, Result, Verdict, assess


@dataclass(frozen=True, eq=False)
class RecordedProperty:
    """A property with its cases; see `spec.Property`.

    Parameters
    ----------
    name : str
    points : int
    hint : str
    cases : tuple of Case
    misconceptions : dict from str to tuple
        Under each sentence, what that wrong solution gives for the cases.
    compare : callable or None
    """

    name: str
    points: int
    hint: str
    cases: tuple
    misconceptions: dict
    compare: object = None


@dataclass(frozen=True, eq=False)
class RecordedExercise:
    """An exercise without a reference; see `spec.Exercise`.

    Parameters
    ----------
    name : str
    properties : tuple of RecordedProperty
    positional : tuple of str
        The arguments that are passed by position.
    asks_for : str
    tensors : bool
    compare : callable
    """

    name: str
    properties: tuple
    positional: tuple
    asks_for: str = "function"
    tensors: bool = False
    compare: object = compare.values

    @property
    def is_value(self):
        """Whether the answer is a value."""
        return self.asks_for == "value"

    @property
    def points(self):
        """What it is worth."""
        return sum(prop.points for prop in self.properties)

    def arguments(self, inputs):
        """The inputs as the positional and keyword arguments of a call; see `spec.Exercise.arguments`."""
        if self.asks_for == "module":
            inputs = {name: value for name, value in inputs.items() if name not in ("x", "weights")}
        names = tuple(itertools.takewhile(inputs.__contains__, self.positional))
        return tuple(inputs[name] for name in names), {n: v for n, v in inputs.items() if n not in names}


def judge(exercise, function):
    """Judge a function on the recorded cases.

    Parameters
    ----------
    exercise : RecordedExercise
    function : callable

    Returns
    -------
    result : Result
    """
    return Result(exercise, tuple(_verdict(exercise, prop, function) for prop in exercise.properties))


def _verdict(exercise, prop, function):
    trials = tuple(assess(exercise, prop, case, call(exercise, function, case.inputs)) for case in prop.cases)
    failing = [trial for trial in trials if trial.difference]
    if not failing:
        return Verdict(prop, trials)
    same = prop.compare if prop.compare not in (None, compare.shape) else exercise.compare
    explained = (s for s, given in prop.misconceptions.items() if _explains(given, trials, same))
    return Verdict(prop, trials, min(failing, key=lambda trial: trial.size), next(explained, None))


def _explains(given, trials, same):
    """Whether all answers are those of a misconception; see `diagnose`."""
    return not any(
        trial.answer.error or compare.safely(same, value, trial.answer.value)
        for trial, value in zip(trials, given, strict=True)
    )


def checker(exercises):
    """The function `check` of a notebook.

    Parameters
    ----------
    exercises : sequence of RecordedExercise

    Returns
    -------
    check : callable (answer, name=None)
    """
    by_name = {exercise.name: exercise for exercise in exercises}

    def find(name):
        if name not in by_name:
            raise ValueError(f"check: no exercise is called {name!r}; there are: {', '.join(by_name)}")
        return by_name[name]

    def check(answer, name=None):
        """Check an answer; a value needs its name, too."""
        checking.check(answer, name, find, judge)

    return check


def to_json(value):
    """A plain value, or a recording, as JSON has it.

    Parameters
    ----------
    value : plain value, list, record or function
        Of a function, that compares, only the name is kept.

    Returns
    -------
    data : object

    Raises
    ------
    TypeError
        If it is anything else.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.generic):
        return to_json(value.item())
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [to_json(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[to_json(key), to_json(item)] for key, item in value.items()]}
    if isinstance(value, complex):
        return {"complex": [value.real, value.imag]}
    if isinstance(value, np.ndarray):
        file = io.BytesIO()
        np.save(file, value, allow_pickle=False)
        return {"array": base64.b85encode(file.getvalue()).decode()}
    if isinstance(value, RECORDS):
        return {type(value).__name__: [to_json(getattr(value, field.name)) for field in fields(value)]}
    if inspect.isfunction(value):
        module = "compare" if getattr(compare, value.__name__, None) is value else OWN
        return {"function": [module, value.__name__]}
    raise TypeError(f"a {type(value).__name__} cannot be recorded, only numbers, texts and arrays")


def from_json(data):
    """The inverse of `to_json`.

    Parameters
    ----------
    data : object

    Returns
    -------
    value : object
    """
    if isinstance(data, list):
        return [from_json(item) for item in data]
    if not isinstance(data, dict):
        return data
    ((kind, content),) = data.items()
    if kind == "array":
        return np.load(io.BytesIO(base64.b85decode(content)), allow_pickle=False)
    content = from_json(content)
    if kind == "function":
        module, name = content
        return getattr(sys.modules[f"{__name__.rpartition('.')[0]}.{module}"], name)
    simple = {"tuple": tuple, "dict": dict, "complex": lambda parts: complex(*parts)}
    if kind in simple:
        return simple[kind](content)
    return {record.__name__: record for record in RECORDS}[kind](*content)


# The module with comparisons of the instructor's own, where there are any.
OWN = "own"
RECORDS = (Case, RecordedProperty, RecordedExercise)
