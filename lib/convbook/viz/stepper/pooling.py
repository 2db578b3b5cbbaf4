"""Steppers of pooling and unpooling: one step per window, or per value that goes back."""

import numpy as np

from convbook.viz.html import number
from convbook.viz.stepper.figure import Frame, Grid, figure
from convbook.viz.stepper.words import exact, factor, pair, size


def max_pool2d(x, kernel_size, *, stride=None):
    """Step through max pooling: the window, its largest sample, and the place that is remembered.

        y[u, v] = max_{a,e} x[s₁u + a, s₂v + e]

    Parameters
    ----------
    x : array_like, (H, W)
    kernel_size, stride : int or (int, int)
        As in `convbook.reference.pool.max_pool2d`, which computes all numbers.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` is not 2-D, the kernel does not fit, or there are more than 150 steps.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    from convbook.reference import pool

    x = _map("max_pool2d", x)
    y, indices = pool.max_pool2d(x, kernel_size, stride=stride, return_indices=True)
    frames = []
    for u, window in _windows(x, y, kernel_size, stride):
        winner = int(indices[u])
        values = ", ".join(factor("x", x.flat[i]) for i in window)
        place = ", ".join(map(str, np.unravel_index(winner, x.shape)))
        cell = int(np.ravel_multi_index(u, y.shape))
        frames.append(
            Frame(
                f"y[{u[0]}, {u[1]}] = max({values}) = <b class=y>{number(y[u])}</b>, found at x[{place}], "
                f"the cell with index {winner}",
                on={"x": {i: "max" if i == winner else "" for i in window}, "y": {cell: ""}, "i": {cell: ""}},
                put={"y": {cell: number(y[u])}, "i": {cell: str(winner)}},
            )
        )
    panels = [
        [Grid("x", x, "x", "input")],
        [Grid("y", y, "y, the maxima", "output")],
        [Grid("i", indices, "where they were", "output")],
    ]
    return figure("max_pool2d", panels, frames, alt=_alt("max pooling", x, kernel_size, stride, y))


def avg_pool2d(x, kernel_size, *, stride=None):
    """Step through average pooling: the window and its mean.

        y[u, v] = 1/(R·S) · Σ_{a,e} x[s₁u + a, s₂v + e]

    Parameters, result and errors are those of `max_pool2d`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    from convbook.reference import pool

    x = _map("avg_pool2d", x)
    y = pool.avg_pool2d(x, kernel_size, stride=stride)
    frames = []
    for u, window in _windows(x, y, kernel_size, stride):
        terms = " + ".join(factor("x", x.flat[i]) for i in window)
        equals = "=" if exact(y[u]) else "≈"
        cell = int(np.ravel_multi_index(u, y.shape))
        frames.append(
            Frame(
                f"y[{u[0]}, {u[1]}] = ({terms}) / {len(window)} {equals} <b class=y>{number(y[u])}</b>",
                on={"x": dict.fromkeys(window, ""), "y": {cell: ""}},
                put={"y": {cell: number(y[u])}},
            )
        )
    panels = [[Grid("x", x, "x", "input")], [Grid("y", y, "y", "output")]]
    return figure("avg_pool2d", panels, frames, alt=_alt("average pooling", x, kernel_size, stride, y))


