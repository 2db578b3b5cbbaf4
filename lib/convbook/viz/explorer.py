"""Explorers: figures with knobs that compute in the page, with the functions of `assets/conv.js`.

They need no kernel and load nothing. The tests hold `conv.js` against the library over a grid of parameters.
"""

import numpy as np

from convbook.viz import plots
from convbook.viz.html import Html, escape, script, style, unique

__all__ = ["convolution2d", "gabor", "impulse_probe", "toeplitz"]

MAX_IMAGE = 30_000  # bytes of an embedded photograph
LIMITS = {"n": (1, 12), "r": (1, 6), "s": (1, 4), "p": (0, 3), "t": (1, 3)}  # of the sliders of `toeplitz`


def toeplitz(n=7, r=3, *, s=1, p=0, t=1):
    """The matrix of a 1-D convolution, with sliders for n, r, s, p, t: one colour and one letter per weight.

    Parameters
    ----------
    n, r, s, p, t : int
        Where the sliders start: inputs, weights, stride, padding, dilation. At most 12, 6, 4, 3, 3.

    Returns
    -------
    Html
        Sizes and numbers of weights follow the sliders; a row under the pointer, or chosen with the row
        slider, is written out with the inputs it reads.

    Raises
    ------
    ValueError
        If a start value is outside its slider, or the kernel does not fit at the start.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    from convbook.reference.toeplitz import conv1d_matrix

    start = {"n": n, "r": r, "s": s, "p": p, "t": t}
    for name, (low, high) in LIMITS.items():
        if not low <= start[name] <= high:
            raise ValueError(f"explorer.toeplitz: {name} must be from {low} to {high}, got {start[name]}")
    which = conv1d_matrix(np.arange(1, r + 1), n, stride=s, padding=p, dilation=t).toarray().astype(int)
    alt = "Explorer: the matrix of a 1-D convolution as size, stride, padding and dilation change"
    fallback = plots.matrix_svg("explorer.toeplitz", which, columns="x", rows="y")
    return _explorer("toeplitz", {"start": start, "limits": LIMITS}, alt, fallback)


def impulse_probe():
    """Five black boxes: probe one with an impulse, then see whether the answer predicts any other output.

    Returns
    -------
    Html
        A leaky sum, a moving average and a delay are predicted; a growing gain and a running maximum are not.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    alt = "Explorer: the impulse response of a black box, and the output it predicts beside the true one"
    return _explorer("impulse_probe", {}, alt)


def gabor(image, *, wavelength=8, orientation=45, phase=0, sigma=3, aspect=0.5):
    """A Gabor kernel with sliders for its five numbers, and its response on a photograph.

        w(x, y) = exp(−(u² + γ²v²)/2σ²) · cos(2πu/λ + φ),      (u, v) = (x, y) turned by θ

    as in `convbook.reference.filters.gabor`.

    Parameters
    ----------
    image : ndarray, (H, W)
        Grey levels in [0, 1], small: at most 30 kB as PNG, about 128×128 pixels.
    wavelength, sigma : float
        λ and σ in pixels, where the sliders start.
    orientation, phase : float
        θ and φ in degrees.
    aspect : float
        γ.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `image` is not a grey image or too large to embed.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    start = {"wavelength": wavelength, "orientation": orientation, "phase": phase}
    start |= {"sigma": sigma, "aspect": aspect}
    address = _embed("gabor", image)
    alt = "Explorer: a Gabor kernel, stripes under a bell, and the edges of a photograph it responds to"
    return _explorer("gabor", {"image": address, "start": start}, alt, _photo(address))


#: Kernels to start from, as the layers of deep learning read them (not flipped).
PRESETS = {
    "Sobel (vertical edges)": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "Gaussian blur": [[1 / 16, 1 / 8, 1 / 16], [1 / 8, 1 / 4, 1 / 8], [1 / 16, 1 / 8, 1 / 16]],
    "box blur": [[1 / 9] * 3] * 3,
    "sharpen": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "Laplacian": [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
    "shift": [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
}


def convolution2d(image):
    """A 3×3 kernel to edit or choose, and at once what it makes of a photograph; the kernel flipped or not.

    Parameters
    ----------
    image : ndarray, (H, W)
        Grey levels in [0, 1], small: at most 30 kB as PNG, about 128×128 pixels.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `image` is not a grey image or too large to embed.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    address = _embed("convolution2d", image)
    alt = "Explorer: a 3×3 kernel to edit and the photograph it filters"
    return _explorer("convolution2d", {"image": address, "presets": PRESETS}, alt, _photo(address))


def _embed(function, image):
    """A grey image as the data address of a PNG, black 0 and white 1."""
    image = np.asarray(image)
    if image.ndim != 2:
        raise ValueError(f"explorer.{function}: image must be grey, (H, W), got shape {image.shape}")
    address = plots.png(image, (0, 1))
    size = len(address) * 3 // 4
    if size > MAX_IMAGE:
        h, w = image.shape
        raise ValueError(
            f"explorer.{function}: image {h}×{w} takes {size} bytes as PNG, at most {MAX_IMAGE} are embedded"
        )
    return address


def _photo(address):
    return f'<img alt="" src="{address}" width="300">'


def _explorer(kind, data, alt, fallback=""):
    """The figure's place, a picture for where no script runs, and the script that takes its place over."""
    id = unique(kind.replace("_", "-"))
    note = "<p>The controls appear where scripts run: on the published page, or after running the cell.</p>"
    root = f'<div class="cb cb-explorer" id="{id}" role="group" aria-label="{escape(alt)}">'
    html = f"{style('plots.css', 'explorer.css')}{root}{fallback}{note}</div>"
    return Html(html + script(id, kind, data, "conv.js", "controls.js", f"{kind}.js"), alt)
