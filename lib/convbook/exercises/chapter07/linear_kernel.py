"""The kernel with which a transposed convolution draws straight lines."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import upsample


def _tent(r, centre, reach):
    return 1 - abs(np.arange(r) - centre) / reach


def _right(stride):
    r = 2 * stride - stride % 2
    return _tent(r, (r - 1) / 2, stride)


def _box(stride):
    """This repeats every sample: ones as wide as the stride make nearest-neighbour interpolation."""
    return np.ones(stride)


def _always_even(stride):
    """For odd s the tent has a tip, and r = 2s − 1 weights; 2s only for even s."""
    r = 2 * stride
    return _tent(r, (r - 1) / 2, stride)


def _always_odd(stride):
    """For even s the new samples lie between, at quarters for s = 2, and r = 2s; 2s − 1 only for odd s."""
    r = 2 * stride - 1
    return _tent(r, (r - 1) / 2, stride)


def _summing_to_one(stride):
    """The weights sum to s, not to 1: what sums to 1 are the weights of the copies that meet at a place."""
    return _right(stride) / stride


def _off_centre(stride):
    """The tent is not symmetric: its tip is at (r − 1)/2."""
    r = 2 * stride - stride % 2
    return _tent(r, r // 2, stride)


def _too_flat(stride):
    """The tent falls too slowly: from 1 to 0 in s places, where the next tip stands."""
    r = 2 * stride - stride % 2
    return _tent(r, (r - 1) / 2, r)


def _example(stride):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([0.25, 0.75, 0.75, 0.25])


def _squared(stride):
    return _right(stride) ** 2


def _half(stride):
    return _right(stride)[:stride]


def _two_dimensional(stride):
    return np.outer(_right(stride), _right(stride))


def _bell(stride):
    r = 2 * stride - stride % 2
    return np.exp(-((np.arange(r) - (r - 1) / 2) ** 2) / stride**2)


def _without_ends(stride):
    return _right(stride)[1:-1] if stride > 1 else _right(stride)


def _by_boxes(stride):
    box = np.ones(stride) / stride
    if stride % 2:
        return np.convolve(box, box) * stride
    return np.convolve(np.convolve(box, box), [0.5, 0.5]) * stride


def _by_lists(stride):
    r = 2 * stride - stride % 2
    return [1 - abs(a - (r - 1) / 2) / stride for a in range(r)]


def _by_mirror(stride):
    half = (np.arange(stride) + (0.5 if stride % 2 == 0 else 1)) / stride
    return np.concatenate([half, half[::-1][stride % 2 :]])


exercise = Exercise(
    "linear_kernel",
    reference=lambda stride: upsample.linear_kernel(stride),
    properties=(
        Property(
            "even strides",
            points=1,
            inputs=st.builds(lambda s: {"stride": 2 * s}, st.integers(1, 6)),
            hint="For s = 2 it is ¼, ¾, ¾, ¼. Draw two of them, 2 apart: what is their sum where they meet?",
        ),
        Property(
            "odd strides",
            points=1,
            inputs=st.builds(lambda s: {"stride": 2 * s - 1}, st.integers(1, 6)),
            hint="For s = 3 it is ⅓, ⅔, 1, ⅔, ⅓.",
        ),
        Property(
            "the size",
            points=1,
            inputs=st.builds(lambda s: {"stride": s}, st.integers(1, 12)),
            compare=compare.shape,
        ),
    ),
    misconceptions=by_docstring(
        _box, _always_even, _always_odd, _summing_to_one, _off_centre, _too_flat, _example
    ),
    mutants=(_squared, _half, _two_dimensional, _bell, _without_ends),
    variants=(_right, _by_boxes, _by_lists, _by_mirror),
)
