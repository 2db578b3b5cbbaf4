"""scikit-learn's handwritten digits: 1797 images of 8×8 pixels, there wherever scikit-learn is."""

import numpy as np

from convbook.data.dataset import Dataset, Split
from convbook.data.photos import photo
from convbook.data.provenance import of_arrays

TEST = 360
GROUNDS = ("china", "flower", "camera", "chelsea", "coffee")
PLACES = 4  # in which a digit to learn from is shown


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


def load_placed():
    """The digits twice as large, written somewhere on photographs: `(N, 1, 32, 32)`, and where their ink is.

    Each digit to learn from is shown in four places, each digit to test on in one, always on another piece of
    a photograph. `instances` is 1 where the ink is above a quarter, and 0 elsewhere.
    """
    small = load()
    grounds = [np.rint(255 * (0.1 + 0.5 * photo(name, step=2))).astype(np.uint8) for name in GROUNDS]
    rng = np.random.RandomState(0)
    train, test = (
        _placed(split, places, grounds, rng) for split, places in ((small.train, PLACES), (small.test, 1))
    )
    provenance = of_arrays("built in", train=train, test=test)
    return Dataset("digits-placed", train, test, small.classes, provenance)


def _placed(split, places, grounds, rng):
    """A digit after another, each in so many places, enlarged by linear interpolation."""
    at = (np.arange(16) + 0.5) / 2 - 0.5
    weights = np.stack([np.interp(at, np.arange(8), one) for one in np.eye(8)], axis=1)
    ink = np.zeros((len(split.images) * places, 32, 32))
    for image, digit in zip(
        ink, (weights @ split.images[:, 0] @ weights.T).repeat(places, axis=0), strict=True
    ):
        top, left = rng.randint(0, 17, 2)
        image[top : top + 16, left : left + 16] = digit
    images = np.stack([_piece(grounds[rng.randint(len(grounds))], rng) for _ in ink])
    images = np.rint(images + (255 - images) * ink / 255).astype(np.uint8)
    return Split(images[:, None], split.labels.repeat(places), (ink > 64).astype(np.int64))


def _piece(ground, rng):
    """A piece of 32×32 from anywhere in a photograph."""
    top, left = (rng.randint(n - 31) for n in ground.shape)
    return ground[top : top + 32, left : left + 32]
