"""Layer lists and what they cost: the lectures' tables number by number, and torch's shapes."""

import numpy as np
import pytest
import torch

from convbook.reference.architectures import alexnet, googlenet, lenet5, small_convnet, vgg, zfnet
from convbook.reference.layers import (
    Conv,
    Inception,
    Linear,
    Norm,
    Pool,
    Softmax,
    cost_table,
    fully_convolutional,
)

IMAGENET = (3, 224, 224)


def columns(table):
    return [row.parameters for row in table.rows], [row.operations for row in table.rows]


def total(table):
    return table.total.parameters, table.total.operations


def test_the_table_of_the_small_network_on_mnist():
    table = cost_table(small_convnet(), (1, 28, 28))
    assert columns(table) == (
        [832, 0, 51264, 0, 102500, 1010, 0],
        [479232, 18432, 3280896, 4096, 102500, 1010, 10],
    )
    assert total(table) == (155_606, 3_886_176)


def test_the_table_of_the_small_network_on_cifar():
    table = cost_table(small_convnet(), (3, 32, 32))
    assert columns(table) == (
        [2432, 0, 51264, 0, 160100, 1010, 0],
        [1906688, 25088, 5126400, 6400, 160100, 1010, 10],
    )
    assert total(table) == (214_806, 7_225_696)


def test_where_the_small_network_has_its_costs():
    rows = cost_table(small_convnet(), (1, 28, 28)).rows
    most = [max(range(len(rows)), key=[row[i] for row in rows].__getitem__) for i in (2, 3, 4, 5)]
    assert [rows[i].name for i in most] == ["Linear(100)", "Conv(5, 64)", "Conv(5, 32)", "Conv(5, 32)"]


def test_the_table_of_lenet5():
    table = cost_table(lenet5(), (1, 32, 32))
    assert columns(table) == (
        [156, 0, 2416, 0, 48120, 10164, 850, 0],
        [122304, 4704, 241600, 1600, 48120, 10164, 850, 10],
    )
    assert total(table) == (61_706, 429_352)


def test_the_table_of_alexnet():
    table = cost_table(alexnet(), (3, 227, 227))
    parameters, operations = columns(table)
    # fmt: off
    assert parameters == [
        34944, 0, 0, 614656, 0, 0, 885120, 1327488, 884992, 0, 37752832, 16781312, 4097000, 0,
    ]
    assert operations == [
        105705600, 290400, 69984, 448084224, 186624, 43264, 149585280, 224345472, 149563648, 43264,
        37752832, 16781312, 4097000, 1000,
    ]
    # fmt: on
    assert total(table) == (62_378_344, 1_136_549_904)
    assert total(cost_table(alexnet(groups=2), (3, 227, 227))) == (60_965_224, 725_700_624)


def test_the_table_of_zfnet():
    table = cost_table(zfnet(), IMAGENET)
    weighted = [(row.parameters, row.operations) for row in table.rows if row.parameters]
    assert weighted[:6] == [
        (14208, 171916800),
        (614656, 415507456),
        (1180160, 199447040),
        (4719616, 797615104),
        (4719104, 797528576),
        (75501568, 75501568),
    ]
    assert total(table) == (107_627_624, 2_480_150_704)


def test_the_table_of_vgg16():
    table = cost_table(vgg(), IMAGENET)
    convolutions = [(row.parameters, row.operations) for row in table.rows if row.name.startswith("Conv")]
    assert convolutions == [
        (1792, 89_915_392),
        (36928, 1_852_899_328),
        (73856, 926_449_664),
        (147584, 1_851_293_696),
        (295168, 925_646_848),
        (590080, 1_850_490_880),
        (590080, 1_850_490_880),
        (1180160, 925_245_440),
        (2359808, 1_850_089_472),
        (2359808, 1_850_089_472),
        *[(2359808, 462_522_368)] * 3,
    ]
    assert total(table) == (138_357_544, 15_489_943_504)


