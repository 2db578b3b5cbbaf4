"""Images on their way into the network: kept as bytes on the device, made into numbers batch by batch."""

import numpy as np
import torch

from convbook import data

__all__ = ["Images"]


class Images:
    """A data set as a recipe wants it, on the device that computes.

    Parameters
    ----------
    recipe : Recipe
    device : torch.device
    limit : int, optional
        Learn from the first images only.

    Attributes
    ----------
    train : tuple
        Images, uint8 (N, C, H, W), and labels, int64, as tensors.
    validation : tuple
        The same; it may be empty.
    test : tuple
        The same.
    in_shape : tuple of int
        (C, H, W).
    classes : int
    ignore : int
        The label that does not count.
    permutation
        The place that each number of an image came from, a tensor, if pixels are shuffled; else None.
    provenance : dict
        As `convbook.data` gives it.

    Raises
    ------
    DataError
        If the data cannot be had.
    ValueError
        If there are fewer images than the recipe sets aside.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """

    def __init__(self, recipe, device, limit=None):
        wanted = recipe.data
        loaded = data.load(wanted.name)
        if wanted.validation >= len(loaded.train.images):
            raise ValueError(
                f"Images: {wanted.name} has {len(loaded.train.images)} images to learn from, "
                f"of which {recipe.name} sets {wanted.validation} aside"
            )
        self.dtype = torch.float64 if recipe.precision == "float64" else torch.float32
        self.format = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.in_shape = loaded.train.images.shape[1:]
        self.classes = len(loaded.classes)
        self.ignore = -100 if loaded.ignore is None else loaded.ignore
        self.provenance = loaded.provenance
        self.permutation = None
        if wanted.permutation is not None:
            order = np.random.RandomState(wanted.permutation).permutation(np.prod(self.in_shape))
            self.permutation = torch.from_numpy(order)

        kept = len(loaded.train.images) - wanted.validation
        train = self._split(loaded.train, slice(0, kept if limit is None else min(kept, limit)))
        if loaded.val is None or wanted.validation:
            validation = self._split(loaded.train, slice(kept, None))
        else:
            validation = self._split(loaded.val, slice(None))
        test = self._split(loaded.test, slice(None))
        mean, scale = self._statistics(wanted, train[0])
        self.train, self.validation, self.test = (
            tuple(part.to(device) for part in split) for split in (train, validation, test)
        )
        self.mean, self.scale = mean.to(device), scale.to(device)

    def order(self, seed, epoch):
        """The images to learn from in the order of one epoch: a pure function of its arguments."""
        shuffled = np.random.default_rng([seed, epoch]).permutation(len(self.train[0]))
        return torch.from_numpy(shuffled).to(self.train[0].device)

    def batch(self, split, rows):
        """Images as numbers, ready for the network, and their labels."""
        images, labels = split
        x = (images[rows].to(self.dtype) - self.mean) / self.scale
        return x.contiguous(memory_format=self.format), labels[rows]

    def _split(self, part, rows):
        """Images and labels as tensors; pixels are shuffled here, once and for all."""
        images = torch.tensor(part.images[rows])
        if self.permutation is not None:
            images = images.flatten(1)[:, self.permutation].reshape(images.shape)
        return images, torch.tensor(part.labels[rows])

    def _statistics(self, wanted, images):
        """What to subtract and what to divide by, measured on the images to learn from."""
        blocks = images.split(5000)  # all at once they would take eight times the bytes
        mean = sum(block.double().sum(0) for block in blocks) / len(images)
        channel = mean.mean((1, 2), keepdim=True)
        subtract = {"pixel": mean, "channel": channel, None: torch.zeros_like(channel)}[wanted.centre]
        if wanted.scale == "channel":
            squares = sum(((block - channel) ** 2).sum((0, 2, 3), keepdim=True)[0] for block in blocks)
            divide = (squares / (len(images) * mean[0].numel())).sqrt()
        else:
            divide = torch.tensor(wanted.scale)
        return subtract.to(self.dtype), divide.to(self.dtype)
