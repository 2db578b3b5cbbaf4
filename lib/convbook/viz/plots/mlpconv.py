"""A small network that slides over maps."""

from itertools import pairwise

from convbook.reference._arguments import integer
from convbook.viz.html import Html, scrolling, sentence, style
from convbook.viz.svg import line, picture, rect, text

CELL, SMALL, RADIUS = 24, 13, 11  # pixels: of an input's cell, of an output's, of a unit
STEP, ROW = 105, 36  # from layer to layer, from unit to unit
GAP = 16  # between two maps
SIDE, PLACE = 6, 2  # cells along a map; row and column of the place that the network stands at


def mlpconv(units=(5, 4, 2), *, r=3, alt):
    """Draw a convolution with a network as its activation: a window, the layers, one place of every map.

    Parameters
    ----------
    units : sequence of int
        Of the convolution and of each layer after it; the last says how many maps come out.
    r : int
        The window is r×r, 1, 3 or 5.
    alt : str
        A sentence that says what is seen.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence, there are fewer than two layers, or the window does not fit.
    TypeError
        If a number is not an int.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet".
    """
    alt = sentence("mlpconv", alt)
    units = [integer("mlpconv", "units", n) for n in units]
    if len(units) < 2 or integer("mlpconv", "r", r) not in (1, 3, 5):
        raise ValueError(f"mlpconv: expected two layers or more and r = 1, 3 or 5, got {units} and {r}")
    height = max(SIDE * CELL, ROW * max(units), (SIDE * SMALL + GAP) * units[-1])
    middle = height / 2
    top = middle - SIDE * CELL / 2
    inset = CELL * (PLACE - r // 2)  # of the window
    window_end = 1 + inset + CELL * r, top + CELL * (PLACE + 0.5)
    columns = [_column(SIDE * CELL + STEP * (i + 0.9), middle, n) for i, n in enumerate(units)]
    right, apart = columns[-1][0][0] + STEP * 0.8, SIDE * SMALL + GAP
    maps = [(right, middle + apart * (i - units[-1] / 2) + GAP / 2) for i in range(units[-1])]

    parts = [line(*window_end, *unit, "wire") for unit in columns[0]]
    for before, after in pairwise(columns):
        parts += [line(*a, *b, "wire") for a in before for b in after]
    parts += _grid(1, top, CELL)
    parts.append(rect(1, top, SIDE * CELL, SIDE * CELL, "edge-of-input"))
    for unit, (x, y) in zip(columns[-1], maps, strict=True):
        left, up = x + SMALL * PLACE, y + SMALL * PLACE
        parts += [*_grid(x, y, SMALL), line(*unit, left, up + SMALL / 2, "wire")]
        parts.append(rect(left, up, SMALL, SMALL, "node output"))
    parts.append(rect(1 + inset, top + inset, r * CELL, r * CELL, "field own"))
    parts += [_unit(x, y) for column in columns for x, y in column]

    names = ["input", f"{r}×{r}", *["1×1"] * (len(units) - 1), "output"]
    xs = [SIDE * CELL / 2, *(column[0][0] for column in columns), right + SIDE * SMALL / 2]
    parts += [text(x, height + 22, name, "mid") for x, name in zip(xs, names, strict=True)]
    width = right + SIDE * SMALL + 2
    return Html(style("plots.css", "explorer.css") + scrolling(picture(width, height + 30, parts, alt)), alt)


def _column(x, middle, n):
    """The middles of n units below one another."""
    return [(x, middle + ROW * (i - (n - 1) / 2)) for i in range(n)]


def _grid(x, y, cell):
    """The cells of a map."""
    return [rect(x + cell * j, y + cell * i, cell, cell, "zero") for i in range(SIDE) for j in range(SIDE)]


def _unit(x, y):
    return f'<circle class="node kernel" cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>'
