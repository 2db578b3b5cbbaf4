"""The weights a network begins with."""

import torch
from torch import nn

__all__ = ["gaussian_"]


@torch.no_grad()
def gaussian_(network, std):
    """Draw all weights from a Gaussian around zero, and set all biases to zero, in place.

    Parameters
    ----------
    network : torch.nn.Module
    std : float or None
        Standard deviation σ; None leaves what PyTorch drew.

    Returns
    -------
    network : torch.nn.Module
        The same.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    if std is not None:
        for parameter in network.parameters():
            nn.init.zeros_(parameter) if parameter.ndim == 1 else nn.init.normal_(parameter, std=std)
    return network
