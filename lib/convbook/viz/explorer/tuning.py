"""Explorers of what a filter prefers."""

import numpy as np

from convbook.viz.explorer.figure import explorer, within

LIMITS = {"orientation": (0, 180), "wavelength": (2.5, 16), "phase": (0, 360)}


def tuning(filters, *, orientation=30, wavelength=6, phase=0):
    """Turn a grating in front of a filter: its answer, and the tuning curve with the selectivity index.

        R(θ) = max_φ ⟨w, s_θφ⟩

    as in `convbook.inside.tuning`.

    Parameters
    ----------
    filters : dict from str to ndarray, (R, S)
        To choose from, by their names; at most 25×25.
    orientation, phase : float
        θ and φ in degrees, where the sliders start.
    wavelength : float
        1/f in pixels.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If there is no filter, one is not a matrix or too large, or a slider would start outside its range.

    Notes
    -----
    Chapter 12, "Looking inside".
    """
    start = {"orientation": orientation, "wavelength": wavelength, "phase": phase}
    within("tuning", start, LIMITS)
    filters = {name: np.asarray(w) for name, w in filters.items()}
    if not filters or any(w.ndim != 2 or max(w.shape) > 25 for w in filters.values()):
        shapes = {name: w.shape for name, w in filters.items()}
        raise ValueError(f"explorer.tuning: expected filters (R, S) of at most 25×25, got {shapes}")
    rows = {name: w.round(5).tolist() for name, w in filters.items()}
    alt = "Explorer: a grating turns in front of a filter, and a curve shows how strongly the filter answers"
    return explorer("tuning", {"filters": rows, "start": start, "limits": LIMITS}, alt)
