"""CIFAR-10: 32×32 colour photographs in ten classes, in the publishers' binary version."""

import numpy as np

from convbook.data.dataset import DataError, Dataset, Split
from convbook.data.folder import Folder
from convbook.data.published import CIFAR10

CLASSES = tuple("airplane automobile bird cat deer dog frog horse ship truck".split())
RECORD = 1 + 3 * 32 * 32


def load():
    """Photographs as `(N, 3, 32, 32)`: 50,000 to learn from, 10,000 to test on."""
    folder = Folder(CIFAR10)
    batches = [_read(folder, file) for file in CIFAR10.files]  # five to learn from, the last to test on
    train = np.concatenate(batches[:-1])
    return Dataset("cifar10", _split(train), _split(batches[-1]), CLASSES, folder.provenance())


def _read(folder, file):
    """The records of one file: a byte of label, then the red, the green and the blue plane."""
    records = np.frombuffer(folder.read(file), np.uint8)
    if records.size == 0 or records.size % RECORD:
        raise DataError(f"{folder.root / file} has {records.size} bytes, expected a multiple of {RECORD}")
    records = records.reshape(-1, RECORD)
    if records[:, 0].max() >= len(CLASSES):
        raise DataError(f"{folder.root / file} has the label {records[:, 0].max()}, expected 0 to 9")
    return records


def _split(records):
    return Split(records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].astype(np.int64))
