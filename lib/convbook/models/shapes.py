"""Shapes without numbers: what layers make of an image, before anything is computed."""

import torch
from torch.func import functional_call

__all__ = ["imagine", "made_of", "scaled"]


def imagine(module, *shape):
    """Run a module on PyTorch's meta device, where tensors have a shape and no numbers.

    It takes neither time nor memory, however large the network; hooks see every layer as in earnest.

    Parameters
    ----------
    module : torch.nn.Module
        It stays as it is.
    *shape : int
        Of the input.

    Returns
    -------
    Tensor
        Or whatever the module returns, on the meta device.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    dtype = next((tensor.dtype for tensor in tensors.values() if tensor.is_floating_point()), torch.float32)
    x = torch.empty(shape, dtype=dtype, device="meta")
    with torch.no_grad():
        return functional_call(module, {name: tensor.to("meta") for name, tensor in tensors.items()}, (x,))


def made_of(owner, in_shape, layers):
    """Follow an image through layers, and say which shape comes out.

    Parameters
    ----------
    owner : str
        Whose layers they are, for the message.
    in_shape : tuple of int
        (C, H, W).
    layers : torch.nn.Sequential

    Returns
    -------
    tuple of int

    Raises
    ------
    ValueError
        If a map vanishes on the way; the message says at which layer, and how large it was.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    shape = tuple(in_shape)
    for name, layer in layers.named_children():
        try:
            shape = tuple(imagine(layer, 1, *shape).shape[1:])
        except RuntimeError:
            raise ValueError(
                f"{owner}: images of {_times(in_shape)} are too small: {name}, {layer}, "
                f"is fed {_times(shape)} and leaves nothing"
            ) from None
    return shape


def scaled(width, *maps):
    """Numbers of feature maps for a network that is `width` times as wide.

    Parameters
    ----------
    width : float
        1 leaves them as they are.
    *maps : int

    Returns
    -------
    list of int
        Rounded, and at least 1.

    Raises
    ------
    ValueError
        If `width` is not positive.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    if not width > 0:
        raise ValueError(f"width must be positive, got {width}")
    return [max(1, round(width * each)) for each in maps]


def _times(shape):
    return "×".join(map(str, shape))
