"""AlexNet: its normalisation is its formula, its order CaffeNet's, and it comes in several sizes."""

import pytest
import torch

from convbook.models import build
from convbook.models.alexnet import ResponseNorm
from convbook.reference.arithmetic import output_size


def test_response_normalisation_is_its_formula():
    x = 30 * torch.randn(2, 7, 4, 3, dtype=torch.float64)
    y = ResponseNorm(7).double()(x)
    for j in range(7):
        near = x[:, max(0, j - 2) : j + 3].square().sum(1)
        torch.testing.assert_close(y[:, j], x[:, j] / (2 + 1e-4 * near) ** 0.75, rtol=0, atol=1e-12)


def test_response_normalisation_is_pytorch_s():
    """With five times the alpha, which PyTorch divides by the number of maps in the sum."""
    x = 30 * torch.randn(2, 9, 4, 3, dtype=torch.float64)
    theirs = torch.nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)
    torch.testing.assert_close(ResponseNorm(9).double()(x), theirs(x), rtol=0, atol=1e-12)


def test_the_layers_stand_in_the_order_of_caffenet():
    net = build("alexnet", (3, 67, 67), 10, width=0.05)
    names = [name for name, _ in net.features.named_children()]
    assert names[:8] == ["conv1", "relu1", "pool1", "norm1", "conv2", "relu2", "pool2", "norm2"]
    assert names[8:] == ["conv3", "relu3", "conv4", "relu4", "conv5", "relu5", "pool5"]


def test_55_needs_227():
    assert output_size(227, 11, stride=4) == 55
    assert [output_size(n, 11, stride=4) for n in (224, 226)] == [54, 54]


@pytest.mark.parametrize("groups", [1, 2])
def test_a_small_one_keeps_the_size_of_small_images(groups):
    net = build("alexnet", (3, 32, 32), 10, small=True, width=0.125, groups=groups)
    assert net.features.conv1(torch.zeros(1, 3, 32, 32)).shape == (1, 12, 32, 32)
    assert net(torch.randn(2, 3, 32, 32)).shape == (2, 10)


def test_dropout_drops_while_learning_only():
    net = build("alexnet", (1, 67, 71), 4, width=0.1)
    x = torch.randn(3, 1, 67, 71)
    assert (net(x) != net(x)).any()
    net.eval()
    assert torch.equal(net(x), net(x))


def test_the_first_weights_keep_the_strength_of_the_signal():
    torch.manual_seed(0)
    net = build("alexnet", (3, 32, 32), 10, small=True, width=0.25).eval()
    x = net.features[:8](torch.randn(16, 3, 32, 32))
    before, after = (x / x.std()).std(), net.features.conv4(net.features[8:10](x / x.std())).std()
    assert before / 3 < after < 3 * before


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        (
            (3, 32, 32),
            {},
            r"AlexNet: images of 3×32×32 are too small: pool2, .*, is fed 256×2×2 and leaves nothing",
        ),
        (
            (3, 10, 90),
            {},
            "AlexNet: images of 3×10×90 are too small: conv1, .*, is fed 3×10×90 and leaves nothing",
        ),
        ((3, 90, 90), {"groups": 2, "width": 1 / 256}, "divisible by groups"),
        ((3, 90, 90), {"width": 0}, "width must be positive, got 0"),
    ],
)
def test_errors_say_what_came(shape, options, message):
    with pytest.raises(ValueError, match=message):
        build("alexnet", shape, 10, **options)
