"""A difference of Gaussians: the receptive field without an orientation."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import filters


@st.composite
def _widths(draw, even=False):
    r = draw(st.sampled_from((2, 4, 6) if even else (3, 5, 7)))
    sigma = draw(st.sampled_from((1.0, 0.5, 1.5, 0.8)))
    return {"sigma": sigma, "surround": sigma * draw(st.sampled_from((2.0, 1.5, 3.0))), "r": r}


def _bell(sigma, r, power=2.0, centre=None):
    u = np.arange(r) - ((r - 1) / 2 if centre is None else centre)
    return np.exp(-(abs(u) ** power) / (2 * sigma**power))


def _square(sigma, r):
    bell = _bell(sigma, r)
    return np.outer(bell, bell) / bell.sum() ** 2


def _right(sigma, surround, r):
    return _square(sigma, r) - _square(surround, r)


def _heights(sigma, surround, r):
    """The bells have the same height; it is their sums that are the same, 1 each, so that they cancel."""
    centre, around = _bell(sigma, r), _bell(surround, r)
    return np.outer(centre, centre) - np.outer(around, around)


def _closed_form(sigma, surround, r):
    """The factor 1/(2πσ²) is for the whole plane; cut off to r×r, divide each bell by its own sum."""
    centre, around = _bell(sigma, r), _bell(surround, r)
    bells = np.outer(centre, centre) / sigma**2, np.outer(around, around) / surround**2
    return (bells[0] - bells[1]) / (2 * np.pi)


def _off(sigma, surround, r):
    """This is an off-centre field: the narrow bell is taken from the wide one, not the other way round."""
    return -_right(sigma, surround, r)


def _outer_of_difference(sigma, surround, r):
    """The difference is taken along a line and then multiplied out: subtract the two squares of bells."""
    bells = [_bell(s, r) / _bell(s, r).sum() for s in (sigma, surround)]
    return np.outer(bells[0] - bells[1], bells[0] - bells[1])


def _no_half(sigma, surround, r):
    """The exponent is −u²/(2σ²); the 2 is missing, and both bells are too narrow."""
    return _right(sigma / np.sqrt(2), surround / np.sqrt(2), r)


def _not_centred(sigma, surround, r):
    """The bells stand in the first corner; their middle is at (r − 1)/2."""
    squares = []
    for s in (sigma, surround):
        bell = _bell(s, r, centre=0)
        squares.append(np.outer(bell, bell) / bell.sum() ** 2)
    return squares[0] - squares[1]


def _rounded_centre(sigma, surround, r):
    """The middle of an even number of pixels lies between two of them, at (r − 1)/2, not at r // 2."""
    squares = []
    for s in (sigma, surround):
        bell = _bell(s, r, centre=r // 2)
        squares.append(np.outer(bell, bell) / bell.sum() ** 2)
    return squares[0] - squares[1]


def _centre_alone(sigma, surround, r):
    """The surround is missing: this blurs, and answers to a blank wall."""
    return _square(sigma, r)


def _one_line(sigma, surround, r):
    """This is one row of it: a field has two dimensions."""
    bells = [_bell(s, r) / _bell(s, r).sum() for s in (sigma, surround)]
    return bells[0] - bells[1]


def _by_loops(sigma, surround, r):
    w = np.zeros((r, r))
    for s, sign in ((sigma, 1), (surround, -1)):
        bell = np.zeros((r, r))
        for i, j in np.ndindex(r, r):
            bell[i, j] = np.exp(-((i - (r - 1) / 2) ** 2 + (j - (r - 1) / 2) ** 2) / (2 * s**2))
        w += sign * bell / bell.sum()
    return w


def _by_grid(sigma, surround, r):
    u, v = np.mgrid[:r, :r] - (r - 1) / 2
    bells = [np.exp(-(u**2 + v**2) / (2 * s * s)) for s in (sigma, surround)]
    return bells[0] / bells[0].sum() - bells[1] / bells[1].sum()


exercise = Exercise(
    "centre_surround",
    reference=filters.difference_of_gaussians,
    properties=(
        Property("the shape", points=1, inputs=_widths(), compare=compare.shape, cases=6),
        Property(
            "odd sizes",
            points=1,
            inputs=_widths(),
            hint="Each bell sums to 1 on its own. What does the difference sum to?",
        ),
        Property(
            "even sizes", points=1, inputs=_widths(even=True), hint="The middle of r pixels is at (r − 1)/2."
        ),
    ),
    misconceptions=by_docstring(
        _heights,
        _closed_form,
        _off,
        _outer_of_difference,
        _no_half,
        _not_centred,
        _rounded_centre,
        _centre_alone,
        _one_line,
    ),
    mutants=(
        lambda sigma, surround, r: _right(sigma**2, surround**2, r),
        lambda sigma, surround, r: _right(surround, sigma, r),
        lambda sigma, surround, r: abs(_right(sigma, surround, r)),
        lambda sigma, surround, r: _right(sigma, surround, r) / abs(_right(sigma, surround, r)).sum(),
        lambda sigma, surround, r: _right(sigma, surround, r + 1),
    ),
    variants=(
        _right,
        _by_loops,
        _by_grid,
        lambda sigma, surround, r: _right(sigma, surround, r).astype(np.float32),
    ),
)
