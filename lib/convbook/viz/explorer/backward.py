"""Explorers of the way back: gates with numbers to set, and what a layer joins to what."""

import numpy as np

from convbook.viz.explorer.figure import explorer, within
from convbook.viz.html import scrolling
from convbook.viz.plots.computations import computation_svg
from convbook.viz.plots.layers import graph_svg

LIMITS = {"n": (1, 9), "r": (1, 4), "s": (1, 3), "p": (0, 2), "t": (1, 2)}  # of the sliders


def gates(x=3, y=-4, z=2, w=-1):
    """The graph of f = 2(xy + max(z, w)) with sliders for its four numbers, and what flows forward and back.

    Parameters
    ----------
    x, y, z, w : int
        Where the sliders start, from −5 to 5.

    Returns
    -------
    Html
        Above each wire its value, below it the gradient. Without a script, the graph at the start.

    Raises
    ------
    ValueError
        If a start value is outside its slider.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    start = {"x": x, "y": y, "z": z, "w": w}
    within("gates", start, dict.fromkeys(start, (-5, 5)))
    graph = dict.fromkeys(start, ())
    graph |= {"product": ("×", "x", "y"), "largest": ("max", "z", "w")}
    graph |= {"sum": ("+", "product", "largest"), "f": ("×2", "sum")}
    values = start | {"product": x * y, "largest": max(z, w), "sum": x * y + max(z, w)}
    values["f"] = 2 * values["sum"]
    gradients = {"f": 1, "sum": 2, "product": 2, "largest": 2, "x": 2 * y, "y": 2 * x}
    gradients |= {"z": 2, "w": 0} if z >= w else {"z": 0, "w": 2}
    alt = f"2(xy + max(z, w)) at ({x}, {y}, {z}, {w}) as a graph of gates, with values and gradients"
    picture = computation_svg(graph, values, gradients, alt)
    return explorer("gates", {"start": start}, f"Explorer: {alt}", scrolling(picture))


def wiring(n=7, r=3, *, s=1, p=0, t=1):
    """The wires of a 1-D layer: choose an input or an output, and see what it is joined to, and where in W.

    Parameters
    ----------
    n, r, s, p, t : int
        Where the sliders start: inputs, weights, stride, padding, dilation. At most 9, 4, 3, 2, 2.

    Returns
    -------
    Html
        An output lights its row of W, what it reads; an input its column, where its gradient comes from.

    Raises
    ------
    ValueError
        If a start value is outside its slider, or the kernel does not fit at the start.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    from convbook.reference.toeplitz import conv1d_matrix

    start = {"n": n, "r": r, "s": s, "p": p, "t": t}
    within("wiring", start, LIMITS)
    W = conv1d_matrix(np.arange(1, r + 1), n, stride=s, padding=p, dilation=t).toarray()
    alt = "Explorer: the inputs and outputs of a 1-D layer, and the wires between them"
    return explorer("wiring", {"start": start, "limits": LIMITS}, alt, graph_svg(W, "w"), "chooser.js")


def pixels_affected(size=(6, 7), r=3, *, s=1, p=0, t=1):
    """Two images: choose a pixel and see which outputs it touches, or an output and see what it reads.

    Parameters
    ----------
    size : (int, int)
        Height and width of the input.
    r, s, p, t : int
        Where the sliders start, alike on both axes: kernel, stride, padding, dilation. At most 4, 3, 2, 2.

    Returns
    -------
    Html
        What is joined bears the letter of the weight that joins it.

    Raises
    ------
    ValueError
        If a start value is outside its slider.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    start = {"r": r, "s": s, "p": p, "t": t}
    limits = {key: LIMITS[key] for key in start}
    within("pixels_affected", start, limits)
    alt = "Explorer: a pixel and the outputs it touches, an output and the pixels it reads"
    data = {"size": size, "start": start, "limits": limits}
    return explorer("pixels_affected", data, alt, "", "chooser.js")
