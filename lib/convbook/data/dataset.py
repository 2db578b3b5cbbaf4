"""What a data set is once it is loaded: arrays, and where they came from."""

from dataclasses import dataclass, field

import numpy as np


class DataError(RuntimeError):
    """A data set cannot be had as it was published; the message says which file, why, and how to go on."""


@dataclass(frozen=True)
class Split:
    """Images and what is known about them.

    Parameters
    ----------
    images : ndarray, uint8, (N, C, H, W)
    labels : ndarray, int64
        `(N,)`, a class for each image, or `(N, H, W)`, a class for each pixel.
    instances : ndarray, int64, (N, H, W), or None
        Where a data set knows them: 0 for the background, then 1, 2, … for the objects of an image.
    """

    images: np.ndarray
    labels: np.ndarray
    instances: np.ndarray | None = None


@dataclass(frozen=True)
class Dataset:
    """Images to learn from and images to be judged on.

    Parameters
    ----------
    name : str
    train, test : Split
    val : Split or None
        Where the publishers hold out a part of their own for tuning.
    classes : tuple of str
        What the labels 0, 1, … mean.
    ignore : int or None
        The label of pixels that count neither in training nor in a score.
    provenance : dict
        `source`, one of "published", "local copy", "built in" and "procedural", and `sha256`, a hash for
        every file or, where there is no file, for every array.
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    provenance: dict = field(repr=False)
    val: Split | None = None
    ignore: int | None = None


@dataclass(frozen=True)
class Text:
    """Text to learn from, character by character.

    Parameters
    ----------
    name : str
    train, val : str
        The text, cut in two.
    symbols : str
        Every character that occurs, once, in order: its position is its number.
    provenance : dict
        As for `Dataset`.
    """

    name: str
    train: str = field(repr=False)
    val: str = field(repr=False)
    symbols: str
    provenance: dict = field(repr=False)

    def encode(self, text):
        """The numbers of the characters of a text: ndarray, int64, (N,)."""
        number = {symbol: i for i, symbol in enumerate(self.symbols)}
        unknown = "".join(sorted(set(text) - set(number)))
        if unknown:
            raise ValueError(f"encode: {unknown!r} does not occur in {self.name}")
        return np.array([number[symbol] for symbol in text], np.int64)

    def decode(self, numbers):
        """The text of these numbers, the inverse of `encode`."""
        return "".join(self.symbols[i] for i in numbers)
