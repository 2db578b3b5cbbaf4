"""Small data sets, made here in the publishers' formats: what is right is read, what is wrong is named."""

import gzip
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from convbook import data
from convbook.data import DataError
from convbook.data.published import CAMVID, PUBLISHED

from .formats import idx, png, sha256

rng = np.random.default_rng(7)


def mnist(n=5, m=3, folder="mnist"):
    """MNIST's four files, with random numbers; sides differ, so that swapped axes show."""
    arrays = {
        "train-images-idx3": rng.integers(0, 256, (n, 28, 20)),
        "train-labels-idx1": rng.integers(0, 10, n),
        "t10k-images-idx3": rng.integers(0, 256, (m, 28, 20)),
        "t10k-labels-idx1": rng.integers(0, 10, m),
    }
    return arrays, {f"{folder}/{name}-ubyte.gz": idx(array) for name, array in arrays.items()}


def cifar10(n=2):
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    records = {name: rng.integers(0, 256, (n, 3073)) for name in names}
    for record in records.values():
        record[:, 0] %= 10
    return records, {
        f"cifar10/cifar-10-batches-bin/{name}.bin": record.astype(np.uint8).tobytes()
        for name, record in records.items()
    }


def camvid():
    pictures, files = {}, {}
    for part, names in {"train": "cab", "val": "d", "test": "fe"}.items():
        for name in names:
            pictures[part, name] = rng.integers(0, 256, (6, 8, 3)), rng.integers(0, 12, (6, 8))
            for kind, picture in zip((part, f"{part}annot"), pictures[part, name], strict=True):
                files[f"camvid/CamVid/{kind}/{name}.png"] = png(picture)
    return pictures, files


# What is right


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_idx_files_become_images_and_labels(own, name):
    arrays, files = mnist(folder=name)
    own(files)
    dataset = data.load(name)
    assert dataset.name == name
    assert dataset.train.images.shape == (5, 1, 28, 20)
    assert dataset.train.images.dtype == np.uint8
    assert dataset.test.labels.dtype == np.int64
    np.testing.assert_array_equal(dataset.train.images[:, 0], arrays["train-images-idx3"])
    np.testing.assert_array_equal(dataset.train.labels, arrays["train-labels-idx1"])
    np.testing.assert_array_equal(dataset.test.images[:, 0], arrays["t10k-images-idx3"])
    np.testing.assert_array_equal(dataset.test.labels, arrays["t10k-labels-idx1"])
    assert len(dataset.classes) == 10
    assert dataset.val is dataset.ignore is None


def test_cifar_records_are_a_label_and_three_planes(own):
    records, files = cifar10()
    own(files)
    dataset = data.load("cifar10")
    assert dataset.train.images.shape == (10, 3, 32, 32)
    assert dataset.train.labels.dtype == np.int64
    record = records["data_batch_4"][1]
    assert dataset.train.labels[7] == record[0]
    assert dataset.train.images[7, 2, 5, 11] == record[1 + 2 * 1024 + 5 * 32 + 11]
    np.testing.assert_array_equal(dataset.test.labels, records["test_batch"][:, 0])


def test_camvid_pairs_pictures_with_annotations_in_the_order_of_their_names(own):
    pictures, files = camvid()
    own(files)
    dataset = data.load("camvid")
    assert dataset.ignore == 11
    assert len(dataset.classes) == 11
    for part, names in {"train": "abc", "val": "d", "test": "ef"}.items():
        split = getattr(dataset, part)
        assert split.images.shape == (len(names), 3, 6, 8)
        assert split.images.flags.c_contiguous
        assert split.labels.dtype == np.int64
        for i, name in enumerate(names):
            image, labels = pictures[part, name]
            np.testing.assert_array_equal(split.images[i].transpose(1, 2, 0), image)
            np.testing.assert_array_equal(split.labels[i], labels)


def test_text_is_cut_at_nine_tenths_and_encodes_to_the_position_of_its_symbols(own):
    own({"tiny-shakespeare/input.txt": b"to be, or not to be:"})
    text = data.load("tiny-shakespeare")
    assert text.train + text.val == "to be, or not to be:"
    assert text.val == "e:"
    assert text.symbols == " ,:benort"
    codes = text.encode(text.train)
    assert codes.dtype == np.int64
    assert [text.symbols[i] for i in codes] == list(text.train)
    assert text.decode(codes) == text.train
    with pytest.raises(ValueError, match="encode: 'xz' does not occur in tiny-shakespeare"):
        text.encode("zxt")


