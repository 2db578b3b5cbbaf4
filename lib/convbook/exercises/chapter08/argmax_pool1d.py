"""Find the bug: which of equal maxima counts."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.chapter08.windows import outputs, tying
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, numbers
from convbook.reference import pool


@st.composite
def _signals(draw, elements=numbers):
    n = draw(st.integers(1, 9))
    kernel_size = draw(st.integers(1, min(n, 4)))
    return {
        "x": draw(array(n, elements)),
        "kernel_size": kernel_size,
        "stride": draw(st.integers(1, 3)),
    }


def _starts(x, kernel_size, stride):
    return stride * np.arange(outputs(len(x), kernel_size, stride))


def _right(x, kernel_size, *, stride):
    return [i + int(x[i : i + kernel_size].argmax()) for i in _starts(x, kernel_size, stride)]


def _last_of_equals(x, kernel_size, *, stride):
    """Of equal maxima the last one is taken: `>=` lets a later sample win that is not larger."""
    last = kernel_size - 1
    return [i + last - int(x[i : i + kernel_size][::-1].argmax()) for i in _starts(x, kernel_size, stride)]


def _in_the_window(x, kernel_size, *, stride):
    """The index counts within the window: add where the window begins."""
    return [int(x[i : i + kernel_size].argmax()) for i in _starts(x, kernel_size, stride)]


def _first_in_the_signal(x, kernel_size, *, stride):
    """The maximum is looked up in the whole signal, and found where the same number stands earlier."""
    return [x.tolist().index(x[i : i + kernel_size].max()) for i in _starts(x, kernel_size, stride)]


def _only_positive(x, kernel_size, *, stride):
    """A window of negative numbers has a maximum too: `best` must not begin at 0."""
    return [
        i + int((x[i : i + kernel_size] * (x[i : i + kernel_size] > 0)).argmax())
        for i in _starts(x, kernel_size, stride)
    ]


def _the_values(x, kernel_size, *, stride):
    """These are the maxima; asked for is where they stand."""
    return [x[i : i + kernel_size].max() for i in _starts(x, kernel_size, stride)]


def _touching(x, kernel_size, *, stride):
    """The windows are laid side by side: they step by `stride`, not by their own size."""
    return _right(x, kernel_size, stride=kernel_size)


def _smallest(x, kernel_size, *, stride):
    return _right(-x, kernel_size, stride=stride)


def _by_size(x, kernel_size, *, stride):
    return _right(abs(x), kernel_size, stride=stride)


def _one_too_few(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=stride)[:-1]


def _stepping_by_one(x, kernel_size, *, stride):
    return _right(x, kernel_size, stride=1)


def _counting_from_one(x, kernel_size, *, stride):
    return [index + 1 for index in _right(x, kernel_size, stride=stride)]


def _by_library(x, kernel_size, *, stride):
    return pool.max_pool1d(x, kernel_size, stride=stride, return_indices=True)[1]


def _by_views(x, kernel_size, *, stride):
    view = np.lib.stride_tricks.sliding_window_view(x, kernel_size)[::stride]
    return view.argmax(axis=1) + stride * np.arange(len(view))


def _backwards(x, kernel_size, *, stride):
    found = []
    for i in _starts(x, kernel_size, stride):
        best = i + kernel_size - 1
        for j in range(best, i - 1, -1):
            if x[j] >= x[best]:
                best = j
        found.append(int(best))
    return np.array(found)


exercise = Exercise(
    "argmax_pool1d",
    reference=lambda x, kernel_size, *, stride: pool.max_pool1d(
        x, kernel_size, stride=stride, return_indices=True
    )[1],
    properties=(
        Property("equal maxima", points=1, inputs=_signals(elements=tying), hint="Which one counts?"),
        Property(
            "negative numbers",
            points=1,
            inputs=_signals(elements=numbers.map(lambda value: -abs(value))),
            hint="Nothing needs mending for these: a window of negative numbers has a maximum as well.",
        ),
        Property(
            "any signal", points=1, inputs=_signals(), hint="Mend as little as you can: the rest was right."
        ),
    ),
    misconceptions=by_docstring(
        _last_of_equals, _in_the_window, _first_in_the_signal, _only_positive, _the_values, _touching
    ),
    mutants=(_smallest, _by_size, _one_too_few, _stepping_by_one, _counting_from_one),
    variants=(_right, _by_library, _by_views, _backwards),
)
