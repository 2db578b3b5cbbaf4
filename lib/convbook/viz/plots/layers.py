"""A linear layer as a graph of its connections, beside its matrix."""

import numpy as np

from convbook.viz.html import Html, escape, sentence, style
from convbook.viz.plots.weights import label, matrix_svg
from convbook.viz.svg import line, picture, subscript, text


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
            letters.append(text(x, top + down * (bottom - top) + 5, label(labels, k), "mid on-edge"))
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
