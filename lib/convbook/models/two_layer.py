"""The two-layer classifier: templates of parts, and classes made of them."""

from math import prod

from torch import nn

from convbook.models.initial import gaussian_

__all__ = ["TwoLayer"]


class TwoLayer(nn.Module):
    """One hidden layer between the image, as one row of numbers, and the scores.

        a = W₂·relu(W₁·vec(x) + b₁) + b₂

    Parameters
    ----------
    in_shape : tuple of int
        (C, H, W).
    classes : int
    hidden : int
        Units in between.
    std : float, optional
        Of the first weights, σ; by default they are PyTorch's.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def __init__(self, in_shape, classes, *, hidden=100, std=None):
        super().__init__()
        self.hidden = nn.Linear(prod(in_shape), hidden)
        self.scores = nn.Linear(hidden, classes)
        gaussian_(self, std)

    def forward(self, x):
        return self.scores(self.hidden(x.flatten(1)).relu())

    def permute_inputs(self, order):
        """Make up for pixels that are shuffled: let every weight of the first layer follow its pixel."""
        self.hidden.weight.data = self.hidden.weight.data[:, order]
