"""The cost of a network that is given as a list of layers."""

from math import prod

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.layers import Conv, Linear, Norm, Pool, Softmax, cost_table


def _side(n, r, s, p):
    return (n + 2 * p - r) // s + 1


@st.composite
def _networks(draw, kinds=("conv", "pool", "norm"), matrices=0):
    """Layers that fit: none is fed a map smaller than its window."""
    shape = draw(st.integers(1, 3)), draw(st.integers(3, 12)), draw(st.integers(3, 12))
    layers, (_, *size) = [], shape
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=3)):
        if kind == "norm":
            layers.append((kind,))
            continue
        s, p = draw(st.integers(1, 3)), draw(st.integers(0, 2)) if kind == "conv" else 0
        r = draw(st.integers(1, min(4, *(n + 2 * p for n in size))))
        layers.append((kind, r, draw(st.integers(1, 5)), s, p) if kind == "conv" else (kind, r, s))
        size = [_side(n, r, s, p) for n in size]
    for _ in range(draw(st.integers(min(1, matrices), matrices))):
        layers.append(("fc", draw(st.integers(1, 6))))
    if matrices and draw(st.booleans()):
        layers.append(("softmax",))
    return {"layers": tuple(layers), "shape": shape}


def _followed(
    layers,
    shape,
    *,
    bias=True,
    conv_places=lambda fed, made: made[1:],
    looked_at=lambda fed, made: fed,
    softmax=True,
    pool_parameters=0,
    next_maps=lambda k, maps: maps,
    next_size=_side,
    fed_to_matrix=prod,
    matrix_uses=lambda fed: 1,
    places_of_maps=prod,
):
    """Follow an input through the layers; the variations are what people get wrong."""
    rows = []
    for kind, *numbers in layers:
        fed = shape
        if kind == "conv":
            r, maps, s, p = numbers
            shape = (next_maps(shape[0], maps), *(next_size(n, r, s, p) for n in shape[1:]))
            parameters = (r * r * fed[0] + bias) * maps
            operations = parameters * places_of_maps(conv_places(fed, shape))
        elif kind == "fc":
            shape = tuple(numbers)
            parameters = (fed_to_matrix(fed) + bias) * numbers[0]
            operations = parameters * matrix_uses(fed)
        else:
            if kind == "pool":
                r, s = numbers
                shape = (shape[0], *(next_size(n, r, s, 0) for n in shape[1:]))
            parameters = pool_parameters if kind == "pool" else 0
            operations = 0 if kind == "softmax" and not softmax else prod(looked_at(fed, shape))
        rows.append((parameters, operations))
    return np.array(rows)


def _right(layers, shape):
    return _followed(layers, shape)


def _no_bias(layers, shape):
    """Each kernel has a bias, and each unit of a fully connected layer: it is a parameter, and is used."""
    return _followed(layers, shape, bias=False)


def _at_every_input(layers, shape):
    """A weight is used once for every place of the *output*, not of the input."""
    return _followed(layers, shape, conv_places=lambda fed, made: fed[1:])


def _outputs_counted(layers, shape):
    """A pool looks at every number of its *input*; what it makes is less."""
    return _followed(layers, shape, looked_at=lambda fed, made: made)


def _one_map(layers, shape):
    """A pool or a normalisation looks at all maps, not at the places of one."""
    return _followed(layers, shape, looked_at=lambda fed, made: fed[1:] or fed)


def _pools_learn(layers, shape):
    """A pool learns nothing."""
    return _followed(layers, shape, pool_parameters=2)


def _maps_of_the_image(layers, shape):
    """The next layer is fed as many maps as this one makes, not as many as the image has."""
    return _followed(layers, shape, next_maps=lambda k, maps: k)


