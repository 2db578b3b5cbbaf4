"""The linear classifier: one template for every class."""

from math import prod

from torch import nn

from convbook.models.initial import gaussian_

__all__ = ["Linear"]


class Linear(nn.Module):
    """Compare the image, as one row of numbers, with a template for every class.

        a = W·vec(x) + b

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W).
    classes : int
    std : float, optional
        Of the first weights, σ; by default they are PyTorch's.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def __init__(self, in_shape, classes, *, std=None):
        super().__init__()
        self.scores = nn.Linear(prod(in_shape), classes)
        gaussian_(self, std)

    def forward(self, x):
        return self.scores(x.flatten(1))

    def permute_inputs(self, order):
        """Make up for pixels that are shuffled: let every weight follow its pixel."""
        self.scores.weight.data = self.scores.weight.data[:, order]
