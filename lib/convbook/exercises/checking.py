"""What `check` does in a notebook, whatever it judges by."""

from convbook.exercises.report import Report


def check(answer, name, find, judge):
    """Judge an answer and show the report.

    Parameters
    ----------
    answer : callable or value
        The function, found by its name, or a predicted value.
    name : str or None
        The exercise's name; needed for a value.
    find : callable name -> exercise
    judge : callable (exercise, function) -> Result

    Raises
    ------
    TypeError
        If a value comes without its name, or where a function is asked for, or the other way round.
    """
    name = name or getattr(answer, "__name__", None)
    if name is None:
        raise TypeError(
            f"check: got a {type(answer).__name__}; pass the function itself, as in check(convolve1d), "
            'or a value with its name, as in check(mode_sizes, "mode_sizes")'
        )
    exercise = find(name)
    if callable(answer) == exercise.is_value:
        asked, came = ("a value", "a function") if exercise.is_value else ("the function itself", "a value")
        raise TypeError(f"check: {name} asks for {asked}, but {came} came")
    show(Report(judge(exercise, (lambda: answer) if exercise.is_value else answer)))


def show(report):
    """Show a report: as HTML in a notebook, as text elsewhere.

    Parameters
    ----------
    report : Report
    """
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
