"""AlexNet, which won ImageNet in 2012, in the form of CaffeNet; and what its successors kept of it."""

from collections import OrderedDict
from math import prod

import torch
from torch import nn
from torch.nn import functional as F

from convbook.models.initial import he_
from convbook.models.shapes import made_of, scaled

__all__ = ["AlexNet", "ResponseNorm", "classifier"]


class AlexNet(nn.Module):
    """Large kernels first, then smaller ones; each pooling looks at overlapping windows.

        conv(11, 96, s4), pool(3, s2), norm, conv(5, 256, p2), pool(3, s2), norm,
        conv(3, 384, p1), conv(3, 384, p1), conv(3, 256, p1), pool(3, s2), fc(4096), fc(4096), fc(classes)

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); 3×227×227 in the course's tables.
    classes : int
    groups : int
        Of the second, fourth and fifth convolution; the original has 2, one for each of its GPUs.
    width : float
        Factor on the number of maps and hidden units.
    small : bool
        For images of 32×32: the first convolution is conv(5, p2), and keeps their size.
    dropout : float
        Probability that a hidden unit of the fully connected layers is left out.

    Raises
    ------
    ValueError
        If the images are too small, or the groups do not divide the maps.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Krizhevsky et al. 2012). 62,378,344 parameters with one group, 60,965,224
    with two. The first weights are He's.
    """

    def __init__(self, in_shape, classes, *, groups=1, width=1.0, small=False, dropout=0.5):
        super().__init__()
        k1, k2, k3, k4, k5, hidden = scaled(width, 96, 256, 384, 384, 256, 4096)
        first = {"kernel_size": 5, "padding": 2} if small else {"kernel_size": 11, "stride": 4}
        self.features = nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(in_shape[0], k1, **first),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(3, 2),
                norm1=ResponseNorm(k1),
                conv2=nn.Conv2d(k1, k2, 5, padding=2, groups=groups),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(3, 2),
                norm2=ResponseNorm(k2),
                conv3=nn.Conv2d(k2, k3, 3, padding=1),
                relu3=nn.ReLU(),
                conv4=nn.Conv2d(k3, k4, 3, padding=1, groups=groups),
                relu4=nn.ReLU(),
                conv5=nn.Conv2d(k4, k5, 3, padding=1, groups=groups),
                relu5=nn.ReLU(),
                pool5=nn.MaxPool2d(3, 2),
            )
        )
        self.classifier = classifier(made_of("AlexNet", in_shape, self.features), hidden, classes, dropout)
        he_(self, self.classifier.fc3)

    def forward(self, x):
        return self.classifier(self.features(x))


class ResponseNorm(nn.Module):
    """Local response normalisation: a strong answer dampens those of the maps beside it.

        y[j] = x[j] / (2 + 10⁻⁴ · Σ_{|i−j| ≤ 2} x[i]²)^0.75

    Parameters
    ----------
    maps : int
        How many go in, and come out.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (Krizhevsky et al. 2012). The sum over neighbours is a 1×1 convolution with
    a band of ones. PyTorch's `LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)` says the same, several times
    slower on a CPU; it divides its `alpha` by the number of maps in the sum.
    """

    def __init__(self, maps):
        super().__init__()
        index = torch.arange(maps)
        beside = (index[:, None] - index).abs() <= 2
        self.register_buffer("beside", beside.float()[:, :, None, None], persistent=False)

    def forward(self, x):
        return x * (2 + 1e-4 * F.conv2d(x.square(), self.beside)) ** -0.75


def classifier(shape, hidden, classes, dropout):
    """The three fully connected layers at the end of AlexNet, ZFNet and VGG.

    Parameters
    ----------
    shape : tuple of int
        Of the maps that they are fed, (C, H, W).
    hidden, classes : int
    dropout : float

    Returns
    -------
    torch.nn.Sequential

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    return nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(),
            fc1=nn.Linear(prod(shape), hidden),
            relu1=nn.ReLU(),
            dropout1=nn.Dropout(dropout),
            fc2=nn.Linear(hidden, hidden),
            relu2=nn.ReLU(),
            dropout2=nn.Dropout(dropout),
            fc3=nn.Linear(hidden, classes),
        )
    )
