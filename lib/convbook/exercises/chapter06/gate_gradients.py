"""Send a gradient back through four gates, one of which copies."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import numbers, readable


def _points(entries, order=None):
    """Three numbers with y ≠ z, for at a tie the maximum has no derivative; `order` says which is to win."""
    points = st.fixed_dictionaries({"x": entries, "y": entries, "z": entries})
    wins = {"y": lambda p: p["y"] > p["z"], "z": lambda p: p["z"] > p["y"], None: lambda p: p["y"] != p["z"]}
    return points.filter(wins[order])


def _right(x, y, z):
    s, m = x + y, max(y, z)
    return (m, m + s, 0.0) if y > z else (m, m, s)


def _branch_to_the_sum_only(x, y, z):
    """y is used twice, in the sum and in the maximum. What comes back from the maximum is missing: where
    a wire branches, the gradients add.
    """
    s, m = x + y, max(y, z)
    return (m, m, 0.0) if y > z else (m, m, s)


def _branch_to_the_maximum_only(x, y, z):
    """y is used twice, in the sum and in the maximum. What comes back from the sum is missing: where a wire
    branches, the gradients add.
    """
    s, m = x + y, max(y, z)
    return (m, s, 0.0) if y > z else (m, 0.0, s)


def _not_switching(x, y, z):
    """The product hands each factor its own value. It switches: each factor gets the *other* one."""
    s, m = x + y, max(y, z)
    return (s, s + m, 0.0) if y > z else (s, s, m)


def _routing_to_the_loser(x, y, z):
    """The maximum sends its gradient to the smaller of the two. It goes to the one that won."""
    s, m = x + y, max(y, z)
    return (m, m, s) if y > z else (m, m + s, 0.0)


def _maximum_to_both(x, y, z):
    """The maximum sends its gradient to both. Only the one that won was heard; the other gets 0."""
    s, m = x + y, max(y, z)
    return m, m + s, s


def _copy_averages(x, y, z):
    """Where the wire of y branches, the gradients are averaged. They add."""
    s, m = x + y, max(y, z)
    return (m, (m + s) / 2, 0.0) if y > z else (m, m / 2, s)


def _value_first(x, y, z):
    """The value of f comes first. Only the three gradients are asked for."""
    return (x + y) * max(y, z), *_right(x, y, z)


def _example(x, y, z):
    """This is the answer to the example of the text, whatever x, y and z are."""
    return 3.0, 7.0, 0.0


def _by_differences(x, y, z):
    eps = 1e-6 * min(1, abs(y - z))
    return tuple(
        ((a + b) * max(b, c) - (d + e) * max(e, g)) / (2 * eps)
        for (a, b, c), (d, e, g) in (
            ((x + eps, y, z), (x - eps, y, z)),
            ((x, y + eps, z), (x, y - eps, z)),
            ((x, y, z + eps), (x, y, z - eps)),
        )
    )


exercise = Exercise(
    "gate_gradients",
    reference=lambda x, y, z: np.array(_right(x, y, z)),
    properties=(
        Property(
            "where z is the larger",
            points=1,
            inputs=_points(readable, "z"),
            hint="Here the maximum is z. A product hands each factor the other one.",
        ),
        Property(
            "where y is the larger",
            points=1,
            inputs=_points(readable, "y"),
            hint="Now y reaches f in two ways. Work out each, then add.",
        ),
        Property(
            "any numbers", points=1, inputs=_points(numbers), hint="Nothing may depend on signs or on size."
        ),
    ),
    misconceptions=by_docstring(
        _branch_to_the_sum_only,
        _branch_to_the_maximum_only,
        _not_switching,
        _routing_to_the_loser,
        _maximum_to_both,
        _copy_averages,
        _value_first,
        _example,
    ),
    mutants=(
        lambda x, y, z: tuple(abs(g) for g in _right(x, y, z)),
        lambda x, y, z: tuple(round(g) for g in _right(x, y, z)),
        lambda x, y, z: _right(x, z, y),
        lambda x, y, z: _right(x, y, z)[::-1],
        lambda x, y, z: tuple(2 * g for g in _right(x, y, z)),
    ),
    variants=(
        lambda x, y, z: list(_right(x, y, z)),
        lambda x, y, z: np.array(_right(x, y, z)),
        lambda x, y, z: (max(y, z), max(y, z) + (x + y) * (y > z), (x + y) * (z > y)),
        lambda x, y, z: np.array(_right(x, y, z), np.float32),
    ),
)