@pytest.mark.parametrize(
    ("configuration", "weighted", "parameters"),
    [
        ("A", 11, 132_863_336),
        ("A-LRN", 11, 132_863_336),
        ("B", 13, 133_047_848),
        ("C", 16, 133_638_952),
        ("D", 16, 138_357_544),
        ("E", 19, 143_667_240),
    ],
)
def test_the_configurations_of_vgg(configuration, weighted, parameters):
    layers = vgg(configuration)
    table = cost_table(layers, IMAGENET)
    assert sum(row.parameters > 0 for row in table.rows) == weighted
    assert table.total.parameters == parameters
    assert [i for i, layer in enumerate(layers) if layer == Norm()] == (
        [1] if configuration == "A-LRN" else []
    )


def test_the_table_of_googlenet():
    table = cost_table(googlenet(), IMAGENET)
    modules = [(row.parameters, row.operations) for row in table.rows if row.name.startswith("Inc")]
    assert modules == [
        (163696, 128_488_192),
        (388736, 304_969_728),
        (376176, 73_824_576),
        (449160, 88_135_712),
        (510104, 100_080_736),
        (605376, 118_754_048),
        (868352, 170_300_480),
        (1043456, 51_170_112),
        (1444080, 70_800_688),
    ]
    assert [row.shape[0] for row in table.rows if row.name.startswith("Inc")] == [
        *(256, 480, 512, 512, 512, 528, 832, 832, 1024)
    ]
    assert total(table) == (6_998_552, 1_588_825_920)


def in_torch(layer, shape):
    """The torch module of the same numbers, without storage."""
    if isinstance(layer, Conv):
        names = ("stride", "padding", "dilation", "groups", "bias")
        hyper = {name: getattr(layer, name) for name in names}
        return torch.nn.Conv2d(shape[0], layer.channels, layer.kernel_size, **hyper, device="meta")
    if isinstance(layer, Pool):
        r, s, p, t = layer.window
        return torch.nn.MaxPool2d(r, s, p, t, ceil_mode=layer.ceil_mode)
    if isinstance(layer, Linear):
        flat = torch.nn.Linear(int(np.prod(shape)), layer.features, bias=layer.bias, device="meta")
        return torch.nn.Sequential(torch.nn.Flatten(), flat)
    return torch.nn.Identity()


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        (small_convnet(), (3, 32, 32)),
        (lenet5(), (1, 32, 32)),
        (alexnet(groups=2), (3, 227, 227)),
        (zfnet(), IMAGENET),
        (vgg("C"), IMAGENET),
        (fully_convolutional(alexnet(), (3, 227, 227)), (3, 515, 325)),
        (
            [
                Conv((3, 2), 6, stride=(2, 1), padding=(0, 3), dilation=(1, 4), groups=3, bias=False),
                Pool((3, 2), stride=(1, 2), padding=(1, 0), dilation=(2, 1), ceil_mode=True),
                Linear(7, bias=False),
                Linear(5),
            ],
            (9, 13, 17),
        ),
    ],
    ids=["small", "LeNet-5", "AlexNet", "ZFNet", "VGG-C", "fully convolutional AlexNet", "every number"],
)
def test_shapes_and_parameters_are_torchs(layers, shape):
    x = torch.zeros(1, *shape, device="meta")
    for layer, row in zip(layers, cost_table(layers, shape).rows, strict=True):
        module = in_torch(layer, x.shape[1:])
        x = module(x)
        assert row.shape == tuple(x.shape[1:])
        assert row.parameters == sum(p.numel() for p in module.parameters())
        assert (row.activations, row.memory) == (x.numel(), 4 * x.numel())


def test_bytes_follow_the_dtype():
    table = cost_table(lenet5(), (1, 32, 32), dtype=np.float64)
    assert table.total.memory == 8 * table.total.activations == 8 * 8104


def test_a_fully_convolutional_network_costs_the_same_and_takes_any_size():
    layers = fully_convolutional(vgg(), IMAGENET)
    assert [layer for layer in layers if isinstance(layer, Conv)][-3:] == [
        Conv(7, 4096),
        Conv(1, 4096),
        Conv(1, 1000),
    ]
    assert total(cost_table(layers, IMAGENET)) == total(cost_table(vgg(), IMAGENET))
    assert cost_table(layers, (3, 256, 320)).rows[-1].shape == (1000, 2, 4)
    oblong = fully_convolutional([Conv(3, 8), Linear(5)], (1, 9, 7))
    assert oblong == [Conv(3, 8), Conv((7, 5), 5)]


