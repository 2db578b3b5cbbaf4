"""Steppers and the explorer of pooling: what they show is what the library computes."""

import json
import re

import numpy as np
import pytest

from convbook.reference import direct, filters, pool, unpool
from convbook.viz import explorer, stepper
from convbook.viz.html import number

RNG = np.random.default_rng(8)
X = np.round(RNG.standard_normal((5, 7)), 1)


def frames(figure):
    return json.loads(re.search(r"stepper\(root, (\[.*\])\);", figure._repr_html_())[1])


def filled(figure, grid, shape):
    """What stands in a grid after the last frame."""
    cells = {}
    for frame in frames(figure):
        cells |= frame["put"].get(grid, {})
    return [[cells.get(str(shape[1] * i + j), "") for j in range(shape[1])] for i in range(shape[0])]


def written(a):
    return [[number(value) for value in row] for row in a]


@pytest.mark.parametrize("kernel_size, stride", [(2, None), (3, 2), ((2, 3), (1, 2))])
def test_pooling(kernel_size, stride):
    y, indices = pool.max_pool2d(X, kernel_size, stride=stride, return_indices=True)
    figure = stepper.max_pool2d(X, kernel_size, stride=stride)
    assert filled(figure, "y", y.shape) == written(y)
    assert filled(figure, "i", y.shape) == [[str(i) for i in row] for row in indices]
    for frame, index in zip(frames(figure), indices.flat, strict=True):
        assert frame["on"]["x"][str(index)] == "max"
        assert len(frame["on"]["x"]) == np.prod(np.broadcast_to(kernel_size, 2))
    mean = pool.avg_pool2d(X, kernel_size, stride=stride)
    assert filled(stepper.avg_pool2d(X, kernel_size, stride=stride), "y", y.shape) == written(mean)


def test_unpooling():
    values = RNG.integers(1, 9, (2, 3)).astype(float)
    _, indices = pool.max_pool2d(X, 2, return_indices=True)
    expected = unpool.max_unpool2d(values, indices, 2, output_size=X.shape)
    figure = stepper.max_unpool2d(values, indices, 2, output_size=X.shape)
    assert filled(figure, "y", X.shape) == written(expected)
    for function in (unpool.bed_of_nails, unpool.unpool_nearest):
        y = function(values, (2, 3))
        assert filled(getattr(stepper, function.__name__)(values, (2, 3)), "y", y.shape) == written(y)


@pytest.mark.parametrize("function", ["max_pool2d", "avg_pool2d", "bed_of_nails", "unpool_nearest"])
def test_a_signal_is_no_map(function):
    with pytest.raises(ValueError, match=rf"stepper.{function}: x must be 2-D, got shape \(4,\)"):
        getattr(stepper, function)(np.ones(4), 2)


def test_the_explorer_measures_what_the_library_measures(show):
    photo = np.round(255 * RNG.random((30, 41))) / 255
    page = show(explorer.pooling_shift(photo, shift=2, window=3))
    page.wait_for_selector("canvas")
    moved = [photo[:, shift : shift + 35] for shift in (0, 2)]
    before, after = (np.maximum(direct.conv2d(x, filters.sobel(1)), 0) for x in moved)
    ways = {
        "edges": lambda x: x,
        "subsample": lambda x: unpool.subsample(x, 3),
        "average": lambda x: pool.avg_pool2d(x, 3),
        "max": lambda x: pool.max_pool2d(x, 3),
        "max, then blur": lambda x: pool.blur_pool2d(pool.max_pool2d(x, 3, stride=1), 5, stride=3),
    }
    for way, reduce in ways.items():
        change = np.linalg.norm(reduce(after) - reduce(before)) / np.linalg.norm(reduce(before))
        assert page.get_by_text(f"{way}: {change:.2f}", exact=True).count() == 1, way
    page.get_by_role("slider", name="shift").press("Home")
    page.get_by_text("edges: 0.00", exact=True).wait_for()


def test_the_explorer_names_its_limits():
    with pytest.raises(ValueError, match=r"explorer.pooling_shift: shift must be from 0 to 6, got 9"):
        explorer.pooling_shift(X, shift=9)
