"""Top patches: the strongest answers there are, and the pixels that they depend on."""

import numpy as np
import pytest
import torch
from torch import nn

from convbook.inside.patches import Patches, crops, field, top_patches


@pytest.fixture
def layers():
    torch.manual_seed(1)
    return nn.Sequential(
        *(nn.Conv2d(2, 3, (5, 3), stride=(1, 2), padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(3, 4, 3, dilation=(1, 2)), nn.ReLU()),
    ).double()


def test_strongest_first_one_for_an_image(layers):
    images = torch.randn(13, 2, 19, 33, dtype=torch.float64)
    found = top_patches(layers, images, 2, 6, batch=4)
    maps = layers(images)[:, 2]
    seen = field(layers)
    inside = torch.zeros_like(maps[0], dtype=torch.bool)
    for u, v in np.ndindex(*inside.shape):
        top, left = (s + j * k for s, j, k in zip(seen.start, seen.jump, (u, v), strict=True))
        inside[u, v] = min(top, left) >= 0 and top + seen.size[0] <= 19 and left + seen.size[1] <= 33
    assert 0 < inside.sum() < inside.numel()
    maps = maps.where(inside, -torch.inf)
    ranked = maps.amax((1, 2)).sort(descending=True)
    assert torch.equal(found.images, ranked.indices[:6])
    for image, (u, v), answer in zip(*found, strict=True):
        torch.testing.assert_close(maps[image, u, v], answer)
        assert answer == maps[image].max()


def test_a_unit_depends_on_its_crop_alone(layers):
    """The box is right: the unit's gradient lies within, and the crop without the rest gives the answer."""
    images = torch.randn(9, 2, 19, 33, dtype=torch.float64, requires_grad=True)
    found = top_patches(layers, images, 1, 4)
    seen = field(layers)
    (gradient,) = torch.autograd.grad(found_sum(layers, images, found), images)
    inside = crops(gradient, found, seen)
    assert inside.shape == (4, 2, *seen.size)
    torch.testing.assert_close(inside.abs().sum((1, 2, 3)), gradient[found.images].abs().sum((1, 2, 3)))


def found_sum(layers, images, found):
    maps = layers(images)[:, 1]
    return sum(maps[image, u, v] for image, (u, v) in zip(found.images, found.places, strict=True))


def test_crops_are_padded_with_zeros():
    layers = nn.Sequential(nn.Conv2d(1, 1, 3, padding=1))
    nn.init.ones_(layers[0].weight)
    images = torch.zeros(1, 1, 5, 6)
    images[0, 0, 0, 0] = 7
    images[0, 0, 1, 1] = 1
    corner = Patches(torch.tensor([0]), torch.tensor([[0, 0]]), torch.tensor([8.0]))
    assert crops(images, corner, field(layers))[0, 0].tolist() == [
        [0, 0, 0],
        [0, 7, 0],
        [0, 0, 1],
    ]


def test_errors_say_what_came(layers):
    images = torch.zeros(3, 2, 19, 33, dtype=torch.float64)
    with pytest.raises(ValueError, match="top_patches: count=9, expected from 1 to the 3 images"):
        top_patches(layers, images, 0)
    with pytest.raises(ValueError, match="top_patches: channel=4, but the layer has 4 maps"):
        top_patches(layers, images, 4, 2)
    with pytest.raises(ValueError, match="top_patches: a unit sees 10 pixels, and no such field fits into 7"):
        top_patches(layers, images[..., :7, :], 0, 2)
    with pytest.raises(TypeError, match=r"field: layers\[1\] is Flatten"):
        field([layers[0], nn.Flatten()])
    with pytest.raises(ValueError, match="field: layers has no convolution and no pooling"):
        field([nn.ReLU()])
