"""Pieces of a plane: as many as the geometry says, and on each the network is what its piece says."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference.regions import folding_layers, linear_regions

coefficients = st.integers(-4, 4)


def forward(layers, x):
    for w, b in layers:
        x = np.maximum(w @ x + b, 0)
    return x


def area(corners):
    x, y = corners.T
    return (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2


def crossings(w, b):
    """Where the lines w·x + b = 0 meet, two by two."""
    pairs = [list(pair) for pair in combinations(range(len(w)), 2)]
    return np.array([np.linalg.solve(w[pair], -b[pair]) for pair in pairs])


def random_network(rng, widths):
    sizes = zip((2, *widths), widths, strict=False)
    return [(rng.standard_normal((h, n)), rng.standard_normal(h)) for n, h in sizes]


@pytest.mark.parametrize("n", [1, 2, 5, 20])
def test_lines_in_general_position_cut_a_plane_as_steiner_says(n):
    rng = np.random.default_rng(n)
    w, b = rng.standard_normal((n, 2)), rng.standard_normal(n)
    reach = 1 + abs(crossings(w, b)).max(initial=1)
    regions = linear_regions([(w, b)], ((-reach, -reach), (reach, reach)))
    assert len(regions) == 1 + n + n * (n - 1) // 2


def test_lines_in_special_position_cut_less():
    square = ((-3, -3), (3, 3))
    w, b = np.array([[1, 0], [1, 0], [1, 0]]), np.array([-1, 0, 1])
    assert len(linear_regions([(w, b)], square)) == 4  # parallel
    w, b = np.array([[1, 0], [0, 1], [1, 1]]), np.zeros(3)
    assert (
        len(linear_regions([(w, b)], square)) == 6
    )  # through one point: seven if one moves, by however little
    assert len(linear_regions([(w, np.array([0, 0, 1e-300]))], square)) == 7
    assert len(linear_regions([(np.zeros((2, 2)), np.array([0, -1]))], square)) == 1  # no line at all


@given(
    st.lists(st.tuples(coefficients, coefficients, coefficients), min_size=1, max_size=5),
    st.lists(st.lists(coefficients, min_size=6, max_size=6), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_pieces_tile_the_rectangle_and_the_network_is_linear_on_each(lines, more):
    lines, n = np.array(lines), len(lines)
    layers = [(lines[:, :2], lines[:, 2])]
    if more:
        more = np.array(more)
        layers.append((more[:, :n], more[:, 5]))
    regions = linear_regions(layers, ((-3, -2), (2, 4)))
    assert sum(area(region.corners) for region in regions) == pytest.approx(30)
    assert len({region.on for region in regions}) == len(regions)
    for region in regions:
        assert area(region.corners) > 0
        for share in (0.5, 0.9):  # two points inside
            x = (1 - share) * region.corners.mean(axis=0) + share * region.corners[0]
            np.testing.assert_allclose(region.slope @ x + region.offset, forward(layers, x), atol=1e-9)


def test_sampling_never_finds_another_piece():
    rng = np.random.default_rng(3)
    layers = random_network(rng, (4, 3, 5))
    known = {region.on for region in linear_regions(layers)}
    for x in rng.random((3000, 2)):
        on = []
        for w, b in layers:
            on += list(w @ x + b > 0)
            x = np.maximum(w @ x + b, 0)
        assert tuple(on) in known


@pytest.mark.parametrize("depth", range(1, 6))
def test_folding_doubles_along_every_axis(depth):
    regions = linear_regions(folding_layers(depth))
    assert len(regions) == 4**depth
    for region in regions:  # every piece has the same size, and the last layer sees it at full height
        assert np.ptp(region.corners, axis=0).tolist() == [2.0**-depth] * 2
        tents = np.kron(np.eye(2), [2, -4]) @ region.slope
        np.testing.assert_array_equal(abs(tents), 2.0**depth * np.eye(2))


def test_the_tent_is_folded_depth_times():
    x = np.array([0.3, 0.8125])
    tent, folded = x, forward(folding_layers(3), x)
    for _ in range(3):
        tent = np.where(tent < 0.5, 2 * tent, 2 - 2 * tent)
    np.testing.assert_allclose(np.kron(np.eye(2), [2, -4]) @ folded, tent)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: linear_regions([(np.ones((3, 2)), np.ones(2))]),
            ValueError,
            r"layers\[0\] has w of shape \(3, 2\) and b of shape \(2,\), expected \(h, 2\) and \(h,\)",
        ),
        (
            lambda: linear_regions([(np.ones((3, 2)), np.ones(3)), (np.ones((1, 2)), np.ones(1))]),
            ValueError,
            r"layers\[1\] has w of shape \(1, 2\) .* expected \(h, 3\)",
        ),
        (lambda: linear_regions([], ((1, 0), (0, 1))), ValueError, "corners .* lower left, then upper right"),
        (lambda: linear_regions([(np.full((1, 2), np.nan), [0])]), ValueError, "w has numbers that are not"),
        (lambda: linear_regions([(["a", "b"], [0])]), TypeError, "w has dtype <U1, expected real numbers"),
        (lambda: folding_layers(0), ValueError, "folding_layers: depth must be at least 1, got 0"),
        (lambda: folding_layers(1, 1.5), TypeError, "folding_layers: axes must be an int, got 1.5"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
