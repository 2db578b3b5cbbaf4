"""LeNet-5 with a table of connections."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring

# Any sets of the six maps, and at times the table of the paper.
subsets = st.sets(st.integers(0, 5), min_size=1, max_size=6).map(sorted).map(tuple)
PAPER = (
    *(tuple(sorted((j + d) % 6 for d in range(3))) for j in range(6)),
    *(tuple(sorted((j + d) % 6 for d in range(4))) for j in range(6)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)
tables = st.one_of(st.lists(subsets, min_size=1, max_size=4).map(tuple), st.just(PAPER))


@st.composite
def _networks(draw, run=False):
    """A table, and with `run` an image and the seed of the weights."""
    built = {"table": draw(tables)}
    if not run:
        return built
    seed = draw(st.integers(0, 99))
    x = np.random.default_rng(seed).integers(-2, 3, (1, 1, 32, 32)) / 2
    return built | {"x": x, "weights": seed}


def _network(
    table,
    *,
    fed=lambda inputs: list(inputs),
    kernels=len,
    bend="Tanh",
    pool="AvgPool2d",
    last_bend=False,
    bias=True,
    summed=False,
    bent=4,
):
    """The whole network; the variations are what people get wrong."""
    import torch
    from torch import nn

    class LeNet5(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5)
            self.maps = nn.ModuleList(nn.Conv2d(kernels(inputs), 1, 5, bias=bias) for inputs in table)
            self.conv3 = nn.Conv2d(1 if summed else len(table), 120, 5)
            self.fc1, self.fc2 = nn.Linear(120, 84), nn.Linear(84, 10)
            self.bend, self.pool = getattr(nn, bend)(), getattr(nn, pool)(2)

        def curve(self, x, place):
            return self.bend(x) if place < bent else x

        def forward(self, x):
            x = self.pool(self.curve(self.conv1(x), 0))
            maps = [conv(x[:, fed(inputs)]) for conv, inputs in zip(self.maps, table, strict=True)]
            x = sum(maps) if summed else torch.cat(maps, dim=1)
            x = self.curve(self.conv3(self.pool(self.curve(x, 1))), 2).flatten(1)
            x = self.fc2(self.curve(self.fc1(x), 3))
            return self.bend(x) if last_bend else x

    return LeNet5()


def _right(table):
    return _network(table)


def _all_connected(table):
    """A map is fed the maps in its entry of the table only."""
    return _network(table, fed=lambda inputs: list(range(6)), kernels=lambda inputs: 6)


def _first_maps(table):
    """The entry says *which* maps, not only how many: choose them by their numbers."""
    return _network(table, fed=lambda inputs: list(range(len(inputs))))


def _maps_summed(table):
    """Each entry of the table makes a map of its own: put them side by side, with `torch.cat`."""
    return _network(table, summed=True)


def _relu(table):
    """LeNet-5 has tanh, not ReLU."""
    return _network(table, bend="ReLU")


def _max_pooling(table):
    """LeNet-5 pools by averages, not by maxima."""
    return _network(table, pool="MaxPool2d")


def _tanh_at_the_end(table):
    """The network ends in scores: no tanh behind the last layer."""
    return _network(table, last_bend=True)


def _no_tanh_in_the_middle(table):
    """Between the 84 units and the scores there is a tanh: without it the two layers are one."""
    return _network(table, bent=3)


def _no_bias(table):
    """Each of the maps of the second convolution has a bias."""
    return _network(table, bias=False)


def _as_sequential(table):
    """The middle as a module of its own, the rest a chain."""
    import torch
    from torch import nn

    class Chosen(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolutions = nn.ModuleList(nn.Conv2d(len(inputs), 1, 5) for inputs in table)

        def forward(self, x):
            pairs = zip(self.convolutions, table, strict=True)
            return torch.cat([conv(x[:, list(inputs)]) for conv, inputs in pairs], dim=1)

    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(2)),
        *(Chosen(), nn.Tanh(), nn.AvgPool2d(2)),
        *(nn.Conv2d(len(table), 120, 5), nn.Tanh(), nn.Flatten()),
        *(nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)),
    )


def _as_list(table):
    return list(_as_sequential(table))


def _third_as_matrix(table):
    """The third convolution as the matrix that it is, on 5×5 maps."""
    from torch import nn

    layers = list(_as_sequential(table))
    return [*layers[:6], nn.Flatten(), nn.Linear(25 * len(table), 120), nn.Tanh(), *layers[9:]]


def _with_index_select(table):
    from torch import nn, tensor

    class Chosen(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.register_buffer("inputs", tensor(inputs))
            self.conv = nn.Conv2d(len(inputs), 1, 5)

        def forward(self, x):
            return self.conv(x.index_select(1, self.inputs))

    class SideBySide(nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = nn.ModuleList(Chosen(inputs) for inputs in table)

        def forward(self, x):
            return _stacked([part(x) for part in self.parts])

    layers = list(_as_sequential(table))
    return nn.Sequential(*layers[:3], SideBySide(), *layers[4:])


def _stacked(maps):
    import torch

    return torch.stack([each[:, 0] for each in maps], dim=1)


exercise = Exercise(
    "lenet5",
    reference=_right,
    properties=(
        Property(
            "the parameters",
            points=2,
            inputs=_networks(),
            hint="The second convolution has 25 weights for every connection, and a bias for every map.",
            cases=8,
        ),
        Property(
            "the scores",
            points=3,
            inputs=_networks(run=True),
            hint="Follow the shapes: 6×28×28, 6×14×14, a map of 10×10 for every entry, 5×5, 120, 84, 10.",
            cases=8,
        ),
    ),
    misconceptions=by_docstring(
        _all_connected,
        _first_maps,
        _maps_summed,
        _relu,
        _max_pooling,
        _tanh_at_the_end,
        _no_tanh_in_the_middle,
        _no_bias,
    ),
    mutants=(
        lambda table: _network(table[::-1]),
        lambda table: _network(PAPER),
        lambda table: _network(table, bent=1),
        lambda table: _network(table, bend="Sigmoid"),
        lambda table: _network(table, fed=lambda inputs: list(inputs)[::-1]),
        lambda table: _network(table, fed=lambda inputs: [5 - i for i in inputs]),
    ),
    variants=(_as_sequential, _as_list, _third_as_matrix, _with_index_select),
    asks_for="module",
    packages=("numpy", "torch"),
)