def max_unpool2d(x, indices, kernel_size, *, stride=None, output_size=None):
    """Step through max unpooling: every value goes back to the place that was remembered.

        y[i, j] = x[u, v] where indices[u, v] = i·W + j,      0 elsewhere

    Parameters
    ----------
    x : array_like, (H', W')
    indices : array_like of int, (H', W')
    kernel_size, stride, output_size : int or (int, int)
        As in `convbook.reference.unpool.max_unpool2d`, which computes all numbers.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` is not 2-D, the indices do not fit, or there are more than 150 steps.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    from convbook.reference import unpool

    x, indices = _map("max_unpool2d", x), np.asarray(indices)
    y = unpool.max_unpool2d(x, indices, kernel_size, stride=stride, output_size=output_size)
    frames = [
        Frame(
            f"<b class=x>{number(x[u])}</b> goes to cell {indices[u]}: "
            f"y[{', '.join(map(str, np.unravel_index(indices[u], y.shape)))}] = "
            f"<b class=y>{number(x[u])}</b>",
            on={"x": {cell: ""}, "i": {cell: ""}, "y": {int(indices[u]): ""}},
            put=_zeros(y, first=cell == 0, then={int(indices[u]): number(x[u])}),
        )
        for cell, u in enumerate(np.ndindex(x.shape))
    ]
    panels = [
        [Grid("x", x, "x", "input")],
        [Grid("i", indices, "where to", "input")],
        [Grid("y", y, "y", "output")],
    ]
    return figure("max_unpool2d", panels, frames, alt=_back("max unpooling", x, y))


def bed_of_nails(x, stride):
    """Step through the bed of nails: every value in the first corner of its block, zeros beside it.

        y[s₁u, s₂v] = x[u, v],      0 elsewhere

    Parameters
    ----------
    x : array_like, (H, W)
    stride : int or (int, int)
        As in `convbook.reference.unpool.bed_of_nails`, which computes all numbers.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` is not 2-D, or there are more than 150 steps.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    from convbook.reference import unpool

    return _spreading("bed of nails", unpool.bed_of_nails, x, stride)


def unpool_nearest(x, stride):
    """Step through nearest-neighbour unpooling: every value fills its whole block.

        y[i, j] = x[⌊i/s₁⌋, ⌊j/s₂⌋]

    Parameters, result and errors are those of `bed_of_nails`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    from convbook.reference import unpool

    return _spreading("nearest-neighbour unpooling", unpool.unpool_nearest, x, stride)


def _spreading(words, unpool, x, stride):
    """A stepper in which value after value is written into the cells that an impulse in its place reaches."""
    x = _map(unpool.__name__, x)
    y = unpool(x, stride)
    frames = []
    for cell, u in enumerate(np.ndindex(x.shape)):
        impulse = np.zeros(x.shape)
        impulse[u] = 1
        reached = [int(i) for i in np.flatnonzero(unpool(impulse, stride))]
        text = number(x[u])
        places = "one cell" if len(reached) == 1 else f"{len(reached)} cells"
        frames.append(
            Frame(
                f"x[{u[0]}, {u[1]}] = <b class=x>{text}</b> is written to {places} of y",
                on={"x": {cell: ""}, "y": dict.fromkeys(reached, "")},
                put=_zeros(y, first=cell == 0, then=dict.fromkeys(reached, text)),
            )
        )
    panels = [[Grid("x", x, "x", "input")], [Grid("y", y, "y", "output")]]
    return figure(unpool.__name__, panels, frames, alt=_back(words, x, y))


def _map(function, x):
    x = np.asarray(x, float)
    if x.ndim != 2:
        raise ValueError(f"stepper.{function}: x must be 2-D, got shape {x.shape}")
    return x


def _windows(x, y, kernel_size, stride):
    """Every output with the flat indices of the samples in its window."""
    r = np.broadcast_to(kernel_size, 2)
    s = np.broadcast_to(kernel_size if stride is None else stride, 2)
    for u in np.ndindex(y.shape):
        places = (tuple(s * u + a) for a in np.ndindex(*r))
        yield u, [int(np.ravel_multi_index(place, x.shape)) for place in places]


def _zeros(y, first, then):
    """What a step of unpooling writes: the first one fills the map with zeros as well."""
    start = dict.fromkeys(range(y.size), "0") if first else {}
    return {"y": start | then}


def _alt(words, x, kernel_size, stride, y):
    s = kernel_size if stride is None else stride
    return (
        f"Step-through figure: {words} of a {size(x.shape)} map with windows of "
        f"{size(np.broadcast_to(kernel_size, 2))}, stride {pair(np.broadcast_to(s, 2))}, "
        f"to {size(y.shape)}"
    )


def _back(words, x, y):
    sizes = size(x.shape), size(y.shape)
    return f"Step-through figure: {words} from {sizes[0]} to {sizes[1]}, one step for each value"