def test_digits_are_the_ones_of_scikit_learn_spread_over_a_byte():
    from sklearn.datasets import load_digits

    dataset = data.load("digits")
    assert dataset.train.images.shape == (1437, 1, 8, 8)
    assert dataset.test.images.shape == (360, 1, 8, 8)
    images = np.concatenate([dataset.train.images, dataset.test.images]).reshape(-1, 64)
    assert len(np.unique(images)) == 17
    assert (images.min(), images.max()) == (0, 255)
    ink, labels = load_digits(return_X_y=True)
    split = np.r_[dataset.train.labels, dataset.test.labels]
    rows = np.column_stack([np.rint(images * (16 / 255)), split])
    wanted = np.column_stack([ink, labels])
    np.testing.assert_array_equal(rows[np.lexsort(rows.T)], wanted[np.lexsort(wanted.T)])
    assert np.bincount(dataset.test.labels, minlength=10).min() > 20


def test_placed_digits_can_be_found_by_their_ink():
    small, placed = data.load("digits"), data.load("digits-placed")
    assert placed.train.images.shape == (4 * len(small.train.images), 1, 32, 32)
    np.testing.assert_array_equal(placed.train.labels[::4], small.train.labels)
    np.testing.assert_array_equal(placed.test.labels, small.test.labels)
    corners = set()
    for image, mask, digit in zip(placed.test.images, placed.test.instances, small.test.images, strict=True):
        rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
        corners.add((rows[0], columns[0]))
        assert rows[-1] - rows[0] < 16 and columns[-1] - columns[0] < 16
        assert image[0][mask == 1].mean() > image[0][mask == 0].mean() + 25
        assert abs(int((mask == 1).sum()) / 4 - (digit > 64).sum()) < 12
    assert len(corners) > 100


def test_enlarged_digits_are_the_same_in_blocks():
    small, large = data.load("digits"), data.load("digits-24")
    for ours, theirs in ((large.train, small.train), (large.test, small.test)):
        assert ours.images.shape == (len(theirs.images), 1, 24, 24)
        for row in range(3):
            for column in range(3):
                assert np.array_equal(ours.images[:, :, row::3, column::3], theirs.images)
        assert np.array_equal(ours.labels, theirs.labels)
    assert large.provenance["source"] == "built in"


def test_digits_are_split_the_same_everywhere():
    assert data.load("digits").provenance == {
        "source": "built in",
        "sha256": {
            "train images": "34b7260ce945c3b1beb1daf90a3698bd6fa2b686fe94761567372e85147bd9f3",
            "train labels": "6c0aab26018daeee0aa327ca8f8e79b3d83572bcfcea578b452c34b3b1d24047",
            "test images": "1dbcb42e2f111f6979c3c485488f3f4257fdab290b6f14a35ad2c12e1c1b9870",
            "test labels": "69072ac7ad2bb21d5fd263881f476a02d7a00339ceea56c44124966c55be2873",
        },
    }


# Where it came from


def test_files_with_other_hashes_than_the_published_ones_are_a_local_copy(own):
    _, files = mnist()
    own(files)
    provenance = data.load("mnist").provenance
    assert provenance["source"] == "local copy"
    assert provenance["sha256"] == {name.removeprefix("mnist/"): sha256(file) for name, file in files.items()}


def test_a_part_of_camvid_is_a_local_copy_with_a_hash_for_each_folder(own):
    _, files = camvid()
    own(files)
    provenance = data.load("camvid").provenance
    assert provenance["source"] == "local copy"
    assert set(provenance["sha256"]) == {
        f"CamVid/{p}{a}" for p in ("train", "val", "test") for a in ("", "annot")
    }


