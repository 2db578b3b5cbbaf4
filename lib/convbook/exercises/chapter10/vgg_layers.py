"""The convolutional part of a VGG, as a list of layers."""

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring

maps = st.sampled_from((8, 16, 32, 64))
counts = st.integers(1, 4)
POOL = ("pool", 2, 2)


@st.composite
def _stages(draw, ones=False):
    stages = draw(st.lists(st.tuples(maps, counts), min_size=1, max_size=4))
    return {"stages": tuple(stages), "ones": draw(st.booleans()) if ones else False}


def _convolutions(count, k, ones, *, padding=1):
    """What stands between two poolings, from the first to the last."""
    layers = [("conv", 3, k, 1, padding)] * count
    if ones and count > 2:
        layers[-1] = ("conv", 1, k, 1, 0)
    return layers


def _right(stages, ones):
    return tuple(layer for k, count in stages for layer in (*_convolutions(count, k, ones), POOL))


def _one_convolution(stages, ones):
    """A stage has `count` convolutions."""
    return _right([(k, 1) for k, _ in stages], ones)


def _pooling_after_each(stages, ones):
    """There is a pooling after each *stage*, not after each convolution."""
    return tuple(
        layer for k, count in stages for conv in _convolutions(count, k, ones) for layer in (conv, POOL)
    )


def _no_last_pooling(stages, ones):
    """The last stage ends in a pooling too."""
    return _right(stages, ones)[:-1]


def _no_pooling(stages, ones):
    """Every stage ends in a pooling."""
    return tuple(layer for layer in _right(stages, ones) if layer != POOL)


def _not_padded(stages, ones):
    """Without padding a 3×3 convolution shrinks the map: p = 1 keeps its size."""
    return tuple(("conv", *layer[1:4], 0) if layer[0] == "conv" else layer for layer in _right(stages, ones))


def _ones_padded(stages, ones):
    """A 1×1 kernel needs no padding: with p = 1 the map would grow."""
    return tuple((*layer[:4], 1) if layer[:2] == ("conv", 1) else layer for layer in _right(stages, ones))


def _ones_too_many(stages, ones):
    """The 1×1 stands in place of the third convolution and later; stages of one or two have none."""
    layers = []
    for k, count in stages:
        layers += [("conv", 3, k, 1, 1)] * (count - bool(ones)) + [("conv", 1, k, 1, 0)] * bool(ones)
        layers.append(POOL)
    return tuple(layers)


def _ones_added(stages, ones):
    """The 1×1 *replaces* the last convolution of its stage: `count` stays what it is."""
    layers = []
    for k, count in stages:
        layers += _convolutions(count, k, False) + [("conv", 1, k, 1, 0)] * bool(ones and count > 2)
        layers.append(POOL)
    return tuple(layers)


def _ones_forgotten(stages, ones):
    """With `ones`, a stage of three or more ends in a 1×1 convolution."""
    return _right(stages, False)


def _maps_doubled(stages, ones):
    """The maps are given for each stage; do not double them yourself."""
    first = stages[0][0]
    return _right([(first * 2**i, count) for i, (_, count) in enumerate(stages)], ones)


def _in_loops(stages, ones):
    layers = []
    for k, count in stages:
        for i in range(count):
            last = ones and count > 2 and i == count - 1
            layers.append(["conv", 1 if last else 3, k, 1, 0 if last else 1])
        layers.append(list(POOL))
    return layers


def _from_the_end(stages, ones):
    layers = []
    for k, count in reversed(stages):
        layers += [POOL, *reversed(_convolutions(count, k, ones))]
    return layers[::-1]


def _with_r_half(stages, ones):
    kernels = [[3] * (count - 1) + [1 if ones and count > 2 else 3] for _, count in stages]
    return [
        layer
        for (k, _), row in zip(stages, kernels, strict=True)
        for layer in (*(("conv", r, k, 1, r // 2) for r in row), POOL)
    ]


exercise = Exercise(
    "vgg_layers",
    reference=_right,
    properties=(
        Property(
            "3×3 throughout",
            points=2,
            inputs=_stages(),
            hint="For each stage: `count` times the same convolution, then a pooling.",
        ),
        Property(
            "with 1×1 as in C",
            points=1,
            inputs=_stages(ones=True),
            hint="Only the last convolution of a stage changes, and only where the stage has three or more.",
        ),
    ),
    misconceptions=by_docstring(
        _one_convolution,
        _pooling_after_each,
        _no_last_pooling,
        _no_pooling,
        _not_padded,
        _ones_padded,
        _ones_too_many,
        _ones_added,
        _ones_forgotten,
        _maps_doubled,
    ),
    mutants=(
        lambda stages, ones: _right(stages[::-1], ones)[1:],
        lambda stages, ones: _right([(count, k) for k, count in stages], ones),
        lambda stages, ones: _right(stages, ones)[::-1],
        lambda stages, ones: tuple(layer[:-1] for layer in _right(stages, ones)),
        lambda stages, ones: _right(stages[:1], ones),
        lambda stages, ones: _right(stages, not ones),
    ),
    variants=(
        _in_loops,
        _from_the_end,
        _with_r_half,
        lambda stages, ones: [list(layer) for layer in _right(stages, ones)],
    ),
)
