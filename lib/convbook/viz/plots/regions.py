"""The pieces into which a network cuts a plane."""

import numpy as np

from convbook.viz.html import Html, escape, sentence, style
from convbook.viz.svg import picture

SIZE = 216  # pixels of a picture's side: three fit beside one another


def regions(cuts, titles, *, alt):
    """Draw the linear regions of networks side by side; neighbours have different shades.

    Parameters
    ----------
    cuts : sequence of list of Region
        Each as `reference.regions.linear_regions` gives it.
    titles : sequence of str
        One short text over each.
    alt : str
        A sentence that says what is seen.

    Returns
    -------
    Html
        A piece is shaded where an odd number of its ReLUs is on.

    Raises
    ------
    ValueError
        If `alt` is not a sentence, or titles and networks differ in number.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """
    alt = sentence("regions", alt)
    if len(titles) != len(cuts):
        raise ValueError(f"regions: {len(titles)} titles for {len(cuts)} networks")
    figures = [
        f'<div><div class="cb-title">{escape(title)}</div>{_svg(cut)}</div>'
        for title, cut in zip(titles, cuts, strict=True)
    ]
    row = (
        f'<div class="cb-row" style="gap:1rem" role="img" aria-label="{escape(alt)}">{"".join(figures)}</div>'
    )
    return Html(f'{style("plots.css")}<div class="cb">{row}</div>', alt)


def _svg(cut):
    """One picture: all pieces in outline, and those of odd parity shaded, as two paths."""
    corners = np.concatenate([region.corners for region in cut])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = SIZE / (high - low).max()
    width, height = scale * (high - low)
    outline, shaded = [], []
    for region in cut:
        path = _path((region.corners - low) * [scale, -scale] + [0, height])
        outline.append(path)
        if sum(region.on) % 2:
            shaded.append(path)
    parts = [f'<path class="piece" d="{"".join(shaded)}"/>', f'<path class="cut" d="{"".join(outline)}"/>']
    return picture(round(width, 1), round(height, 1), parts)


def _path(corners):
    return "M" + "L".join(f"{x:.5g} {y:.5g}" for x, y in corners.round(1)) + "z"
