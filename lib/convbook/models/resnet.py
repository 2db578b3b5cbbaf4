"""ResNet: what came after, layers that add to what they are fed."""

from collections import OrderedDict

from torch import nn

from convbook.models.initial import he_
from convbook.models.shapes import scaled

__all__ = ["ResNet", "Residual"]


class Residual(nn.Module):
    """Two convolutions whose result is added to their input.

        y = relu(x + f(x))

    Where the shape changes, a 1×1 convolution brings x into the new one.

    Parameters
    ----------
    fed, maps : int
        Maps that go in and come out.
    stride : int
        Of the first convolution.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (He et al. 2016).
    """

    def __init__(self, fed, maps, stride=1):
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(fed, maps, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(maps),
            nn.ReLU(),
            nn.Conv2d(maps, maps, 3, padding=1, bias=False),
            nn.BatchNorm2d(maps),
        )
        self.shortcut = nn.Identity()
        if stride > 1 or fed != maps:
            self.shortcut = nn.Sequential(nn.Conv2d(fed, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.shortcut(x) + self.change(x))


class ResNet(nn.Module):
    """The authors' network for small images: three stages of residual blocks, then the mean of every map.

        conv(3, 16, p1), blocks of 16 maps, of 32 and of 64, each stage half the size, global average, fc

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W).
    classes : int
    blocks : int
        In every stage; 6·blocks + 2 layers with weights on the longest way.
    width : float
        Factor on the number of maps.

    Raises
    ------
    ValueError
        If there is no block.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet" (He et al. 2016). The first weights are He's.
    """

    def __init__(self, in_shape, classes, *, blocks=3, width=1.0):
        super().__init__()
        if blocks < 1:
            raise ValueError(f"ResNet: blocks must be at least 1, got {blocks}")
        stages = scaled(width, 16, 32, 64)
        fed = stages[0]
        layers = OrderedDict(
            conv1=nn.Conv2d(in_shape[0], fed, 3, padding=1, bias=False),
            norm1=nn.BatchNorm2d(fed),
            relu1=nn.ReLU(),
        )
        for stage, maps in enumerate(stages, 1):
            for block in range(1, blocks + 1):
                layers[f"block{stage}_{block}"] = Residual(fed, maps, 2 if stage > 1 and block == 1 else 1)
                fed = maps
        layers |= OrderedDict(average=nn.AdaptiveAvgPool2d(1), flatten=nn.Flatten())
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(fed, classes)
        he_(self, self.classifier)

    def forward(self, x):
        return self.classifier(self.features(x))
