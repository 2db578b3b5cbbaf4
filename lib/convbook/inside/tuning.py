"""What a filter prefers, measured as it is in the laboratory: turn a grating in front of it.

Orientation is the direction in which the wave runs, in radians, anticlockwise from "to the right", as for
`convbook.reference.filters.gabor`: at 0 the stripes stand upright.
"""

import numpy as np

__all__ = ["grating", "orientation_selectivity", "orientations", "preferred", "tuning_curve"]


def grating(size, frequency, orientation, phase=0.0):
    """Black and white stripes whose borders are soft: a wave that runs across a patch.

        s(u, v) = cos(2πf(u·cos θ + v·sin θ) + φ)

    with u to the right and v upwards from the centre.

    Parameters
    ----------
    size : int or pair of int
        Height and width.
    frequency : float
        f in waves per pixel: 1/4 repeats every four pixels; 1/2 is the finest there is.
    orientation, phase : float
        θ and φ in radians.

    Returns
    -------
    s : ndarray, (H, W)
        Between −1 and 1.

    Raises
    ------
    ValueError
        If a size is below 1.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    height, width = np.broadcast_to(size, 2)
    if min(height, width) < 1:
        raise ValueError(f"grating: size must be at least 1, got {size}")
    u, v = _from_the_middle(height, width)
    return np.cos(2 * np.pi * frequency * (u * np.cos(orientation) + v * np.sin(orientation)) + phase)


def orientations(count):
    """As many orientations as asked for, evenly spread over half a turn: after it, stripes look the same.

    Parameters
    ----------
    count : int

    Returns
    -------
    ndarray, (count,)
        From 0 to just below π.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    return np.arange(count) * np.pi / count


def tuning_curve(w, frequency, theta):
    """How strongly a filter answers to a grating as it turns; each time the best of all phases counts.

        R(θ) = max_φ ⟨w, s_θφ⟩ = √(⟨w, s_θ0⟩² + ⟨w, s_θ,π/2⟩²)

    Parameters
    ----------
    w : ndarray, (R, S)
        The filter, as it correlates.
    frequency : float
        Of the grating, in waves per pixel.
    theta : ndarray, (n,)
        Orientations in radians.

    Returns
    -------
    ndarray, (n,)
        Not negative.

    Raises
    ------
    ValueError
        If `w` is not a matrix.

    Notes
    -----
    Chapter 12, "Looking inside". Drifting a grating past a cell, as one does in the laboratory, tries all its
    phases.
    """
    w = np.asarray(w)
    if w.ndim != 2:
        raise ValueError(f"tuning_curve: w has shape {w.shape}, expected (R, S)")
    u, v = _from_the_middle(*w.shape)
    theta = np.asarray(theta)[:, None, None]
    wave = np.exp(2j * np.pi * frequency * (u * np.cos(theta) + v * np.sin(theta)))  # both phases at once
    return abs((w * wave).sum(axis=(1, 2)))


def orientation_selectivity(answers, theta):
    """How much of the answer is for one orientation: 0 for none, 1 if all others are ignored.

        OSI = |Σ R(θ)·e^{2iθ}| / Σ R(θ)

    Every answer is an arrow; its direction is twice the orientation, so that 0 and π point the same way and
    0 and π/2 cancel.

    Parameters
    ----------
    answers : ndarray, (n,)
        A tuning curve R, not negative.
    theta : ndarray, (n,)
        Its orientations, evenly spread over half a turn.

    Returns
    -------
    float
        Between 0 and 1; 0 for a filter that never answers.

    Raises
    ------
    ValueError
        If the shapes differ, or an answer is negative.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    answers, theta = np.asarray(answers), np.asarray(theta)
    if answers.shape != theta.shape or (answers < 0).any():
        raise ValueError(
            f"orientation_selectivity: expected answers of at least 0, one for each of {theta.size} "
            f"orientations, got shape {answers.shape} and a least answer of {answers.min():.3g}"
        )
    total = answers.sum()
    return float(abs((answers * np.exp(2j * theta)).sum()) / total) if total else 0.0


def preferred(w, frequencies, theta):
    """The frequency and the orientation at which a filter answers most.

    Parameters
    ----------
    w : ndarray, (R, S)
    frequencies : ndarray, (F,)
        To be tried, in waves per pixel.
    theta : ndarray, (n,)
        To be tried at each of them, in radians.

    Returns
    -------
    frequency, orientation : float

    Raises
    ------
    ValueError
        If `w` is not a matrix.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    curves = np.array([tuning_curve(w, frequency, theta) for frequency in frequencies])
    f, t = np.unravel_index(curves.argmax(), curves.shape)
    return float(frequencies[f]), float(theta[t])


def _from_the_middle(height, width):
    """How far right of the middle each column is, and how far above it each row."""
    return np.arange(width) - (width - 1) / 2, (height - 1) / 2 - np.arange(height)[:, None]
