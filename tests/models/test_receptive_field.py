"""The networks see as far as the recursion of the reference says: asked by the gradient of one unit."""

import pytest
import torch

from convbook.models import build
from convbook.reference import architectures
from convbook.reference.receptive_field import receptive_field


def made_linear(features):
    """The same windows, with weights that cannot cancel: averages in place of maxima, no ReLU, all ones."""
    layers = []
    for layer in features:
        if isinstance(layer, torch.nn.Conv2d):
            new = torch.nn.Conv2d(1, 1, layer.kernel_size, layer.stride, layer.padding, bias=False)
            torch.nn.init.constant_(new.weight, 1 / layer.kernel_size[0] ** 2)
            layers.append(new)
        elif isinstance(layer, torch.nn.MaxPool2d):
            layers.append(torch.nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding))
    return torch.nn.Sequential(*layers)


@pytest.mark.parametrize(
    ("name", "options", "layers", "last", "size", "field", "jump"),
    [
        ("alexnet", {}, architectures.alexnet(), 9, 515, 195, 32),
        ("vgg", {"configuration": "D"}, architectures.vgg("D"), 17, 512, 212, 32),
    ],
    ids=["AlexNet", "VGG-16"],
)
def test_the_gradient_reaches_as_far_as_the_recursion_says(name, options, layers, last, size, field, jump):
    net = made_linear(build(name, (1, size, size), 2, width=0.01, **options).features).double()
    x = torch.zeros(1, 1, size, size, dtype=torch.float64, requires_grad=True)
    middle = net(x)[0, 0].shape[0] // 2
    seen = []
    for unit in (middle - 1, middle):
        (dx,) = torch.autograd.grad(net(x)[0, 0, unit, middle], x)
        seen.append(dx[0, 0].sum(1).nonzero()[:, 0])
    expected = receptive_field(layers[: last + 1])[-1]
    assert (expected.size, expected.jump) == (field, jump)
    assert len(seen[0]) == seen[0][-1] - seen[0][0] + 1 == field
    assert seen[1][0] - seen[0][0] == jump