def test_a_layer_prints_as_it_is_written():
    written = [
        "Conv(3)",
        "Conv((3, 5), 8, stride=(2, 1), padding=1, dilation=2, groups=4, bias=False)",
        "Pool(3, stride=2, padding=1, dilation=2, ceil_mode=True)",
        "Pool(2)",
        "Linear(10, bias=False)",
        "Inception(64, (96, 128), (16, 32), 32)",
        "Norm()",
        "Softmax()",
    ]
    for text in written:
        layer = eval(text)
        assert (str(layer), repr(layer)) == (text, text)
    # Only what is the default may be left out.
    assert repr(Conv(3, 1, stride=1)) == "Conv(3)"


def test_a_table_prints_with_its_numbers_below_each_other():
    lines = str(cost_table([Conv(5, 32), Pool(2), Linear(10), Softmax()], (1, 28, 28))).splitlines()
    assert lines[1].split() == ["Conv(5,", "32)", "32×24×24", "832", "479,232", "18,432", "73,728"]
    assert lines[-1].split() == ["total", "46,922", "543,764", "23,060", "92,240"]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Conv(0), ValueError, "Conv: kernel_size must be at least 1, got (0, 0)"),
        (lambda: Conv(3, 0), ValueError, "Conv: channels must be at least 1, got 0"),
        (lambda: Conv(3, stride=0), ValueError, "Conv: stride must be at least 1, got (0, 0)"),
        (lambda: Conv(3, padding="same"), TypeError, "Conv: padding must be an int or 2 ints, got 'same'"),
        (lambda: Conv(3, 5, groups=2), ValueError, "Conv: groups=2 must divide channels=5"),
        (lambda: Pool((2, 3, 4)), TypeError, "Pool: kernel_size must be an int or 2 ints, got (2, 3, 4)"),
        (lambda: Pool(2, dilation=(1, 0)), ValueError, "Pool: dilation must be at least 1, got (1, 0)"),
        (lambda: Linear(1.5), TypeError, "Linear: features must be an int, got 1.5"),
        (
            lambda: Inception(8, 8, (8, 0), 8),
            ValueError,
            "Inception: fives must be at least 1, got (8, 0)",
        ),
        (
            lambda: cost_table(vgg(), (3, 20, 224)),
            ValueError,
            "cost_table: layers[17], Pool(2), is fed 512×1×14: pool_output_size: kernel 2×2 with dilation "
            "(1, 1) spans 2×2, but the padded input is only 1×14",
        ),
        (
            lambda: cost_table([Conv(3, 4), Conv(3, 6, groups=3)], (1, 9, 9)),
            ValueError,
            "cost_table: layers[1], Conv(3, 6, groups=3), is fed 4×7×7: groups=3 must divide the 4 maps",
        ),
        (
            lambda: cost_table([Linear(3), Conv(3, 6)], (1, 9, 9)),
            ValueError,
            "cost_table: layers[1], Conv(3, 6), is fed 3: a Conv needs maps, (C, H, W)",
        ),
        (
            lambda: cost_table([Conv(3), "Pool"], (1, 9, 9)),
            TypeError,
            "cost_table: layers[1] is 'Pool', expected a layer such as Conv(3, 64)",
        ),
        (
            lambda: cost_table([], (1, 0, 9)),
            ValueError,
            "cost_table: input_shape must be at least 1, got (1, 0",
        ),
        (
            lambda: fully_convolutional([Pool(9), Linear(5)], (1, 7, 9)),
            ValueError,
            "fully_convolutional: layers[0], Pool(9), is fed 1×7×9: ",
        ),
        (
            lambda: vgg("F"),
            ValueError,
            "vgg: configuration must be one of A, A-LRN, B, C, D, E, got 'F'",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
