"""How selective is a tuning curve? A sum of arrows."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.inside import tuning

positive = st.sampled_from((1.0, 2.0, 3.0, 5.0, 0.5, 0.25, 1.5, 4.0))


@st.composite
def _curves(draw, longest=6):
    n = draw(st.integers(3, longest))
    return {"answers": draw(array(n, positive)), "theta": np.arange(n) * np.pi / n}


def _silent():
    return st.integers(3, 6).map(lambda n: {"answers": np.zeros(n), "theta": np.arange(n) * np.pi / n})


def _arrows(answers, theta, times=2):
    return (answers * np.exp(1j * times * theta)).sum()


def _right(answers, theta):
    total = answers.sum()
    return abs(_arrows(answers, theta)) / total if total else 0.0


def _single_angle(answers, theta):
    """The arrows point along θ: then 0 and π, the same stripes, would cancel. Double the angle."""
    return abs(_arrows(answers, theta, 1)) / max(answers.sum(), 1e-300)


def _quadruple(answers, theta):
    """The angle is doubled twice: now orientations at a right angle, which should cancel, add up."""
    return abs(_arrows(answers, theta, 4)) / max(answers.sum(), 1e-300)


def _contrast(answers, theta):
    """This is the contrast (max − min)/(max + min): it looks at two answers and ignores all others."""
    return np.ptp(answers) / max(answers.max() + answers.min(), 1e-300)


def _unnormalised(answers, theta):
    """The sum of the answers does not divide it: a filter twice as strong would seem twice as selective."""
    return abs(_arrows(answers, theta))


def _by_count(answers, theta):
    """It is divided by the number of orientations; divide by the sum of the answers."""
    return abs(_arrows(answers, theta)) / len(theta)


def _real_part(answers, theta):
    """Only the part along the first axis is kept: the length of an arrow needs both of its parts."""
    return abs(_arrows(answers, theta).real) / max(answers.sum(), 1e-300)


def _lengths_first(answers, theta):
    """The lengths are taken before the sum: then nothing can cancel, and every filter scores 1."""
    return float(answers.sum() > 0)


def _squared(answers, theta):
    """The answers are squared; they count as they are."""
    return _right(answers**2, theta)


def _not_a_number(answers, theta):
    """A filter that never answers is divided by nothing: its index is 0."""
    with np.errstate(invalid="ignore"):
        return abs(_arrows(answers, theta)) / answers.sum()


def _by_parts(answers, theta):
    if not answers.any():
        return 0
    c, s = (answers * np.cos(2 * theta)).sum(), (answers * np.sin(2 * theta)).sum()
    return np.sqrt(c * c + s * s) / answers.sum()


def _by_fourier(answers, theta):
    spectrum = abs(np.fft.fft(answers))
    return spectrum[1] / spectrum[0] if spectrum[0] else 0.0


def _arrow_by_arrow(answers, theta):
    arrow = sum(complex(r * np.cos(2 * t), r * np.sin(2 * t)) for r, t in zip(answers, theta, strict=True))
    total = float(sum(answers))
    return abs(arrow) / total if total > 0 else 0.0


exercise = Exercise(
    "orientation_index",
    reference=tuning.orientation_selectivity,
    properties=(
        Property(
            "tuning curves",
            points=2,
            inputs=_curves(),
            hint="Draw every answer as an arrow of its length, at twice its angle, and add the arrows.",
        ),
        Property(
            "a filter that never answers",
            points=1,
            inputs=_silent(),
            cases=4,
            hint="Its answers sum to zero. What would you divide by?",
        ),
    ),
    misconceptions=by_docstring(
        _single_angle,
        _quadruple,
        _contrast,
        _unnormalised,
        _by_count,
        _real_part,
        _lengths_first,
        _squared,
        _not_a_number,
    ),
    mutants=(
        lambda answers, theta: 1 - _right(answers, theta),
        lambda answers, theta: _right(answers, theta) ** 2,
        lambda answers, theta: _right(answers[::-1], theta) / 2,
        lambda answers, theta: float(answers.max() / max(answers.sum(), 1e-300)),
        lambda answers, theta: _right(answers - answers.min(), theta),
    ),
    variants=(
        _right,
        _by_parts,
        _by_fourier,
        _arrow_by_arrow,
    ),
)
