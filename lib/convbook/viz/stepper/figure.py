"""What a stepper is made of: grids of numbers, frames that say what lights up, and the figure of both."""

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from convbook.viz.html import Html, escape, number, script, scrolling, style, unique
from convbook.viz.plots import weights
from convbook.viz.stepper.words import index
from convbook.viz.svg import line, picture, rect, text

CELL = 42  # pixels; holds a number in the page's text size and a small one beside it
LETTER = 9  # of a label
MAX_FRAMES = 150


@dataclass
class Grid:
    """An array as a row or a rectangle of cells.

    Attributes
    ----------
    name : str
        By which frames refer to it.
    values : ndarray, 1-D or 2-D
        Numbers shown from the start; cells that a frame fills are empty until then.
    label : str
        Written above, or left of a row.
    role : "input", "kernel" or "output"
        Gives the colour.
    first : tuple of int
        Index of the first cell, −p in a padded input.
    faint : ndarray of bool, optional
        Cells drawn lighter, such as padding.
    columns : sequence of float, optional
        Where the cells of a row stand, in cells; default one beside the other.
    hatched : bool
        A gradient: the colour of what it belongs to, hatched.
    """

    name: str
    values: np.ndarray
    label: str
    role: str
    first: tuple = (0, 0)
    faint: np.ndarray | None = None
    columns: list | None = None
    hatched: bool = False


@dataclass
class Matrix:
    """A matrix of weights with a letter and a colour for each, whose entries light up; a panel of its own.

    Attributes
    ----------
    name : str
        By which frames refer to it.
    which : ndarray of int, (m, n)
        0 where the matrix is zero, k where it holds weight number k.
    label : str
        Written in its corner, or above it.
    letter : str
        Of the weights, to be numbered.
    columns, rows : str, optional
        Letters of the inputs over the columns and of the outputs beside the rows.
    """

    name: str
    which: np.ndarray
    label: str
    letter: str
    columns: str | None = None
    rows: str | None = None


@dataclass
class Frame:
    """One step.

    Attributes
    ----------
    caption : str
        HTML; `<b class=x>`, `<b class=w>`, `<b class=y>` give numbers their colours.
    on : dict of str to dict of int to str
        For a grid or a matrix, the cells lit in this step (flat index), each with the small number laid over
        it, or "".
    put : dict of str to dict of int to str
        For a grid, the cells whose text changes in this step and stays.
    """

    caption: str
    on: dict = field(default_factory=dict)
    put: dict = field(default_factory=dict)


def figure(kind, panels, frames, *, alt, aligned=False):
    """Make a step-through figure from grids and frames.

    Parameters
    ----------
    kind : str
        First part of the figure's id.
    panels : list of (list of Grid, or Matrix)
        Each panel is one picture; the grids in it stand under one another, and lines join what is lit.
    frames : list of Frame
        At least one, at most 150.
    alt : str
        A sentence that says what is stepped through.
    aligned : bool
        The panels belong in one line, their lower edges level, and on a narrow page they shrink instead of
        wrapping. No lines are drawn within them.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If there are no frames or more than 150.
    """
    if not 1 <= len(frames) <= MAX_FRAMES:
        raise ValueError(f"stepper.{kind}: {len(frames)} steps, expected 1 to {MAX_FRAMES} to step through")
    id = unique(kind)
    texts = {}
    for frame in frames:
        for grid, cells in frame.put.items():
            texts.setdefault(grid, {}).update(cells)
    grids = [grid for panel in panels if isinstance(panel, list) for grid in panel]
    written = [number(v) for grid in grids for v in grid.values.flat]
    longest = max(map(len, written + [text for cells in texts.values() for text in cells.values()]))
    wide = max(CELL, 10 * longest + 12)
    drawn = [_panel(panel, wide, texts, frames, not aligned) for panel in panels]
    pictures = "".join(f"<div>{picture}</div>" for picture in drawn)
    has_matrix = any(isinstance(panel, Matrix) for panel in panels)
    sheets = ("stepper.css", "plots.css") if has_matrix else ("stepper.css",)
    captions = "".join(f"<li>{frame.caption}</li>" for frame in frames)
    sheets = ["plots.css"] * any(isinstance(panel, Matrix) for panel in panels) + ["stepper.css"]
    html = (
        f"{style(*sheets)}"
        f'<div class="cb cb-stepper" id="{id}" role="group" aria-label="{escape(alt)}">'
        f'<div class="cb-row{" cb-aligned" if aligned else ""}">{pictures}</div>'
        '<div class="cb-controls" hidden>'
        f'<button type="button" data-do="back" aria-label="Previous step">{_ICONS["back"]}</button>'
        f'<button type="button" data-do="play" aria-label="Play">{_ICONS["play"]}{_ICONS["pause"]}</button>'
        f'<button type="button" data-do="next" aria-label="Next step">{_ICONS["next"]}</button>'
        f'<input type="range" min="1" max="{len(frames)}" value="1" aria-label="Step">'
        f'<span class="cb-count" aria-hidden="true"></span></div>'
        f'<ol class="cb-captions" aria-live="polite">{captions}</ol></div>'
    )
    data = [{"on": _keys(frame.on), "put": _keys(frame.put)} for frame in frames]
    return Html(html + script(id, "stepper", data, "stepper.js"), alt)


def _keys(cells):
    return {grid: {int(cell): text for cell, text in of.items()} for grid, of in cells.items()}