def test_repacked_pictures_count_as_the_same(own, monkeypatch):
    """Only pixels are published: other bytes of the same picture are verified without SHA256SUMS."""
    pictures, files = camvid()
    hashes = {
        f"CamVid/{part}{kind}/{name}.png": sha256(np.ascontiguousarray(picture, np.uint8))
        for (part, name), pair in pictures.items()
        for kind, picture in zip(("", "annot"), pair, strict=True)
    }
    monkeypatch.setattr("convbook.data.camvid.CAMVID", replace(CAMVID, files=hashes))
    own(files, sums={})
    assert data.load("camvid").provenance["source"] == "published"
    victim = "camvid/CamVid/train/b.png"
    changed = pictures["train", "b"][0] ^ 1
    own({victim: png(changed)}, sums={})
    found = sha256(np.ascontiguousarray(changed, np.uint8))
    with pytest.raises(
        DataError, match=rf"b\.png is altered: its pixels have the sha256 {found}, but {hashes[victim[7:]]}"
    ):
        data.load("camvid")


# What is wrong


def refused(name, *parts):
    """Loading fails with a message that has all these parts."""
    with pytest.raises(DataError) as caught:
        data.load(name)
    for part in parts:
        assert part in str(caught.value)
    return str(caught.value)


def test_an_altered_file_is_named_with_both_hashes(own):
    _, files = mnist()
    root = own(files)
    victim = "mnist/t10k-labels-idx1-ubyte.gz"
    altered = files[victim][:-1] + b"!"
    (root / victim).write_bytes(altered)
    said = refused("mnist", str(root / victim), sha256(altered), sha256(files[victim]), "SHA256SUMS")
    assert "FOLDER/mnist/train-images-idx3-ubyte.gz" in said
    assert "https://" in said


def test_a_truncated_file_is_named_with_both_hashes(own):
    _, files = cifar10()
    root = own(files)
    victim = "cifar10/cifar-10-batches-bin/data_batch_3.bin"
    (root / victim).write_bytes(files[victim][:3073])
    refused("cifar10", str(root / victim), sha256(files[victim][:3073]), sha256(files[victim]))


def test_without_sums_of_its_own_a_folder_must_hold_what_was_published(own):
    _, files = mnist()
    own(files, sums={})
    published = "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    refused("mnist", sha256(files["mnist/train-images-idx3-ubyte.gz"]), f"{published} was published")


def test_a_file_that_the_sums_leave_out_must_be_as_published(own):
    _, files = mnist()
    listed = {name: file for name, file in files.items() if "train" in name}
    own(files, sums=listed)
    refused("mnist", "t10k-images-idx3-ubyte.gz is altered", "was published")


@pytest.mark.parametrize(
    "name, make, victim",
    [
        ("mnist", mnist, "mnist/train-labels-idx1-ubyte.gz"),
        ("cifar10", cifar10, "cifar10/cifar-10-batches-bin/test_batch.bin"),
        ("camvid", camvid, "camvid/CamVid/valannot/d.png"),
    ],
)
def test_a_missing_file_is_named_and_where_to_get_it(own, name, make, victim):
    root = own(make()[1])
    (root / victim).unlink()
    refused(name, f"{root / victim}: No such file", f"FOLDER/{name}/", "https://", "CONVBOOK_DATA")


@pytest.mark.parametrize(
    "victim, change, said",
    [
        ("train-images-idx3", lambda raw: raw[:2] + b"\r" + raw[3:], "00 00 0d 03, expected 00 00 08 03"),
        ("train-labels-idx1", lambda raw: raw[:3] + b"\3" + raw[4:], "00 00 08 03, expected 00 00 08 01"),
        ("train-images-idx3", lambda raw: raw[:-1], "has 2799 numbers, but its header says 5 × 28 × 20"),
        ("train-images-idx3", lambda raw: raw + b"\0", "has 2801 numbers, but its header says 5 × 28 × 20"),
        ("train-images-idx3", lambda raw: raw[:9], "but its header says 5 × 0 × 0"),
        ("t10k-labels-idx1", lambda raw: b"", "begins with , expected"),
        ("t10k-labels-idx1", lambda raw: raw[:7] + b"\x02" + raw[8:-1], "has 2 labels for 3 images"),
        ("t10k-labels-idx1", lambda raw: raw[:-1] + b"\x0a", "has the label 10, expected 0 to 9"),
    ],
)  # fmt: skip
def test_what_is_not_idx_as_it_should_be_is_named(own, victim, change, said):
    """With right hashes, so that only the reader can notice."""
    _, files = mnist()
    name = f"mnist/{victim}-ubyte.gz"
    files[name] = gzip.compress(change(gzip.decompress(files[name])))
    own(files)
    refused("mnist", f"{victim}-ubyte.gz", said)


