"""Kernels that people designed, and those that photographs suggest.

All are float64. `box` and `gaussian` are 1-D; their 2-D forms are outer products, `np.outer(box(5), box(5))`.
Rows count downwards; angles are measured as they are seen, anticlockwise from "to the right".
"""

from math import ceil

import numpy as np

from convbook.reference._arguments import floats, integer, per_axis

__all__ = [
    "box",
    "difference_of_gaussians",
    "gabor",
    "gaussian",
    "gaussian_derivatives",
    "laplacian",
    "motion_blur",
    "patch_pca",
    "shift",
    "sobel",
]

PATCHES = 160_000  # with fewer, components of nearly equal variance mix at random


def box(r):
    """Average over r samples, all alike.

        w[a] = 1/r

    Parameters
    ----------
    r : int

    Returns
    -------
    w : ndarray, (r,)
        Sums to 1.

    Raises
    ------
    TypeError
        If `r` is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    r = integer("box", "r", r)
    return np.full(r, 1 / r)


def gaussian(sigma, r=None):
    """Average under a bell, near samples more than far ones.

        w[a] ∝ exp(−u²/2σ²),      u = a − (r − 1)/2

    Parameters
    ----------
    sigma : float
        Standard deviation σ in samples.
    r : int, optional
        Size; by default the odd one that reaches 3σ to each side.

    Returns
    -------
    w : ndarray, (r,)
        Sums to 1.

    Raises
    ------
    TypeError
        If `r` is not an int.
    ValueError
        If an argument is not positive.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    _positive("gaussian", sigma=sigma)
    r = _reach(sigma) if r is None else integer("gaussian", "r", r)
    w = np.exp(-(_centred(r) ** 2) / (2 * sigma**2))
    return w / w.sum()


def gaussian_derivatives(order, sigma, r):
    """Collect the derivatives of a 2-D Gaussian: separable kernels, each a bell times two polynomials.

        w_ij[a, e] = g_i[a]·g_j[e],      g_i = (−1/σ)^i · He_i(u/σ) · g,      i + j ≤ order

    with He_i the probabilists' Hermite polynomials and g = `gaussian(sigma, r)`.

    Parameters
    ----------
    order : int
        Highest i + j; order 3 gives 10 kernels.
    sigma : float
        Standard deviation σ in samples.
    r : int
        Size.

    Returns
    -------
    w : ndarray, ((order + 1)(order + 2)/2, r, r)
        Ordered by i + j, then by i; i counts derivatives down the rows, j along them. The kernel of i = j = 0
        sums to 1. *Convolve* with them to differentiate.

    Raises
    ------
    TypeError
        If `order` or `r` is not an int.
    ValueError
        If `order` is negative, or another argument not positive.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    order = integer("gaussian_derivatives", "order", order, least=0)
    r = integer("gaussian_derivatives", "r", r)
    _positive("gaussian_derivatives", sigma=sigma)
    g = gaussian(sigma, r)
    u = _centred(r) / sigma
    hermite = np.polynomial.hermite_e.hermeval(u, np.eye(order + 1))
    along = [(-1 / sigma) ** i * hermite[i] * g for i in range(order + 1)]
    return np.array(
        [np.outer(along[i], along[total - i]) for total in range(order + 1) for i in range(total + 1)]
    )


def sobel(axis):
    """Difference along one axis, smoothed along the other.

        [−1, 0, 1] along `axis`, [1, 2, 1] across

    Parameters
    ----------
    axis : 0 or 1
        1 differentiates from left to right and so finds vertical edges, 0 from top to bottom.

    Returns
    -------
    w : ndarray, (3, 3)
        Sums to 0. *Correlated* with a ramp that rises by 1 per sample it answers 8; convolved, −8.

    Raises
    ------
    ValueError
        If `axis` is neither 0 nor 1.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    if axis not in (0, 1):
        raise ValueError(f"sobel: axis must be 0 or 1, got {axis!r}")
    w = np.outer([1.0, 2.0, 1.0], [-1.0, 0.0, 1.0])
    return w if axis == 1 else w.T


