"""Values as text: short ones to read, exact ones to paste into a cell."""

import numpy as np


def short(value):
    """A value as one writes it on paper: `[1, 2.5]`, four digits, long arrays abridged.

    Parameters
    ----------
    value : object

    Returns
    -------
    text : str
        Of several lines for a matrix.
    """
    if isinstance(value, np.ndarray):
        return np.array2string(
            value, separator=", ", threshold=400, max_line_width=88, formatter={"float_kind": number}
        )
    if isinstance(value, tuple):
        return "(" + ", ".join(map(short, value)) + ("," if len(value) == 1 else "") + ")"
    return number(value) if isinstance(value, float) else str(value)


def number(value):
    """A number in at most four digits, zero without a sign.

    Parameters
    ----------
    value : float, int, complex or bool

    Returns
    -------
    text : str
    """
    return str(value) if isinstance(value, bool | np.bool_) else f"{value + 0:.4g}"


def code(value):
    """A value as exact Python, with numpy as `np`.

    Parameters
    ----------
    value : object

    Returns
    -------
    text : str
    """
    return f"np.array({value.tolist()})" if isinstance(value, np.ndarray) else repr(value)


def call(exercise, inputs):
    """The call of a case, to be pasted into a cell.

    Parameters
    ----------
    exercise : Exercise
    inputs : dict

    Returns
    -------
    text : str
        `convolve1d(np.array([1.0, 2.0]), np.array([3.0]))`
    """
    args, kwargs = exercise.arguments(inputs)
    written = [code(value) for value in args] + [f"{name}={code(value)}" for name, value in kwargs.items()]
    return f"{exercise.name}({', '.join(written)})"


def points(earned, possible):
    """How much of what was possible: "1 of 2 points".

    Parameters
    ----------
    earned, possible : int

    Returns
    -------
    text : str
    """
    return f"{earned} of {possible} {'point' if possible == 1 else 'points'}"
