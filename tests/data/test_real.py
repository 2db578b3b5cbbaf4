"""The data sets themselves, where `CONVBOOK_DATA` names a folder that has them."""

import os
from pathlib import Path

import numpy as np
import pytest

from convbook import data

MEDIAN_FREQUENCY = [.2793, .2017, 4.7865, .1490, 1, .4217, 3.8467, 1.9736, .7889, 6.3747, 8.8587]  # fmt: skip


@pytest.fixture
def load(missing):
    """Load a data set that is here, or skip."""

    def load(name):
        if not Path(os.environ.get("CONVBOOK_DATA", "nowhere"), name).is_dir():
            missing(f"{name} is not here: point CONVBOOK_DATA at a folder that has it")
        return data.load(name)

    return load


def test_mnist(load):
    dataset = load("mnist")
    assert dataset.provenance["source"] == "published"
    assert dataset.train.images.shape == (60000, 1, 28, 28)
    assert dataset.test.images.shape == (10000, 1, 28, 28)
    assert dataset.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(dataset.test.labels).tolist() == [
        980,
        1135,
        1032,
        1010,
        982,
        892,
        958,
        1028,
        974,
        1009,
    ]
    assert dataset.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)


def test_cifar10(load):
    dataset = load("cifar10")
    assert dataset.train.images.shape == (50000, 3, 32, 32)
    assert dataset.test.images.shape == (10000, 3, 32, 32)
    assert set(np.bincount(dataset.train.labels)) == {5000}
    assert set(np.bincount(dataset.test.labels)) == {1000}
    mean = dataset.train.images.mean((0, 2, 3), dtype=float)
    np.testing.assert_allclose(mean, [125.3069, 122.9504, 113.8654], atol=2e-4)
    assert [dataset.classes[i] for i in dataset.train.labels[:5]] == [
        "frog",
        "truck",
        "truck",
        "deer",
        "automobile",
    ]


def test_camvid(load):
    dataset = load("camvid")
    assert dataset.provenance["source"] == "published"
    for split, n in ((dataset.train, 367), (dataset.val, 101), (dataset.test, 233)):
        assert split.images.shape == (n, 3, 360, 480)
        assert split.labels.shape == (n, 360, 480)
    counts = np.array([np.bincount(labels.ravel(), minlength=12)[:11] for labels in dataset.train.labels])
    frequency = counts.sum(0) / ((counts > 0).sum(0) * 360 * 480)
    np.testing.assert_allclose(np.median(frequency) / frequency, MEDIAN_FREQUENCY, atol=6e-5)


def test_tiny_shakespeare(load):
    text = load("tiny-shakespeare")
    assert text.provenance["source"] == "published"
    assert (len(text.train), len(text.val), len(text.symbols)) == (1003854, 111540, 65)
    assert text.train.startswith("First Citizen:\nBefore we proceed")
    assert text.decode(text.encode(text.val)) == text.val
