"""`check`: the judge in the notebook."""

from convbook.exercises import checking
from convbook.exercises.catalogue import exercise as find_exercise
from convbook.exercises.judge import judge


def check(answer, name=None):
    """Check an answer and show what is right, and the smallest input on which it is wrong.

    The same answer always meets the same inputs. A wrong answer is reported, not raised. A function that
    never returns cannot be stopped from here: interrupt the kernel.

    Parameters
    ----------
    answer : callable or value
        The function, found by its name, or a predicted value.
    name : str, optional
        The exercise's name; needed for a value.

    Raises
    ------
    TypeError
        If a value comes without its name, or where a function is asked for, or the other way round.
    ValueError
        If no exercise has that name.

    Notes
    -----
    Every exercise notebook ends each exercise with it: `check(convolve1d)`.
    """
    checking.check(answer, name, find_exercise, judge)
