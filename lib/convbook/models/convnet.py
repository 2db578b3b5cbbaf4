"""The small convolutional network of the lecture: two convolutions, two pools, two fully connected layers."""

from torch import nn
from torch.nn import functional as F

from convbook.models.initial import gaussian_

__all__ = ["ConvNet"]


class ConvNet(nn.Module):
    """Two convolutions, each followed by a pool, then two fully connected layers; ReLU in between.

        conv(5, w), pool(2), conv(5, 2w), pool(2), fc(h), fc(classes)

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); at least 16×16.
    classes : int
    width : int
        Feature maps w of the first convolution; the second has twice as many.
    hidden : int
        Units h of the fully connected layer.
    std : float, optional
        Of the first weights, σ; by default they are PyTorch's.

    Raises
    ------
    ValueError
        If the images are too small.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". With the default sizes it is the lecture's network,
    155,606 parameters for 1×28×28 and 214,806 for 3×32×32.
    """

    def __init__(self, in_shape, classes, *, width=32, hidden=100, std=None):
        super().__init__()
        channels, *size = in_shape
        if min(size) < 16:
            raise ValueError(f"ConvNet: images of {size[0]}×{size[1]}, expected at least 16×16")
        height, breadth = (((n - 4) // 2 - 4) // 2 for n in size)
        self.pool = nn.MaxPool2d(2)
        self.conv1 = nn.Conv2d(channels, width, 5)
        self.conv2 = nn.Conv2d(width, 2 * width, 5)
        self.fc1 = nn.Linear(2 * width * height * breadth, hidden)
        self.fc2 = nn.Linear(hidden, classes)
        gaussian_(self, std)

    def forward(self, x):
        # ReLU may come after the pooling, which leaves it a quarter of the work.
        x = F.relu(self.pool(self.conv1(x)))
        x = F.relu(self.pool(self.conv2(x)))
        x = F.relu(self.fc1(x.flatten(1)))
        return self.fc2(x)
