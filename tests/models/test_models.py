"""The networks: as many parameters as the reference counts, and the scores that their formulas give."""

import math

import pytest
import torch

from convbook import models
from convbook.models.initial import he_
from convbook.reference.layers import Conv, Linear, Pool, cost_table


@pytest.mark.parametrize(
    ("name", "options", "layers", "shape"),
    [
        ("linear", {}, [Linear(10)], (3, 32, 32)),
        ("two-layer", {"hidden": 200}, [Linear(200), Linear(10)], (3, 32, 32)),
        ("convnet", {}, [Conv(5, 32), Pool(2), Conv(5, 64), Pool(2), Linear(100), Linear(10)], (1, 28, 28)),
        ("convnet", {}, [Conv(5, 32), Pool(2), Conv(5, 64), Pool(2), Linear(100), Linear(10)], (3, 32, 32)),
        (
            "convnet",
            {"width": 7, "hidden": 11},
            [Conv(5, 7), Pool(2), Conv(5, 14), Pool(2), Linear(11), Linear(10)],
            (2, 37, 22),
        ),
    ],
    ids=str,
)
def test_parameters_are_those_of_the_cost_table(name, options, layers, shape):
    model = models.build(name, shape, 10, **options)
    assert sum(p.numel() for p in model.parameters()) == cost_table(layers, shape).total.parameters
    assert model(torch.randn(3, *shape)).shape == (3, 10)


def test_convnet_is_the_lecture_s():
    count = lambda shape: sum(p.numel() for p in models.build("convnet", shape, 10).parameters())  # noqa: E731
    assert (count((1, 28, 28)), count((3, 32, 32))) == (155_606, 214_806)


def test_relu_stands_after_every_layer_but_the_last():
    """The convnet computes what its text says, with ReLU before the pool."""
    net = models.build("convnet", (2, 20, 17), 4, width=3, hidden=5).double()
    x = torch.randn(6, 2, 20, 17, dtype=torch.float64)
    pool = torch.nn.MaxPool2d(2)
    y = pool(net.conv2(pool(net.conv1(x).relu())).relu())
    torch.testing.assert_close(net(x), net.fc2(net.fc1(y.flatten(1)).relu()), rtol=0, atol=1e-12)
    assert (net(x) < 0).any()


@pytest.mark.parametrize("name", ["linear", "two-layer"])
def test_weights_can_follow_their_pixels(name):
    net = models.build(name, (3, 5, 7), 4).double()
    x = torch.randn(6, 3, 5, 7, dtype=torch.float64)
    order = torch.randperm(105)
    before = net(x)
    shuffled = x.flatten(1)[:, order].reshape(x.shape)
    assert (net(shuffled) - before).abs().max() > 1e-3
    net.permute_inputs(order)
    torch.testing.assert_close(net(shuffled), before, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["linear", "two-layer", "convnet"])
def test_gaussian_weights_have_their_standard_deviation(name):
    torch.manual_seed(0)
    net = models.build(name, (3, 32, 32), 10, std=0.02)
    for parameter in net.parameters():
        if parameter.ndim == 1:
            assert not parameter.any()
    drawn = torch.cat([p.flatten() for p in net.parameters() if p.ndim > 1])
    assert drawn.std().item() == pytest.approx(0.02, rel=0.03)
    assert abs(drawn.mean().item()) < 0.001


def test_he_weights_have_the_spread_of_their_inputs_and_the_last_are_small():
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(6, 50, 5), torch.nn.ReLU(), torch.nn.Linear(700, 60), torch.nn.Linear(500, 40)
    )
    he_(net, net[3])
    for layer, expected in ((net[0], (2 / 150) ** 0.5), (net[2], (2 / 700) ** 0.5), (net[3], 0.01)):
        assert layer.weight.std().item() == pytest.approx(expected, rel=0.05)
        assert not layer.bias.any()


SMALL = {
    "alexnet": {"small": True, "width": 0.25},
    "zfnet": {"small": True, "width": 0.25},
    "vgg": {"width": 0.25},
    "nin": {"small": True, "width": 0.25},
    "googlenet": {"small": True, "width": 0.25},
    "resnet": {"width": 0.5},
    "stack": {},
}


@pytest.mark.parametrize(("name", "options"), SMALL.items())
def test_at_first_all_classes_are_nearly_alike(name, options):
    """A network that is surer than it can be would have to unlearn first."""
    torch.manual_seed(0)
    net = models.build(name, (3, 32, 32), 10, **options)
    net.train(name == "resnet")  # batch normalisation has not seen a batch yet
    scores = net(torch.randn(64, 3, 32, 32))
    loss = torch.nn.functional.cross_entropy(scores, torch.arange(64) % 10)
    assert loss.item() == pytest.approx(math.log(10), rel=0.05)


def test_errors_say_what_came():
    with pytest.raises(ValueError, match=r"build: no model 'lenet', expected one of linear, .*, vgg"):
        models.build("lenet", (3, 32, 32), 10)
    with pytest.raises(ValueError, match="ConvNet: images of 8×8, expected at least 16×16"):
        models.build("convnet", (1, 8, 8), 10)
