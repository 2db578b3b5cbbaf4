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

from convbook.exercises import modules
from convbook.exercises.modules import UnsuitableAnswer

TIME_LIMIT, CRASH = "TimeLimit", "Crash"  # of a call that was stopped, or took its process along
SAY_IT_ALL = (UnsuitableAnswer.__name__, TIME_LIMIT, CRASH)  # errors whose message is a sentence of its own
LONGEST_MESSAGE = 2000  # characters of an exception's own words
MOST_PRINTED = 1 << 13  # characters of what a call prints
LONG = {"g": np.float64, "G": np.complex128}  # numpy's long doubles differ from machine to machine


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
    given = copied(inputs)
    value, error, message, printed = None, "", "", _Printed()
    with contextlib.redirect_stdout(printed):
        try:
            value = evaluate(exercise, function, given)
        except (Exception, SystemExit) as exception:
            error, message = type(exception).__name__, _explain(exception)
    changed = tuple(name for name in inputs if not _same(inputs[name], given[name]))
    return Answer(value, error, message, changed, printed.getvalue())


def copied(inputs):
    """A copy of a case's inputs that may be changed; most are arrays, which `copy` would look at for long.

    Parameters
    ----------
    inputs : dict

    Returns
    -------
    copies : dict
    """
    return {
        name: value.copy("K") if type(value) is np.ndarray else copy.deepcopy(value)
        for name, value in inputs.items()
    }


def evaluate(exercise, function, inputs):
    """What a function gives for some inputs, put to it in the way the exercise asks for.

    Parameters
    ----------
    exercise : Exercise
    function : callable
        The student's, or the reference.
    inputs : dict
        The function may change them.

    Returns
    -------
    value : plain value
    """
    args, kwargs = exercise.arguments(inputs)
    if exercise.tensors:
        args, kwargs = modules.tensors(args), modules.tensors(kwargs)
    result = function(*args, **kwargs)
    if exercise.asks_for == "module":
        result = modules.outputs(result, inputs.get("x"), inputs.get("weights"))
    return plain(result)


class _Printed(io.StringIO):
    """What a call prints, as far as anyone would read it."""

    def write(self, text):
        if self.tell() < MOST_PRINTED:
            super().write(text[:MOST_PRINTED])
        return len(text)


def plain(value):
    """An own copy of a returned value, in plain Python and numpy types.

    What is returned is not trusted to compare itself: torch tensors and subclasses of ndarray become arrays,
    and what is no number, text or array, or a collection of these, is refused.

    Parameters
    ----------
    value : object

    Returns
    -------
    value : None, bool, int, float, complex, str, ndarray, or a tuple of these, or a dict from texts to these

    Raises
    ------
    UnsuitableAnswer
        If it is anything else; the message says what it is.
    """
    if value is None or type(value) in (bool, int, float, complex, str):
        return value
    if value is Ellipsis:
        raise NotImplementedError
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: plain(item) for key, item in value.items()}
    if modules.is_tensor(value):
        value = modules.as_array(value)
    if isinstance(value, np.ndarray | np.generic):
        array = np.array(value, subok=False)
        if array.dtype.kind not in "biufc":
            raise UnsuitableAnswer(f"it returned an array of dtype {array.dtype}; numbers were expected")
        if array.dtype.char in LONG:
            array = array.astype(LONG[array.dtype.char])
        return array if array.ndim else array.item()
    raise UnsuitableAnswer(f"it returned a {type(value).__name__}, which is not a numpy array or a number")


def _same(before, after):
    """Whether an argument still has the type, the size and the bits it was passed with."""
    if type(before) is not type(after):
        return False
    if isinstance(before, np.ndarray):
        return (
            before.dtype == after.dtype
            and before.shape == after.shape
            and before.tobytes() == after.tobytes()
        )
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return before == after


def _explain(exception):
    """The exception's own words, and the line of the student's code that was running."""
    try:
        message = str(exception).strip()[:LONGEST_MESSAGE]
    except Exception:  # its own __str__ may fail
        message = ""
    frames = [
        frame for frame in traceback.extract_tb(exception.__traceback__) if _of_a_student(frame.filename)
    ]
    if not frames:
        return message
    # The first frame is the student's function; the last one of the same file, the line to look at.
    last = [frame for frame in frames if frame.filename == frames[0].filename][-1]
    line = linecache.getline(last.filename, last.lineno).strip()
    return f"{message} (in the line `{line}`)" if line else message


def _of_a_student(file):
    """Not ours, and not a package's: a module's `forward` is called by torch."""
    return file not in (__file__, modules.__file__) and "-packages" not in file
