"""Find the bug: how often a stack of dilated layers reads each input."""

from itertools import product

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.layers import Conv
from convbook.reference.receptive_field import input_gradient


@st.composite
def _stacks(draw, deepest=3):
    dilations = draw(st.lists(st.integers(1, 4), min_size=1, max_size=deepest))
    return {"r": draw(st.integers(1, 4)), "dilations": tuple(dilations)}


def _size(r, dilations):
    return 1 + (r - 1) * sum(dilations)


def _comb(r, t):
    """Ones at the taps of a kernel."""
    comb = np.zeros(t * (r - 1) + 1)
    comb[::t] = 1
    return comb


def _right(r, dilations):
    counts = np.ones(1)
    for t in dilations:
        counts = np.convolve(counts, _comb(r, t))
    return counts


def _overwriting(r, dilations):
    """Where two taps reach the same input, their ways must add: `+=`, where the function has `=`."""
    counts = np.ones(1)
    for t in dilations:
        wider = np.zeros(len(counts) + t * (r - 1))
        for a in range(r):
            wider[t * a : t * a + len(counts)] = counts
        counts = wider
    return counts


def _read_or_not(r, dilations):
    """This says which inputs are read. Asked is how often: in how many ways each one reaches the output."""
    return (_right(r, dilations) > 0).astype(float)


def _dilations_forgotten(r, dilations):
    """The dilations have got lost: tap a of a layer looks t · a places further on."""
    return _right(r, [1] * len(dilations))


def _layers_side_by_side(r, dilations):
    """The layers are counted side by side. They stand one behind the other: each tap of a layer starts from
    all the ways of the layers so far.
    """
    counts = np.zeros(_size(r, dilations))
    for t in dilations:
        counts[: t * (r - 1) + 1] += _comb(r, t)
    return counts


def _averaging(r, dilations):
    """These are shares, which add up to 1. Asked is the number of ways."""
    return _right(r, dilations) / r ** len(dilations)


def _last_layer(r, dilations):
    """Only the last layer is counted: what it reads has been read by the layers before."""
    return _comb(r, dilations[-1])


def _example(r, dilations):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([1.0, 1, 1, 1])


def _way_by_way(r, dilations):
    counts = [0] * _size(r, dilations)
    for taps in product(range(r), repeat=len(dilations)):
        counts[sum(t * a for t, a in zip(dilations, taps, strict=True))] += 1
    return counts


def _mended(r, dilations):
    counts = np.ones(1)
    for t in dilations:
        wider = np.zeros(len(counts) + t * (r - 1))
        for a in range(r):
            wider[t * a : t * a + len(counts)] += counts
        counts = wider
    return counts


def _by_gradient(r, dilations):
    layers = [Conv(r, dilation=t) for t in dilations]
    return input_gradient(layers, _size(r, dilations)) * float(r) ** len(layers)


def _from_the_top(r, dilations):
    return _right(r, dilations[::-1]).astype(int)


exercise = Exercise(
    "read_counts",
    reference=_right,
    properties=(
        Property("the size of the field", points=1, inputs=_stacks(), compare=compare.shape),
        Property(
            "one layer",
            points=1,
            inputs=_stacks(deepest=1),
            hint="One layer reads each of its taps once, and what lies between them not at all.",
        ),
        Property(
            "a stack",
            points=2,
            inputs=_stacks(),
            hint="Follow r = 2 and dilations (1, 1) by hand: which input can be reached in two ways?",
        ),
    ),
    misconceptions=by_docstring(
        _overwriting,
        _read_or_not,
        _dilations_forgotten,
        _layers_side_by_side,
        _averaging,
        _last_layer,
        _example,
    ),
    mutants=(
        lambda r, dilations: _right(r, dilations[:2]),
        lambda r, dilations: np.minimum(_right(r, dilations), 2),
        lambda r, dilations: _right(min(r, 3), dilations),
        lambda r, dilations: np.append(_right(r, dilations), 0),
        lambda r, dilations: _right(r, [max(dilations)] * len(dilations)),
        lambda r, dilations: _right(r, dilations)[::-1] + (np.arange(_size(r, dilations)) == 0),
    ),
    variants=(_way_by_way, _mended, _by_gradient, _from_the_top),
)
