"""Hide a part of the image and ask again: what the answer cannot do without."""

import torch
from torch.nn import functional as F

__all__ = ["covering_mean", "occlusion_map"]


@torch.no_grad()
def occlusion_map(model, image, label, size, *, stride=1, fill=0.5, batch=256):
    """Slide a square over an image, and write down what is left of the probability of the right class.

        p[u, v] = softmax(model(x with x[:, su : su + size, sv : sv + size] = fill))[label]

    The square never hangs over the edge: p has one entry for each place where it fits.

    Parameters
    ----------
    model : callable
        Takes images (N, C, H, W) and gives scores (N, classes), as it would when it is used.
    image : Tensor, (C, H, W)
    label : int
        The right class.
    size : int
        Side of the square.
    stride : int
        Step from one place to the next.
    fill : float
        What it is painted with, in the units of the image: mid grey, where black is 0 and white is 1.
    batch : int
        Images to show at once.

    Returns
    -------
    p : Tensor, (H', W') with H' = ⌊(H − size)/stride⌋ + 1

    Raises
    ------
    ValueError
        If the image has no channels, the square does not fit, or there is no such class.

    Notes
    -----
    Chapter 12, "Looking inside" (Zeiler & Fergus 2014).
    """
    if image.ndim != 3:
        raise ValueError(f"occlusion_map: image has shape {tuple(image.shape)}, expected (C, H, W)")
    if size < 1 or stride < 1 or size > min(image.shape[1:]):
        height, width = image.shape[1:]
        raise ValueError(
            f"occlusion_map: a square of {size} with stride {stride} on an image of {height}×{width}; "
            "it must fit, and both must be at least 1"
        )
    rows, columns = (range(0, n - size + 1, stride) for n in image.shape[1:])
    corners = [(top, left) for top in rows for left in columns]
    probabilities = []
    for start in range(0, len(corners), batch):
        chunk = corners[start : start + batch]
        hidden = image.repeat(len(chunk), 1, 1, 1)
        for each, (top, left) in zip(hidden, chunk, strict=True):
            each[:, top : top + size, left : left + size] = fill
        scores = model(hidden)
        if not 0 <= label < scores.shape[1]:
            raise ValueError(f"occlusion_map: label={label}, but the model has {scores.shape[1]} classes")
        probabilities.append(scores.softmax(1)[:, label])
    return torch.cat(probabilities).reshape(len(rows), len(columns))


def covering_mean(p, size, image_size, *, stride=1):
    """Give each pixel the mean over all squares that hid it: an occlusion map as large as the image.

        m = (p spread by squares of ones) / (1 spread by squares of ones)

    Spreading with overlaps is a transposed convolution.

    Parameters
    ----------
    p : Tensor, (H', W')
        What `occlusion_map` returned, or anything else that has a number for each square.
    size, stride : int
        As they were given to it.
    image_size : pair of int
        (H, W).

    Returns
    -------
    m : Tensor, (H, W)
        NaN at pixels that no square reached.

    Raises
    ------
    ValueError
        If a map of this shape does not belong to such an image.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    expected = tuple((n - size) // stride + 1 for n in image_size)
    if tuple(p.shape) != expected:
        raise ValueError(
            f"covering_mean: p has shape {tuple(p.shape)}, but a square of {size} with stride {stride} has "
            f"{expected[0]}×{expected[1]} places on an image of {image_size[0]}×{image_size[1]}"
        )
    square = p.new_ones(1, 1, size, size)
    missing = [(n - size) % stride for n in image_size]
    total, count = (
        F.pad(F.conv_transpose2d(each[None, None], square, stride=stride), (0, missing[1], 0, missing[0]))
        for each in (p, torch.ones_like(p))
    )
    return (total / count)[0, 0]
