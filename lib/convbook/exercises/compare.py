"""Is an answer the expected one? If not, in what does it differ, and where first?

Answers are *plain* values (`answers.plain`): None, a bool, a number, a text, an array, or a tuple or dict of
these. A list counts as a tuple, and where an array is expected, as an array.
"""

from dataclasses import dataclass

import numpy as np

TOLERANCE = {np.dtype("float16"): 1e-2, np.dtype("float32"): 1e-4, np.dtype("complex64"): 1e-4}


@dataclass(frozen=True)
class Difference:
    """The first thing in which an answer differs from the expected one.

    Parameters
    ----------
    message : str
        The difference in a sentence.
    index : tuple of int, optional
        Where the first differing entry is, when the sizes agree.
    item : int or str, optional
        In which item of a tuple or dict.

    Notes
    -----
    Used by `judge` and `report`.
    """

    message: str
    index: tuple[int, ...] | None = None
    item: int | str | None = None


def values(expected, got):
    """Compare kind, shape and numbers.

    Numbers agree when |got − expected| ≤ tolerance · max(1, max |expected|); the tolerance follows the
    precision of `got`: 1e-9 for float64, 1e-4 for float32, 1e-2 for float16. Integers are accepted where
    real numbers are expected, if they are right.

    Parameters
    ----------
    expected, got : plain values

    Returns
    -------
    difference : Difference or None
        None if they agree.
    """
    return _compare(expected, got, _close)


def shape(expected, got):
    """Compare kind and shape only, not the numbers.

    Parameters
    ----------
    expected, got : plain values

    Returns
    -------
    difference : Difference or None
        None if the shapes agree.
    """
    return _compare(expected, got, lambda expected, got: None)


def safely(compare, expected, got):
    """Compare in an exercise's own way, which may take the shape of an answer for granted.

    Parameters
    ----------
    compare : callable (expected, got) -> Difference or None
    expected, got : plain values

    Returns
    -------
    difference : Difference or None
    """
    try:
        with np.errstate(all="ignore"):  # NaN and infinity are compared as well
            return compare(expected, got)
    except Exception:
        return Difference(f"{name(got)} cannot be compared with {name(expected)}")


def _compare(expected, got, numbers):
    if got is None:
        return Difference("nothing came back: is the `return` missing?")
    if isinstance(expected, tuple):
        return _tuples(expected, got, numbers)
    if isinstance(expected, dict):
        return _dicts(expected, got, numbers)
    if isinstance(expected, str) and isinstance(got, str):
        return None if got == expected else Difference("the texts differ")
    if isinstance(expected, str) or isinstance(got, str | dict):
        return Difference(f"{name(got)}, where {name(expected)} was expected")
    if isinstance(expected, bool):
        return None if got is expected else Difference(f"{name(got)}, where {expected} was expected")
    numeric = _as_array(got) if isinstance(got, tuple) else got
    if numeric is None or (np.ndim(numeric) == 0) != (np.ndim(expected) == 0):
        return Difference(f"{name(got)}, where {name(expected)} was expected")
    expected, got = np.asarray(expected), np.asarray(numeric)
    if got.dtype.kind not in "biufc":
        return Difference("a whole number too large to compare")
    if expected.shape != got.shape:
        return Difference(f"shape {got.shape}, where {expected.shape} was expected")
    if got.dtype.kind == "b":
        return Difference("truth values, where numbers were expected")
    if got.dtype.kind == "c" and expected.dtype.kind != "c":
        return Difference("complex numbers, where real ones were expected: take the real part")
    return numbers(expected, got)


def _tuples(expected, got, numbers):
    if not isinstance(got, tuple) or len(got) != len(expected):
        return Difference(f"{name(got)}, where a tuple of {len(expected)} was expected")
    for i, (one_expected, one_got) in enumerate(zip(expected, got, strict=True)):
        if difference := _compare(one_expected, one_got, numbers):
            return Difference(f"item {i} of the tuple: {difference.message}", difference.index, item=i)
    return None


def _dicts(expected, got, numbers):
    if not isinstance(got, dict) or got.keys() != expected.keys():
        return Difference(f"{name(got)}, where {name(expected)} was expected")
    for key in expected:
        if difference := _compare(expected[key], got[key], numbers):
            return Difference(f"item {key!r}: {difference.message}", difference.index, item=key)
    return None


def _as_array(items):
    """The array a (nested) tuple of numbers stands for, or None if it is not a regular one."""
    try:
        array = np.array(items)
    except ValueError:
        return None
    return array if array.dtype.kind in "biufc" else None


def _close(expected, got):
    tolerance = TOLERANCE.get(got.dtype, 1e-9)
    error = got - expected
    if error.dtype.kind in "fc" and np.abs(error).max(initial=0) <= tolerance:
        return None  # the quick way, for what is right; nothing that is not finite passes here
    tolerance *= np.abs(expected).max(initial=1.0, where=np.isfinite(expected))
    # No reference gives a NaN, but a misconception may: then the same NaN is the same answer.
    wrong = ~np.isclose(got, expected, rtol=0, atol=tolerance, equal_nan=True)
    if not wrong.any():
        return None
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return Difference(_numbers_differ(expected, got, index), index)


def _numbers_differ(expected, got, index):
    if not np.isfinite(got[index]):
        return f"{got[index]} in place of a number"
    if got.dtype.kind in "iu" and expected.dtype.kind == "f" and expected[index] % 1:
        return "the numbers differ; yours are integers, so fractions were cut off"
    return "the numbers differ"


def name(value):
    """A plain value's kind, in words.

    Parameters
    ----------
    value : plain value

    Returns
    -------
    words : str
        "an array of shape (3, 4)", "a tuple of 2", "True", "the number 2.5", "the text 'a'", "nothing".
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, tuple):
        return f"a tuple of {len(value)}"
    if isinstance(value, dict):
        keys = ", ".join(map(repr, value))
        return f"a dict with the keys {keys[:200]}" if 0 < len(value) < 6 else f"a dict of {len(value)}"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) < 50 else f"a text of {len(value)} characters"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, int) and value.bit_length() > 1000:  # more than a float can hold
        return f"a whole number of {value.bit_length()} bits"
    return f"the number {value:.6g}"
