"""MNIST and Fashion-MNIST: 28×28 grey images in ten classes, in LeCun's idx format."""

import gzip
import math

import numpy as np

from convbook.data.dataset import DataError, Dataset, Split
from convbook.data.folder import Folder
from convbook.data.published import FASHION_MNIST, MNIST

GARMENTS = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


def load():
    """Handwritten digits: 60,000 to learn from, 10,000 to test on."""
    return _load(MNIST, tuple("0123456789"))


def load_fashion():
    """Garments, in the same format and numbers as MNIST."""
    return _load(FASHION_MNIST, GARMENTS)


def _load(published, classes):
    folder = Folder(published)

    def split(prefix):
        images, labels = f"{prefix}-images-idx3-ubyte.gz", f"{prefix}-labels-idx1-ubyte.gz"
        x = read_idx(folder.read(images), folder.root / images, dimensions=3)
        y = read_idx(folder.read(labels), folder.root / labels, dimensions=1)
        if len(x) != len(y):
            raise DataError(f"{folder.root / labels} has {len(y)} labels for {len(x)} images of {images}")
        if y.max(initial=0) >= len(classes):
            raise DataError(
                f"{folder.root / labels} has the label {y.max()}, expected 0 to {len(classes) - 1}"
            )
        return Split(x[:, None], y.astype(np.int64))

    train, test = split("train"), split("t10k")
    return Dataset(published.name, train, test, classes, folder.provenance())


def read_idx(data, where, *, dimensions):
    """Numbers from an idx file: bytes 0, 0, type and rank, then each size as four bytes, then the numbers.

    Parameters
    ----------
    data : bytes
        The file, compressed by gzip.
    where : Path
        Its name, for messages.
    dimensions : int
        The rank it must have.

    Returns
    -------
    ndarray, uint8

    Raises
    ------
    DataError
        If the file is not gzip, not idx, of another type or rank, or has not as many numbers as it says.
    """
    try:
        data = gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise DataError(f"{where} is not a whole gzip file: {error}") from None
    magic, start = bytes((0, 0, 8, dimensions)), 4 + 4 * dimensions
    if data[:4] != magic:
        raise DataError(
            f"{where} begins with {data[:4].hex(' ')}, expected {magic.hex(' ')}: idx, rank {dimensions}"
        )
    sizes = np.frombuffer(data[4:start].ljust(start - 4, b"\0"), ">u4").tolist()
    if len(data) != start + math.prod(sizes):
        raise DataError(
            f"{where} has {len(data) - start} numbers, but its header says {' × '.join(map(str, sizes))}"
        )
    return np.frombuffer(data, np.uint8, offset=start).reshape(sizes).copy()
