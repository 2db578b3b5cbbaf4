"""A VGG as a module, for images of any size."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring


@st.composite
def _networks(draw, run=False):
    """What builds a network, and with `run` a batch of images and the seed of its weights."""
    stages = tuple(draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3)))
    least = 2 ** len(stages)
    in_shape = draw(st.integers(1, 3)), draw(st.integers(least, 10)), draw(st.integers(least, 10))
    built = {
        "in_shape": in_shape,
        "classes": draw(st.integers(2, 3)),
        "stages": stages,
        "hidden": draw(st.integers(3, 5)),
    }
    if not run:
        return built
    seed = draw(st.integers(0, 99))
    x = np.random.default_rng(seed).integers(-2, 3, (draw(st.integers(1, 2)), *in_shape)) / 2
    return built | {"x": x, "weights": seed}


def _layers(in_shape, classes, stages, hidden, *, r=3, padding=1, after_each=False, matrices=3, bias=True):
    """The layers in their order; the variations are what people get wrong."""
    from torch import nn

    fed, *size = in_shape
    layers = []
    for k, count in stages:
        for i in range(count):
            layers += [nn.Conv2d(fed, k, r, padding=padding, bias=bias), nn.ReLU()]
            fed = k
            if (after_each or i == count - 1) and min(size) > 1:
                layers.append(nn.MaxPool2d(2))
                size = [n // 2 for n in size]
    widths = [fed * size[0] * size[1], *[hidden] * (matrices - 1), classes]
    layers.append(nn.Flatten())
    for i in range(matrices):
        layers += [nn.Linear(widths[i], widths[i + 1]), nn.ReLU()]
    return layers[:-1]


def _right(in_shape, classes, *, stages, hidden):
    return _layers(in_shape, classes, stages, hidden)


def _without(kind, layers):
    """The layers without those of a kind among the convolutions, or among the matrices."""
    from torch import nn

    cut = next(i for i, layer in enumerate(layers) if isinstance(layer, nn.Flatten))
    parts = {"convolutions": layers[:cut], "matrices": layers[cut:]}
    parts[kind] = [layer for layer in parts[kind] if not isinstance(layer, nn.ReLU)]
    return [*parts["convolutions"], *parts["matrices"]]


def _no_relu_after_convolutions(in_shape, classes, *, stages, hidden):
    """A ReLU follows every convolution."""
    return _without("convolutions", _layers(in_shape, classes, stages, hidden))


def _no_relu_between_matrices(in_shape, classes, *, stages, hidden):
    """A ReLU follows each of the first two fully connected layers: without it they are one matrix."""
    return _without("matrices", _layers(in_shape, classes, stages, hidden))


def _relu_at_the_end(in_shape, classes, *, stages, hidden):
    """The network ends in scores, which may be negative: no ReLU behind the last layer."""
    from torch import nn

    return [*_layers(in_shape, classes, stages, hidden), nn.ReLU()]


def _softmax_at_the_end(in_shape, classes, *, stages, hidden):
    """The network ends in scores; the softmax is part of the loss."""
    from torch import nn

    return [*_layers(in_shape, classes, stages, hidden), nn.Softmax(1)]


def _average_pooling(in_shape, classes, *, stages, hidden):
    """VGG pools by maxima, not by averages."""
    from torch import nn

    layers = _layers(in_shape, classes, stages, hidden)
    return [nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in layers]


def _pooling_after_each(in_shape, classes, *, stages, hidden):
    """There is a pooling after each *stage*, not after each convolution."""
    return _layers(in_shape, classes, stages, hidden, after_each=True)


def _two_matrices(in_shape, classes, *, stages, hidden):
    """There are three fully connected layers: two of `hidden` units, and one of the classes."""
    return _layers(in_shape, classes, stages, hidden, matrices=2)


def _one_by_one(in_shape, classes, *, stages, hidden):
    """The kernels are 3×3, with padding 1."""
    return _layers(in_shape, classes, stages, hidden, r=1, padding=0)


def _five_by_five(in_shape, classes, *, stages, hidden):
    """The kernels are 3×3, not 5×5."""
    return _layers(in_shape, classes, stages, hidden, r=5, padding=2)


def _no_bias(in_shape, classes, *, stages, hidden):
    """Convolutions have biases."""
    return _layers(in_shape, classes, stages, hidden, bias=False)


def _one_convolution(in_shape, classes, *, stages, hidden):
    """A stage has `count` convolutions."""
    return _layers(in_shape, classes, [(k, 1) for k, _ in stages], hidden)


def _square_only(in_shape, classes, *, stages, hidden):
    """The images need not be square: height and width are halved each on its own."""
    return _layers((*in_shape[:2], in_shape[1]), classes, stages, hidden)


def _swapped_kind(kind, make):
    """A wrong network with one kind of layer replaced."""

    def built(in_shape, classes, *, stages, hidden):
        from torch import nn

        layers = _layers(in_shape, classes, stages, hidden)
        return [make(nn) if isinstance(layer, getattr(nn, kind)) else layer for layer in layers]

    return built


def _as_sequential(in_shape, classes, *, stages, hidden):
    from torch import nn

    return nn.Sequential(*_layers(in_shape, classes, stages, hidden))


def _with_dropout(in_shape, classes, *, stages, hidden):
    """Dropout is at rest when a network is not being trained."""
    from torch import nn

    layers = _layers(in_shape, classes, stages, hidden)
    return [*layers[:-3], nn.Dropout(), *layers[-3:-1], nn.Dropout(), layers[-1]]


def _pooled_before_relu(in_shape, classes, *, stages, hidden):
    """ReLU and maxima may be taken in either order."""
    from torch import nn

    layers = _layers(in_shape, classes, stages, hidden)
    for i, layer in enumerate(layers):
        if isinstance(layer, nn.MaxPool2d):
            layers[i - 1 : i + 1] = layers[i - 1 : i + 1][::-1]
    return layers


def _as_class(in_shape, classes, *, stages, hidden):
    """A class of one's own, with the matrices defined first."""
    from torch import nn
    from torch.nn import functional as F

    class VGG(nn.Module):
        def __init__(self):
            super().__init__()
            layers = _layers(in_shape, classes, stages, hidden)
            self.matrices = nn.ModuleList(layer for layer in layers if isinstance(layer, nn.Linear))
            convolutions = iter([layer for layer in layers if isinstance(layer, nn.Conv2d)])
            self.stages = nn.ModuleList(
                nn.ModuleList(next(convolutions) for _ in range(count)) for _, count in stages
            )

        def forward(self, x):
            for stage in self.stages:
                for conv in stage:
                    x = F.relu(conv(x))
                x = F.max_pool2d(x, 2)
            x = x.flatten(1)
            for matrix in self.matrices[:-1]:
                x = matrix(x).clamp(min=0)
            return self.matrices[-1](x)

    return VGG()


