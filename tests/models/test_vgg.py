"""VGG: all configurations from one builder, and deep ones that begin where a shallow one ended."""

import pytest
import torch

from convbook.models import build
from convbook.models.alexnet import ResponseNorm
from convbook.models.vgg import CONFIGURATIONS


def convolutions(net):
    return [layer for layer in net.features if isinstance(layer, torch.nn.Conv2d)]


@pytest.mark.parametrize(
    ("configuration", "count"), [("A", 8), ("A-LRN", 8), ("B", 10), ("C", 13), ("D", 13), ("E", 16)]
)
def test_every_configuration_takes_small_images(configuration, count):
    net = build("vgg", (3, 32, 32), 7, configuration=configuration, width=1 / 16)
    assert len(convolutions(net)) == count
    assert net.features(torch.randn(1, 3, 32, 32)).shape == (1, 32, 1, 1)
    assert net(torch.randn(2, 3, 32, 32)).shape == (2, 7)
    normed = [i for i, layer in enumerate(net.features) if isinstance(layer, ResponseNorm)]
    assert normed == ([2] if configuration == "A-LRN" else [])


def test_c_sees_three_times_with_a_kernel_of_one():
    sizes = [
        conv.kernel_size[0]
        for conv in convolutions(build("vgg", (1, 40, 70), 3, configuration="C", width=0.1))
    ]
    assert sizes == [3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]


def test_a_deep_network_starts_from_a_shallow_one():
    shallow = build("vgg", (3, 32, 32), 10, configuration="A", width=0.1)
    deep = build("vgg", (3, 32, 32), 10, configuration="D", width=0.1)
    before = {name: value.clone() for name, value in deep.state_dict().items()}
    deep.start_from(shallow)
    taken = {name for name, value in deep.state_dict().items() if not torch.equal(value, before[name])}
    convs = {f"features.conv{name}.weight" for name in ("1_1", "2_1", "3_1", "3_2")}
    assert taken == convs | {f"classifier.fc{i}.weight" for i in (1, 2, 3)}  # all biases are zero still
    assert torch.equal(deep.features.conv3_2.weight, shallow.features.conv3_2.weight)
    assert deep.features.conv3_2.weight is not shallow.features.conv3_2.weight


def test_the_first_weights_can_be_the_authors():
    torch.manual_seed(0)
    net = build("vgg", (3, 32, 32), 10, configuration="B", width=0.25, std=0.01)
    assert net.features.conv3_2.weight.std().item() == pytest.approx(0.01, rel=0.05)
    assert not net.features.conv3_2.bias.any()


def test_errors_say_what_came():
    with pytest.raises(ValueError, match="VGG: configuration must be one of A, A-LRN, B, C, D, E, got 'F'"):
        build("vgg", (3, 32, 32), 10, configuration="F")
    with pytest.raises(ValueError, match=r"VGG: images of 3×32×31 are too small: pool5, .*, is fed 51×2×1 "):
        build("vgg", (3, 32, 31), 10, width=0.1)
    assert list(CONFIGURATIONS) == ["A", "A-LRN", "B", "C", "D", "E"]
