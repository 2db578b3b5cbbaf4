"""What came of a check: a trial for each call, a verdict for each property, a result for the exercise.

An exercise is seen here only through its names, points and ways to compare, so that a recorded one will do.
"""

from dataclasses import dataclass, replace

from convbook.exercises.answers import SAY_IT_ALL, Answer
from convbook.exercises.compare import Difference, safely


@dataclass(frozen=True)
class Case:
    """Inputs of one call and what it should give."""

    inputs: dict
    expected: object


@dataclass(frozen=True)
class Trial:
    """A case, what the function answered, and in what that is wrong (None if it is right)."""

    case: Case
    answer: Answer
    difference: Difference | None

    @property
    def size(self):
        """Inputs are small when there is little to read: few numbers, then short ones."""
        inputs = self.case.inputs.values()
        return sum(getattr(value, "size", 1) for value in inputs), len(repr(self.case.inputs))


@dataclass(frozen=True)
class Verdict:
    """The outcome for one property.

    Parameters
    ----------
    property : Property
    trials : tuple of Trial
        All the calls judged.
    smallest : Trial or None
        The smallest failing one; None if all were right.
    misconception : str or None
        The sentence of the misconception that explains the answers.

    Notes
    -----
    One property is worth all of its points or none.
    """

    property: object
    trials: tuple[Trial, ...]
    smallest: Trial | None = None
    misconception: str | None = None

    @property
    def passed(self):
        """Whether every call was right."""
        return all(trial.difference is None for trial in self.trials)

    @property
    def points(self):
        """The points earned."""
        return self.property.points if self.passed else 0


@dataclass(frozen=True)
class Result:
    """The outcome for an exercise: a verdict for each property."""

    exercise: object
    verdicts: tuple[Verdict, ...]

    @property
    def points(self):
        """The points earned."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def unfinished(self):
        """Whether the answer says, for every input, that it is not written yet."""
        return all(trial.answer.unfinished for verdict in self.verdicts for trial in verdict.trials)


def assess(exercise, prop, case, answer):
    """Compare one answer with what was expected.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    case : Case
    answer : Answer

    Returns
    -------
    trial : Trial
    """
    return Trial(case, answer, _difference(prop.compare or exercise.compare, case.expected, answer))


def _difference(compare, expected, answer):
    if answer.unfinished:
        return Difference("not implemented yet for this input")
    if answer.error in SAY_IT_ALL:
        return Difference(answer.message)
    if answer.error:
        return Difference(f"it raised {answer.error}: {answer.message}")
    changed = " and ".join(f"`{name}`" for name in answer.changed)
    difference = safely(compare, expected, answer.value)
    if difference and changed:
        return replace(
            difference, message=f"{difference.message}; the call also changed its argument {changed}"
        )
    if changed:
        return Difference(f"the result is right, but the call changed its argument {changed}: work on a copy")
    return difference
