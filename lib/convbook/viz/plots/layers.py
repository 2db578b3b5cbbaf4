"""A linear layer as a graph of its connections, beside its matrix."""

import numpy as np

from convbook.viz.html import Html, escape, sentence, style
from convbook.viz.plots.weights import label, matrix_svg, role
from convbook.viz.svg import line, picture, subscript, text

STEP, TOP, BOTTOM, RADIUS = 44, 20, 140, 15  # of a graph: its columns, its two rows, its nodes


def graph_svg(W, labels, nodes=("x", "y"), arrows=None):
    """Inputs above, outputs below, an edge for each weight; shared ones differ in colour, letter and dash.

    With `arrows`, "down" or "up", each edge says which way it is gone; a letter such as dx is a gradient's.
    """
    shared = W.max() <= 9
    inputs, outputs = (22 + STEP * column for column in _columns(W))
    edges, letters, circles = [], [], []
    for i, j in zip(*np.nonzero(W), strict=True):
        k = W[i, j] if shared else 0
        ends = (inputs[j], TOP), (outputs[i], BOTTOM)
        edges.append(line(*ends[0], *ends[1], f"edge e{k} k{k}"))
        if arrows:
            edges.append(_head(*(ends if arrows == "down" else ends[::-1]), f"head k{k}"))
        if shared:
            down = 0.6 if k % 2 == 0 else 0.27  # neighbours at different heights, so that letters do not meet
            x = inputs[j] + down * (outputs[i] - inputs[j])
            letters.append(text(x, TOP + down * (BOTTOM - TOP) + 5, label(labels, k), "mid on-edge"))
    for letter, centres, y in zip(nodes, (inputs, outputs), (TOP, BOTTOM), strict=True):
        for i, x in enumerate(centres):
            circles.append(f'<circle class="node {role(letter)}" cx="{x:g}" cy="{y}" r="{RADIUS}"/>')
            if len(letter) > 1:
                circles.append(
                    f'<path class="hatch {role(letter)}" d="M{x - 14:g} {y + 6}l20-20m8 8l-20 20"/>'
                )
            circles.append(text(x, y + 5, subscript(letter, i + 1), "mid small-node"))
    return picture(STEP * max(W.shape), BOTTOM + 20, edges + letters + circles)


def _columns(W):
    """Where the inputs and the outputs stand, in columns.

    The shorter row stands each under the middle of its partners if there is room, else in the middle.
    """
    m, n = W.shape
    if m > n:
        return _columns(W.T)[::-1]
    outputs = np.array([np.mean(np.flatnonzero(row)) if row.any() else np.inf for row in W])
    if not (np.isfinite(outputs).all() and (np.diff(outputs) >= 0.95).all()):
        outputs = np.arange(m) + (n - m) / 2
    return np.arange(n), outputs


def _head(start, end, classes):
    """The head of an arrow whose tip touches the node at its end."""
    (x1, y1), (x2, y2) = start, end
    angle = np.degrees(np.arctan2(y2 - y1, x2 - x1))
    turned = f'transform="translate({x2:g} {y2:g}) rotate({angle:.1f})"'
    return f'<path class="{classes}" d="M-{RADIUS + 1} 0l-10 5v-10z" {turned}/>'


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
    return _beside(graph_svg(W, labels), matrix_svg("layer", W, labels, "x", "y", plain=W.max() > 9), alt)


def _beside(graph, table, alt):
    return (
        f'<div class="cb-row" role="img" aria-label="{escape(alt)}" style="align-items:center">'
        f"<div>{graph}</div><div>{table}</div></div>"
    )


def both_ways(W, *, alt, labels="w"):
    """Draw a layer and its transpose: forward along the wires, and back along the same wires.

        y = W x,      dx = Wᵀ dy

    Each is a graph beside its matrix. Entry (i, j) of one matrix is entry (j, i) of the other, because both
    are the same wire.

    Parameters
    ----------
    W : array_like of int, (m, n)
        0 where there is no connection, k ≤ 9 where it has weight number k.
    alt : str
        A sentence that says what is seen.
    labels : str or sequence of str
        As in `matrix`.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        As `matrix`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    alt = sentence("both_ways", alt)
    W = np.asarray(W)
    forward = matrix_svg("both_ways", W, labels, "x", "y")
    backward = matrix_svg("both_ways", W.T, labels, "dy", "dx")
    rows = (
        ("<strong>Forward</strong>, y = Wx", graph_svg(W, labels, arrows="down"), forward),
        ("<strong>Backward</strong>, dx = Wᵀdy", graph_svg(W, labels, ("dx", "dy"), arrows="up"), backward),
    )
    panels = "".join(f'<p class="cb-step">{title}</p>{_beside(*drawn, alt)}' for title, *drawn in rows)
    return Html(f'{style("plots.css")}<div class="cb">{panels}</div>', alt)


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
