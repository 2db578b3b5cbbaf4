"""scikit-learn's handwritten digits: 1797 images of 8×8 pixels, there wherever scikit-learn is."""

import numpy as np

from convbook.data.dataset import Dataset, Split
from convbook.data.provenance import of_arrays

TEST = 360


def load():
    """Digits as `(N, 1, 8, 8)`, 1437 to learn from and 360 to test on, drawn once and for all.

    The 17 levels of ink, 0 to 16, are spread over a byte, round(255/16 · level): each level stays one value.
    """
    from sklearn.datasets import load_digits

    ink, labels = load_digits(return_X_y=True)
    images = np.rint(ink * 255 / 16).astype(np.uint8).reshape(-1, 1, 8, 8)
    labels = labels.astype(np.int64)
    # RandomState's streams are frozen; those of default_rng may change between versions of numpy.
    order = np.random.RandomState(0).permutation(len(images))
    train, test = (Split(images[part], labels[part]) for part in (order[TEST:], order[:TEST]))
    return Dataset(
        name="digits",
        train=train,
        test=test,
        classes=tuple("0123456789"),
        provenance=of_arrays("built in", train=train, test=test),
    )


def load_enlarged():
    """The same digits as `(N, 1, 24, 24)`, each pixel a block of 3×3: for networks that want room."""
    small = load()
    train, test = (
        Split(split.images.repeat(3, axis=2).repeat(3, axis=3), split.labels)
        for split in (small.train, small.test)
    )
    provenance = of_arrays("built in", train=train, test=test)
    return Dataset("digits-24", train, test, small.classes, provenance)
