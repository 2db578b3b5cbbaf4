"""Read an image between its pixels."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, readable
from convbook.reference.deform import deform_conv2d

FRACTIONS = (0.0, 0.5, 0.25, 0.75, 0.625)  # of a pixel, beyond a whole one


@st.composite
def _places(draw, fractions=FRACTIONS, beyond=0):
    """An image, and places with four pixels around, or up to `beyond` pixels outside."""
    size, count = (draw(st.integers(2, 4)), draw(st.integers(2, 4))), draw(st.integers(1, 3))
    along = []
    for n in size:
        possible = [i + fraction for i in range(-beyond, n - 1 + beyond) for fraction in fractions]
        along.append(draw(array(count, st.sampled_from(sorted(possible, key=abs)))))
    return {"x": draw(array(size, readable)), "places": np.stack(along, axis=1)}


def _interpolate(x, places, floor=np.floor, clamp=False, nearer=True):
    """The mean of the four pixels around each place, by how near they are."""
    corner = floor(places).astype(int)
    beyond, values = places - corner, np.zeros(len(places))
    for step in np.ndindex(2, 2):
        pixel = corner + step
        if clamp:
            pixel = np.clip(pixel, 0, np.subtract(x.shape, 1))
        inside = ((pixel >= 0) & (pixel < x.shape)).all(axis=1)
        share = np.where(np.equal(step, nearer), beyond, 1 - beyond).prod(axis=1)
        values[inside] += share[inside] * x[tuple(pixel[inside].T)]
    return values


def _right(x, places):
    return _interpolate(x, places)


def _nearest(x, places):
    """This takes the nearest pixel. Between the pixels it must be a mean of the four around."""
    return _interpolate(x, np.round(places))


def _upper_left(x, places):
    """This takes the pixel above and to the left. The other three around the place have their share, too."""
    return _interpolate(x, np.floor(places))


def _axes_swapped(x, places):
    """Row and column are exchanged: a place says first how far down it lies, then how far to the right."""
    return _interpolate(x, places[:, ::-1])


def _weights_swapped(x, places):
    """The shares are exchanged: the *nearer* a pixel is, the more it counts. At a distance d its share is
    1 − d.
    """
    return _interpolate(x, places, nearer=False)


def _clamped(x, places):
    """Outside, this repeats the pixels of the border. Outside of the image there are zeros."""
    return _interpolate(x, places, clamp=True)


def _truncated(x, places):
    """Negative coordinates are rounded the wrong way: `int` cuts towards zero, `np.floor` goes down, −0.5 to
    −1.
    """
    return _interpolate(x, places, floor=np.trunc)


def _nothing_at_the_border(x, places):
    """A place is given up as soon as one of the four pixels lies outside. The others still count."""
    (H, W), corner = x.shape, np.floor(places)
    inside = ((corner >= 0) & (corner + 1 < (H, W))).all(axis=1)
    return np.where(inside, _interpolate(x, places), 0)


def _wrapped(x, places):
    """Outside, this reads the other end of the image: a negative index counts from the end in Python."""
    return _interpolate(np.pad(x, 8, mode="wrap"), places + 8)


def _plain_mean(x, places):
    """This is the plain mean of four pixels. They count by how near they are."""
    return _interpolate(x, np.floor(places) + 0.5)


def _example(x, places):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([2.0, 3.75])


def _clearing_its_input(x, places):
    values = _right(x, places)
    places[:] = 0
    return values


def _by_hats(x, places):
    rows = np.maximum(0, 1 - abs(places[:, :1] - np.arange(x.shape[0])))
    columns = np.maximum(0, 1 - abs(places[:, 1:] - np.arange(x.shape[1])))
    return np.einsum("mi,ij,mj->m", rows, x, columns)


def _padded(x, places):
    x, places = np.pad(x, 8), places + 8
    i, j = np.floor(places).astype(int).T
    below, right = (places - np.floor(places)).T
    above = (1 - right) * x[i, j] + right * x[i, j + 1]
    under = (1 - right) * x[i + 1, j] + right * x[i + 1, j + 1]
    return (1 - below) * above + below * under


def _one_after_the_other(x, places):
    return [float(_right(x, place[None])[0]) for place in places]


def _by_the_library(x, places):
    """Each place is the offset of a kernel of one tap, from the first pixel."""
    one = np.ones((1, 1))
    return [
        deform_conv2d(x, np.broadcast_to(p[:, None, None], (2, *x.shape)).copy(), one)[0, 0] for p in places
    ]


def _in_float32(x, places):
    return _right(x, places).astype(np.float32)


exercise = Exercise(
    "bilinear_sample",
    reference=_right,
    properties=(
        Property("the number of values", points=1, inputs=_places(), compare=compare.shape),
        Property(
            "on the pixels",
            points=1,
            inputs=_places(fractions=(0.0,)),
            hint="At a whole row and column the value is that of the pixel.",
        ),
        Property(
            "between the pixels",
            points=2,
            inputs=_places(),
            hint="Interpolate to the right, in the row above and in the row below; then between the two.",
        ),
        Property(
            "beyond the border",
            points=1,
            inputs=_places(beyond=2),
            hint="Of the four pixels around a place, those outside count as zero. Test each of the four.",
        ),
    ),
    misconceptions=by_docstring(
        _nearest,
        _upper_left,
        _axes_swapped,
        _weights_swapped,
        _clamped,
        _truncated,
        _nothing_at_the_border,
        _wrapped,
        _plain_mean,
        _example,
    ),
    mutants=(
        _clearing_its_input,
        lambda x, places: _right(x, places[:1]),
        lambda x, places: _right(x, places).astype(int),
        lambda x, places: _right(x.T, places),
        lambda x, places: _right(x, np.abs(places)),
        lambda x, places: _right(np.abs(x), places),
    ),
    variants=(_by_hats, _padded, _one_after_the_other, _by_the_library, _in_float32),
)
