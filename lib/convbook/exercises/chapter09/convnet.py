"""The small convolutional network, as a module for images of any size."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring

sizes = st.integers(16, 21)
of_the_table = st.sampled_from([(1, 28, 28), (3, 32, 32)])


@st.composite
def _networks(draw, run=False):
    """What builds a network, and with `run` a batch of images and the seed of its weights."""
    if not run and draw(st.booleans()):
        return {"in_shape": draw(of_the_table), "classes": 10, "width": 32, "hidden": 100}
    in_shape = draw(st.integers(1, 2)), draw(sizes), draw(sizes)
    built = {
        "in_shape": in_shape,
        "classes": draw(st.integers(2, 3)),
        "width": draw(st.integers(1, 2)),
        "hidden": draw(st.integers(3, 5)),
    }
    if not run:
        return built
    seed = draw(st.integers(0, 99))
    images = draw(st.integers(1, 2)), *in_shape
    x = np.random.default_rng(seed).integers(-2, 3, images) / 2  # short, and too many to draw one by one
    return built | {"x": x, "weights": seed}


def _layers(in_shape, classes, width, hidden, *, r=5, padding=0, maps=2, bias=True):
    """The layers in their order; the variations are what people get wrong."""
    from torch import nn

    channels, *size = in_shape
    lost = r - 1 - 2 * padding
    height, breadth = (((n - lost) // 2 - lost) // 2 for n in size)
    return [
        nn.Conv2d(channels, width, r, padding=padding, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(width, maps * width, r, padding=padding, bias=bias),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(maps * width * height * breadth, hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    ]


def _without(places, *built):
    """All layers but those at these places."""
    return [layer for i, layer in enumerate(_layers(*built)) if i not in places]


def _right(in_shape, classes, *, width, hidden):
    return _layers(in_shape, classes, width, hidden)


def _no_relu_after_convolutions(in_shape, classes, *, width, hidden):
    """The ReLUs after the convolutions are missing."""
    return _without((1, 4), in_shape, classes, width, hidden)


def _no_relu_between_matrices(in_shape, classes, *, width, hidden):
    """Between the two fully connected layers a ReLU is missing: without it they are one matrix."""
    return _without((8,), in_shape, classes, width, hidden)


def _relu_at_the_end(in_shape, classes, *, width, hidden):
    """The scores are rectified: after the last layer there is no ReLU, since a score may be negative."""
    from torch import nn

    return [*_layers(in_shape, classes, width, hidden), nn.ReLU()]


def _softmax_at_the_end(in_shape, classes, *, width, hidden):
    """These are probabilities: the network ends in scores, and `cross_entropy` takes the softmax itself."""
    from torch import nn

    return [*_layers(in_shape, classes, width, hidden), nn.Softmax(1)]


def _average_pooling(in_shape, classes, *, width, hidden):
    """This pools by averages; the table's pooling takes maxima."""
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    return [nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in layers]


def _padded(in_shape, classes, *, width, hidden):
    """The convolutions are padded: in the table they have no padding, and 28 becomes 24."""
    return _layers(in_shape, classes, width, hidden, padding=2)


def _as_many_maps(in_shape, classes, *, width, hidden):
    """The second convolution makes twice as many maps as the first."""
    return _layers(in_shape, classes, width, hidden, maps=1)


def _three_by_three(in_shape, classes, *, width, hidden):
    """The kernels are 5×5, not 3×3."""
    return _layers(in_shape, classes, width, hidden, r=3)


def _no_bias(in_shape, classes, *, width, hidden):
    """The convolutions have no biases: the table counts one for each kernel."""
    return _layers(in_shape, classes, width, hidden, bias=False)


def _square_only(in_shape, classes, *, width, hidden):
    """This takes the images to be square: height and width go through the network each on its own."""
    return _layers((*in_shape[:2], in_shape[1]), classes, width, hidden)


def _tanh(in_shape, classes, *, width, hidden):
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    return [nn.Tanh() if isinstance(layer, nn.ReLU) else layer for layer in layers]


def _leaky(in_shape, classes, *, width, hidden):
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    return [nn.LeakyReLU() if isinstance(layer, nn.ReLU) else layer for layer in layers]


def _normalised(in_shape, classes, *, width, hidden):
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    return [*layers[:1], nn.BatchNorm2d(width), *layers[1:]]


def _hidden_as_classes(in_shape, classes, *, width, hidden):
    return _layers(in_shape, hidden, width, classes)


def _overlapping(in_shape, classes, *, width, hidden):
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    pool = nn.MaxPool2d(3, stride=2, padding=1)  # on even maps of the same size
    return [*layers[:2], pool, *layers[3:]]


def _one_for_all(in_shape, classes, *, width, hidden):
    return _layers((1, 28, 28), 10, 32, 100)


def _as_sequential(in_shape, classes, *, width, hidden):
    from torch import nn

    return nn.Sequential(*_layers(in_shape, classes, width, hidden))


def _as_class(in_shape, classes, *, width, hidden):
    """A class of one's own, with functions in `forward`, and pooling before ReLU."""
    from torch import nn
    from torch.nn import functional as F

    class ConvNet(nn.Module):
        def __init__(self):
            super().__init__()
            layers = _layers(in_shape, classes, width, hidden)
            self.matrices = nn.ModuleList([layers[7], layers[9]])
            self.first, self.second = layers[0], layers[3]

        def forward(self, x):
            for conv in (self.first, self.second):
                x = F.relu(F.max_pool2d(conv(x), 2))
            hidden = self.matrices[0](x.reshape(len(x), -1)).clamp(min=0)
            return self.matrices[1](hidden)

    return ConvNet()


def _with_dropout(in_shape, classes, *, width, hidden):
    """Dropout is at rest when a network is not being trained."""
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    return nn.Sequential(*layers[:9], nn.Dropout(), layers[9])


def _fully_convolutional(in_shape, classes, *, width, hidden):
    """The first matrix as the convolution it is: a kernel as large as its input."""
    from torch import nn

    layers = _layers(in_shape, classes, width, hidden)
    height, breadth = (((n - 4) // 2 - 4) // 2 for n in in_shape[1:])
    whole = nn.Conv2d(2 * width, hidden, (height, breadth))
    return nn.Sequential(*layers[:6], whole, nn.Flatten(), *layers[8:])


exercise = Exercise(
    "convnet",
    reference=_right,
    properties=(
        Property(
            "the parameters",
            points=2,
            inputs=_networks(),
            hint="Print the number of parameters layer by layer, and compare with the rows of the table.",
            cases=10,
        ),
        Property(
            "the scores",
            points=2,
            inputs=_networks(run=True),
            hint="Is there a ReLU after each convolution and between the matrices, and none at the end?",
            cases=10,
        ),
    ),
    misconceptions=by_docstring(
        _no_relu_after_convolutions,
        _no_relu_between_matrices,
        _relu_at_the_end,
        _softmax_at_the_end,
        _average_pooling,
        _padded,
        _as_many_maps,
        _three_by_three,
        _no_bias,
        _square_only,
    ),
    mutants=(_tanh, _leaky, _normalised, _hidden_as_classes, _overlapping, _one_for_all),
    variants=(_as_sequential, _as_class, _with_dropout, _fully_convolutional),
    asks_for="module",
    packages=("numpy", "torch"),
)