@pytest.mark.parametrize(
    "cut", [lambda file: file[:-9], lambda file: b"no gzip at all", lambda file: file[:40] + b"?" + file[41:]]
)
def test_what_is_not_gzip_is_named(own, cut):
    _, files = mnist()
    files["mnist/train-images-idx3-ubyte.gz"] = cut(files["mnist/train-images-idx3-ubyte.gz"])
    own(files)
    refused("mnist", "train-images-idx3-ubyte.gz is not a whole gzip file")


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda file: file[:-1], "has 6145 bytes, expected a multiple of 3073"),
        (lambda file: b"", "has 0 bytes, expected a multiple of 3073"),
        (lambda file: b"\x0a" + file[1:], "has the label 10, expected 0 to 9"),
    ],
)
def test_what_is_not_cifar_is_named(own, change, said):
    _, files = cifar10()
    name = "cifar10/cifar-10-batches-bin/data_batch_2.bin"
    files[name] = change(files[name])
    own(files)
    refused("cifar10", "data_batch_2.bin", said)


@pytest.mark.parametrize(
    "victim, picture, said",
    [
        ("train/a", b"\x89PNG and then nothing", "a.png is altered: it is not a whole picture"),
        (
            "train/a",
            png(rng.integers(0, 256, (6, 8, 3)))[:-40],
            "a.png is altered: it is not a whole picture",
        ),
        (
            "train/a",
            png(rng.integers(0, 256, (6, 9, 3))),
            "a.png is (6, 8), which does not fit a picture (6, 9, 3)",
        ),
        ("val/d", png(rng.integers(0, 256, (6, 8))), "d.png is (6, 8), which does not fit a picture (6, 8)"),
        ("valannot/d", png(rng.integers(0, 12, (6, 8, 3))), "d.png is (6, 8, 3), which does not fit"),
        ("testannot/e", png(np.full((6, 8), 12)), "has the label 12, expected 0 to 11"),
    ],
)
def test_what_is_not_camvid_is_named(own, victim, picture, said):
    _, files = camvid()
    files[f"camvid/CamVid/{victim}.png"] = picture
    own(files)
    refused("camvid", said)


def test_pictures_of_several_sizes_are_named(own):
    _, files = camvid()
    files["camvid/CamVid/test/e.png"] = png(rng.integers(0, 256, (7, 8, 3)))
    files["camvid/CamVid/testannot/e.png"] = png(rng.integers(0, 12, (7, 8)))
    own(files)
    refused("camvid", "CamVid/test has pictures of several sizes")


def test_a_part_without_pictures_is_named(own):
    _, files = camvid()
    own({name: file for name, file in files.items() if "val" not in name})
    refused("camvid", "CamVid/val has no pictures")


def test_text_that_is_not_plain_is_named(own):
    own({"tiny-shakespeare/input.txt": "naïve".encode()})
    refused("tiny-shakespeare", "input.txt is not plain text")


@pytest.mark.parametrize("line", ["nonsense", "abc  mnist/train-images-idx3-ubyte.gz", "0" * 64])
def test_sums_that_cannot_be_read_are_named(own, line):
    root = own(mnist()[1])
    path = root / "SHA256SUMS"
    path.write_text(path.read_text() + "\n" + line + "\n")
    refused("mnist", f"{path}, line 6: expected a sha256 and a file")


def test_a_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("CONVBOOK_DATA", str(tmp_path / "nowhere"))
    refused("mnist", f"CONVBOOK_DATA names {tmp_path / 'nowhere'}, which is not a folder")


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="load: no data set 'imagenet', expected one of digits, mnist"):
        data.load("imagenet")
    with pytest.raises(TypeError, match="load: mnist has no options, got size"):
        data.load("mnist", size=3)
    with pytest.raises(TypeError, match="sides"):
        data.load("shapes", sides=3)


def test_importing_data_is_cheap():
    heavy = {"torch", "pooch", "requests", "sklearn", "PIL"}
    script = f"import sys, convbook.data; print(*({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not run.stdout.split()


def test_the_published_hashes_are_hashes():
    for published in PUBLISHED.values():
        assert published.files
        for file, found in published.files.items():
            assert re.fullmatch("[0-9a-f]{64}", found), file
