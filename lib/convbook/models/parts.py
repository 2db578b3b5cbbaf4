"""A network to look into: it asks each of its last maps only how strongly it answers somewhere."""

from torch import nn

from convbook.models.initial import gaussian_

__all__ = ["Parts"]


class Parts(nn.Module):
    """Three convolutions that look for parts anywhere, and one matrix that turns the parts into scores.

        conv(7, w, p3), pool(2), conv(3, 2w, p1), pool(2), conv(3, 4w, p1), global max, fc(classes)

    A ReLU follows each convolution. `features` holds the layers up to the last ReLU, in order.

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W); at least 4×4.
    classes : int
    width : int
        Feature maps w of the first convolution.
    std : float, optional
        Of the first weights, σ; by default they are PyTorch's.

    Raises
    ------
    ValueError
        If the images are too small.

    Notes
    -----
    Chapter 12, "Looking inside".
    """

    def __init__(self, in_shape, classes, *, width=16, std=None):
        super().__init__()
        channels, *size = in_shape
        if min(size) < 4:
            raise ValueError(f"Parts: images of {size[0]}×{size[1]}, expected at least 4×4")
        self.features = nn.Sequential(
            nn.Conv2d(channels, width, 7, padding=3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(2 * width, 4 * width, 3, padding=1),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(4 * width, classes)
        gaussian_(self, std)

    def forward(self, x):
        return self.classifier(self.features(x).amax((2, 3)))
