"""The weights a network begins with."""

import torch
from torch import nn

__all__ = ["gaussian_", "he_", "lecun_"]


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


@torch.no_grad()
def he_(network, *last):
    """Draw weights that keep the signal's strength through ReLUs, and set all biases to zero, in place.

        w ~ N(0, 2/n)      with n the inputs of one unit

    A ReLU lets half of the variance through; the 2 makes up for it. The layers that end in scores begin with
    σ = 0.01, so that at first all classes are nearly alike.

    Parameters
    ----------
    network : torch.nn.Module
        Its convolutions and fully connected layers are drawn.
    *last : torch.nn.Module
        Those of them that end in scores.

    Returns
    -------
    network : torch.nn.Module
        The same.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (He et al. 2015).
    """
    return _draw(network, "relu", last)


@torch.no_grad()
def lecun_(network):
    """Draw weights that keep the signal's strength through tanhs, and set all biases to zero, in place.

        w ~ N(0, 1/n)      with n the inputs of one unit

    Parameters
    ----------
    network : torch.nn.Module
        Its convolutions and fully connected layers are drawn.

    Returns
    -------
    network : torch.nn.Module
        The same.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG" (LeCun et al. 1998).
    """
    return _draw(network, "linear")


def _draw(network, nonlinearity, last=()):
    """What PyTorch calls Kaiming, which is LeCun's where nothing bends, except for the layers named."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            if layer in last:
                nn.init.normal_(layer.weight, std=0.01)
            else:
                nn.init.kaiming_normal_(layer.weight, nonlinearity=nonlinearity)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
    return network
