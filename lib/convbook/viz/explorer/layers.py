"""Explorers of a convolutional layer: what it costs, and what its filters see."""

import numpy as np

from convbook.viz.explorer.figure import embed, explorer, photo

#: What the calculator asks for, and the least it takes.
NAMES = {
    "k": "k, maps in",
    "maps": "k′, maps out",
    "H": "H, height",
    "W": "W, width",
    "r": "r, kernel",
    "s": "s, stride",
    "p": "p, padding",
    "t": "t, dilation",
    "g": "g, groups",
}
LEAST = dict.fromkeys(NAMES, 1) | {"p": 0}


def _layer(k, maps, size, r, s=1, p=0, t=1, g=1):
    return {"k": k, "maps": maps, "H": size, "W": size, "r": r, "s": s, "p": p, "t": t, "g": g}


#: Layers to start from.
LAYERS = {
    "ten 5×5 filters": _layer(3, 10, 32, 5, p=2),
    "AlexNet, first layer": _layer(3, 96, 227, 11, s=4),
    "VGG-16, second layer": _layer(64, 64, 224, 3, p=1),
    "3×3, 256 maps": _layer(256, 256, 28, 3, p=1),
    "the same, depthwise": _layer(256, 256, 28, 3, p=1, g=256),
    "1×1, 256 to 64 maps": _layer(256, 64, 28, 1),
    "3×3, stride 2": _layer(64, 128, 56, 3, s=2, p=1),
    "3×3, dilation 2": _layer(64, 64, 56, 3, p=2, t=2),
}


def layer_arithmetic():
    """A calculator for a convolutional layer: sizes, parameters, operations, memory, with formulas filled in.

    Returns
    -------
    Html

    Notes
    -----
    Chapter 4, "The convolutional layer". Counts as `convbook.reference.arithmetic` does; memory is that of
    float32 numbers, for one image.
    """
    alt = "Explorer: size, parameters, operations and memory of a convolutional layer of your choice"
    data = {"presets": LAYERS, "names": NAMES, "least": LEAST}
    return explorer("layer_arithmetic", data, alt, "", "counting.js")


def feature_maps(image, w, names):
    """A window to drag over a photograph, and what each filter of a layer answers there and everywhere.

    Parameters
    ----------
    image : ndarray, (3, H, W)
        Colours in [0, 1], small: at most 30 kB as PNG, about 100×100 pixels.
    w : ndarray, (K, 3, R, R)
        The filters; no bias, no padding.
    names : sequence of str
        A few words for each filter.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `image` is not a colour image or too large to embed, or filters and names do not match it.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """
    w = np.asarray(w)
    if w.ndim != 4 or w.shape[1] != 3 or w.shape[2] != w.shape[3] or len(names) != len(w):
        raise ValueError(
            f"explorer.feature_maps: w must be (K, 3, R, R) with K names, got shape {w.shape} and "
            f"{len(names)} names"
        )
    address = embed("feature_maps", image, colour=True)
    alt = "Explorer: a window on a photograph, and the maps of the filters that look through it"
    data = {"filters": w.round(4).tolist(), "names": list(names)}
    return explorer("feature_maps", data, alt, photo(address))
