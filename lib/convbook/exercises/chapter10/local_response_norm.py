"""Local response normalisation, with the constants of the paper."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _inputs(draw, single=False):
    maps = draw(st.integers(1, 6))
    size = (1, 1) if single else (draw(st.integers(1, 3)), draw(st.integers(1, 3)))
    return {
        "a": draw(array((maps, *size))),
        "size": draw(st.sampled_from((3, 5, 1))),
        "alpha": draw(st.sampled_from((1.0, 0.5))),
        "beta": draw(st.sampled_from((1.0, 0.75, 0.5))),
        "k": draw(st.sampled_from((1.0, 2.0))),
    }


def _neighbours(a, i, size):
    return a[max(0, i - size // 2) : i + size // 2 + 1]


def _normalised(a, strength, alpha, beta, k):
    """With a strength for each map."""
    return a / (k + alpha * np.array([strength(i) for i in range(len(a))])) ** beta


def _right(a, size, *, alpha, beta, k):
    def strength(i):
        return (_neighbours(a, i, size) ** 2).sum(0)

    return _normalised(a, strength, alpha, beta, k)


def _divided_by_size(a, size, *, alpha, beta, k):
    """PyTorch divides alpha by the size; the formula of the paper does not."""
    return _right(a, size, alpha=alpha / size, beta=beta, k=k)


def _mean(a, size, *, alpha, beta, k):
    """The squares are added up; at the first and the last map there are fewer, and the sum is smaller."""
    return _normalised(a, lambda i: (_neighbours(a, i, size) ** 2).mean(0), alpha, beta, k)


def _not_squared(a, size, *, alpha, beta, k):
    """The neighbours are squared before they are added up."""
    return _normalised(a, lambda i: abs(_neighbours(a, i, size)).sum(0), alpha, beta, k)


def _without_itself(a, size, *, alpha, beta, k):
    """A map is one of its own neighbours: j = i counts."""
    return _normalised(a, lambda i: (_neighbours(a, i, size) ** 2).sum(0) - a[i] ** 2, alpha, beta, k)


def _round_the_edge(a, size, *, alpha, beta, k):
    """The maps are in a row, not in a ring: the first has no neighbour before it."""

    def strength(i):
        return sum(a[(i + d) % len(a)] ** 2 for d in range(-(size // 2), size // 2 + 1))

    return _normalised(a, strength, alpha, beta, k)


def _size_on_each_side(a, size, *, alpha, beta, k):
    """`size` counts all neighbours: size // 2 on each side, and the map itself."""
    return _right(a, 2 * size + 1, alpha=alpha, beta=beta, k=k)


def _all_maps(a, size, *, alpha, beta, k):
    """The sum is over the neighbours, not over all maps."""
    return _normalised(a, lambda i: (a**2).sum(0), alpha, beta, k)


def _last_left_out(a, size, *, alpha, beta, k):
    """The last neighbour is left out: a slice ends before its end."""
    return _normalised(a, lambda i: (a[max(0, i - size // 2) : i + size // 2] ** 2).sum(0), alpha, beta, k)


def _negative_start(a, size, *, alpha, beta, k):
    """The slice of the first maps begins at a negative number, which counts from the end."""
    return _normalised(a, lambda i: (a[i - size // 2 : i + size // 2 + 1] ** 2).sum(0), alpha, beta, k)


def _over_the_image(a, size, *, alpha, beta, k):
    """Neighbours are other maps at the same place, not other places of the same map."""
    turned = np.moveaxis(a, 2, 0)
    return np.moveaxis(_right(turned, size, alpha=alpha, beta=beta, k=k), 0, 2)


def _in_place(a, size, *, alpha, beta, k):
    """The neighbours are those of the input: here the maps before i are normalised already."""
    b = a.copy()
    for i in range(len(a)):
        b[i] /= (k + alpha * (_neighbours(b, i, size) ** 2).sum(0)) ** beta
    return b


def _multiplied(a, size, *, alpha, beta, k):
    """A strong neighbourhood *dampens*: divide, do not multiply."""
    return _right(a, size, alpha=alpha, beta=-beta, k=k)


def _no_power(a, size, *, alpha, beta, k):
    """The power beta is missing."""
    return _right(a, size, alpha=alpha, beta=1.0, k=k)


def _power_of_the_sum(a, size, *, alpha, beta, k):
    """The power is taken of all of it, k included."""
    strengths = np.array([(_neighbours(a, i, size) ** 2).sum(0) for i in range(len(a))])
    return a / (k + alpha * strengths**beta)


def _cumulative(a, size, *, alpha, beta, k):
    sums = np.cumsum(np.pad(a**2, ((size // 2 + 1, size // 2), (0, 0), (0, 0))), axis=0)
    return a * (k + alpha * (sums[size:] - sums[:-size])) ** -beta


def _by_a_band(a, size, *, alpha, beta, k):
    i = np.arange(len(a))
    band = abs(i[:, None] - i) <= size // 2
    return a / (k + alpha * np.tensordot(band, a**2, 1)) ** beta


def _by_convolution(a, size, *, alpha, beta, k):
    sums = np.apply_along_axis(lambda column: np.convolve(column**2, np.ones(size)), 0, a)
    return a / (k + alpha * sums[size // 2 : size // 2 + len(a)]) ** beta


def _in_loops(a, size, *, alpha, beta, k):
    b = np.empty(a.shape)
    for i, u, v in np.ndindex(a.shape):
        total = sum(a[j, u, v] ** 2 for j in range(len(a)) if abs(i - j) <= size // 2)
        b[i, u, v] = a[i, u, v] / (k + alpha * total) ** beta
    return b


exercise = Exercise(
    "local_response_norm",
    reference=_right,
    properties=(
        Property(
            "a single place",
            points=1,
            inputs=_inputs(single=True),
            hint="For map i, add up the squares of the maps from i − size // 2 to i + size // 2 that exist.",
        ),
        Property(
            "maps",
            points=2,
            inputs=_inputs(),
            hint="Every place is normalised on its own: keep the two axes of the image as they are.",
        ),
    ),
    misconceptions=by_docstring(
        _divided_by_size,
        _mean,
        _not_squared,
        _without_itself,
        _round_the_edge,
        _size_on_each_side,
        _all_maps,
        _last_left_out,
        _negative_start,
        _over_the_image,
        _in_place,
        _multiplied,
        _no_power,
        _power_of_the_sum,
    ),
    mutants=(
        lambda a, size, *, alpha, beta, k: _right(a, size, alpha=alpha, beta=beta, k=1.0),
        lambda a, size, *, alpha, beta, k: _right(a, size, alpha=1.0, beta=beta, k=k),
        lambda a, size, *, alpha, beta, k: _right(a, 5, alpha=alpha, beta=beta, k=k),
        lambda a, size, *, alpha, beta, k: abs(_right(a, size, alpha=alpha, beta=beta, k=k)),
        lambda a, size, *, alpha, beta, k: a / _right(a, size, alpha=alpha, beta=beta, k=k).max(),
        lambda a, size, *, alpha, beta, k: _right(a, size, alpha=beta, beta=alpha, k=k),
    ),
    variants=(_cumulative, _by_a_band, _by_convolution, _in_loops),
)
