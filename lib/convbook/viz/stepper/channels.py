"""A stepper of a convolutional layer: for every output, one step per input map."""

import numpy as np

from convbook.viz.html import number
from convbook.viz.stepper.figure import Frame, Grid, figure
from convbook.viz.stepper.words import exact, factor
from convbook.viz.svg import subscript


def multichannel(x, w, b=None, *, stride=1, padding=0):
    """Step through a layer with several maps: every input map adds its share to each output.

        y[j, u, v] = b[j] + Σ_i Σ_{a,e} w[j, i, a, e] · x[i, s₁u + a − p₁, s₂v + e − p₂]

    A column for every input map, a row of kernels for every output map, as in a matrix times a vector.

    Parameters
    ----------
    x : array_like, (C, H, W)
    w : array_like, (K, C, R, S)
    b : array_like, (K,), optional
    stride, padding : int or (int, int)
        As in `convbook.reference.direct.conv2d`, which computes all numbers.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` has not three axes or `w` not four, the numbers of maps or the sizes do not fit, or there are
        more than 150 steps.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """
    from convbook.reference import direct

    x, w = np.asarray(x, float), np.asarray(w, float)
    for name, a, axes in (("x", x, "(C, H, W)"), ("w", w, "(K, C, R, S)")):
        if a.ndim != axes.count(",") + 1:
            raise ValueError(f"stepper.multichannel: {name} must be {axes}, got shape {a.shape}")
    b = np.zeros(len(w)) if b is None else np.asarray(b, float)
    y = direct.conv2d(x, w, b, stride=stride, padding=padding)
    s, p = np.broadcast_to(stride, 2), np.broadcast_to(padding, 2)
    padded = np.pad(x, [(0, 0), *((q, q) for q in p)])
    border = np.pad(np.zeros(x.shape[1:], bool), [(q, q) for q in p], constant_values=True)

    frames = []
    for j, *u in np.ndindex(y.shape):
        so_far = b[j]
        cell = np.ravel_multi_index(u, y.shape[1:])
        for i, kernel in enumerate(w[j]):
            window = {a: tuple(s * u + a) for a in np.ndindex(kernel.shape)}
            factors = [(kernel[a], padded[i][n]) for a, n in window.items()]
            share = sum(v * z for v, z in factors)
            terms = " + ".join(f"{factor('w', v)}·{factor('x', z)}" for v, z in factors)
            start = "the bias" if i == 0 else "the sum so far"
            equals = "=" if all(map(exact, [*np.ravel(factors), so_far, share, so_far + share])) else "≈"
            caption = (
                f"{subscript('y', j + 1)}[{u[0]}, {u[1]}]: {subscript('x', i + 1)} gives {terms} {equals} "
                f"{number(share)}.<br>With {start}, {number(so_far)} + {factor('', share)} {equals} "
                f"<b class=y>{number(so_far + share)}</b>"
            )
            so_far += share
            lit = {np.ravel_multi_index(n, border.shape): number(kernel[a]) for a, n in window.items()}
            frames.append(
                Frame(
                    caption,
                    on={
                        f"x{i}": lit,
                        f"w{j}{i}": dict.fromkeys(range(kernel.size), ""),
                        f"y{j}": {cell: ""},
                    },
                    put={f"y{j}": {cell: number(so_far)}},
                )
            )

    panels = [
        [Grid(f"x{i}", padded[i], subscript("x", i + 1), "input", tuple(-p), faint=border)]
        + [Grid(f"w{j}{i}", w[j, i], _pair(j, i), "kernel") for j in range(len(w))]
        for i in range(len(x))
    ]
    panels.append(
        [Grid(f"y{j}", y[j], f"{subscript('y', j + 1)}, b = {number(b[j])}", "output") for j in range(len(w))]
    )
    alt = (
        f"Step-through figure: a layer from {len(x)} input maps to {len(w)} output maps, with a kernel for "
        "every pair of them; each input map adds its share to the output"
    )
    return figure("multichannel", panels, frames, alt=alt, aligned=True)


def _pair(j, i):
    """`w₁₂`, the kernel from input map 2 to output map 1."""
    return subscript("w", f"{j + 1}{i + 1}")
