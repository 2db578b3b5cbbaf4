"""Images on their way into the network: mean and scale, shuffled pixels, the order of an epoch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from convbook import data
from convbook.training.batches import Images
from convbook.training.recipe import Data

CPU = torch.device("cpu")


def images(tiny, limit=None, **wanted):
    return Images(replace(tiny, data=Data("digits", **wanted)), CPU, limit)


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


def test_the_last_images_are_set_aside(tiny, digits):
    prepared = images(tiny, validation=200)
    assert len(prepared.train[0]) == 1237
    np.testing.assert_array_equal(prepared.validation[0], digits.train.images[1237:])
    np.testing.assert_array_equal(prepared.validation[1], digits.train.labels[1237:])
    np.testing.assert_array_equal(prepared.test[0], digits.test.images)
    assert len(images(tiny).validation[0]) == 0


def test_more_cannot_be_set_aside_than_there_are(tiny):
    with pytest.raises(ValueError, match="images to learn from, of which tiny sets 1437 aside"):
        images(tiny, validation=1437)


@pytest.mark.parametrize("centre", ["pixel", "channel", None])
@pytest.mark.parametrize("scale", [7.0, "channel"])
def test_numbers_are_pixels_less_a_mean_by_a_scale(tiny, digits, centre, scale):
    """Mean and scale are those of the images to learn from, whatever is set aside."""
    prepared = images(tiny, limit=300, validation=200, centre=centre, scale=scale)
    train = digits.train.images[:300].astype(np.float64)
    mean = {"pixel": train.mean(0), "channel": train.mean((0, 2, 3), keepdims=True)[0], None: 0}[centre]
    divisor = train.std((0, 2, 3)) if scale == "channel" else scale
    x, labels = prepared.batch(prepared.test, torch.arange(3, 9))
    np.testing.assert_allclose(x, (digits.test.images[3:9] - mean) / divisor, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(labels, digits.test.labels[3:9])


def test_pixels_are_shuffled_alike_everywhere(tiny, digits):
    prepared = images(tiny, permutation=5)
    order = prepared.permutation.numpy()
    assert sorted(order) == list(range(64)) and (order != np.arange(64)).any()
    for split, plain in ((prepared.train, digits.train), (prepared.test, digits.test)):
        np.testing.assert_array_equal(
            split[0].flatten(1), plain.images.reshape(len(plain.images), -1)[:, order]
        )
    other = images(tiny, permutation=6)
    assert (other.permutation != prepared.permutation).any()


def test_the_order_of_an_epoch_is_its_own_and_can_be_had_again(tiny):
    prepared = images(tiny)
    orders = {(seed, epoch): prepared.order(seed, epoch) for seed in (0, 1) for epoch in (0, 1)}
    for key, order in orders.items():
        assert order.sort().values.equal(torch.arange(1437))
        assert order.equal(prepared.order(*key))
    assert len({tuple(order.tolist()) for order in orders.values()}) == 4


def test_channels_last_is_a_matter_of_memory_alone(tiny):
    plain = Images(tiny, CPU)
    side_by_side = Images(replace(tiny, channels_last=True), CPU)
    x, _ = plain.batch(plain.train, torch.arange(4))
    y, _ = side_by_side.batch(side_by_side.train, torch.arange(4))
    assert x.equal(y) and y.is_contiguous(memory_format=torch.channels_last)


def test_publishers_own_validation_images_are_kept(tiny, digits, monkeypatch):
    held_out = data.Split(digits.test.images[:7], digits.test.labels[:7])
    monkeypatch.setattr(data, "load", lambda name: replace(digits, val=held_out))
    np.testing.assert_array_equal(images(tiny).validation[0], held_out.images)
    assert len(images(tiny).train[0]) == 1437
