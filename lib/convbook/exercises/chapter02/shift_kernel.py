"""Move a picture with a kernel."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring


@st.composite
def _shifts(draw, vertical=True, horizontal=True, largest=4):
    r = draw(st.integers(1, largest))
    steps = st.integers(-r, r)
    return {"down": draw(steps) if vertical else 0, "right": draw(steps) if horizontal else 0, "r": r}


def _one_at(row, column, r):
    w = np.zeros((2 * r + 1, 2 * r + 1))
    w[row, column] = 1
    return w


def _shifting(down, right, r):
    return _one_at(r - down, r - right, r)


def _opposite_way(down, right, r):
    """The picture moves the opposite way. A layer correlates: a weight below the centre fetches the pixel
    *below*, which moves the picture up. (Under convolution your kernel would be right.)
    """
    return _one_at(r + down, r + right, r)


def _axes_swapped(down, right, r):
    """Rows and columns are swapped: the first index of a kernel goes down, the second to the right."""
    return _one_at(r - right, r - down, r)


def _axes_swapped_and_opposite(down, right, r):
    """Rows and columns are swapped, and the picture moves the opposite way."""
    return _one_at(r + right, r + down, r)


def _left_for_right(down, right, r):
    """Up and down are right, but left and right are exchanged."""
    return _one_at(r - down, r + right, r)


def _up_for_down(down, right, r):
    """Left and right are right, but up and down are exchanged."""
    return _one_at(r + down, r - right, r)


def _from_the_corner(down, right, r):
    """This counts from the corner of the kernel. No shift at all is the 1 at the *centre*, (r, r)."""
    return _one_at(down, right, r)


def _example(down, right, r):
    """This is the answer to the example of the text, whatever the shift is."""
    return np.array([[0.0, 1, 0], [0, 0, 0], [0, 0, 0]])


def _rolled(down, right, r):
    return np.roll(_one_at(r, r, r), (-down, -right), axis=(0, 1))


def _of_two_passes(down, right, r):
    return np.outer(np.eye(2 * r + 1)[r - down], np.eye(2 * r + 1)[r - right])


def _as_nested_lists(down, right, r):
    side = range(-r, r + 1)
    return [[float((a, e) == (-down, -right)) for e in side] for a in side]


exercise = Exercise(
    "shift_kernel",
    reference=_shifting,
    properties=(
        Property("the size of the kernel", points=1, inputs=_shifts(), compare=compare.shape),
        Property(
            "up or down",
            points=1,
            inputs=_shifts(horizontal=False),
            hint="To move the picture down by one, each output pixel must look one pixel up.",
        ),
        Property(
            "left or right",
            points=1,
            inputs=_shifts(vertical=False),
            hint="To move the picture right by one, each output pixel must look one pixel to the left.",
        ),
        Property(
            "both at once",
            points=1,
            inputs=_shifts(),
            hint="The kernel has a single 1. Its row takes care of `down`, its column of `right`.",
        ),
    ),
    misconceptions=by_docstring(
        _opposite_way,
        _axes_swapped,
        _axes_swapped_and_opposite,
        _left_for_right,
        _up_for_down,
        _from_the_corner,
        _example,
    ),
    mutants=(
        lambda down, right, r: _shifting(down, right, r)[:-1, :-1],
        lambda down, right, r: _rolled(down, 0, r) + _rolled(0, right, r),
        lambda down, right, r: _rolled(down, right, r) / 2,
        lambda down, right, r: _rolled(np.sign(down), np.sign(right), r),
        lambda down, right, r: _shifting(abs(down), abs(right), r),
        lambda down, right, r: np.roll(np.eye(2 * r + 1), (-down, -right), axis=(0, 1)),
    ),
    variants=(
        _rolled,
        _of_two_passes,
        _as_nested_lists,
        lambda down, right, r: _shifting(down, right, r).astype(int),
        lambda down, right, r: _shifting(down, right, r).astype(np.float32),
    ),
)