_ICONS = {
    name: f'<svg class="{name}" width="20" height="20" aria-hidden="true"><path d="{path}"/></svg>'
    for name, path in {
        "back": "M16 3v14L7 10zM3 3h3v14H3z",
        "next": "M4 3v14l9-7zM14 3h3v14h-3z",
        "play": "M5 2v16l12-8z",
        "pause": "M4 3h4v14H4zM12 3h4v14h-4z",
    }.items()
}


def _panel(grids, wide, texts, frames, wired):
    """One picture with the state of the last frame: what is seen without a script."""
    if isinstance(grids, Matrix):
        return _matrix(grids, frames[-1])
    parts, lit = [], []
    top = width = 0
    left = max(_margin(grid) for grid in grids)
    for g, grid in enumerate(grids):
        on = [frame.on.get(grid.name, {}) for frame in frames]
        drawn, cells, right, bottom = _grid(grid, wide, left, top, g > 0, texts.get(grid.name, {}), on)
        parts += drawn
        lit.append(cells)
        width, top = max(width, right), bottom + 30
    if wired and len(grids) == 2:
        wires = [line(x1, y1 + CELL, x2, y2) for (x1, y1), (x2, y2) in product(*lit)]
        parts.insert(0, f'<g class="wires">{"".join(wires)}</g>')
    return picture(width, bottom + 2, parts, "; ".join(f"{grid.label}: {_spoken(grid)}" for grid in grids))


def _margin(grid):
    """Room on the left: for the label of a row, for the indices of a rectangle."""
    return 44 if _beside(grid) and len(grid.label) == 2 else 34 if grid.values.ndim == 1 else 26


def _beside(grid):
    """Whether the label stands left of its row, as x and dx do."""
    return grid.values.ndim == 1 and len(grid.label) <= 2


def _grid(grid, wide, left, top, lower, texts, on):
    """A grid's cells and indices, where its lit cells stand, and its right and lower edge."""
    values = np.atleast_2d(grid.values)
    rows, cols = values.shape
    row = grid.values.ndim == 1
    columns = grid.columns or range(cols)
    first = (0, *grid.first)[-2:]
    faint = np.zeros(values.shape, bool) if grid.faint is None else np.atleast_2d(grid.faint)
    beside = _beside(grid)
    below = row and lower  # indices under the row: lines come from above
    y0 = top + (0 if beside else 24) + (0 if below else 20)

    name = f'<tspan class="name">{escape(grid.label)}</tspan>'
    label = (
        text(left - 10, y0 + 27, name, f"end {grid.role}")
        if beside
        else text(left, top + 16, name, grid.role)
    )
    parts = [label]
    for j, column in enumerate(columns):
        y = y0 + CELL * rows + 16 if below else y0 - 6
        parts.append(text(left + wide * (column + 0.5), y, index(first[1] + j), "mid small"))
    for i in range(0 if row else rows):
        parts.append(text(left - 6, y0 + CELL * i + 26, index(first[0] + i), "end small"))

    noted = any(any(lit.values()) for lit in on)  # then the script needs a place for a note in every cell
    cells, lit = [], []
    for cell, (i, j) in enumerate(product(range(rows), range(cols))):
        x, y = left + wide * columns[j], y0 + CELL * i
        note = on[-1].get(cell, "")
        states = {"faint": faint[i, j], "lit": cell in on[-1], "noted": note}
        if cell in on[-1]:
            lit.append((x + wide / 2, y))
        cells += [
            f'<g class="{" ".join(state for state, holds in states.items() if holds)}">',
            rect(x, y, wide, CELL),
            f'<path d="M{x:g} {y + 21}l21-21m0 42l21-21m-42 21l42-42"/>' if grid.hatched else "",
            text(x + wide / 2, y + 27, texts.get(cell, number(values[i, j])), "mid"),
            text(x + wide - 4, y + CELL - 4, note, "end note") if noted else "",
            "</g>",
        ]
    parts.append(f'<g class="cells {grid.role}" data-grid="{grid.name}">{"".join(cells)}</g>')
    right = left + max(wide * (max(columns) + 1) + 2, 0 if beside else LETTER * len(grid.label))
    return parts, lit, right, y0 + CELL * rows + (18 if below else 0)


def _matrix(matrix, last):
    """The picture of a matrix with the state of the last frame."""
    m, n = matrix.which.shape
    left, top = weights.margins("", matrix.rows)[0], 28  # a line for its name in any case
    cell = min(weights.CELL, (690 - left) // n)
    on = last.on.get(matrix.name, {})
    corner = text(0, 19, f'<tspan class="name">{escape(matrix.label)}</tspan>')
    parts = [corner, *weights.headings((m, n), left, top, cell, matrix.columns, matrix.rows)]
    cells = []
    for at, ((i, j), k) in enumerate(np.ndenumerate(matrix.which)):
        drawn = weights.entry(k, left + cell * j, top + cell * i, cell, weights.label(matrix.letter, k))
        cells.append(f"<g{' class=lit' if at in on else ''}>{drawn}</g>")
    parts.append(f'<g class="letters" data-grid="{matrix.name}">{"".join(cells)}</g>')
    alt = f"{matrix.label}, a {m}×{n} matrix of the weights {matrix.letter}"
    return scrolling(picture(left + cell * n + 1, top + cell * m + 1, parts, alt))


def _spoken(grid):
    return ", ".join(" ".join(number(v) for v in row) for row in np.atleast_2d(grid.values))
