"""Draws that give every power of ten its share."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array

UNIFORM = st.sampled_from((0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.9, 0.3141592))


@st.composite
def _ranges(draw, decades=False):
    if decades:
        low, span = draw(st.integers(-6, 1)), draw(st.integers(1, 4))
        bounds = {"low": 10.0**low, "high": 10.0 ** (low + span)}
    else:
        low = draw(st.sampled_from((1.0, 2.0, 0.5, 3e-4, 0.07)))
        bounds = {"low": low, "high": low * draw(st.sampled_from((2.0, 5.0, 30.0, 700.0)))}
    return {"u": draw(array(draw(st.integers(1, 4)), UNIFORM))} | bounds


def _right(u, low, high):
    return low * (high / low) ** u


def _uniform(u, low, high):
    """This spreads the draws evenly over the numbers: spread their *logarithms* evenly."""
    return low + u * (high - low)


def _logarithm_returned(u, low, high):
    """This is the logarithm of the draw: take the exponential of it."""
    return np.log10(low) + u * (np.log10(high) - np.log10(low))


def _mixed_bases(u, low, high):
    """The logarithm has another base than the power: log10 belongs to 10**…, log to exp."""
    return np.exp(np.log10(low) + u * (np.log10(high) - np.log10(low)))


def _one_decade(u, low, high):
    """The range is ignored: this covers one power of ten."""
    return low * 10**u


def _from_high(u, low, high):
    """The range is run through backwards: u = 0 is the lower end."""
    return high * (low / high) ** u


def _power_of_the_difference(u, low, high):
    """The ratio of the ends is what is raised to the power u, not their difference."""
    return low * (1 + high - low) ** u


def _log_of_u(u, low, high):
    """The logarithm is taken of u: take it of the two ends."""
    with np.errstate(all="ignore"):
        return low + (high - low) * np.log1p(u) / np.log(2)


def _example(u, low, high):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([0.001, 0.01, 0.1])


def _geometric_mean(u, low, high):
    return np.full_like(u, np.sqrt(low * high))


def _square(u, low, high):
    return low * (high / low) ** (u**2)


def _only_high(u, low, high):
    return high**u


def _rounded(u, low, high):
    return 10.0 ** np.round(np.log10(_right(u, low, high)))


def _into_u(u, low, high):
    u *= np.log(high / low)
    return low * np.exp(u)


def _by_exponentials(u, low, high):
    return np.exp(np.log(low) + u * (np.log(high) - np.log(low)))


def _by_powers_of_ten(u, low, high):
    return 10 ** ((1 - u) * np.log10(low) + u * np.log10(high))


def _weighted_geometric_mean(u, low, high):
    return low ** (1 - u) * high**u


exercise = Exercise(
    "log_uniform",
    reference=lambda u, low, high: low * (high / low) ** u,
    properties=(
        Property(
            "whole powers of ten",
            points=1,
            inputs=_ranges(decades=True),
            hint="Half way between 0.001 and 0.1 there is 0.01.",
        ),
        Property(
            "any range", points=1, inputs=_ranges(), hint="log(draw) = log(low) + u · (log(high) − log(low))."
        ),
    ),
    misconceptions=by_docstring(
        _uniform,
        _logarithm_returned,
        _mixed_bases,
        _one_decade,
        _from_high,
        _power_of_the_difference,
        _log_of_u,
        _example,
    ),
    mutants=(_geometric_mean, _square, _only_high, _rounded, _into_u),
    variants=(_right, _by_exponentials, _by_powers_of_ten, _weighted_geometric_mean),
)
