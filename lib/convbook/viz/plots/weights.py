"""Matrices of weights: one colour and one letter for each weight."""

import numpy as np

from convbook.viz.html import Html, escape, number, scrolling, sentence, style
from convbook.viz.svg import line, picture, rect, subscript, text

CELL = 36  # pixels of a cell that holds a letter of the page's text


def matrix(W, *, alt, labels="w", columns=None, rows=None, blocks=None, entries=None):
    """Draw which weight stands where in a matrix: one colour and one letter per weight, zeros left empty.

    Parameters
    ----------
    W : array_like of int, (m, n)
        0 where the matrix is zero, k where it holds weight number k.
    alt : str
        A sentence that says what is seen: "a 5×7 band matrix; each row is the one above shifted right".
    labels : str or sequence of str
        A letter, to be numbered (w₁, w₂, …), or the text of each weight.
    columns, rows : str, optional
        Letter of the inputs over the columns and of the outputs beside the rows: "x", "y".
    blocks : (int, int), optional
        Height and width of blocks to set apart.
    entries : array_like of str or numbers, (m, n), optional
        What is written where the matrix is not zero, in place of the weight's letter.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `W` is not a matrix of non-negative integers, or has more than 25 columns (use `heatmap`).

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    alt = sentence("matrix", alt)
    svg = matrix_svg("matrix", W, labels, columns, rows, blocks, alt, entries=entries)
    return Html(style("plots.css") + scrolling(svg), alt)


def matrices(Ws, titles=(), *, alt, labels="w", columns=None, rows=None, cols=None):
    """Draw several matrices of weights side by side, each as `matrix` does; on a narrow page they wrap.

    Parameters
    ----------
    Ws : sequence of array_like of int
        Which weight stands where in each.
    titles : sequence of str
        One short text over each matrix.
    alt : str
        A sentence that says what is seen.
    labels : str or sequence
        For all matrices, or a list with one entry for each.
    columns, rows : str, optional
        As in `matrix`.
    cols : int, optional
        Matrices in a row; default as many as fit.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        As `matrix`, or if titles or labels and matrices differ in number.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    alt = sentence("matrices", alt)
    labels = [labels] * len(Ws) if isinstance(labels, str) else labels
    for name, given in (("titles", titles or Ws), ("labels", labels)):
        if len(given) != len(Ws):
            raise ValueError(f"matrices: {len(given)} {name} for {len(Ws)} matrices")
    basis = f"calc({100 / cols:g}% - 1.75rem)" if cols else "auto"
    figures = []
    for i, W in enumerate(Ws):
        title = f'<div class="cb-title">{escape(titles[i])}</div>' if titles else ""
        svg = matrix_svg("matrices", W, labels[i], columns, rows)
        least = f"min(100%, {CELL * (np.shape(W)[1] + (rows is not None))}px)"  # wrap rather than shrink
        figures.append(f'<div style="flex-basis:{basis};min-width:{least}">{title}{svg}</div>')
    row = f'<div class="cb-row" role="img" aria-label="{escape(alt)}">{"".join(figures)}</div>'
    return Html(f'{style("plots.css")}<div class="cb">{row}</div>', alt)


def matrix_svg(
    function, W, labels="w", columns=None, rows=None, blocks=None, alt="", plain=False, entries=None
):
    """The picture of `matrix` alone, for a figure with more in it; `plain` leaves the colours out."""
    W = np.asarray(W)
    if W.ndim != 2 or not np.issubdtype(W.dtype, np.integer) or (W < 0).any():
        raise ValueError(
            f"{function}: W must be a matrix of integers ≥ 0 that says which weight stands where, "
            f"got {W.dtype} of shape {W.shape}"
        )
    m, n = W.shape
    if entries is not None and np.shape(entries) != (m, n):
        raise ValueError(f"{function}: entries has shape {np.shape(entries)}, expected that of W, {(m, n)}")
    if n > 25:
        raise ValueError(f"{function}: {m}×{n} is too wide for letters, at most 25 columns; use heatmap")
    if not isinstance(labels, str) and len(labels) < W.max():
        raise ValueError(f"{function}: {len(labels)} labels for {W.max()} weights")
    left, top = margins(columns, rows)
    cell = min(CELL, (690 - left) // n)
    parts = headings((m, n), left, top, cell, columns, rows)
    for (i, j), k in np.ndenumerate(W):
        written = "" if not k else label(labels, k) if entries is None else _written(entries[i][j])
        parts.append(entry(k, left + cell * j, top + cell * i, cell, written, plain))
    right, bottom = left + cell * n, top + cell * m
    if blocks:
        parts += [
            line(left, top + cell * i, right, top + cell * i, "block") for i in range(0, m + 1, blocks[0])
        ]
        parts += [
            line(left + cell * j, top, left + cell * j, bottom, "block") for j in range(0, n + 1, blocks[1])
        ]
    return picture(right + 1, bottom + 1, parts, alt)


def _written(entry):
    return escape(entry) if isinstance(entry, str) else number(entry)


def margins(columns, rows):
    """Room on the left and above a matrix for the letters of its rows and columns, where they are given."""
    return 24 + 10 * len(rows) if rows else 1, 28 if columns else 1


def headings(shape, left, top, cell, columns, rows):
    """The letters of the inputs over the columns and of the outputs beside the rows, where they are given."""
    (m, n), font = shape, _font(cell)
    parts = []
    for j in range(n if columns else 0):
        parts.append(
            text(left + cell * (j + 0.5), 19, subscript(columns, j + 1), f"mid {role(columns)}", font)
        )
    for i in range(m if rows else 0):
        parts.append(
            text(left - 8, top + cell * (i + 0.65), subscript(rows, i + 1), f"end {role(rows)}", font)
        )
    return parts


def entry(k, x, y, cell, written, plain=False):
    """One entry of a matrix, where weight number k stands, or none."""
    if not k:
        return rect(x, y, cell, cell, "zero")
    colour = "k0" if plain else f"k{(k - 1) % 9 + 1}"
    return rect(x, y, cell, cell, f"weight {colour}") + text(
        x + cell / 2, y + cell * 0.64, written, "mid", _font(cell)
    )


def _font(cell):
    return "" if cell >= 34 else f' style="font-size:{cell * 0.44:.0f}px"'


def role(letter):
    """Whose colour a letter has: that of the input, the kernel or the output, and a gradient the same."""
    return {"x": "input", "w": "kernel", "y": "output"}.get(letter[-1], "")


def label(labels, k):
    """The text of weight number k."""
    return subscript(labels, k) if isinstance(labels, str) else escape(str(labels[k - 1]))
