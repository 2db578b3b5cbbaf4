"""What the networks cost, measured layer by layer, is what the reference computes from their numbers."""

import pytest
import torch

from convbook.models import build
from convbook.models.cost import measure
from convbook.models.googlenet import Inception, NaiveInception
from convbook.models.lenet import TableConv2d
from convbook.reference import architectures
from convbook.reference.layers import Conv, cost_table

IMAGENET = (3, 224, 224)


def on_meta(name, in_shape, classes, **options):
    """A network without numbers, however large."""
    with torch.device("meta"):
        return build(name, in_shape, classes, **options)


@pytest.mark.parametrize(
    ("name", "options", "layers", "shape"),
    [
        ("convnet", {}, architectures.small_convnet(), (1, 28, 28)),
        ("convnet", {}, architectures.small_convnet(), (3, 32, 32)),
        ("lenet5", {"plain": True}, architectures.lenet5(), (1, 32, 32)),
        ("alexnet", {}, architectures.alexnet(), (3, 227, 227)),
        ("alexnet", {"groups": 2}, architectures.alexnet(groups=2), (3, 227, 227)),
        ("zfnet", {}, architectures.zfnet(), IMAGENET),
        ("nin", {}, architectures.nin(), (3, 227, 227)),
        ("googlenet", {}, architectures.googlenet(), IMAGENET),
        ("googlenet", {"ceil_mode": False, "auxiliary": True}, architectures.googlenet(), IMAGENET),
        *(("vgg", {"configuration": c}, architectures.vgg(c), IMAGENET) for c in architectures.VGG_STAGES),
    ],
    ids=lambda value: str(value)[:24],
)
def test_the_measured_table_is_the_computed_one(name, options, layers, shape):
    expected = cost_table(layers, shape)
    measured = measure(on_meta(name, shape, expected.rows[-1].shape[0], **options), shape, whole=Inception)
    assert [row[1:] for row in measured.rows[:-1]] == [row[1:] for row in expected.rows[:-1]]
    assert measured.rows[-1][2:] == expected.rows[-1][2:]  # one score for each class, in whatever shape
    assert measured.total == expected.total


def test_the_table_of_lenet5():
    rows = measure(build("lenet5", (1, 32, 32), 10, plain=True), (1, 32, 32)).rows
    assert [(row.parameters, row.operations) for row in rows] == [
        (156, 122_304),
        (0, 4704),
        (2416, 241_600),
        (0, 1600),
        (48_120, 48_120),
        (10_164, 10_164),
        (850, 850),
        (0, 10),
    ]


def test_what_the_original_lenet5_learns_and_costs():
    measured = measure(build("lenet5", (1, 32, 32), 10), (1, 32, 32))
    assert [row.parameters for row in measured.rows] == [156, 12, 1516, 32, 48_120, 10_164, 0, 0]
    assert measured.total.parameters == 60_000
    assert [row.operations for row in measured.rows] == [
        *(122_304, 4704, 151_600, 1600, 48_120, 10_164, 840, 10)
    ]


def test_the_rows_of_alexnet():
    rows = measure(on_meta("alexnet", (3, 227, 227), 1000), (3, 227, 227)).rows
    assert [(row.name, row.parameters, row.operations) for row in rows if row.parameters] == [
        ("features.conv1", 34_944, 105_705_600),
        ("features.conv2", 614_656, 448_084_224),
        ("features.conv3", 885_120, 149_585_280),
        ("features.conv4", 1_327_488, 224_345_472),
        ("features.conv5", 884_992, 149_563_648),
        ("classifier.fc1", 37_752_832, 37_752_832),
        ("classifier.fc2", 16_781_312, 16_781_312),
        ("classifier.fc3", 4_097_000, 4_097_000),
    ]


@pytest.mark.parametrize(
    ("options", "parameters", "operations"),
    [({}, 62_378_344, 1_136_549_904), ({"groups": 2}, 60_965_224, 725_700_624)],
)
def test_the_totals_of_alexnet(options, parameters, operations):
    total = measure(on_meta("alexnet", (3, 227, 227), 1000, **options), (3, 227, 227)).total
    assert (total.parameters, total.operations) == (parameters, operations)


def test_the_rows_of_vgg16():
    measured = measure(on_meta("vgg", IMAGENET, 1000), IMAGENET)
    weighted = [(row.parameters, row.operations) for row in measured.rows if row.parameters]
    assert weighted[:2] == [(1792, 89_915_392), (36_928, 1_852_899_328)]
    assert weighted[-3:] == [(numbers, numbers) for numbers in (102_764_544, 16_781_312, 4_097_000)]
    assert len(weighted) == 16
    assert (measured.total.parameters, measured.total.operations) == (138_357_544, 15_489_943_504)


