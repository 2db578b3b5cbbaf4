"""Drawn scenes with a class and an object for every pixel: nothing to download, as many as you like.

All geometry and colours are integers, and the random numbers come from numpy's frozen generator: a seed gives
the same scenes everywhere.
"""

from math import isqrt

import numpy as np

from convbook.data.dataset import Dataset, Split
from convbook.data.provenance import of_arrays

CLASSES = ("background", "circle", "ring", "rectangle", "triangle", "cross")
STEPS = ((1, 0), (-1, 0), (0, 1), (0, -1))


def load(n=1000, size=64, seed=0):
    """Scenes of a few objects on a textured ground; some touch another one of their class.

    What an object is shows in its outline alone: colours and textures say nothing. No object hides another.
    The scenes of a smaller `n` are the first of a larger one.

    Parameters
    ----------
    n : int
        Scenes to learn from; a fifth as many, at least one, for tuning, and as many for testing.
    size : int
        Height and width, at least 40.
    seed : int
        From 0 to 2³² − 1.
    """
    for name, value, least in (("n", n, 1), ("size", size, 40), ("seed", seed, 0)):
        if not isinstance(value, int) or not least <= value < 2**32:
            raise ValueError(f"shapes: {name} must be an integer from {least} to 2³² − 1, got {value!r}")
    some = max(n // 5, 1)
    splits = {}
    for number, (part, count) in enumerate({"train": n, "val": some, "test": some}.items()):
        scenes = [scene(size, [seed, number, i]) for i in range(count)]
        splits[part] = Split(*map(np.stack, zip(*scenes, strict=True)))
    return Dataset("shapes", classes=CLASSES, provenance=of_arrays("procedural", **splits), **splits)


def scene(size, seed):
    """Draw one scene.

    Parameters
    ----------
    size : int
    seed : list of int

    Returns
    -------
    image : ndarray, uint8, (3, size, size)
    labels, instances : ndarray, int64, (size, size)
    """
    rng = np.random.RandomState(seed)
    ground = draw(rng, 0, 255, 3)
    image = texture(rng, ground, size)
    labels = np.zeros((size, size), np.int64)
    instances = np.zeros_like(labels)
    count = 0
    for _ in range(draw(rng, 4, 8)):
        kind = draw(rng, 1, len(CLASSES) - 1)
        shape = outline(rng, kind, size)
        placed = [(shape, *draw(rng, 0, size - len(shape), 2))]
        if draw(rng, 0, 2) == 0:
            placed.append(neighbour(*placed[0], outline(rng, kind, size), STEPS[draw(rng, 0, 3)]))
        for shape, top, left in placed:
            side = len(shape)
            window = np.s_[..., top : top + side, left : left + side]
            inside = min(top, left) >= 0 and max(top, left) + side <= size
            if not inside or instances[window][shape].any():
                break
            count += 1
            instances[window][shape] = count
            labels[window][shape] = kind
            # Every channel is at least 64 from the ground's, counted around the circle of 256 values.
            colour = (ground + draw(rng, 64, 192, 3)) % 256
            image[window][:, shape] = texture(rng, colour, side)[:, shape]
    image = np.clip(image + draw(rng, -12, 12, image.shape), 0, 255)
    return image.astype(np.uint8), labels, instances


def draw(rng, low, high, shape=None):
    """Integers from low to high, both included."""
    return rng.randint(low, high + 1, shape, np.int64)


def outline(rng, kind, size):
    """One object, in any direction, as a mask of odd side: ndarray, bool, (2r + 1, 2r + 1)."""
    r = draw(rng, size // 8, size // 5)
    a, b = draw(rng, 1, 9), draw(rng, -9, 9)
    width = draw(rng, 4, 6)
    x = np.arange(-r, r + 1, dtype=np.int64)
    y = x[:, None]
    # Coordinates along the direction (a, b) and across it; in their unit the radius is R.
    p, q, R = a * x + b * y, abs(a * y - b * x), isqrt(r * r * (a * a + b * b))
    distance = p * p + q * q
    match CLASSES[kind]:
        case "circle":
            mask = distance <= R * R
        case "ring":
            mask = (distance <= R * R) & (25 * distance > 4 * R * R)
        case "rectangle":
            mask = (5 * abs(p) <= 4 * R) & (10 * q <= width * R)
        case "triangle":
            mask = (2 * p >= -R) & (26 * q <= 15 * (R - p))
        case "cross":
            mask = (10 * abs(p) <= 3 * R) & (10 * q <= 9 * R) | (10 * abs(p) <= 9 * R) & (10 * q <= 3 * R)
    # Blunt the tips: a pixel stays only in a block of 2×2, else it might hang on by a corner alone.
    blocks = mask[1:, 1:] & mask[1:, :-1] & mask[:-1, 1:] & mask[:-1, :-1]
    blunt = np.zeros_like(mask)
    for corner in (np.s_[1:, 1:], np.s_[1:, :-1], np.s_[:-1, 1:], np.s_[:-1, :-1]):
        blunt[corner] |= blocks
    return blunt


def neighbour(first, top, left, second, step):
    """Push a second object towards a first, centre to centre, until they touch without overlapping.

    Returns
    -------
    second : ndarray, bool
    top, left : int
        Where it comes to lie; perhaps outside the scene.
    """
    a, b = len(first), len(second)
    field = np.zeros((a + 2 * b + 2, a + 2 * b + 2), bool)
    field[b + 1 : b + 1 + a, b + 1 : b + 1 + a] = first
    at = (b + 1 + (a - b) // 2) - ((a + b) // 2 + 1) * np.array(step)
    while not field[tuple(slice(i, i + b) for i in at + step)][second].any():
        at = at + step
    y, x = at - (b + 1)
    return second, top + y, left + x


def texture(rng, colour, side):
    """Clouds, stripes, checks or speckles in a colour and one near it: ndarray, int64, (3, side, side)."""
    x = np.arange(side, dtype=np.int64)
    y = x[:, None]
    scale = draw(rng, 3, 8)
    match draw(rng, 0, 3):
        case 0:
            coarse = draw(rng, 0, 256, (6, 6))
            (i, u), (j, v) = divmod(y * 5 * 256 // side, 256), divmod(x * 5 * 256 // side, 256)
            above = coarse[i, j] * (256 - v) + coarse[i, j + 1] * v
            below = coarse[i + 1, j] * (256 - v) + coarse[i + 1, j + 1] * v
            mix = (above * (256 - u) + below * u) // 65536
        case 1:
            mix = (y * draw(rng, -3, 3) + x * draw(rng, -3, 3)) // scale % 2 * 256
        case 2:
            mix = (y // scale + x // scale) % 2 * 256
        case 3:
            mix = draw(rng, 0, 256, (side, side))
    return colour[:, None, None] + draw(rng, -40, 40, 3)[:, None, None] * mix // 256
