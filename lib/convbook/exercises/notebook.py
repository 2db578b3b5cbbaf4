"""`check`: the judge in the notebook."""

from convbook.exercises.catalogue import exercise as find_exercise
from convbook.exercises.judge import judge
from convbook.exercises.report import Report
from convbook.exercises.spec import constant


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
    name = name or getattr(answer, "__name__", None)
    if name is None:
        raise TypeError(
            f"check: got a {type(answer).__name__}; pass the function itself, as in check(convolve1d), "
            'or a value with its name, as in check(mode_sizes, "mode_sizes")'
        )
    exercise = find_exercise(name)
    if callable(answer) == exercise.is_value:
        asked, came = ("a value", "a function") if exercise.is_value else ("the function itself", "a value")
        raise TypeError(f"check: {name} asks for {asked}, but {came} came")
    _show(Report(judge(exercise, constant(answer) if exercise.is_value else answer)))


def _show(report):
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ModuleNotFoundError:
        print(report)
        return
    if get_ipython() is None:
        print(report)
    else:
        display(report)
