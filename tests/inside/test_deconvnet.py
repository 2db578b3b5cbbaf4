"""The way back, written out, is a gradient through other ReLUs; with honest ReLUs it is the gradient."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from convbook.inside.deconvnet import RULES, by_autograd, reconstruct, strongest


def net(*layers, seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(*layers).double()


NETS = {
    "plain": lambda: net(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, (2, 3)), nn.ReLU()),
    "strides": lambda: net(
        *(nn.Conv2d(2, 5, (5, 4), stride=(2, 3), padding=(2, 1)), nn.ReLU(), nn.MaxPool2d((2, 3), (2, 1))),
        *(nn.Conv2d(5, 3, 2, stride=2), nn.ReLU()),
    ),
    "overlapping pools": lambda: net(
        *(nn.Conv2d(2, 4, 3, padding=(0, 2), dilation=(2, 1)), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)),
        *(nn.Conv2d(4, 4, 3, padding=1, groups=2, bias=False), nn.ReLU(), nn.MaxPool2d(3, 1)),
    ),
    "ends in scores": lambda: net(nn.Conv2d(2, 6, 3), nn.ReLU(), nn.Conv2d(6, 3, 1)),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", NETS)
def test_written_out_is_the_definition(kind, rule):
    layers = NETS[kind]()
    x = torch.randn(3, 2, 17, 22, dtype=torch.float64)
    signal = torch.randn_like(layers(x))
    dx = reconstruct(layers, x, signal, rule)
    torch.testing.assert_close(dx, by_autograd(layers, x, signal, rule), rtol=0, atol=1e-12)
    others = [reconstruct(layers, x, signal, other) for other in RULES if other != rule]
    assert all((dx - other).abs().max() > 1e-3 for other in others)


@pytest.mark.parametrize("kind", NETS)
def test_gradient_is_the_gradient(kind):
    layers = NETS[kind]()
    x = torch.randn(2, 2, 15, 19, dtype=torch.float64, requires_grad=True)
    y = layers(x)
    signal = torch.randn_like(y)
    (dx,) = torch.autograd.grad(y, x, signal)
    torch.testing.assert_close(reconstruct(layers, x, signal, "gradient"), dx, rtol=0, atol=1e-12)


def test_parts_are_pytorch_s():
    """Where windows do not overlap, unpooling is PyTorch's, and the whole can be written in three calls."""
    conv = nn.Conv2d(2, 3, 3, stride=2).double()
    x = torch.randn(2, 2, 13, 18, dtype=torch.float64)
    pooled, switches = F.max_pool2d(conv(x).relu(), 2, return_indices=True)
    signal = torch.randn_like(pooled)
    maps = F.max_unpool2d(signal, switches, 2, output_size=conv(x).shape[2:]).relu()
    expected = F.conv_transpose2d(maps, conv.weight, stride=2, output_padding=(0, 1))
    dx = reconstruct([conv, nn.ReLU(), nn.MaxPool2d(2)], x, signal)
    torch.testing.assert_close(dx, expected, rtol=0, atol=1e-12)


def test_leaves_what_it_is_given_alone():
    layers = net(nn.Conv2d(2, 3, 3), nn.ReLU(inplace=True), nn.Conv2d(3, 2, 3))
    x = torch.randn(1, 2, 9, 8, dtype=torch.float64)
    signal = torch.randn(1, 2, 5, 4, dtype=torch.float64)
    kept = x.clone(), signal.clone()
    dx = reconstruct(layers, x, signal)
    torch.testing.assert_close(dx, by_autograd(layers, x, signal), rtol=0, atol=1e-12)
    assert torch.equal(x, kept[0]) and torch.equal(signal, kept[1]) and not x.requires_grad


def test_strongest_keeps_one_place_of_one_map():
    maps = torch.randn(4, 3, 5, 6)
    signal = strongest(maps, 1)
    assert (signal != 0).sum((1, 2, 3)).tolist() == [1] * 4
    assert torch.equal(signal.amax((1, 2, 3)).clamp(min=0), maps[:, 1].amax((1, 2)).clamp(min=0))
    assert not signal[:, [0, 2]].any()
    at = maps[2, 1].argmax()
    assert signal[2, 1].flatten()[at] == maps[2, 1].max()


def test_errors_say_what_came():
    layers = net(nn.Conv2d(1, 2, 3), nn.ReLU())
    x = torch.zeros(1, 1, 7, 7, dtype=torch.float64)
    with pytest.raises(ValueError, match="reconstruct: no rule 'saliency', expected one of gradient"):
        reconstruct(layers, x, layers(x), "saliency")
    with pytest.raises(ValueError, match=r"by_autograd: signal has shape \(1, 2, 7, 7\), .* \(1, 2, 5, 5\)"):
        by_autograd(layers, x, torch.zeros(1, 2, 7, 7))
    with pytest.raises(TypeError, match=r"reconstruct: layers\[1\] is Sigmoid"):
        reconstruct([layers[0], nn.Sigmoid()], x, x)
    with pytest.raises(ValueError, match=r"reconstruct: layers\[0\] is Conv2d.*, expected a padding"):
        reconstruct([nn.Conv2d(1, 1, 3, padding="same")], x, x)
    with pytest.raises(ValueError, match="strongest: channel=2, but the layer has 2 maps"):
        strongest(layers(x), 2)
