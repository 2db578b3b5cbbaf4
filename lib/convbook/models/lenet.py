"""LeNet-5: the network that read cheques, as it was published, and as one writes it today."""

from collections import OrderedDict
from math import prod

import torch
from torch import nn
from torch.nn import functional as F

from convbook.models.initial import lecun_
from convbook.models.shapes import made_of

__all__ = ["CODES", "CONNECTIONS", "Distances", "LeNet5", "ScaledTanh", "Subsampling", "TableConv2d"]

# Which of the six maps each map of the third layer is fed: neighbours in a ring, pairs of pairs, and all.
CONNECTIONS = (
    *((j, (j + 1) % 6, (j + 2) % 6) for j in range(6)),
    *((j, (j + 1) % 6, (j + 2) % 6, (j + 3) % 6) for j in range(6)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)

# What the 84 units before the output should say for every digit: a small picture of it, 7 wide and 12 high.
PICTURES = """
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
..###..  ...#...  ..###..  #######  ....##.  #######  ..####.  #######  .#####.  .#####.
.#...#.  ..##...  .#...#.  .....##  ...###.  ##.....  .##....  #....##  ##...##  ##...##
#.....#  .#.#...  #.....#  ....##.  ..#.##.  ##.....  ##.....  .....##  ##...##  ##...##
#.....#  ...#...  ......#  ...##..  .##.##.  ##.....  #......  ....##.  .##.##.  ##...##
#.....#  ...#...  .....#.  ..####.  ##..##.  #####..  #.###..  ....##.  ..###..  .######
#.....#  ...#...  ....#..  .....##  ##..##.  ....##.  ##...#.  ...##..  .##.##.  ...####
#.....#  ...#...  ...#...  .....##  #######  .....##  #.....#  ...##..  ##...##  .....##
#.....#  ...#...  ..#....  .....##  ....##.  .....##  #.....#  ..##...  ##...##  .....##
.#...#.  ...#...  .#.....  ##..##.  ....##.  ##..##.  .#...#.  ..##...  ##...##  ....##.
..###..  .#####.  #######  .####..  ....##.  .####..  ..###..  .##....  .#####.  .####..
.......  .......  .......  .......  .......  .......  .......  .......  .......  .......
"""
CODES = tuple(
    tuple(1.0 if dot == "#" else -1.0 for row in digit for dot in row)
    for digit in zip(*(line.split() for line in PICTURES.split("\n") if line), strict=True)
)


class ScaledTanh(nn.Module):
    """A tanh that leaves ±1 where they are, and bends most there.

        y = 1.7159 · tanh(2a/3)

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998).
    """

    def forward(self, a):
        return 1.7159 * torch.tanh(2 / 3 * a)


class Subsampling(nn.Module):
    """Pool 2×2 neighbours: their sum, times a coefficient and plus a bias that each map learns.

        y[j] = c[j] · Σ x[j] + b[j]

    Parameters
    ----------
    maps : int
        A coefficient, ¼ at first, and a bias, 0, for each.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998).
    """

    def __init__(self, maps):
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x):
        c, b = (each[:, None, None] for each in (self.coefficient, self.bias))
        return c * F.avg_pool2d(x, 2, divisor_override=1) + b


class TableConv2d(nn.Module):
    """A convolution in which a table says which input maps an output map is fed.

    Parameters
    ----------
    table : sequence of tuple of int
        For each output map the input maps; there is one kernel for every entry.
    kernel_size : int
        r for r×r kernels.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998). It computes with a full bank of kernels that is zero
    where the table has no entry. The first weights are those of `initial.lecun_`.
    """

    def __init__(self, table, kernel_size):
        super().__init__()
        self.size = len(table), 1 + max(max(inputs) for inputs in table), kernel_size, kernel_size
        entries = [(j, i) for j, inputs in enumerate(table) for i in inputs]
        self.register_buffer("entries", torch.tensor(entries).T, persistent=False)
        fan_in = torch.tensor([kernel_size**2 * len(table[j]) for j, _ in entries])[:, None, None]
        self.kernels = nn.Parameter(torch.randn(len(entries), *self.size[2:]) / fan_in**0.5)
        self.bias = nn.Parameter(torch.zeros(len(table)))

    @property
    def weight(self):
        """The full bank of kernels, (K, C, R, R)."""
        return self.kernels.new_zeros(self.size).index_put(tuple(self.entries), self.kernels)

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias)


class Distances(nn.Module):
    """Compare with fixed codes: the score of a class is minus the squared distance to its code.

        y[j] = −‖x − w[j]‖²

    As the input of a softmax it is a radial basis function, 1 at the code and less the farther away.

    Parameters
    ----------
    codes : sequence of sequence of float
        One for each class.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998).
    """

    def __init__(self, codes):
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes))

    def forward(self, x):
        return -(x[..., None, :] - self.codes).square().sum(-1)


class LeNet5(nn.Module):
    """Convolutions that see digits, and a last layer that compares with pictures of what it should say.

        conv(5, 6), pool(2), conv(5, 16), pool(2), conv(5, 120), fc(84), output(classes)

    In the original every layer but the last ends in a scaled tanh; the pools learn a coefficient and a bias
    for every map; a table says which maps the second convolution connects; and the scores are distances to
    fixed codes of 84 = 7×12 numbers ±1. It has 60,000 numbers to learn; the first weights are `lecun_`'s.

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W) of the images it learns from: 32×32, or smaller by twice the padding.
    classes : int
        At most ten in the original: so many codes were drawn.
    plain : bool
        Write it as one does today: ReLU, max pooling, all maps connected, a fully connected layer at the end;
        61,706 parameters.
    padding : int
        Zeros around the image; MNIST's 28×28 need 2.

    Raises
    ------
    ValueError
        If the images are too small or too large, or the classes too many.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998). Once it is built, it takes larger images too, and
    returns a map of scores, (N, classes, H', W'): the last convolution goes on.
    """

    def __init__(self, in_shape, classes, *, plain=False, padding=0):
        super().__init__()
        if not plain and classes > len(CODES):
            raise ValueError(f"LeNet5: classes={classes}, expected at most {len(CODES)}: each needs a code")
        bend = nn.ReLU if plain else ScaledTanh
        self.features = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(in_shape[0], 6, 5, padding=padding),
                bend1=bend(),
                pool1=nn.MaxPool2d(2) if plain else Subsampling(6),
                bend2=bend(),
                conv2=nn.Conv2d(6, 16, 5) if plain else TableConv2d(CONNECTIONS, 5),
                bend3=bend(),
                pool2=nn.MaxPool2d(2) if plain else Subsampling(16),
                bend4=bend(),
                conv3=nn.Conv2d(16, 120, 5),
                bend5=bend(),
            )
        )
        self.classifier = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(120, 84),
                bend6=bend(),
                output=nn.Linear(84, classes) if plain else Distances(CODES[:classes]),
            )
        )
        _, *size = made_of("LeNet5", in_shape, self.features)
        if prod(size) > 1:
            raise ValueError(
                f"LeNet5: images of {in_shape[1]}×{in_shape[2]} leave a map of {size[0]}×{size[1]}, expected "
                "1×1; build it for 32×32, it takes larger ones then"
            )
        if not plain:
            lecun_(self)

    def forward(self, x):
        x = self.features(x)
        if x.shape[2:] == (1, 1):
            return self.classifier(x.flatten(1))
        return self.classifier(x.movedim(1, -1)).movedim(-1, 1)