def laplacian():
    """Compare a pixel with its four neighbours: the sum of the second differences along both axes.

        ∂²x/∂u² + ∂²x/∂v²

    Returns
    -------
    w : ndarray, (3, 3)
        Sums to 0; −4 in the middle. The same correlated and convolved.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    return np.array([[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]])


def difference_of_gaussians(sigma, surround, r=None):
    """Subtract a wide blur from a narrow one: a bright spot on a dark ground is answered, at any orientation.

        w = g(σ) − g(σ'),      each the outer product of a `gaussian` with itself

    Parameters
    ----------
    sigma, surround : float
        Standard deviations of the centre and of the surround in samples.
    r : int, optional
        Size; by default the odd one that reaches 3σ of the wider one.

    Returns
    -------
    w : ndarray, (r, r)
        Sums to 0: both bells sum to 1.

    Raises
    ------
    TypeError
        If `r` is not an int.
    ValueError
        If an argument is not positive.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    _positive("difference_of_gaussians", sigma=sigma, surround=surround)
    r = _reach(max(sigma, surround)) if r is None else integer("difference_of_gaussians", "r", r)
    centre, around = gaussian(sigma, r), gaussian(surround, r)
    return np.outer(centre, centre) - np.outer(around, around)


def motion_blur(length, angle):
    """Average along a line: what a camera sees that moves while the shutter is open.

    `length` points lie one sample apart on a line through the centre; each shares its weight 1/length among
    the four nearest samples.

    Parameters
    ----------
    length : int
        Length of the line in samples.
    angle : float
        Direction in degrees: 0 lies along the rows, 90 stands upright, 45 rises to the right.

    Returns
    -------
    w : ndarray, (r, r)
        With r = `length`, or the next odd number. Sums to 1; symmetric about its centre.

    Raises
    ------
    TypeError
        If `length` is not an int.
    ValueError
        If it is below 1.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    length = integer("motion_blur", "length", length)
    u = _centred(length | 1)
    t = _centred(length)
    along, up = np.cos(np.deg2rad(angle)) * t, np.sin(np.deg2rad(angle)) * t
    # A point at distance d < 1 from a sample gives it 1 − d of its weight, along each axis.
    rows = np.maximum(0, 1 - abs(u[:, None] + up))
    columns = np.maximum(0, 1 - abs(u[:, None] - along))
    return rows @ columns.T / length


def gabor(size, *, wavelength, sigma, orientation=0.0, phase=0.0, aspect=1.0):
    """A wave under a bell: it answers to one orientation and one scale, in one place.

        g(u, v) = exp(−(u'² + γ²v'²)/2σ²) · cos(2πu'/λ + φ)
        u' = u·cos θ + v·sin θ,      v' = −u·sin θ + v·cos θ

    with u to the right and v upwards from the centre.

    Parameters
    ----------
    size : int
        The kernel is size × size.
    wavelength : float
        λ in samples.
    sigma : float
        Width σ of the bell in samples.
    orientation : float
        Direction θ in which the wave runs, in radians: 0 gives upright stripes.
    phase : float
        φ in radians: 0 answers to lines, π/2 to edges.
    aspect : float
        γ; below 1 the bell is longer along the stripes.

    Returns
    -------
    w : ndarray, (size, size)
        Not normalised: 1 at the centre for phase 0.

    Raises
    ------
    TypeError
        If `size` is not an int.
    ValueError
        If a size or a width is not positive.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    size = integer("gabor", "size", size)
    _positive("gabor", wavelength=wavelength, sigma=sigma, aspect=aspect)
    right, up = _centred(size), -_centred(size)[:, None]
    u = right * np.cos(orientation) + up * np.sin(orientation)
    v = -right * np.sin(orientation) + up * np.cos(orientation)
    bell = np.exp(-(u**2 + aspect**2 * v**2) / (2 * sigma**2))
    return bell * np.cos(2 * np.pi * u / wavelength + phase)


def shift(dy, dx):
    """Move an image by a whole number of pixels: a single one, off centre.

    Parameters
    ----------
    dy, dx : int
        How far down and how far right `convolve2d(x, w, "same")` moves the image. Correlation moves it the
        other way.

    Returns
    -------
    w : ndarray, (2|dy| + 1, 2|dx| + 1)
        Zeros and a single 1.

    Raises
    ------
    TypeError
        If an argument is not an int.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    dy, dx = per_axis("shift", "(dy, dx)", (dy, dx), 2)
    w = np.zeros((2 * abs(dy) + 1, 2 * abs(dx) + 1))
    w[abs(dy) + dy, abs(dx) + dx] = 1.0
    return w


def patch_pca(images, size, count, rng):
    """Find the patterns that small patches of photographs vary by most: their principal components.

    160 000 patches are drawn at random, as many from each image. Each loses its own mean, since brightness
    is no pattern, and all lose the mean patch.

    Parameters
    ----------
    images : sequence of ndarray, each (H, W)
        Grey images, not necessarily of one size; any float dtype.
    size : int
        Patches are size × size.
    count : int
        How many components to return, at most size² − 1: a patch without its mean has no more freedom.
    rng : numpy.random.Generator
        Draws the patches.

    Returns
    -------
    components : ndarray, (count, size, size)
        Orthonormal, by falling variance; the largest entry of each is positive.
    share : ndarray, (count,)
        Share of the patches' variance that each component explains; all of them together would give 1.

    Raises
    ------
    TypeError
        If an image is not of a float dtype, or a number not an int.
    ValueError
        If an image is not grey or smaller than a patch, or `count` is out of range.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    size = integer("patch_pca", "size", size)
    count = integer("patch_pca", "count", count)
    if count >= size**2:
        raise ValueError(
            f"patch_pca: count={count}, but {size}×{size} patches have only {size**2 - 1} components"
        )
    images = list(images)
    if not images:
        raise ValueError("patch_pca: images is empty, expected at least one image")
    patches = []
    for i, image in enumerate(images):
        (image,) = floats("patch_pca", **{f"images[{i}]": image})
        if image.ndim != 2 or min(image.shape) < size:
            raise ValueError(
                f"patch_pca: images[{i}] has shape {image.shape}, expected (H, W), at least {size}×{size}"
            )
        windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
        rows, columns = (rng.integers(m, size=PATCHES // len(images)) for m in windows.shape[:2])
        patches.append(windows[rows, columns].reshape(-1, size**2))
    patches = np.concatenate(patches)
    patches = patches - patches.mean(axis=1, keepdims=True)
    patches -= patches.mean(axis=0)
    variance, components = np.linalg.eigh(patches.T @ patches)
    variance, components = variance[::-1], components.T[::-1]  # largest first, one component a row
    largest = np.take_along_axis(components, abs(components).argmax(axis=1, keepdims=True), axis=1)
    components = (components * np.sign(largest))[:count]
    return components.reshape(count, size, size), variance[:count] / variance.sum()


def _centred(r):
    """The positions 0 … r − 1, measured from their middle."""
    return np.arange(r) - (r - 1) / 2


def _reach(sigma):
    """The odd size that holds a bell as far as 3σ to each side."""
    return 2 * ceil(3 * sigma) + 1


def _positive(name, **values):
    for argument, value in values.items():
        if not value > 0:
            raise ValueError(f"{name}: {argument} must be positive, got {value}")
