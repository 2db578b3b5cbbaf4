"""Network in network: a small network slides over the maps, where a convolution has one layer."""

from collections import OrderedDict

from torch import nn

from convbook.models.initial import he_
from convbook.models.shapes import made_of, scaled

__all__ = ["MLPConv", "NiN"]


class MLPConv(nn.Sequential):
    """A convolution whose activation is a network: two more layers, which mix the maps of one place.

        conv(r, k₁), conv(1, k₂), conv(1, k₃); ReLU after each

    Parameters
    ----------
    fed : int
        Maps that go in.
    maps : sequence of int
        Those of each layer, k₁, k₂ and k₃.
    kernel_size : int
        r of the first.
    stride, padding : int
        Of the first.
    rectified : bool
        End in a ReLU.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Lin et al. 2013).
    """

    def __init__(self, fed, maps, kernel_size, *, stride=1, padding=0, rectified=True):
        k1, k2, k3 = maps
        super().__init__(
            OrderedDict(
                conv=nn.Conv2d(fed, k1, kernel_size, stride, padding),
                relu1=nn.ReLU(),
                mix1=nn.Conv2d(k1, k2, 1),
                relu2=nn.ReLU(),
                mix2=nn.Conv2d(k2, k3, 1),
                relu3=nn.ReLU() if rectified else nn.Identity(),
            )
        )


class NiN(nn.Module):
    """Small networks in place of convolutions, and a mean in place of fully connected layers.

        mlpconv(11, 96, s4), pool(3, s2), mlpconv(5, 256, p2), pool(3, s2), mlpconv(3, 384, p1), pool(3, s2),
        mlpconv(3, (1024, 1024, classes), p1), global average

    The last module makes one map for every class, and the mean of the map is the score.

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); 3×227×227 in the course's tables. It then takes any size that is not too small.
    classes : int
    width : float
        Factor on the number of maps.
    small : bool
        For images of 32×32, the authors' own network for them: mlpconv(5, (192, 160, 96), p2), pool(3, s2),
        mlpconv(5, 192, p2), pool(3, s2), mlpconv(3, (192, 192, classes), p1), global average.
    dropout : float
        Probability that a number before the last module, or of a small one after each pooling, is left out.

    Raises
    ------
    ValueError
        If the images are too small.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (Lin et al. 2013). The scores are not rectified. The first
    weights are He's.
    """

    def __init__(self, in_shape, classes, *, width=1.0, small=False, dropout=0.5):
        super().__init__()
        mean = OrderedDict(average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten())
        if small:
            k1, k2, k3, k = scaled(width, 192, 160, 96, 192)
            layers = OrderedDict(
                mlpconv1=MLPConv(in_shape[0], (k1, k2, k3), 5, padding=2),
                pool1=nn.MaxPool2d(3, 2),
                dropout1=nn.Dropout(dropout),
                mlpconv2=MLPConv(k3, (k, k, k), 5, padding=2),
                pool2=nn.MaxPool2d(3, 2),
                dropout2=nn.Dropout(dropout),
                mlpconv3=MLPConv(k, (k, k, classes), 3, padding=1, rectified=False),
            )
        else:
            k1, k2, k3, k4 = scaled(width, 96, 256, 384, 1024)
            layers = OrderedDict(
                mlpconv1=MLPConv(in_shape[0], (k1, k1, k1), 11, stride=4),
                pool1=nn.MaxPool2d(3, 2),
                mlpconv2=MLPConv(k1, (k2, k2, k2), 5, padding=2),
                pool2=nn.MaxPool2d(3, 2),
                mlpconv3=MLPConv(k2, (k3, k3, k3), 3, padding=1),
                pool3=nn.MaxPool2d(3, 2),
                dropout=nn.Dropout(dropout),
                mlpconv4=MLPConv(k3, (k4, k4, classes), 3, padding=1, rectified=False),
            )
        self.features = nn.Sequential(layers | mean)
        made_of("NiN", in_shape, self.features)
        he_(self, self.features[-3].mix2)

    def forward(self, x):
        return self.features(x)