exercise = Exercise(
    "vgg",
    reference=_right,
    properties=(
        Property(
            "the parameters",
            points=2,
            inputs=_networks(),
            hint="Count by hand: (9k + 1) · k' for each convolution, then the three matrices.",
            cases=10,
        ),
        Property(
            "the scores",
            points=2,
            inputs=_networks(run=True),
            hint="Is there a ReLU behind everything but the last layer, and a pooling behind each stage?",
            cases=10,
        ),
    ),
    misconceptions=by_docstring(
        _no_relu_after_convolutions,
        _no_relu_between_matrices,
        _relu_at_the_end,
        _softmax_at_the_end,
        _average_pooling,
        _pooling_after_each,
        _two_matrices,
        _one_by_one,
        _five_by_five,
        _no_bias,
        _one_convolution,
        _square_only,
    ),
    mutants=(
        _swapped_kind("ReLU", lambda nn: nn.Tanh()),
        _swapped_kind("ReLU", lambda nn: nn.LeakyReLU()),
        _swapped_kind("MaxPool2d", lambda nn: nn.MaxPool2d(2, ceil_mode=True)),
        lambda in_shape, classes, *, stages, hidden: _layers(in_shape, hidden, stages, classes),
        lambda in_shape, classes, *, stages, hidden: _layers(in_shape, classes, stages[:1], hidden),
        lambda in_shape, classes, *, stages, hidden: _layers((3, 8, 8), 2, ((2, 1), (3, 2)), 4),
    ),
    variants=(_as_sequential, _with_dropout, _pooled_before_relu, _as_class),
    asks_for="module",
    packages=("numpy", "torch"),
)
