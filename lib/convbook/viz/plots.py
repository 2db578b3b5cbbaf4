"""The pictures of the chapters: photographs side by side, matrices of weights, signals, layers as graphs."""

import base64
import io

import numpy as np

from convbook.viz import style as house
from convbook.viz.html import Html, escape, number, scrolling, sentence, style
from convbook.viz.svg import line, picture, rect, subscript, text

__all__ = ["heatmap", "images", "layer", "layer_growth", "matrices", "matrix", "signals"]

CELL = 36  # pixels of a cell that holds a letter of the page's text
NUMBERS = 80  # up to this many entries are written out
BELOW, ABOVE = (38, 132, 200), (222, 104, 30)  # blue and red that stand out on a light and on a dark page


def images(arrays, titles=(), *, alt, cols=None, limits="own", diverging=False, size=None):
    """Show images side by side; on a narrow page they wrap.

    Parameters
    ----------
    arrays : sequence of ndarray
        Each `(H, W)` grey, or `(3, H, W)` or `(H, W, 3)` colour; floats in [0, 1] or uint8 for colour.
    titles : sequence of str
        One short text over each image.
    alt : str
        A sentence that says what is seen.
    cols : int, optional
        Images in a row; default as many as there are, at most 4.
    limits : "own", "shared" or (low, high)
        What is black and what is white: each image's own extremes (from zero, if it is all one value), the
        extremes of all, or given values.
    diverging : bool or sequence of bool
        Blue below zero, blank at zero, red above: for weights, responses and differences. One for all images
        or one for each.
    size : int, optional
        Width of one image in pixels; default what fills the page.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence, an array is not an image, or titles and images differ in number.
    """
    alt = sentence("images", alt)
    arrays = [np.asarray(a) for a in arrays]
    for i, a in enumerate(arrays):
        if not (a.ndim == 2 or (a.ndim == 3 and 3 in (a.shape[0], a.shape[2]))):
            raise ValueError(f"images: array {i} has shape {a.shape}, not (H, W), (3, H, W) or (H, W, 3)")
    if titles and len(titles) != len(arrays):
        raise ValueError(f"images: {len(titles)} titles for {len(arrays)} images")
    signed = [diverging] * len(arrays) if isinstance(diverging, bool) else list(diverging)
    if len(signed) != len(arrays):
        raise ValueError(f"images: {len(signed)} values of diverging for {len(arrays)} images")
    cols = cols or min(4, len(arrays))
    size = size or min(320, (700 - 16 * (cols - 1)) // cols)
    grey = [a for a in arrays if a.ndim == 2]
    if isinstance(limits, str) and limits not in ("own", "shared"):
        raise ValueError(f'images: limits must be "own", "shared" or (low, high), got {limits!r}')
    if limits == "shared":
        limits = min(a.min() for a in grey), max(a.max() for a in grey)
    basis = round(max(0.7 * size, min(0.9 * size, 140)))  # two stand side by side on a phone
    figures = []
    for i, a in enumerate(arrays):
        title = f'<div class="cb-title">{escape(titles[i])}</div>' if titles else ""
        h, w = a.shape[-2:] if a.ndim == 2 or a.shape[0] == 3 else a.shape[:2]
        small = 3 * w < size
        look = "width:100%;height:auto" + (";image-rendering:pixelated" if small else "")
        if small or signed[i]:  # it may be as blank as the page
            look += ";outline:1px solid var(--cb-line);outline-offset:-1px"
        address = png(a, limits, signed[i])
        image = f'<img alt="" src="{address}" width="{size}" height="{round(size * h / w)}" style="{look}">'
        figures.append(f'<div style="flex:1 1 {basis}px;max-width:{size}px">{title}{image}</div>')
    row = (
        f'<div class="cb-row" style="gap:16px;max-width:{cols * (size + 16) - 16}px">{"".join(figures)}</div>'
    )
    return Html(f'{style()}<div class="cb" role="img" aria-label="{escape(alt)}">{row}</div>', alt)


def png(a, limits="own", diverging=False):
    """An array as the data address of a PNG; zero is transparent when `diverging`."""
    from PIL import Image

    if a.ndim == 3:
        rgb = np.moveaxis(a, 0, 2) if a.shape[0] == 3 else a
        pixels = rgb if rgb.dtype == np.uint8 else np.round(255 * np.clip(rgb, 0, 1)).astype(np.uint8)
    else:
        low, high = (a.min(), a.max()) if isinstance(limits, str) else limits
        if diverging:
            signed = np.clip(a / (max(abs(low), abs(high)) or 1), -1, 1)
            pixels = np.empty((*a.shape, 4), np.uint8)
            pixels[..., :3] = np.where(signed[..., None] < 0, BELOW, ABOVE)
            pixels[..., 3] = np.round(255 * abs(signed))
        else:
            low = min(low, 0) if low == high else low  # a box filter is white, not nothing
            unit = np.clip((a - low) / ((high - low) or 1), 0, 1)
            pixels = np.round(255 * unit).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def matrix(W, *, alt, labels="w", columns=None, rows=None, blocks=None):
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
    svg = matrix_svg("matrix", W, labels, columns, rows, blocks, alt)
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


def matrix_svg(function, W, labels="w", columns=None, rows=None, blocks=None, alt="", plain=False):
    """The picture of `matrix` alone, for a figure with more in it; `plain` leaves the colours out."""
    W = np.asarray(W)
    if W.ndim != 2 or not np.issubdtype(W.dtype, np.integer) or (W < 0).any():
        raise ValueError(
            f"{function}: W must be a matrix of integers ≥ 0 that says which weight stands where, "
            f"got {W.dtype} of shape {W.shape}"
        )
    m, n = W.shape
    if n > 25:
        raise ValueError(f"{function}: {m}×{n} is too wide for letters, at most 25 columns; use heatmap")
    if not isinstance(labels, str) and len(labels) < W.max():
        raise ValueError(f"{function}: {len(labels)} labels for {W.max()} weights")
    left, top = (34 if rows else 1), (28 if columns else 1)
    cell = min(CELL, (690 - left) // n)
    font = "" if cell >= 34 else f' style="font-size:{cell * 0.44:.0f}px"'
    parts = []
    for j in range(n if columns else 0):
        parts.append(text(left + cell * (j + 0.5), 19, subscript(columns, j + 1), "mid input", font))
    for i in range(m if rows else 0):
        parts.append(text(26, top + cell * (i + 0.65), subscript(rows, i + 1), "end output", font))
    for (i, j), k in np.ndenumerate(W):
        x, y = left + cell * j, top + cell * i
        colour = "k0" if plain else f"k{(k - 1) % 9 + 1}"
        parts.append(rect(x, y, cell, cell, f"weight {colour}" if k else "zero"))
        if k:
            parts.append(text(x + cell / 2, y + cell * 0.64, _label(labels, k), "mid", font))
    right, bottom = left + cell * n, top + cell * m
    if blocks:
        parts += [
            line(left, top + cell * i, right, top + cell * i, "block") for i in range(0, m + 1, blocks[0])
        ]
        parts += [
            line(left + cell * j, top, left + cell * j, bottom, "block") for j in range(0, n + 1, blocks[1])
        ]
    return picture(right + 1, bottom + 1, parts, alt)


def _label(labels, k):
    """The text of weight number k."""
    return subscript(labels, k) if isinstance(labels, str) else escape(str(labels[k - 1]))


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
        return Html(style("plots.css") + scrolling(_numbers_svg(M, titles, alt)), alt)
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


def _numbers_svg(M, titles, alt):
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


def _graph_svg(W, labels):
    """Inputs above, outputs below, an edge for each weight; shared ones differ in colour, letter and dash."""
    m, n = W.shape
    step, top, bottom = 44, 20, 140
    shared = W.max() <= 9
    inputs = [22 + step * j for j in range(n)]
    outputs = [22 + step * (i + (n - m) / 2) for i in range(m)]
    edges, letters, nodes = [], [], []
    for i, j in zip(*np.nonzero(W), strict=True):
        k = W[i, j] if shared else 0
        edges.append(line(inputs[j], top, outputs[i], bottom, f"edge e{k} k{k}"))
        if shared:
            down = 0.6 if k % 2 == 0 else 0.27  # neighbours at different heights, so that letters do not meet
            x = inputs[j] + down * (outputs[i] - inputs[j])
            letters.append(text(x, top + down * (bottom - top) + 5, _label(labels, k), "mid on-edge"))
    for role, letter, centres, y in (("input", "x", inputs, top), ("output", "y", outputs, bottom)):
        for i, x in enumerate(centres):
            nodes.append(f'<circle class="node {role}" cx="{x:g}" cy="{y}" r="15"/>')
            nodes.append(text(x, y + 5, subscript(letter, i + 1), "mid small-node"))
    return picture(step * n, bottom + 20, edges + letters + nodes)


def layer(W, *, alt, labels="w"):
    """Draw a linear layer twice: as a graph of inputs and outputs, and as its matrix.

    Parameters
    ----------
    W : array_like of int, (m, n)
        0 where there is no connection, k where it has weight number k. Up to nine different weights are drawn
        in their colours; with more, each edge has a weight of its own and is drawn plain.
    alt : str
        A sentence that says what is seen.
    labels : str or sequence of str
        As in `matrix`.

    Returns
    -------
    Html
    """
    alt = sentence("layer", alt)
    return Html(f'{style("plots.css")}<div class="cb">{_layer_html(W, labels, alt)}</div>', alt)


def _layer_html(W, labels, alt):
    W = np.asarray(W)
    table = matrix_svg("layer", W, labels, "x", "y", plain=W.max() > 9)
    return (
        f'<div class="cb-row" role="img" aria-label="{escape(alt)}" style="align-items:center">'
        f"<div>{_graph_svg(W, labels)}</div><div>{table}</div></div>"
    )


def layer_growth(n=7, r=3):
    """Draw how a dense layer becomes a convolution: all weights, then only near ones, then the same ones.

    Parameters
    ----------
    n, r : int
        Number of inputs, and of inputs each output may see.

    Returns
    -------
    Html
        Three layers, each as a graph beside its matrix, with the number of its weights.

    Raises
    ------
    ValueError
        If the kernel does not fit.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    if not 1 <= r <= n:
        raise ValueError(f"layer_growth: kernel r = {r} does not fit n = {n} inputs")
    m = n - r + 1
    offset = np.subtract.outer(-np.arange(m), -np.arange(n))  # column minus row
    near = (offset >= 0) & (offset < r)
    dense = np.arange(1, m * n + 1).reshape(m, n)
    sparse = np.where(near, np.cumsum(near).reshape(m, n), 0)
    shared = np.where(near, offset + 1, 0)
    own = [subscript("w", f"{i + 1}{j + 1}") for i, j in np.ndindex(m, n)]
    layers = (
        ("Dense", dense, own, "every output has its own weight for every input"),
        ("Sparse", sparse, np.array(own)[near.ravel()], f"every output has its own weights for {r} inputs"),
        ("Shared", shared, "w", f"all outputs use the same {r} weights: a Toeplitz matrix"),
    )
    panels = []
    for title, W, labels, what in layers:
        panels.append(f'<p class="cb-step"><strong>{title}</strong>, {W.max()} weights: {what}.</p>')
        panels.append(_layer_html(W, labels, f"{title}: {W.max()} weights, {what}"))
    alt = (
        f"A layer from {n} inputs to {m} outputs as a graph and as a {m}×{n} matrix, three times: dense with "
        f"{m * n} weights, sparse with {m * r}, and shared with {r}, where the matrix has constant diagonals"
    )
    return Html(f'{style("plots.css")}<div class="cb">{"".join(panels)}</div>', alt)
