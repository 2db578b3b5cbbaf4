"""What an exercise is: a name, a reference, properties worth points, and wrong solutions with names."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.limits import Limits

DEFAULT_LIMITS = Limits()
ASKED_FOR = ("function", "value", "module")


@dataclass(frozen=True, eq=False)
class Property:
    """One thing an answer must get right, and what it is worth.

    Parameters
    ----------
    name : str
        What is checked, in words that fit after a tick: "the output size".
    points : int
        What the property is worth.
    inputs : SearchStrategy
        Draws the arguments of one call, as a dictionary from argument names to values.
    compare : callable (expected, got) -> Difference or None, optional
        How answers are compared here, where it is not the exercise's way.
    hint : str, optional
        Shown on failure when no misconception is recognised.
    cases : int
        How many calls are judged.

    Notes
    -----
    Used by `Exercise`.
    """

    name: str
    points: int
    inputs: st.SearchStrategy
    compare: Callable | None = None
    hint: str = ""
    cases: int = 25


@dataclass(frozen=True, eq=False)
class Exercise:
    """A question whose answer is a function, a named value, or a torch module.

    Parameters
    ----------
    name : str
        The function's name, unique in the book; an answer is found by it alone.
    reference : callable
        The right answer. Its signature is the one asked for: what is keyword-only there is passed by
        keyword, the rest by position.
    properties : sequence of Property
        What is checked, cheapest first.
    misconceptions : dict from str to callable
        Wrong solutions, each under the sentence that puts a student right.
    mutants : sequence of callable
        Further wrong solutions. They must be rejected; they have no sentence of their own.
    variants : sequence of callable
        Right solutions, differently written. They must be accepted.
    compare : callable (expected, got) -> Difference or None
        How answers are compared.
    asks_for : "function", "value" or "module"
        For a value (a prediction), `reference` takes no argument. For a module, it is a class of
        `torch.nn.Module`, or a function that builds one, or a list of layers; see `modules.outputs` for what
        is compared.
    tensors : bool
        Arrays among the inputs are passed as torch tensors.
    packages : tuple of str
        What an answer may import while it is graded.
    limits : Limits
        What it may take of time and space.

    Raises
    ------
    TypeError, ValueError
        If the parts do not fit together.

    Notes
    -----
    Chapters 2 and 3 hold examples.
    """

    name: str
    reference: Callable
    properties: tuple[Property, ...]
    misconceptions: dict[str, Callable] = field(default_factory=dict)
    mutants: tuple[Callable, ...] = ()
    variants: tuple[Callable, ...] = ()
    compare: Callable = compare.values
    asks_for: Literal["function", "value", "module"] = "function"
    tensors: bool = False
    packages: tuple[str, ...] = ("numpy",)
    limits: Limits = DEFAULT_LIMITS

    def __post_init__(self):
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(f"Exercise: name must be what a student can define, got {self.name!r}")
        if self.asks_for not in ASKED_FOR:
            raise ValueError(f"{self.name}: asks_for must be one of {ASKED_FOR}, got {self.asks_for!r}")
        if isinstance(self.packages, str):
            raise TypeError(f"{self.name}: packages must be a tuple of names, got {self.packages!r}")
        if not self.properties:
            raise ValueError(f"{self.name}: properties must hold at least one Property, got none")
        names = [prop.name for prop in self.properties]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: properties must have names of their own, got {names}")

    @property
    def is_value(self):
        """Whether the answer is a value, a prediction."""
        return self.asks_for == "value"

    @property
    def points(self):
        """What the whole exercise is worth."""
        return sum(prop.points for prop in self.properties)

    def arguments(self, inputs):
        """The inputs of a case as the positional and keyword arguments of a call.

        Parameters
        ----------
        inputs : dict
            Argument names and their values. For a module, those that build it; `x` and `weights` come later.

        Returns
        -------
        args : tuple
        kwargs : dict
        """
        if self.asks_for == "module":
            inputs = {name: value for name, value in inputs.items() if name not in ("x", "weights")}
        bound = inspect.signature(self.reference).bind(**inputs)
        return bound.args, bound.kwargs

    def positional(self, inputs):
        """Which inputs are passed by position.

        Parameters
        ----------
        inputs : dict
            Argument names and their values.

        Returns
        -------
        names : tuple of str
        """
        return self.arguments({name: name for name in inputs})[0]


def constant(answer):
    """A function that gives the same answer whatever comes in: the hard-coded solution.

    Parameters
    ----------
    answer : object
        What it returns.

    Returns
    -------
    function : callable
    """
    return lambda *args, **kwargs: answer


def by_docstring(*functions):
    """Wrong solutions under the sentences of their docstrings, for `Exercise.misconceptions`.

    Parameters
    ----------
    functions : callable
        Each with the sentence that puts a student right as its docstring.

    Returns
    -------
    misconceptions : dict from str to callable
    """
    return {" ".join(inspect.getdoc(function).split()): function for function in functions}


def prediction(name, answer, wrong, hint=""):
    """An exercise that asks for a value, to be written down before anything is run.

    Parameters
    ----------
    name : str
        The name of the value.
    answer : object
        The right value.
    wrong : mapping from str to object
        Wrong values, each under the sentence that puts a student right.
    hint : str, optional
        Shown for any other wrong value.

    Returns
    -------
    exercise : Exercise
    """
    return Exercise(
        name,
        reference=lambda: answer,
        properties=(Property("the prediction", points=1, inputs=st.just({}), hint=hint, cases=1),),
        misconceptions={sentence: constant(value) for sentence, value in wrong.items()},
        asks_for="value",
    )
