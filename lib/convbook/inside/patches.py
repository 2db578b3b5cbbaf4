"""What a unit waits for, asked in the simplest way: which pieces of which images make it answer most?"""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from convbook.reference.layers import Conv, Pool
from convbook.reference.receptive_field import receptive_field

__all__ = ["Patches", "crops", "field", "top_patches"]


class Patches(NamedTuple):
    """The strongest answers of one unit, the strongest first.

    Attributes
    ----------
    images
        In which image each was found, a Tensor of ints, (count,).
    places
        Row and column in the unit's map, a Tensor of ints, (count, 2).
    answers
        How strong each is, a Tensor, (count,).

    Notes
    -----
    Chapter 12, "Looking inside".
    """

    images: object
    places: object
    answers: object


def field(layers):
    """What a unit of the last layer sees of the image.

    Parameters
    ----------
    layers : sequence of torch.nn.Module
        Conv2d, ReLU and MaxPool2d, in order.

    Returns
    -------
    field : Field, see `reference.receptive_field`
        Size, jump and start: unit (u, v) sees `size` pixels from row start + jump·u and column start + jump·v
        on, some of which may lie in the padding.

    Raises
    ------
    TypeError
        If a layer is of another kind.
    ValueError
        If none of them looks through a window.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    windows = []
    for i, layer in enumerate(layers):
        match layer:
            case nn.Conv2d() | nn.MaxPool2d():
                kind = Conv if isinstance(layer, nn.Conv2d) else Pool
                hyper = {"stride": layer.stride, "padding": layer.padding, "dilation": layer.dilation}
                windows.append(kind(layer.kernel_size, **hyper))
            case nn.ReLU():
                pass
            case _:
                raise TypeError(f"field: layers[{i}] is {layer}, expected Conv2d, ReLU or MaxPool2d")
    if not windows:
        raise ValueError("field: layers has no convolution and no pooling")
    return receptive_field(windows)[-1]


@torch.no_grad()
def top_patches(layers, images, channel, count=9, *, batch=256):
    """Look through many images for the places where one unit answers most, at most one in each image.

    Only places count whose field lies within the image: padding has borders of its own, and they are alike.

    Parameters
    ----------
    layers : torch.nn.Sequential
        Up to the layer in question.
    images : Tensor, (N, C, H, W)
    channel : int
        Which map of the last layer.
    count : int
    batch : int
        Images to show at once.

    Returns
    -------
    Patches

    Raises
    ------
    ValueError
        If there is no such map, there are fewer images than patches wanted, or no field fits into an image.

    Notes
    -----
    Chapter 12, "Looking inside". `crops` cuts them out.
    """
    if not 1 <= count <= len(images):
        raise ValueError(f"top_patches: count={count}, expected from 1 to the {len(images)} images")
    seen = field(layers)
    within = []
    for n, size, jump, start in zip(
        images.shape[2:], *(np.broadcast_to(each, 2) for each in seen), strict=True
    ):
        first, last = -(start // jump), (n - size - start) // jump
        within.append(slice(int(first), int(last) + 1))
        if last < first:
            raise ValueError(f"top_patches: a unit sees {size} pixels, and no such field fits into {n}")
    best, where = [], []
    for part in images.split(batch):
        maps = layers(part)
        if not 0 <= channel < maps.shape[1]:
            raise ValueError(f"top_patches: channel={channel}, but the layer has {maps.shape[1]} maps")
        inner = maps[:, channel, *within]
        answers, at = inner.flatten(1).max(1)
        best.append(answers)
        places = torch.stack([at // inner.shape[2], at % inner.shape[2]], 1)
        where.append(places + torch.tensor([axis.start for axis in within]))
    answers, chosen = torch.cat(best).topk(count)
    return Patches(chosen, torch.cat(where)[chosen], answers)


def crops(images, patches, seen):
    """Cut out what the unit saw; what lies outside of the image is zero.

    Parameters
    ----------
    images : Tensor, (N, C, H, W)
    patches : Patches
    seen : Field, see `reference.receptive_field`
        As `field` returns it.

    Returns
    -------
    Tensor, (count, C, R, S)
        With R×S the size of the field.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    size, jump, start = (torch.tensor(each).expand(2) for each in seen)
    R, S = size.tolist()
    corners = start + jump * patches.places + size  # `size` zeros are put around
    around = F.pad(images[patches.images], (S, S, R, R))
    pairs = zip(around, corners.tolist(), strict=True)
    return torch.stack([image[:, top : top + R, left : left + S] for image, (top, left) in pairs])
