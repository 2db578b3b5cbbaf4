"""Network in network: a small network at every place, and a mean at the end."""

import pytest
import torch

from convbook.models import build
from convbook.models.nin import MLPConv


def test_an_mlpconv_is_a_network_at_every_place():
    block = MLPConv(3, (6, 5, 4), 3, stride=2, padding=1).double()
    x = torch.randn(2, 3, 9, 7, dtype=torch.float64)
    seen = torch.nn.functional.unfold(x, 3, stride=2, padding=1).movedim(1, 2)  # one row for every place
    for layer in (block.conv, block.mix1, block.mix2):
        seen = (seen @ layer.weight.flatten(1).T + layer.bias).relu()
    expected = seen.movedim(2, 1).unflatten(2, (5, 4))
    torch.testing.assert_close(block(x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("small", "size"), [(True, (32, 32)), (False, (99, 67))])
def test_it_takes_any_size_once_it_is_built(small, size):
    net = build("nin", (3, *size), 7, small=small, width=0.1).eval()
    for height, width in (size, (70, 99), (150, 131)):
        assert net(torch.randn(2, 3, height, width)).shape == (2, 7)


def test_the_scores_are_means_of_maps_and_not_rectified():
    torch.manual_seed(0)
    net = build("nin", (3, 32, 32), 10, small=True, width=0.1).eval()
    x = torch.randn(8, 3, 32, 32)
    torch.testing.assert_close(net(x), net.features[:-2](x).mean((2, 3)))
    assert (net(x) < 0).any() and (net(x) > 0).any()


def test_errors_say_what_came():
    with pytest.raises(ValueError, match=r"NiN: images of 3×32×32 are too small: pool2, .*, is fed 256×2×2"):
        build("nin", (3, 32, 32), 10)
