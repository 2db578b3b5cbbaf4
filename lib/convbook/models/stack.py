"""The pattern of AlexNet to VGG with its numbers left open."""

from collections import OrderedDict
from math import prod

from torch import nn

from convbook.models.initial import he_
from convbook.models.shapes import made_of

__all__ = ["Stack"]


class Stack(nn.Module):
    """A network by a formula, [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K, and a last FC for the scores.

    Convolutions are conv(3, p1), poolings pool(2), and after each pooling there are twice as many maps.

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W).
    classes : int
    n, m, k : int
        The numbers of the formula: N convolutions in each of M stages, and K hidden layers.
    pool : bool
        Whether each stage ends in a pooling.
    maps : int
        Of the first stage.
    hidden : int
        Units of each hidden layer.

    Raises
    ------
    ValueError
        If a number is too small, or the images are too small for so many poolings.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet". The first weights are He's.
    """

    def __init__(self, in_shape, classes, *, n=2, m=3, k=1, pool=True, maps=16, hidden=128):
        super().__init__()
        if n < 1 or m < 1 or k < 0:
            raise ValueError(f"Stack: expected n ≥ 1, m ≥ 1 and k ≥ 0, got {n=}, {m=}, {k=}")
        fed, layers = in_shape[0], OrderedDict()
        for stage in range(1, m + 1):
            for i in range(1, n + 1):
                layers[f"conv{stage}_{i}"] = nn.Conv2d(fed, maps, 3, padding=1)
                layers[f"relu{stage}_{i}"] = nn.ReLU()
                fed = maps
            if pool:
                layers[f"pool{stage}"] = nn.MaxPool2d(2)
                maps = 2 * maps
        self.features = nn.Sequential(layers)
        sizes = [prod(made_of("Stack", in_shape, self.features)), *[hidden] * k, classes]
        layers = OrderedDict(flatten=nn.Flatten())
        for i in range(1, k + 2):
            layers[f"fc{i}"] = nn.Linear(sizes[i - 1], sizes[i])
            if i <= k:
                layers[f"relu{i}"] = nn.ReLU()
        self.classifier = nn.Sequential(layers)
        he_(self, self.classifier[-1])

    def forward(self, x):
        return self.classifier(self.features(x))
