"""Real photographs, from scikit-learn and scikit-image."""

import numpy as np

#: Where each photograph comes from; the credits page has authors and licences.
PHOTOS = {
    "china": "scikit-learn",
    "flower": "scikit-learn",
    "astronaut": "scikit-image",
    "camera": "scikit-image",
    "chelsea": "scikit-image",
    "coffee": "scikit-image",
    "coins": "scikit-image",
    "brick": "scikit-image",
    "grass": "scikit-image",
}

#: Weights of red, green and blue in perceived brightness (ITU-R BT.709).
LUMINANCE = np.array([0.2125, 0.7154, 0.0721])


def photo(name, *, gray=True, step=1):
    """Load a photograph as numbers between 0 (black) and 1 (white).

    Parameters
    ----------
    name : str
        One of `PHOTOS`.
    gray : bool
        Weigh the colours to brightness, 0.2125 R + 0.7154 G + 0.0721 B.
    step : int
        Average blocks of `step × step` pixels into one; leftover rows and columns are cut.

    Returns
    -------
    ndarray, float64
        `(H, W)`, or `(3, H, W)` when `gray` is false and the photograph has colours.

    Raises
    ------
    ValueError
        If there is no photograph of that name, or `step` is not positive.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    if name not in PHOTOS:
        raise ValueError(f"photo: no photograph {name!r}, expected one of {', '.join(PHOTOS)}")
    if step < 1:
        raise ValueError(f"photo: step must be at least 1, got {step}")
    image = _read(name) / 255.0
    if image.ndim == 3:
        image = image @ LUMINANCE if gray else np.moveaxis(image, 2, 0)
    h, w = (size // step * step for size in image.shape[-2:])
    blocks = image[..., :h, :w].reshape(*image.shape[:-2], h // step, step, w // step, step)
    return blocks.mean(axis=(-3, -1))


def _read(name):
    """Bytes of the file as its package decodes them, (H, W) or (H, W, 3)."""
    if PHOTOS[name] == "scikit-learn":
        from sklearn.datasets import load_sample_image

        return load_sample_image(f"{name}.jpg")
    import skimage.data

    return getattr(skimage.data, name)()
