"""GoogLeNet: modules that look at several scales at once, and hardly a fully connected layer."""

from collections import OrderedDict
from math import prod

import torch
from torch import nn

from convbook.models.initial import he_
from convbook.models.shapes import made_of, scaled

__all__ = ["Auxiliary", "GoogLeNet", "Inception", "NaiveInception"]


class NaiveInception(nn.Module):
    """Convolutions of three sizes and a pooling side by side; their maps are stacked.

    What the pooling passes on comes on top each time: the maps only ever grow in number.

    Parameters
    ----------
    fed : int
        Maps that go in.
    ones, threes, fives : int
        Maps of the 1×1, the 3×3 and the 5×5 convolution.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Szegedy et al. 2015).
    """

    def __init__(self, fed, ones, threes, fives):
        super().__init__()
        self.ones = _rectified(nn.Conv2d(fed, ones, 1))
        self.threes = _rectified(nn.Conv2d(fed, threes, 3, padding=1))
        self.fives = _rectified(nn.Conv2d(fed, fives, 5, padding=2))
        self.pooled = nn.MaxPool2d(3, 1, padding=1)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


class Inception(nn.Module):
    """The same, with 1×1 convolutions that reduce the maps: before the large kernels, and after the pooling.

    Parameters
    ----------
    fed : int
        Maps that go in.
    ones : int
        Maps of the 1×1 convolution.
    threes, fives : pair of int
        Maps of the reduction, and of the 3×3 or 5×5 convolution after it.
    pooled : int
        Maps of the 1×1 convolution after the pooling.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Szegedy et al. 2015).
    """

    def __init__(self, fed, ones, threes, fives, pooled):
        super().__init__()
        (reduced3, threes), (reduced5, fives) = threes, fives
        self.ones = _rectified(nn.Conv2d(fed, ones, 1))
        self.threes = _rectified(nn.Conv2d(fed, reduced3, 1), nn.Conv2d(reduced3, threes, 3, padding=1))
        self.fives = _rectified(nn.Conv2d(fed, reduced5, 1), nn.Conv2d(reduced5, fives, 5, padding=2))
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, padding=1), *_rectified(nn.Conv2d(fed, pooled, 1)))

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], 1)


# Maps of every module: 1×1; reduction and 3×3; reduction and 5×5; behind the pooling.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}


class Auxiliary(nn.Sequential):
    """A classifier in the middle of the network, which shows the layers before it the way while they learn.

        avg(5, s3), conv(1, 128), fc(1024), fc(classes)

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W) of the maps that it is fed.
    classes : int
    width : float
        Factor on the number of maps and hidden units.
    small : bool
        Without the average; the maps of a small network are as small as it would make them.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Szegedy et al. 2015).
    """

    def __init__(self, in_shape, classes, *, width=1.0, small=False):
        maps, hidden = scaled(width, 128, 1024)
        layers = OrderedDict() if small else OrderedDict(average=nn.AvgPool2d(5, 3))
        layers |= OrderedDict(conv=nn.Conv2d(in_shape[0], maps, 1), relu1=nn.ReLU())
        shape = made_of("Auxiliary", in_shape, nn.Sequential(layers))
        layers |= OrderedDict(
            flatten=nn.Flatten(),
            fc1=nn.Linear(prod(shape), hidden),
            relu2=nn.ReLU(),
            dropout=nn.Dropout(0.7),
            fc2=nn.Linear(hidden, classes),
        )
        super().__init__(layers)


class GoogLeNet(nn.Module):
    """Three convolutions, nine inception modules, the mean of every map, and one fully connected layer.

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); 3×224×224 in the course's tables.
    classes : int
    width : float
        Factor on the number of maps.
    small : bool
        For images of 32×32: the first convolution has no stride, and its pooling leaves 16×16.
    ceil_mode : bool
        Let a pooling window hang over the end, as the original does; otherwise the maps are padded by 1, as
        the lecture writes it. As long as the sizes are even they stay the same, the numbers do not.
    auxiliary : bool
        Learn with two more classifiers, behind modules 4a and 4d. While it learns, the network returns their
        scores too, as a tuple: its own, and theirs.
    dropout : float
        Probability that a number before the fully connected layer is left out.

    Raises
    ------
    ValueError
        If the images are too small.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Szegedy et al. 2015). Like the lecture's table it has no
    normalisation; the original has two, behind the first pooling and before the second. 6,998,552 parameters,
    without the auxiliary classifiers. The first weights are He's.
    """

    def __init__(
        self, in_shape, classes, *, width=1.0, small=False, ceil_mode=True, auxiliary=False, dropout=0.4
    ):
        super().__init__()
        pool = {"ceil_mode": True} if ceil_mode else {"padding": 1}
        k1, k2, k3 = scaled(width, 64, 64, 192)
        layers = OrderedDict(
            conv1=_rectified(nn.Conv2d(in_shape[0], k1, 7, 1 if small else 2, padding=3)),
            pool1=nn.MaxPool2d(3, 2, **pool),
            reduce2=_rectified(nn.Conv2d(k1, k2, 1)),
            conv2=_rectified(nn.Conv2d(k2, k3, 3, padding=1)),
            pool2=nn.MaxPool2d(3, 2, **pool),
        )
        fed, self.auxiliary = k3, nn.ModuleDict()
        for name, maps in MODULES.items():
            if name in ("4a", "5a"):
                layers[f"pool{int(name[0]) - 1}"] = nn.MaxPool2d(3, 2, **pool)
            ones, reduced3, threes, reduced5, fives, pooled = scaled(width, *maps)
            layers[f"inception{name}"] = Inception(fed, ones, (reduced3, threes), (reduced5, fives), pooled)
            fed = ones + threes + fives + pooled
            if auxiliary and name in ("4a", "4d"):
                shape = made_of("GoogLeNet", in_shape, nn.Sequential(layers))
                self.auxiliary[f"inception{name}"] = Auxiliary(shape, classes, width=width, small=small)
        self.features = nn.Sequential(layers)
        made_of("GoogLeNet", in_shape, self.features)
        self.classifier = nn.Sequential(
            OrderedDict(
                average=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                dropout=nn.Dropout(dropout),
                fc=nn.Linear(fed, classes),
            )
        )
        he_(self, self.classifier.fc, *(head.fc2 for head in self.auxiliary.values()))

    def forward(self, x):
        aside = []
        for name, layer in self.features.named_children():
            x = layer(x)
            if self.training and name in self.auxiliary:
                aside.append(self.auxiliary[name](x))
        scores = self.classifier(x)
        return (scores, *aside) if aside else scores


def _rectified(*convolutions):
    """Convolutions one after the other, each with its ReLU."""
    return nn.Sequential(*(layer for conv in convolutions for layer in (conv, nn.ReLU())))
