"""LeNet-5: each of its unusual layers is its formula, and the whole reads lines of digits."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from convbook.models import build
from convbook.models.cost import measure
from convbook.models.initial import lecun_
from convbook.models.lenet import CODES, CONNECTIONS, Distances, ScaledTanh, Subsampling, TableConv2d

# The table of the paper: rows are the maps that are fed, columns those that come out.
PRINTED = """
X . . . X X X . . X X X X . X X
X X . . . X X X . . X X X X . X
X X X . . . X X X . . X . X X X
. X X X . . X X X X . . X . X X
. . X X X . . X X X X . X X . X
. . . X X X . . X X X X . X X X
"""


def test_the_connections_are_those_of_the_paper():
    printed = np.array([line.split() for line in PRINTED.strip().split("\n")]) == "X"
    ours = np.zeros((6, 16), bool)
    for j, inputs in enumerate(CONNECTIONS):
        ours[list(inputs), j] = True
    np.testing.assert_array_equal(ours, printed)
    assert sum(map(len, CONNECTIONS)) == 60 and (ours.sum(1) == 10).all()


def test_as_many_connections_as_published():
    rows = {
        row.name.partition(".")[2]: row for row in measure(build("lenet5", (1, 32, 32), 10), (1, 32, 32)).rows
    }
    pools = [5 * rows[name].activations for name in ("pool1", "pool2")]  # four neighbours and a bias each
    others = [rows[name].operations for name in ("conv1", "conv2", "conv3", "fc1", "output")]
    assert pools == [5880, 2000]
    assert sum(pools) + sum(others) == 340_908


def test_a_table_convolution_adds_up_what_its_table_says():
    table = [(0, 2), (1,), (3, 1, 0)]
    layer = TableConv2d(table, 3).double()
    x = torch.randn(2, 4, 8, 6, dtype=torch.float64)
    kernels = iter(layer.kernels)
    for j, inputs in enumerate(table):
        expected = layer.bias[j] + sum(
            F.conv2d(x[:, i : i + 1], next(kernels)[None, None])[:, 0] for i in inputs
        )
        torch.testing.assert_close(layer(x)[:, j], expected, rtol=0, atol=1e-12)
    layer(x).square().sum().backward()
    assert layer.kernels.grad.abs().amin() > 0


def test_at_first_the_layers_keep_the_strength_of_what_they_are_fed():
    torch.manual_seed(0)
    x = torch.randn(16, 6, 20, 20)
    table = TableConv2d([(0, 1, 2), (3, 4, 5, 0), (0, 1, 2, 3, 4, 5)] * 20, 5)
    connected = lecun_(torch.nn.Linear(400, 200))
    assert table(x).std().item() == pytest.approx(1, rel=0.1)
    assert connected(x[:, 0].flatten(1)).std().item() == pytest.approx(1, rel=0.1)


def test_subsampling_is_its_formula():
    layer = Subsampling(3).double()
    x = torch.randn(2, 3, 7, 6, dtype=torch.float64)
    torch.testing.assert_close(layer(x), F.avg_pool2d(x, 2))  # at first it is an average
    torch.nn.init.normal_(layer.coefficient)
    torch.nn.init.normal_(layer.bias)
    added = x[..., :6:2, ::2] + x[..., 1:6:2, ::2] + x[..., :6:2, 1::2] + x[..., 1:6:2, 1::2]
    expected = torch.einsum("c,nchw->nchw", layer.coefficient, added) + layer.bias.reshape(1, 3, 1, 1)
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-12)


def test_the_tanh_leaves_one_where_it_is():
    ends = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(ScaledTanh()(ends), ends, rtol=0, atol=1e-4)
    assert ScaledTanh()(torch.tensor(100.0)).item() == pytest.approx(1.7159)


def test_the_scores_are_squared_distances_to_the_codes():
    layer, x = Distances(CODES).double(), torch.randn(5, 84, dtype=torch.float64)
    torch.testing.assert_close(layer(x), -torch.cdist(x, layer.codes).square(), rtol=0, atol=1e-10)
    assert layer.codes.numel() == 840 and not list(layer.parameters())
    assert layer(layer.codes).argmax(1).tolist() == list(range(10))


def test_the_codes_are_ten_different_pictures():
    codes = torch.tensor(CODES)
    assert codes.shape == (10, 7 * 12) and set(codes.unique().tolist()) == {-1, 1}
    different = (codes[:, None] != codes).sum(2) + 84 * torch.eye(10, dtype=int)
    assert different.min() >= 8
    # The bar of a 1, the empty middle of a 0.
    assert (codes[1].reshape(12, 7)[1:11, 3] == 1).all()
    assert (codes[0].reshape(12, 7)[3:9, 2:5] == -1).all()


@pytest.mark.parametrize("plain", [False, True])
def test_a_larger_image_gives_the_scores_of_every_window(plain):
    net = build("lenet5", (1, 32, 32), 10, plain=plain).double()
    x = torch.randn(2, 1, 36, 52, dtype=torch.float64)
    scores = net(x)
    assert scores.shape == (2, 10, 2, 6)
    for u in range(2):
        for v in range(6):
            window = x[:, :, 4 * u : 4 * u + 32, 4 * v : 4 * v + 32]
            torch.testing.assert_close(net(window), scores[:, :, u, v], rtol=0, atol=1e-10)


def test_padding_stands_for_a_margin():
    torch.manual_seed(0)
    net = build("lenet5", (1, 28, 28), 10, padding=2).double()
    torch.manual_seed(0)
    other = build("lenet5", (1, 32, 32), 10).double()
    x = torch.randn(3, 1, 28, 28, dtype=torch.float64)
    torch.testing.assert_close(net(x), other(F.pad(x, (2, 2, 2, 2))), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("shape", "classes", "message"),
    [
        (
            (1, 28, 28),
            10,
            "LeNet5: images of 1×28×28 are too small: conv3, .*, is fed 16×4×4 and leaves nothing",
        ),
        ((1, 32, 40), 10, "LeNet5: images of 32×40 leave a map of 1×3, expected 1×1; build it for 32×32"),
        ((1, 32, 32), 11, "LeNet5: classes=11, expected at most 10: each needs a code"),
    ],
)
def test_errors_say_what_came(shape, classes, message):
    with pytest.raises(ValueError, match=message):
        build("lenet5", shape, classes)
