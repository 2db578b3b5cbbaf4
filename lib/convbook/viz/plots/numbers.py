"""A matrix of numbers: written out, or as a heat map."""

import numpy as np

from convbook.viz import style as house
from convbook.viz.html import Html, escape, number, scrolling, sentence, style
from convbook.viz.plots.palette import ABOVE, BELOW
from convbook.viz.plots.weights import CELL
from convbook.viz.svg import picture, rect, text

NUMBERS = 80  # up to this many entries are written out


def heatmap(M, *, alt, titles=None, width=None):
    """Draw a matrix too large for letters, or of plain numbers: blue below zero, blank at zero, red above.

    Parameters
    ----------
    M : array_like, (m, n)
        Any numbers; scipy sparse matrices are made dense. Up to 80 entries have their number written in.
    alt : str
        A sentence that says what is seen.
    titles : (str, str), optional
        Names of the rows' axis and the columns' axis.
    width : int, optional
        In pixels, at most 700.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence or `M` is not a matrix.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    alt = sentence("heatmap", alt)
    M = np.asarray(M.toarray() if hasattr(M, "toarray") else M, float)
    if M.ndim != 2:
        raise ValueError(f"heatmap: M must be a matrix, got shape {M.shape}")
    m, n = M.shape
    if M.size <= NUMBERS:
        return Html(style("plots.css") + scrolling(numbers_svg(M, titles, alt)), alt)
    width = width or int(np.clip(90 + 560 * min(1, n / m), 240, 560))
    fig, ax = house.subplots(width=width, height=int(np.clip((width - 150) * m / n + 70, 120, 700)))
    fig.set_layout_engine("compressed")  # the axes keep the matrix's shape
    from matplotlib.colors import ListedColormap

    # Only the opacity fades towards zero, so that the picture is right on any page.
    level = np.linspace(-1, 1, 255)[:, None]
    ramp = np.where(level < 0, (*BELOW, 0), (*ABOVE, 0)) / 255 + abs(level) * (0, 0, 0, 1)
    peak = abs(M).max() or 1
    aspect = "auto" if max(m, n) > 4 * min(m, n) else 1
    picture = ax.imshow(M, cmap=ListedColormap(ramp), vmin=-peak, vmax=peak, aspect=aspect)
    ax.spines[["top", "right"]].set_visible(True)
    if titles:
        ax.set_ylabel(titles[0])
        ax.set_xlabel(titles[1])
    fig.colorbar(picture, ax=ax, fraction=0.05)
    return house.show(fig, alt=alt)


def numbers_svg(M, titles, alt):
    """A small matrix with its numbers written in; the tint of a cell is its sign and size."""
    m, n = M.shape
    wide = max(CELL + 6, 10 * max(len(number(value)) for value in M.flat) + 12)
    left, top = (26, 28) if titles else (1, 1)
    peak = abs(M).max() or 1
    parts = []
    if titles:
        parts.append(text(left, 19, f"{escape(titles[1])} →"))
        turned = f' transform="translate(18 {top}) rotate(-90)"'
        parts.append(text(0, 0, f"← {escape(titles[0])}", "end", turned))
    for (i, j), value in np.ndenumerate(M):
        x, y = left + wide * j, top + CELL * i
        tint = f' fill-opacity="{0.45 * abs(value) / peak:.2g}"'
        parts.append(rect(x, y, wide, CELL, f"number {'kernel' if value > 0 else 'input'}", tint))
        parts.append(text(x + wide / 2, y + CELL * 0.65, number(value), "mid"))
    return picture(left + wide * n + 1, top + CELL * m + 1, parts, alt)
