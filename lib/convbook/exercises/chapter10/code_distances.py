"""How far activations are from the codes of the classes."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _inputs(draw, one=False):
    features = draw(st.integers(1, 4))
    rows, classes = (1, 1) if one else (draw(st.integers(1, 3)), draw(st.integers(1, 4)))
    codes = draw(array((classes, features), st.sampled_from((1.0, -1.0))))
    return {"h": draw(array((rows, features))), "codes": codes}


def _differences(h, codes):
    return h[:, None] - codes


def _right(h, codes):
    return (_differences(h, codes) ** 2).sum(2)


def _root(h, codes):
    """The distance is asked for *squared*: there is no root."""
    return np.sqrt(_right(h, codes))


def _mean(h, codes):
    """The squares are added up, not averaged."""
    return (_differences(h, codes) ** 2).mean(2)


def _absolute(h, codes):
    """These are absolute differences: the formula has squares."""
    return abs(_differences(h, codes)).sum(2)


def _summed_first(h, codes):
    """Square the differences first and add them up then: otherwise they cancel."""
    return _differences(h, codes).sum(2) ** 2


def _inner_product(h, codes):
    """This is the inner product with each code. It orders the classes alike, but is no distance."""
    return h @ codes.T


def _negative(h, codes):
    """The sign is turned: a distance is positive, and the smallest wins."""
    return -_right(h, codes)


def _transposed(h, codes):
    """A row for each input and a column for each class: it is the other way round."""
    return _right(h, codes).T


def _without_last_term(h, codes):
    """Multiplied out, the square has three terms; that of the code, ‖c‖², is missing."""
    return (h**2).sum(1)[:, None] - 2 * h @ codes.T


def _half(h, codes):
    """There is no factor ½."""
    return _right(h, codes) / 2


def _multiplied_out(h, codes):
    return (h**2).sum(1, keepdims=True) - 2 * h @ codes.T + codes.shape[1]


def _in_loops(h, codes):
    return [[sum((a - b) ** 2 for a, b in zip(row, code, strict=True)) for code in codes] for row in h]


exercise = Exercise(
    "code_distances",
    reference=_right,
    properties=(
        Property(
            "one input, one code",
            points=1,
            inputs=_inputs(one=True),
            hint="Subtract, square, add up; the result has shape (1, 1).",
        ),
        Property(
            "all inputs, all codes",
            points=1,
            inputs=_inputs(),
            hint="h[:, None] - codes has shape (N, classes, features).",
        ),
    ),
    misconceptions=by_docstring(
        _root,
        _mean,
        _absolute,
        _summed_first,
        _inner_product,
        _negative,
        _transposed,
        _without_last_term,
        _half,
    ),
    mutants=(
        lambda h, codes: _right(h, -codes),
        lambda h, codes: _right(h, codes[::-1]),
        lambda h, codes: _right(h, codes).min(1),
        lambda h, codes: _right(np.sign(h), codes),
        lambda h, codes: np.exp(-_right(h, codes)),
    ),
    variants=(
        _multiplied_out,
        _in_loops,
        lambda h, codes: np.linalg.norm(_differences(h, codes), axis=2) ** 2,
        lambda h, codes: np.einsum("nkf,nkf->nk", _differences(h, codes), _differences(h, codes)),
    ),
)