@pytest.mark.parametrize(
    ("configuration", "parameters"),
    [("A", 132_863_336), ("A-LRN", 132_863_336), ("B", 133_047_848), ("C", 133_638_952), ("E", 143_667_240)],
)
def test_the_configurations_of_vgg(configuration, parameters):
    measured = measure(on_meta("vgg", IMAGENET, 1000, configuration=configuration), IMAGENET)
    assert measured.total.parameters == parameters


def test_the_rows_of_zfnet():
    measured = measure(on_meta("zfnet", IMAGENET, 1000), IMAGENET)
    weighted = [(row.parameters, row.operations) for row in measured.rows if row.parameters]
    assert weighted[:6] == [
        (14_208, 171_916_800),
        (614_656, 415_507_456),
        (1_180_160, 199_447_040),
        (4_719_616, 797_615_104),
        (4_719_104, 797_528_576),
        (75_501_568, 75_501_568),
    ]
    assert (measured.total.parameters, measured.total.operations) == (107_627_624, 2_480_150_704)


@pytest.mark.parametrize("ceil_mode", [True, False])
def test_the_rows_of_googlenet(ceil_mode):
    measured = measure(on_meta("googlenet", IMAGENET, 1000, ceil_mode=ceil_mode), IMAGENET, whole=Inception)
    assert [row[1:4] for row in measured.rows] == [
        ((64, 112, 112), 9472, 118_816_768),
        ((64, 56, 56), 0, 802_816),
        ((64, 56, 56), 4160, 13_045_760),
        ((192, 56, 56), 110_784, 347_418_624),
        ((192, 28, 28), 0, 602_112),
        ((256, 28, 28), 163_696, 128_488_192),
        ((480, 28, 28), 388_736, 304_969_728),
        ((480, 14, 14), 0, 376_320),
        ((512, 14, 14), 376_176, 73_824_576),
        ((512, 14, 14), 449_160, 88_135_712),
        ((512, 14, 14), 510_104, 100_080_736),
        ((528, 14, 14), 605_376, 118_754_048),
        ((832, 14, 14), 868_352, 170_300_480),
        ((832, 7, 7), 0, 163_072),
        ((832, 7, 7), 1_043_456, 51_170_112),
        ((1024, 7, 7), 1_444_080, 70_800_688),
        ((1024, 1, 1), 0, 50_176),
        ((1000,), 1_025_000, 1_025_000),
        ((1000,), 0, 1000),
    ]
    assert (measured.total.parameters, measured.total.operations) == (6_998_552, 1_588_825_920)


def test_what_reduction_saves():
    fed = 832, 7, 7
    naive = measure(NaiveInception(832, 384, 384, 128), fed)
    reduced = measure(Inception(832, 384, (192, 384), (48, 128), 128), fed)
    assert (naive.total.operations, reduced.total.operations) == (287_091_392, 70_800_688)
    assert naive.rows[0].operations == 15_673_728  # where the lecture counts 384
    assert 287_091_392 - 15_673_728 + 384 == 271_418_048


@pytest.mark.parametrize("name", ["lenet5", "convnet", "vgg", "resnet", "stack"])
def test_all_numbers_that_learn_are_counted(name):
    shape = (3, 33, 35)
    model = build(name, shape, 7, **({"width": 0.1} if name == "vgg" else {}))
    assert measure(model, shape).total.parameters == sum(p.numel() for p in model.parameters())


def test_a_network_stays_as_it_is():
    model = build("alexnet", (3, 67, 99), 10, width=0.05)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    first, second = measure(model, (3, 67, 99)), measure(model.double(), (3, 67, 99))
    assert model.training and not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.float().state_dict().items())
    assert second.total.memory == 2 * first.total.memory
    assert second.total.operations == first.total.operations


def test_modules_can_be_taken_as_one_row():
    class Pair(torch.nn.Sequential):
        pass

    net = torch.nn.Sequential(Pair(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 5, (1, 2))))
    (pair,), total = measure(net, (3, 9, 7), whole=Pair)
    alone = cost_table([Conv(3, 4), Conv((1, 2), 5)], (3, 9, 7)).total
    assert (pair.name, pair.shape) == ("0", (5, 7, 4))
    assert (pair.parameters, pair.operations) == alone[2:4]
    assert pair.activations == 140 and total.operations == alone.operations


def test_a_layer_that_is_used_twice_costs_twice():
    class Twice(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.mix = TableConv2d([(0, 1), (1, 2), (2,)], 1)

        def forward(self, x):
            return self.mix(self.mix(x))

    rows = measure(Twice(), (3, 5, 7)).rows
    assert [row.operations for row in rows[:2]] == [8 * 35, 8 * 35]


def test_what_is_not_known_is_named():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.GELU())
    with pytest.raises(TypeError, match=r"measure: does not know what 1, GELU\(approximate='none'\), costs"):
        measure(net, (1, 8, 8))
    assert not any(module._forward_hooks for module in net.modules())
