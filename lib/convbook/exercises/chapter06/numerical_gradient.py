"""A gradient by finite differences."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero
from convbook.reference import gradcheck


@st.composite
def _layers(draw, longest=6, nudges=(0.5, 0.25, 0.125)):
    n = draw(st.integers(1, longest))
    r = draw(st.integers(1, min(n, 3)))
    values = array(n).map(lambda x: x / 2), array(r).map(lambda w: w / 4)  # where tanh bends
    x, w = map(draw, values)
    dy = draw(array(n - r + 1, nonzero))
    return {"x": x, "w": w, "dy": dy, "eps": draw(st.sampled_from(nudges))}


def _loss(x, w, dy):
    return np.sum(dy * np.tanh(np.correlate(x, w, "valid")))


def _quotient(x, w, dy, eps, up=1.0, down=1.0, divisor=None):
    """Each weight nudged up and down by so many eps, and the change of the loss divided."""
    divisor = (up + down) * eps if divisor is None else divisor
    nudges = eps * np.eye(len(w))
    return np.array([(_loss(x, w + up * e, dy) - _loss(x, w - down * e, dy)) / divisor for e in nudges])


def _one_sided(x, w, dy, eps):
    """This compares the loss after a nudge with the loss before it. Nudge both ways: the error then is of
    order eps² in place of eps.
    """
    return _quotient(x, w, dy, eps, down=0.0)


def _one_sided_downwards(x, w, dy, eps):
    """This compares the loss with the one after a nudge *down*. Nudge both ways: the error then is of order
    eps² in place of eps.
    """
    return _quotient(x, w, dy, eps, up=0.0)


def _divided_by_one_nudge(x, w, dy, eps):
    """The two losses are 2·eps apart, not eps: all is twice too large."""
    return _quotient(x, w, dy, eps, divisor=eps)


def _sign(x, w, dy, eps):
    """The sign is wrong: the loss after the nudge up, minus the loss after the nudge down."""
    return -_quotient(x, w, dy, eps)


def _not_divided(x, w, dy, eps):
    """The change of the loss must be divided by the distance of the two points, 2·eps."""
    return _quotient(x, w, dy, eps, divisor=1.0)


def _nudges_left_in(x, w, dy, eps):
    """A weight that has been nudged must go back to where it was, before the next one is nudged."""
    w, slopes = w.copy(), []
    for a in range(len(w)):
        w[a] += eps
        up = _loss(x, w, dy)
        w[a] -= 2 * eps
        slopes.append((up - _loss(x, w, dy)) / (2 * eps))
    return np.array(slopes)


def _all_at_once(x, w, dy, eps):
    """All weights are nudged at once. Nudge one at a time: each has a slope of its own."""
    slope = (_loss(x, w + eps, dy) - _loss(x, w - eps, dy)) / (2 * eps)
    return np.full(len(w), slope)


def _exact(x, w, dy, eps):
    """This is the derivative itself, from its formula. Asked for is the difference quotient, whose error you
    can see at these large nudges: it must not know the formula, if it is to check it.
    """
    y = np.tanh(np.correlate(x, w, "valid"))
    return np.correlate(x, dy * (1 - y**2), "valid")


def _without_dy(x, w, dy, eps):
    """dy is missing: the loss is the sum of dy · y, so that every output counts by as much as it matters."""
    return _quotient(x, w, np.ones(len(dy)), eps)


def _without_tanh(x, w, dy, eps):
    """The tanh is missing: y = tanh(w ⋆ x)."""
    slope = [np.sum(dy * x[a : a + len(dy)]) for a in range(len(w))]
    return np.array(slope)


def _nudging_in_place(x, w, dy, eps):
    answer = _quotient(x, w, dy, eps)
    w += eps
    return answer


def _by_library(x, w, dy, eps):
    return gradcheck.numerical_gradient(lambda w: np.tanh(np.correlate(x, w, "valid")), w, dy, eps=eps)


def _there_and_back(x, w, dy, eps):
    w, slopes = w.copy(), []
    for a in range(len(w)):
        old = w[a]
        w[a] = old + eps
        up = _loss(x, w, dy)
        w[a] = old - eps
        slopes.append((up - _loss(x, w, dy)) / (2 * eps))
        w[a] = old
    return slopes


exercise = Exercise(
    "numerical_gradient",
    reference=_by_library,
    properties=(
        Property(
            "a kernel of one weight",
            points=1,
            inputs=_layers(longest=1),
            hint="One weight: the loss at w + eps, the loss at w − eps, and what lies between them.",
        ),
        Property(
            "every weight",
            points=2,
            inputs=_layers(),
            hint="For each weight: copy w, nudge that entry, compute the loss. The other weights stay put.",
        ),
    ),
    misconceptions=by_docstring(
        _one_sided,
        _one_sided_downwards,
        _divided_by_one_nudge,
        _sign,
        _not_divided,
        _nudges_left_in,
        _all_at_once,
        _exact,
        _without_dy,
        _without_tanh,
    ),
    mutants=(
        _nudging_in_place,
        lambda x, w, dy, eps: _quotient(x, w, dy, eps)[::-1],
        lambda x, w, dy, eps: _quotient(x, w, dy, 1e-5),
        lambda x, w, dy, eps: _quotient(x, w, dy, eps).sum(),
        lambda x, w, dy, eps: np.round(_quotient(x, w, dy, eps), 2),
    ),
    variants=(
        _quotient,
        _there_and_back,
        lambda x, w, dy, eps: _quotient(x, w, dy, eps).tolist(),
        lambda x, w, dy, eps: _quotient(x, w, dy, eps).astype(np.float32),
    ),
)
