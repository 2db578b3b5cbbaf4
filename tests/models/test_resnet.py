"""ResNet: layers that add to what they are fed."""

import pytest
import torch

from convbook.models import build
from convbook.models.cost import measure
from convbook.models.resnet import Residual


def test_a_block_without_a_change_is_a_relu():
    block = Residual(4, 4)
    torch.nn.init.zeros_(block.change[3].weight)
    x = torch.randn(2, 4, 5, 7)
    assert torch.equal(block(x), x.relu())


def test_a_block_can_halve_the_maps():
    assert Residual(4, 6, stride=2)(torch.randn(2, 4, 7, 10)).shape == (2, 6, 4, 5)


@pytest.mark.parametrize("blocks", [1, 3])
def test_it_has_six_layers_a_block_and_two(blocks):
    net = build("resnet", (3, 32, 32), 10, blocks=blocks, width=0.5)
    weighted = [layer for layer in net.modules() if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear)]
    shortcuts = 2  # 1×1, where the number of maps doubles
    assert len(weighted) - shortcuts == 6 * blocks + 2
    assert net(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_the_published_network_has_as_many_parameters_as_published():
    """The paper's 0.27 M, whose shortcuts learn nothing, and the shortcuts, which here do."""
    total = measure(build("resnet", (3, 32, 32), 10), (3, 32, 32)).total.parameters
    assert total - (16 * 32 + 2 * 32) - (32 * 64 + 2 * 64) == 269_722


def test_errors_say_what_came():
    with pytest.raises(ValueError, match="ResNet: blocks must be at least 1, got 0"):
        build("resnet", (3, 32, 32), 10, blocks=0)
