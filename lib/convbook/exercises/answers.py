"""Calling a student's function: whatever it does, an `Answer` comes back.

What cannot be stopped from inside a notebook is a loop that never ends: interrupt the kernel.
"""

import contextlib
import copy
import io
import linecache
import traceback
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Answer:
    """What one call gave.

    Parameters
    ----------
    value : plain value
        What the function returned, see `plain`.
    error : str
        The name of the exception it raised instead, or "".
    message : str
        What the exception says, and on which line it was raised.
    changed : tuple of str
        The arguments it changed.
    printed : str
        What it printed.

    Notes
    -----
    The judge sees nothing of a student's function but this, so it works as well on recorded answers.
    """

    value: object = None
    error: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()
    printed: str = ""

    @property
    def unfinished(self):
        """The function says that it is not written yet."""
        return self.error == "NotImplementedError"


def call(exercise, function, inputs):
    """Call a function on a copy of the inputs.

    Parameters
    ----------
    exercise : Exercise
        Knows how the inputs are passed.
    function : callable
        The student's.
    inputs : dict
        Argument names and values.

    Returns
    -------
    answer : Answer
    """
    given = copy.deepcopy(inputs)
    args, kwargs = exercise.arguments(given)
    value, error, message, printed = None, "", "", io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            value = plain(function(*args, **kwargs))
        except (Exception, SystemExit) as exception:
            error, message = type(exception).__name__, _explain(exception)
    changed = tuple(name for name in inputs if not _same(inputs[name], given[name]))
    return Answer(value, error, message, changed, printed.getvalue())


class UnsuitableAnswer(TypeError):
    """The function returned something that is neither a number nor an array, nor a tuple of these."""


def plain(value):
    """An own copy of a returned value, in plain Python and numpy types.

    What is returned is not trusted to compare itself: subclasses of ndarray become arrays, and anything
    that is no number, array, list or tuple is refused.

    Parameters
    ----------
    value : object

    Returns
    -------
    value : None, bool, int, float, complex, ndarray, or a tuple of these

    Raises
    ------
    UnsuitableAnswer
        If it is anything else; the message says what it is.
    """
    if value is None or type(value) in (bool, int, float, complex):
        return value
    if value is Ellipsis:
        raise NotImplementedError
    if type(value) in (list, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value, subok=False)
        if array.dtype.kind not in "biufc":
            raise UnsuitableAnswer(f"it returned an array of dtype {array.dtype}; numbers were expected")
        return array if array.ndim else array.item()
    raise UnsuitableAnswer(f"it returned a {type(value).__name__}, which is not a numpy array or a number")


def _same(before, after):
    """Whether an argument still has the type, the size and the bits it was passed with."""
    if isinstance(before, np.ndarray):
        return (
            type(after) is np.ndarray
            and before.dtype == after.dtype
            and before.shape == after.shape
            and before.tobytes() == after.tobytes()
        )
    return before == after


def _explain(exception):
    """The exception's own words, and the line of the student's code that was running."""
    message = str(exception).strip()
    frames = [frame for frame in traceback.extract_tb(exception.__traceback__) if frame.filename != __file__]
    if not frames:
        return message
    # The first frame is the student's function; the last one of the same file, the line to look at.
    last = [frame for frame in frames if frame.filename == frames[0].filename][-1]
    line = linecache.getline(last.filename, last.lineno).strip()
    return f"{message} (in the line `{line}`)" if line else message
