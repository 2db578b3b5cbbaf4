"""Turn a grating in front of a filter."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero
from convbook.inside import tuning


@st.composite
def _filters(draw, square=False):
    h = draw(st.integers(2, 4))
    angles = draw(st.lists(st.sampled_from((0.5, 0.25, 1.0, 2.0, 2.75)), min_size=1, max_size=3, unique=True))
    return {
        "w": draw(array((h, h if square else draw(st.integers(2, 4))), nonzero)),
        "frequency": draw(st.sampled_from((0.25, 0.125, 0.3))),
        "theta": np.array(angles),
    }


def _answers(w, frequency, theta, phase=0.0, up=1):
    (h, b), f = w.shape, 2 * np.pi * frequency
    u = np.arange(b) - (b - 1) / 2
    v = up * ((h - 1) / 2 - np.arange(h)[:, None])
    return np.array([(w * np.cos(f * (u * np.cos(t) + v * np.sin(t)) + phase)).sum() for t in theta])


def _right(w, frequency, theta):
    return np.hypot(_answers(w, frequency, theta), _answers(w, frequency, theta, np.pi / 2))


def _one_phase(w, frequency, theta):
    """One phase alone is tried: a filter whose stripes lie between those of the grating would seem blind."""
    return _answers(w, frequency, theta)


def _one_phase_unsigned(w, frequency, theta):
    """This is the size of the answer to one phase; the best of all needs another, a quarter on."""
    return abs(_answers(w, frequency, theta))


def _squared(w, frequency, theta):
    """The root is missing: the squares of the two answers add up to the square of the best."""
    return _right(w, frequency, theta) ** 2


def _added(w, frequency, theta):
    """Sizes are added; answers to two phases a quarter apart add like the sides of a right triangle."""
    return abs(_answers(w, frequency, theta)) + abs(_answers(w, frequency, theta, np.pi / 2))


def _better_of_two(w, frequency, theta):
    """The better of two phases is not the best of all: one in between may be better than both."""
    return np.maximum(abs(_answers(w, frequency, theta)), abs(_answers(w, frequency, theta, np.pi / 2)))


def _downwards(w, frequency, theta):
    """v counts downwards here, so the grating turns the wrong way: v points up."""
    return np.hypot(_answers(w, frequency, theta, up=-1), _answers(w, frequency, theta, np.pi / 2, up=-1))


def _stripes(w, frequency, theta):
    """θ is taken for the direction of the stripes; the wave runs across them."""
    return _right(w, frequency, np.asarray(theta) + np.pi / 2)


def _degrees(w, frequency, theta):
    """θ is in radians already."""
    return _right(w, frequency, np.deg2rad(theta))


def _no_turn(w, frequency, theta):
    """The 2π is missing: a frequency of 1/4 repeats every four pixels."""
    return _right(w, frequency / (2 * np.pi), theta)


def _wavelength(w, frequency, theta):
    """The frequency is taken for a wavelength, and divides instead of multiplying."""
    return _right(w, 1 / frequency, theta)


def _by_exponential(w, frequency, theta):
    """The corner is the origin: another phase, the same best of all."""
    rows, columns = np.indices(w.shape)
    u = columns * np.cos(theta)[:, None, None] - rows * np.sin(theta)[:, None, None]
    return abs((w * np.exp(2j * np.pi * frequency * u)).sum((1, 2)))


def _by_loops(w, frequency, theta):
    out = []
    for t in theta:
        c = s = 0.0
        for (i, j), weight in np.ndenumerate(w):
            angle = 2 * np.pi * frequency * (j * np.cos(t) - i * np.sin(t))
            c, s = c + weight * np.cos(angle), s + weight * np.sin(angle)
        out.append((c * c + s * s) ** 0.5)
    return out


exercise = Exercise(
    "tuning_curve",
    reference=tuning.tuning_curve,
    properties=(
        Property(
            "an answer for each orientation", points=1, inputs=_filters(), compare=compare.shape, cases=6
        ),
        Property(
            "square filters",
            points=1,
            inputs=_filters(square=True),
            hint="The answers to φ = 0 and φ = π/2 are two sides; the best of all is the hypotenuse.",
        ),
        Property("any filter", points=1, inputs=_filters(), hint="u counts columns, v counts rows, upwards."),
    ),
    misconceptions=by_docstring(
        _one_phase,
        _one_phase_unsigned,
        _squared,
        _added,
        _better_of_two,
        _downwards,
        _stripes,
        _degrees,
        _no_turn,
        _wavelength,
    ),
    mutants=(
        lambda w, frequency, theta: _right(w, frequency, theta)[::-1] * 2,
        lambda w, frequency, theta: _right(w, frequency, theta) / w.size,
        lambda w, frequency, theta: _right(np.swapaxes(w, 0, 1), frequency, theta),
        lambda w, frequency, theta: _right(abs(w), frequency, theta),
        lambda w, frequency, theta: _right(w, 2 * frequency, theta),
    ),
    variants=(
        _right,
        _by_exponential,
        _by_loops,
        lambda w, frequency, theta: _right(w, frequency, theta).astype(np.float32),
    ),
)
