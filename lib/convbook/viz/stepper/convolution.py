"""Steppers of convolution: one step per output."""

import numpy as np

from convbook.viz.html import number
from convbook.viz.stepper.figure import Frame, Grid, figure
from convbook.viz.stepper.words import exact, factor, index, pair, size


def conv1d(x, w, *, stride=1, padding=0, dilation=1, flip=False):
    """Step through a 1-D convolution: the kernel over its window, the sum, and the output filling up.

        y[u] = Σ_a w[a] · x[s·u + t·a − p]

    Parameters
    ----------
    x : array_like, (n,)
    w : array_like, (r,)
    stride, padding, dilation : int
        As in `convbook.reference.direct.conv1d`, which computes all numbers.
    flip : bool
        Turn the kernel round first: convolution in the strict sense.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` or `w` is not 1-D, the kernel does not fit, or there are more than 150 steps.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    return _conv("conv1d", x, w, stride, padding, dilation, flip)


def conv2d(x, w, *, stride=1, padding=0, dilation=1, flip=False):
    """Step through a 2-D convolution: the kernel over its window, the sum, and the output filling up.

        y[u, v] = Σ_{a,e} w[a, e] · x[s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    Parameters
    ----------
    x : array_like, (H, W)
    w : array_like, (R, S)
    stride, padding, dilation : int or (int, int)
        As in `convbook.reference.direct.conv2d`, which computes all numbers.
    flip : bool
        Turn the kernel by 180° first: convolution in the strict sense.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` or `w` is not 2-D, the kernel does not fit, or there are more than 150 steps.

    Notes
    -----
    Chapter 2, "Convolution".
    """
    return _conv("conv2d", x, w, stride, padding, dilation, flip)


def _conv(function, x, w, stride, padding, dilation, flip):
    from convbook.reference import direct

    d = int(function[4])
    x, w = np.asarray(x, float), np.asarray(w, float)
    for name, a in (("x", x), ("w", w)):
        if a.ndim != d:
            raise ValueError(f"stepper.{function}: {name} must be {d}-D, got shape {a.shape}")
    kernel = np.flip(w) if flip else w
    y = getattr(direct, function)(x, kernel, stride=stride, padding=padding, dilation=dilation)
    s, p, t = (np.broadcast_to(v, d) for v in (stride, padding, dilation))
    padded = np.pad(x, [(q, q) for q in p])

    frames = []
    for u in np.ndindex(y.shape):
        window = {a: tuple(s * u + t * a) for a in np.ndindex(w.shape)}
        factors = [(kernel[a], padded[i]) for a, i in window.items()]
        terms = " + ".join(f"{factor('w', v)}·{factor('x', z)}" for v, z in factors)
        equals = "=" if all(map(exact, [*np.ravel(factors), y[u]])) else "≈"
        symbols = ""
        if d == 1:
            # The flipped kernel begins with its last weight: the indices of w and x run against each other.
            places = [(len(w) - 1 - a if flip else a, i - p[0]) for (a,), (i,) in window.items()]
            symbols = "= " + " + ".join(f"w[{a}]·x[{index(i)}]" for a, i in places) + "<br>"
        left = f"y[{', '.join(map(str, u))}]"
        cell = np.ravel_multi_index(u, y.shape)
        frames.append(
            Frame(
                f"{left} {symbols}{equals} {terms} {equals} <b class=y>{number(y[u])}</b>",
                on={
                    "x": {
                        np.ravel_multi_index(i, padded.shape): number(kernel[a]) for a, i in window.items()
                    },
                    "y": {cell: ""},
                },
                put={"y": {cell: number(y[u])}},
            )
        )

    border = np.pad(np.zeros(x.shape, bool), [(q, q) for q in p], constant_values=True)
    X = Grid("x", padded, "x", "input", tuple(-p), faint=border)
    Y = Grid("y", y, "y", "output", (0,) * d)
    kernels = [Grid("w", w, "w", "kernel", (0,) * d)]
    if flip:
        kernels.append(Grid("flipped", kernel, "w flipped", "kernel", (0,) * d))
    if d == 1:
        # Each output stands under the middle of its window.
        reach = t[0] * (len(w) - 1)
        Y.columns = [s[0] * u + reach / 2 for u in range(len(y))]
        panels = [[X, Y], kernels]
    else:
        panels = [[X], kernels, [Y]]
    name = "convolution (kernel flipped)" if flip else "cross-correlation"
    sizes = [size(a.shape) for a in (x, w, y)]
    alt = (
        f"Step-through figure: {name} of {sizes[0]} numbers with a kernel of {sizes[1]}, stride {pair(s)}, "
        f"padding {pair(p)}, dilation {pair(t)}, giving {sizes[2]} numbers"
    )
    return figure(function, panels, frames, alt=alt)
