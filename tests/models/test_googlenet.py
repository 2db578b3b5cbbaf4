"""GoogLeNet: its modules stack four branches, and its auxiliary classifiers help only while it learns."""

import pytest
import torch
import torch.nn.functional as F

from convbook.models import build
from convbook.models.googlenet import Inception, NaiveInception


def test_a_naive_module_grows():
    x = torch.randn(2, 12, 7, 5)
    y = NaiveInception(12, 6, 5, 4)(x)
    assert y.shape == (2, 6 + 5 + 4 + 12, 7, 5)
    assert torch.equal(y[:, 15:], F.max_pool2d(x, 3, 1, 1))


def test_a_module_stacks_its_branches():
    module = Inception(12, 6, (3, 5), (2, 4), 7).double()
    x = torch.randn(2, 12, 7, 5, dtype=torch.float64)
    ones, threes, fives, pooled = module.ones[0], module.threes, module.fives, module.pooled
    expected = [
        ones(x),
        threes[2](threes[0](x).relu()),
        fives[2](fives[0](x).relu()),
        pooled[1](F.max_pool2d(x, 3, 1, 1)),
    ]
    torch.testing.assert_close(module(x), torch.cat(expected, 1).relu(), rtol=0, atol=1e-12)
    assert [layer.kernel_size for layer in (threes[2], fives[2])] == [(3, 3), (5, 5)]


def test_padding_gives_the_sizes_of_ceil_mode_but_not_its_values():
    x = torch.randn(1, 3, 96, 64)
    hanging = build("googlenet", (3, 96, 64), 9, width=0.1).eval()
    padded = build("googlenet", (3, 96, 64), 9, width=0.1, ceil_mode=False).eval()
    padded.load_state_dict(hanging.state_dict())
    assert hanging.features(x).shape == padded.features(x).shape
    assert (hanging(x) - padded(x)).abs().max() > 1e-6


def test_auxiliary_scores_come_only_while_it_learns():
    net = build("googlenet", (3, 32, 32), 10, small=True, width=0.1, auxiliary=True)
    x = torch.randn(2, 3, 32, 32)
    outputs = net(x)
    assert [each.shape for each in outputs] == [(2, 10)] * 3
    assert net.eval()(x).shape == (2, 10)
    alone = build("googlenet", (3, 32, 32), 10, small=True, width=0.1)
    assert alone(x).shape == (2, 10)


def test_auxiliary_classifiers_look_at_4a_and_4d():
    net = build("googlenet", (3, 224, 200), 10, width=0.05, auxiliary=True)
    assert list(net.auxiliary) == ["inception4a", "inception4d"]
    net(torch.randn(2, 3, 224, 200))[1].sum().backward()
    blamed = {name for name, parameter in net.features.named_parameters() if parameter.grad is not None}
    reached = {name.partition(".")[0] for name in blamed}
    assert reached == {"conv1", "reduce2", "conv2", "inception3a", "inception3b", "inception4a"}


def test_errors_say_what_came():
    with pytest.raises(ValueError, match="GoogLeNet: images of 3×0×32 are too small: conv1"):
        build("googlenet", (3, 0, 32), 10)
    with pytest.raises(ValueError, match=r"Auxiliary: images of 51×2×2 are too small: average, .*"):
        build("googlenet", (3, 32, 32), 10, width=0.1, auxiliary=True)