def _rounded_up(layers, shape):
    """A window that sticks out over the edge does not count: the size is rounded down."""
    return _followed(layers, shape, next_size=lambda n, r, s, p: -((r - n - 2 * p) // s) + 1)


def _no_stride(layers, shape):
    """The stride is forgotten: windows stand at every s-th place only."""
    return _followed(layers, shape, next_size=lambda n, r, s, p: n + 2 * p - r + 1)


def _padded_once(layers, shape):
    """Padding adds p at *both* ends of each side."""
    return _followed(layers, shape, next_size=lambda n, r, s, p: (n + p - r) // s + 1 if n + p >= r else 1)


def _matrix_sees_maps(layers, shape):
    """A fully connected layer is fed every number of every map, not one number a map."""
    return _followed(layers, shape, fed_to_matrix=lambda fed: fed[0])


def _matrix_at_every_place(layers, shape):
    """A fully connected layer uses each weight once: it has no places."""
    return _followed(layers, shape, matrix_uses=lambda fed: prod(fed[1:]))


def _softmax_free(layers, shape):
    """A softmax looks once at each of its scores: as many operations as scores."""
    return _followed(layers, shape, softmax=False)


def _height_only(layers, shape):
    """Maps need not be square: take height times width, not height squared."""
    return _followed(layers, shape, places_of_maps=lambda size: size[0] ** 2)


def _by_the_library(layers, shape):
    kinds = {
        "conv": lambda r, maps, s, p: Conv(r, maps, stride=s, padding=p),
        "pool": lambda r, s: Pool(r, stride=s),
        "norm": Norm,
        "fc": Linear,
        "softmax": Softmax,
    }
    table = cost_table([kinds[kind](*numbers) for kind, *numbers in layers], shape)
    return [(row.parameters, row.operations) for row in table.rows]


def _by_counting(layers, shape):
    """Parameters are those of an array, places those of a range."""
    rows = []
    for kind, *numbers in layers:
        if kind == "fc":
            shape, learned = (numbers[0],), np.zeros((numbers[0], 1 + prod(shape))).size
            rows.append([learned, learned])
            continue
        if kind == "conv":
            r, maps, s, p = numbers
            learned = np.zeros((maps, r, r, shape[0])).size + maps
            shape = maps, *(len(range(-p, n + p - r + 1, s)) for n in shape[1:])
            rows.append([learned, learned * prod(shape[1:])])
            continue
        rows.append([0, prod(shape)])
        if kind == "pool":
            r, s = numbers
            shape = shape[0], *(len(range(0, n - r + 1, s)) for n in shape[1:])
    return rows


exercise = Exercise(
    "network_cost",
    reference=_right,
    properties=(
        Property(
            "convolutions",
            points=1,
            inputs=_networks(kinds=("conv",)),
            hint="(r² · k + 1) · k' parameters, each used at every place of the output.",
        ),
        Property(
            "pooling and normalisation too",
            points=1,
            inputs=_networks(),
            hint="They learn nothing, and look once at every number of their input.",
        ),
        Property(
            "whole networks",
            points=2,
            inputs=_networks(matrices=2),
            hint="A fully connected layer is fed all numbers, and leaves the shape (n,).",
        ),
    ),
    misconceptions=by_docstring(
        _no_bias,
        _at_every_input,
        _outputs_counted,
        _one_map,
        _pools_learn,
        _maps_of_the_image,
        _rounded_up,
        _no_stride,
        _padded_once,
        _matrix_sees_maps,
        _matrix_at_every_place,
        _softmax_free,
        _height_only,
    ),
    mutants=(
        lambda layers, shape: _right(layers, shape)[:, ::-1],
        lambda layers, shape: _right(layers, shape)[::-1],
        lambda layers, shape: _right(layers, shape).sum(0),
        lambda layers, shape: _right(layers, shape)[:-1],
        lambda layers, shape: 1 + _right(layers, shape),
        lambda layers, shape: _right(layers, (1, *shape[1:])),
    ),
    variants=(
        _by_the_library,
        _by_counting,
        lambda layers, shape: [tuple(map(float, row)) for row in _right(layers, shape)],
        lambda layers, shape: _right(list(layers), list(shape)),
    ),
)
