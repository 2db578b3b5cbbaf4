"""Signals as stems, one under the other."""

import numpy as np

from convbook.viz import style as house
from convbook.viz.html import sentence

#: Colour and marker by the name's first letter, so that a signal is told by its shape as well.
_SIGNALS = {
    "x": (house.INPUT, "o"),
    "w": (house.KERNEL, "s"),
    "h": (house.KERNEL, "s"),
    "y": (house.OUTPUT, "D"),
}


def signals(named, *, alt, starts=None, width=620, height=120):
    """Draw 1-D signals under one another as stems, on one axis of n.

    Parameters
    ----------
    named : dict of str to array_like, (n,)
        The signals; names that begin with x, w or h, y are drawn in the colours of input, kernel, output.
    alt : str
        A sentence that says what is seen.
    starts : dict of str to int, optional
        Position of a signal's first sample where it is not 0.
    width, height : int
        In pixels: of the picture, and of each signal.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence or a signal is not 1-D.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    alt = sentence("signals", alt)
    fig, axes = house.subplots(
        len(named), 1, width=width, height=height * len(named) + 30, sharex=True, squeeze=False
    )
    for (name, values), ax in zip(named.items(), axes[:, 0], strict=True):
        values = np.asarray(values)
        if values.ndim != 1:
            raise ValueError(f"signals: {name} must be 1-D, got shape {values.shape}")
        n = (starts or {}).get(name, 0) + np.arange(len(values))
        colour, marker = _SIGNALS.get(name[:1], (house.MUTED, "^"))
        ax.vlines(n, 0, values, color=colour)
        ax.plot(n, values, linestyle="none", marker=marker, color=colour, clip_on=False, zorder=3)
        ax.axhline(0, color=house.LINE, linewidth=1, zorder=0)
        ax.set_ylabel(name, rotation=0, ha="right", va="center")
        ax.margins(y=0.15)
    axes[-1, 0].set_xlabel("n")
    axes[-1, 0].xaxis.get_major_locator().set_params(integer=True)
    return house.show(fig, alt=alt)
