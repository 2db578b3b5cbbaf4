"""Count the maps, the parameters and the operations of an inception module."""

from functools import partial

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.layers import Inception, cost_table


@st.composite
def _modules(draw, largest=7):
    maps = st.integers(1, 12)
    return {
        "k": draw(st.integers(1, 20)),
        "n": draw(st.integers(1, largest)),
        "ones": draw(maps),
        "threes": (draw(maps), draw(maps)),
        "fives": (draw(maps), draw(maps)),
        "pooled": draw(maps),
    }


def _item(i, expected, got):
    """Compare one of the three numbers."""
    if difference := compare.shape(expected, got):
        return difference
    return compare.values(expected[i], got[i])


def _count(k, n, ones, threes, fives, pooled, *, bias=1, places=None, reduced=True):
    """What is asked for; the variations are what people forget."""
    (k3, threes), (k5, fives) = threes, fives
    fed3, fed5 = (k3, k5) if reduced else (k, k)
    parameters = sum(
        (r * r * fed + bias) * made
        for r, fed, made in (
            *((1, k, ones), (1, k, pooled)),
            *((1, k, k3), (3, fed3, threes)),
            *((1, k, k5), (5, fed5, fives)),
        )
    )
    places = n * n if places is None else places
    return ones + threes + fives + pooled, parameters, parameters * places + k * n * n


def _right(k, n, ones, threes, fives, pooled):
    return _count(k, n, ones, threes, fives, pooled)


def _without_biases(k, n, ones, threes, fives, pooled):
    """The biases are missing: each kernel has one."""
    return _count(k, n, ones, threes, fives, pooled, bias=0)


def _without_pooling(k, n, ones, threes, fives, pooled):
    """The pooling costs something too: it looks once at every number that it is fed, k·n²."""
    maps, parameters, operations = _right(k, n, ones, threes, fives, pooled)
    return maps, parameters, operations - k * n * n


def _large_kernels_fed_k(k, n, ones, threes, fives, pooled):
    """The 3×3 and the 5×5 kernels are fed the few maps that their reductions make, not all k."""
    return _count(k, n, ones, threes, fives, pooled, reduced=False)


def _one_row_of_places(k, n, ones, threes, fives, pooled):
    """A map has n·n places, not n."""
    return _count(k, n, ones, threes, fives, pooled, places=n)


def _operations_are_parameters(k, n, ones, threes, fives, pooled):
    """Every parameter is used once at each of the n·n places."""
    return _count(k, n, ones, threes, fives, pooled, places=1)


def _reductions_stacked(k, n, ones, threes, fives, pooled):
    """The maps of the reductions do not come out: they are fed to the large kernels."""
    maps, *costs = _right(k, n, ones, threes, fives, pooled)
    return maps + threes[0] + fives[0], *costs


def _reductions_forgotten(k, n, ones, threes, fives, pooled):
    """The two reductions are convolutions with weights of their own."""
    (k3, _), (k5, _) = threes, fives
    maps, parameters, operations = _right(k, n, ones, threes, fives, pooled)
    lost = (k + 1) * (k3 + k5)
    return maps, parameters - lost, operations - lost * n * n


def _as_on_the_slide(k, n, ones, threes, fives, pooled):
    """The 1×1 branch is a convolution: (k + 1) operations for each of its maps at each place, as for any."""
    maps, parameters, operations = _right(k, n, ones, threes, fives, pooled)
    return maps, parameters, operations - (k + 1) * ones * n * n + ones


def _naive_pooling(k, n, ones, threes, fives, pooled):
    """After the pooling a 1×1 convolution makes `pooled` maps of the k."""
    maps, parameters, operations = _right(k, n, ones, threes, fives, pooled)
    lost = (k + 1) * pooled
    return maps - pooled + k, parameters - lost, operations - lost * n * n


def _largest_branch(k, n, ones, threes, fives, pooled):
    """The branches are stacked: their maps add up."""
    _, *costs = _right(k, n, ones, threes, fives, pooled)
    return max(ones, threes[1], fives[1], pooled), *costs


def _by_the_library(k, n, ones, threes, fives, pooled):
    row = cost_table([Inception(ones, threes, fives, pooled)], (k, n, n)).rows[0]
    return row.shape[0], row.parameters, row.operations


def _in_place_by_place(k, n, ones, threes, fives, pooled):
    parameters = (k + 1) * (ones + pooled)
    for r, (few, maps) in ((3, threes), (5, fives)):
        parameters += (k + 1) * few + (r**2 * few + 1) * maps
    return ones + threes[1] + fives[1] + pooled, parameters, (parameters + k) * n**2


exercise = Exercise(
    "inception_cost",
    reference=_right,
    properties=(
        Property(
            "the maps that come out",
            points=1,
            inputs=_modules(),
            compare=partial(_item, 0),
            hint="Four branches are stacked: what does each of them make?",
        ),
        Property(
            "the parameters",
            points=2,
            inputs=_modules(),
            compare=partial(_item, 1),
            hint="Six convolutions, (r²·k + 1)·k' each. By how many maps is each of them fed?",
        ),
        Property(
            "the operations",
            points=2,
            inputs=_modules(),
            compare=partial(_item, 2),
            hint="Every parameter is used at every place; the pooling looks at every number of its input.",
        ),
    ),
    misconceptions=by_docstring(
        _without_biases,
        _without_pooling,
        _large_kernels_fed_k,
        _one_row_of_places,
        _operations_are_parameters,
        _reductions_stacked,
        _reductions_forgotten,
        _as_on_the_slide,
        _naive_pooling,
        _largest_branch,
    ),
    mutants=(
        lambda k, n, ones, threes, fives, pooled: _right(k, n, ones, threes, fives, pooled)[::-1],
        lambda k, n, ones, threes, fives, pooled: _right(k, n, ones, fives, threes, pooled),
        lambda k, n, ones, threes, fives, pooled: _right(k, n, ones, threes[::-1], fives[::-1], pooled),
        lambda k, n, ones, threes, fives, pooled: _right(k, min(n, 3), ones, threes, fives, pooled),
        lambda k, n, ones, threes, fives, pooled: _right(k, n, pooled, threes, fives, pooled),
        lambda k, n, ones, threes, fives, pooled: (16, 400, 4000),
    ),
    variants=(
        _by_the_library,
        _in_place_by_place,
        lambda k, n, ones, threes, fives, pooled: list(_right(k, n, ones, threes, fives, pooled)),
        lambda k, n, ones, threes, fives, pooled: tuple(
            map(float, _right(k, n, ones, threes, fives, pooled))
        ),
        lambda k, n, ones, threes, fives, pooled: tuple(
            map(np.int64, _right(k, n, ones, threes, fives, pooled))
        ),
    ),
)
