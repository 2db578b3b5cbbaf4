"""The scenes of shapes: the same everywhere, their labels right, and touching objects among them."""

import numpy as np
import pytest
from scipy import ndimage

from convbook import data
from convbook.data import shapes


@pytest.fixture(scope="module")
def scenes():
    return data.load("shapes", n=250, size=48, seed=4)


def objects(split):
    """Every object: the number of its scene, its mask and its labels."""
    for i, (labels, instances) in enumerate(zip(split.labels, split.instances, strict=True)):
        for number in range(1, instances.max() + 1):
            mask = instances == number
            yield i, mask, labels[mask]


def test_a_seed_gives_the_same_scenes_on_every_machine():
    """If this fails, numbers measured on shapes are no longer those that were recorded."""
    assert data.load("shapes", n=6, size=45, seed=3).provenance == {
        "source": "procedural",
        "sha256": {
            "train images": "8050f6caaa35cac77b03f8e201872776dffbd575bc588b6c6b8a60d418d4abd8",
            "train labels": "3522ac25c93546d893fec58f7ea6e07c4d1dff0cda936de6bdb249c030481aa5",
            "train instances": "a919e6c39bf6cbd6d0830395187d8cc8c3e33352ac4aa301ab1b467ce599a5d6",
            "val images": "f033eb34437ea2dfd5527b76143a1290de95216b219dfe3bfe82770aed427cf1",
            "val labels": "f0313d946c0ec654593b1be49de36f39dec611330d822bfd5dfc263497bee546",
            "val instances": "314ff539894d0ebe83b2019cff33332a2f273bc6bcb06941a02aa17732cd72e8",
            "test images": "b503cbbddce511e64e2d4cd8aab741c99c1aa5318cf9f47ea6cbb426a7a8dce9",
            "test labels": "d7b0002c54882d03c23adca21e542d47fe5d3e5501f22a2b392dee70dc17828a",
            "test instances": "f07f50d28fbf17d4df2cccb17e2fb3b47846faac45c573c54ebb1b23d151d128",
        },
    }


def test_sizes_types_and_parts():
    dataset = data.load("shapes", n=11, size=41)
    for split, n in ((dataset.train, 11), (dataset.val, 2), (dataset.test, 2)):
        assert split.images.shape == (n, 3, 41, 41)
        assert split.images.dtype == np.uint8
        assert split.labels.shape == split.instances.shape == (n, 41, 41)
        assert split.labels.dtype == split.instances.dtype == np.int64
    assert dataset.ignore is None
    assert data.load("shapes", n=1, size=40).test.images.shape == (1, 3, 40, 40)


def test_a_smaller_set_is_the_beginning_of_a_larger_one():
    few, many = data.load("shapes", n=5, size=40).train, data.load("shapes", n=10, size=40).train
    for name in ("images", "labels", "instances"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name)[:5])


def test_seeds_and_parts_have_no_scene_in_common():
    sets = [data.load("shapes", n=5, size=40, seed=seed) for seed in (0, 1)]
    images = [split.images for dataset in sets for split in (dataset.train, dataset.val, dataset.test)]
    everything = np.concatenate(images).reshape(-1, 3 * 40 * 40)
    assert len(np.unique(everything, axis=0)) == len(everything) == 14


def test_labels_and_instances_agree(scenes):
    np.testing.assert_array_equal(scenes.train.labels > 0, scenes.train.instances > 0)
    for _, mask, labels in objects(scenes.train):
        assert mask.any()
        assert len(np.unique(labels)) == 1
        assert ndimage.label(mask)[1] == 1


def test_every_class_occurs_about_as_often_as_the_others(scenes):
    kinds = np.bincount([labels[0] for *_, labels in objects(scenes.train)], minlength=6)[1:]
    assert len(kinds) == len(scenes.classes) - 1
    assert kinds.min() > 0.7 * kinds.mean()


def test_touching_objects_of_one_class_are_common(scenes):
    """Connected components of the labels are fewer than the objects, in many scenes, and never more."""
    count = scenes.train.instances.max((1, 2))
    pieces = [sum(ndimage.label(labels == kind)[1] for kind in range(1, 6)) for labels in scenes.train.labels]
    assert (np.array(pieces) <= count).all()
    assert (np.array(pieces) < count).mean() > 0.25


def test_colour_does_not_tell_the_class(scenes):
    pixels, labels = scenes.train.images.transpose(0, 2, 3, 1), scenes.train.labels
    means = np.array([pixels[labels == kind].mean(0) for kind in range(1, 6)])
    assert np.ptp(means, axis=0).max() < 30


def test_an_object_stands_out_from_the_ground(scenes):
    for i, mask, _ in objects(scenes.train):
        pixels = scenes.train.images[i].astype(float)
        ground = pixels[:, scenes.train.labels[i] == 0]
        assert abs(pixels[:, mask].mean(1) - ground.mean(1)).max() > 20


@pytest.mark.parametrize("step", shapes.STEPS)
@pytest.mark.parametrize("kind", range(1, 6))
def test_a_neighbour_touches_and_does_not_overlap(step, kind):
    rng = np.random.RandomState(kind)
    for _ in range(20):
        first, second = (shapes.outline(rng, kind, 64) for _ in range(2))
        second, top, left = shapes.neighbour(first, 100, 100, second, step)
        scene = np.zeros((2, 230, 230), bool)
        scene[0, 100 : 100 + len(first), 100 : 100 + len(first)] = first
        scene[1, top : top + len(second), left : left + len(second)] = second
        assert not (scene[0] & scene[1]).any()
        assert (ndimage.binary_dilation(scene[0]) & scene[1]).any()
        assert np.vdot(step, np.subtract((top, left), 100) + len(second) / 2 - len(first) / 2) < 0


@pytest.mark.parametrize(
    "options, said",
    [
        ({"n": 0}, "n must be an integer from 1 to 2³² − 1, got 0"),
        ({"size": 39}, "size must be an integer from 40 to 2³² − 1, got 39"),
        ({"size": 64.0}, r"size must be an integer .*, got 64\.0"),
        ({"seed": -1}, "seed must be an integer from 0 to 2³² − 1, got -1"),
        ({"seed": 2**32}, "seed must be an integer from 0 to 2³² − 1, got 4294967296"),
    ],
)
def test_bad_options_are_named(options, said):
    with pytest.raises(ValueError, match=f"shapes: {said}"):
        data.load("shapes", **options)
