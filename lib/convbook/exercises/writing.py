"""Values as text: short ones to read, exact ones to paste into a cell."""

import math

import numpy as np

LONGEST = 4000  # characters that anyone would read
EDGE = 3  # of a long axis, so many entries are written at either end


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
    text = _short(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _short(value):
    if isinstance(value, np.ndarray):
        if math.prod(min(n, 2 * EDGE) for n in value.shape) > LONGEST:  # too many axes to abridge
            return f"an array of shape {value.shape}"
        return np.array2string(
            value,
            separator=", ",
            threshold=400,
            edgeitems=EDGE,
            max_line_width=88,
            formatter={"float_kind": number},
        )
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_short, value)) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, list):
        return "[" + ", ".join(map(_short, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_short(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, int) and value.bit_length() > 10_000:  # Python does not write it down
        return f"a whole number of {value.bit_length()} bits"
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


def code(value, tensors=False):
    """A value as exact Python, with numpy as `np`.

    Parameters
    ----------
    value : object
    tensors : bool
        Arrays are written as torch tensors.

    Returns
    -------
    text : str
    """
    if isinstance(value, np.ndarray):
        make, library = ("torch.tensor", "torch") if tensors else ("np.array", "np")
        dtype = "" if value.dtype in (np.float64, np.int64, np.bool_) and not tensors else value.dtype.name
        return f"{make}({value.tolist()}{dtype and f', dtype={library}.{dtype}'})"
    if isinstance(value, tuple | list):
        items = ", ".join(code(item, tensors) for item in value)
        return f"[{items}]" if isinstance(value, list) else f"({items}{',' * (len(value) == 1)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {code(item, tensors)}" for key, item in value.items()) + "}"
    return repr(value)


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
    written = [code(value, exercise.tensors) for value in args]
    written += [f"{name}={code(value, exercise.tensors)}" for name, value in kwargs.items()]
    made = f"{exercise.name}({', '.join(written)})"
    if exercise.asks_for != "module":
        return made
    seen = "".join(f", {name}={code(inputs[name])}" for name in ("x", "weights") if name in inputs)
    return f"from convbook.exercises.modules import outputs\n\noutputs({made}{seen})"


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
