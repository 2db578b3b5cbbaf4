"""Explorers of filters: what a kernel makes of a signal or a photograph."""

from convbook.viz.explorer.figure import embed, explorer, photo


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
    return explorer("impulse_probe", {}, alt)


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
    address = embed("gabor", image)
    alt = "Explorer: a Gabor kernel, stripes under a bell, and the edges of a photograph it responds to"
    return explorer("gabor", {"image": address, "start": start}, alt, photo(address))


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
    address = embed("convolution2d", image)
    alt = "Explorer: a 3×3 kernel to edit and the photograph it filters"
    return explorer("convolution2d", {"image": address, "presets": PRESETS}, alt, photo(address))
