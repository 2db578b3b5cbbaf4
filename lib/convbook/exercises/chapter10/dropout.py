"""Dropout: what stays is made larger, so that the sum is the same on average."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _inputs(draw, training):
    shape = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    return {
        "x": draw(array(shape)),
        "kept": draw(array(shape, st.sampled_from((1.0, 0.0)))),
        "p": draw(st.sampled_from((0.5, 0.75, 0.2))),
        "training": training,
    }


def _right(x, kept, p, *, training):
    return x * kept / (1 - p) if training else x


def _divided_by_p(x, kept, p, *, training):
    """p is the probability to be left *out*: what stays is divided by 1 − p. At p = ½ nobody can tell."""
    return x * kept / p if training else x


def _not_enlarged(x, kept, p, *, training):
    """What stays has to be made larger, by 1/(1 − p): fewer terms would make a smaller sum."""
    return x * kept if training else x


def _made_smaller(x, kept, p, *, training):
    """What stays is made larger, not smaller: divide by 1 − p."""
    return x * kept * (1 - p) if training else x


def _scaled_at_the_test(x, kept, p, *, training):
    """At the test nothing is scaled: while learning, the sum has been kept right already."""
    return x * kept / (1 - p) if training else x * (1 - p)


def _always(x, kept, p, *, training):
    """At the test nothing is left out."""
    return x * kept / (1 - p)


def _never(x, kept, p, *, training):
    """While learning, the units where `kept` is 0 are left out."""
    return x


def _other_way_round(x, kept, p, *, training):
    """`kept` is 1 where a unit *stays*."""
    return x * (1 - kept) / (1 - p) if training else x


def _by_the_share(x, kept, p, *, training):
    """Divide by the probability to stay, 1 − p, not by the share that happened to."""
    return x * kept / max(kept.mean(), 1e-9) if training else x


def _multiplied_by_two(x, kept, p, *, training):
    """The factor is 2 for p = ½ only."""
    return 2 * x * kept if training else x


exercise = Exercise(
    "dropout",
    reference=_right,
    properties=(
        Property(
            "while learning",
            points=2,
            inputs=_inputs(True),
            hint="On average over the draws, what comes out should be what came in.",
        ),
        Property(
            "at the test",
            points=1,
            inputs=_inputs(False),
            hint="No unit is left out, and none is changed.",
        ),
    ),
    misconceptions=by_docstring(
        _divided_by_p,
        _not_enlarged,
        _made_smaller,
        _scaled_at_the_test,
        _always,
        _never,
        _other_way_round,
        _by_the_share,
        _multiplied_by_two,
    ),
    mutants=(
        lambda x, kept, p, *, training: _right(abs(x), kept, p, training=training),
        lambda x, kept, p, *, training: _right(x, kept, p, training=not training),
        lambda x, kept, p, *, training: _right(x, kept, p, training=training)[kept > 0],
        lambda x, kept, p, *, training: x * kept / (1 - p) ** 2 if training else x,
        lambda x, kept, p, *, training: _right(x, kept[:1], p, training=training),
    ),
    variants=(
        lambda x, kept, p, *, training: np.where(kept == 1, x / (1 - p), 0) if training else x,
        lambda x, kept, p, *, training: [list(row) for row in _right(x, kept, p, training=training)],
        lambda x, kept, p, *, training: x * (kept / (1 - p)) ** training,
        lambda x, kept, p, *, training: x * (1 + training * (kept / (1 - p) - 1)),
    ),
)
