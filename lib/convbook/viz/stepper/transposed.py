"""Steppers of transposed convolution: every input paints its copy of the kernel, and overlaps add."""

import numpy as np

from convbook.viz.html import number
from convbook.viz.stepper.figure import Frame, Grid, figure
from convbook.viz.stepper.words import factor, index, pair, size


def conv_transpose1d(x, w, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Step through a transposed 1-D convolution: one copy of the kernel for every input, added up.

        y[s·u + t·a − p] += x[u] · w[a]

    Parameters
    ----------
    x : array_like, (n,)
    w : array_like, (r,)
    stride, padding, output_padding, dilation : int
        As in `convbook.reference.direct.conv_transpose1d`, which computes all numbers. What the padding cuts
        off is drawn faint, and emptied in a last step.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` or `w` is not 1-D, a hyperparameter is out of range, or there are more than 150 steps.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    return _conv_transpose("conv_transpose1d", x, w, stride, padding, output_padding, dilation)


def conv_transpose2d(x, w, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Step through a transposed 2-D convolution: one copy of the kernel for every input, added up.

        y[s₁u + t₁a − p₁, s₂v + t₂e − p₂] += x[u, v] · w[a, e]

    Parameters
    ----------
    x : array_like, (H, W)
    w : array_like, (R, S)
    stride, padding, output_padding, dilation : int or (int, int)
        As in `convbook.reference.direct.conv_transpose2d`, which computes all numbers. What the padding cuts
        off is drawn faint, and emptied in a last step.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `x` or `w` is not 2-D, a hyperparameter is out of range, or there are more than 150 steps.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    return _conv_transpose("conv_transpose2d", x, w, stride, padding, output_padding, dilation)


def _conv_transpose(function, x, w, stride, padding, output_padding, dilation):
    from convbook.reference import direct

    d = int(function[-2])
    x, w = np.asarray(x, float), np.asarray(w, float)
    for name, a in (("x", x), ("w", w)):
        if a.ndim != d:
            raise ValueError(f"stepper.{function}: {name} must be {d}-D, got shape {a.shape}")
    paint = getattr(direct, function)
    hyper = {"stride": stride, "output_padding": output_padding, "dilation": dilation}
    kept = paint(x, w, padding=padding, **hyper).shape  # complains if something does not fit
    s, p, t = (np.broadcast_to(v, d) for v in (stride, padding, dilation))

    frames, so_far, canvas = [], np.zeros(x.shape), None
    touched = set()
    for cell, u in enumerate(np.ndindex(x.shape)):
        so_far[u] = x[u]
        before, canvas = canvas, paint(so_far, w, **hyper)
        copy = [tuple(int(i) for i in s * u + t * a) for a in np.ndindex(w.shape)]
        met = [i for i in copy if i in touched]
        touched.update(copy)
        caption = _painted(u, x, w, copy, p) + (_added(met[0], before, canvas, p) if met else "")
        products = (number(x[u] * weight) for weight in w.flat)
        cells = dict(zip((np.ravel_multi_index(i, canvas.shape) for i in copy), products, strict=True))
        put = {i: number(canvas.flat[i]) for i in (cells if frames else range(canvas.size))}
        frames.append(Frame(caption, on={"x": {cell: ""}, "y": cells}, put={"y": put}))
    outside = np.ones(canvas.shape, bool)
    outside[tuple(slice(q, q + n) for q, n in zip(p, kept, strict=True))] = False
    if outside.any():
        frames.append(
            Frame(
                f"Padding {pair(p)}: what was painted outside is cut off, and {size(kept)} numbers are left.",
                put={"y": dict.fromkeys(np.flatnonzero(outside), "")},
            )
        )
    X = Grid("x", x, "x", "input", (0,) * d)
    K = Grid("w", w, "w", "kernel", (0,) * d)
    Y = Grid("y", canvas, "y", "output", tuple(int(-q) for q in p), faint=outside)
    if d == 1:
        # Each input stands over the middle of the copy it paints.
        X.columns = [s[0] * u + t[0] * (len(w) - 1) / 2 for u in range(len(x))]
        panels = [[X, Y], [K]]
    else:
        panels = [[X], [K], [Y]]
    sizes = f"{size(x.shape)} numbers with a kernel of {size(w.shape)}"
    settings = f"stride {pair(s)}, padding {pair(p)}, dilation {pair(t)}"
    alt = f"transposed convolution of {sizes}, {settings}, giving {size(kept)} numbers"
    return figure(function.replace("_", "-"), panels, frames, alt=f"Step-through figure: {alt}")


def _painted(u, x, w, copy, p):
    """What input u paints, and where."""
    start = f"x[{', '.join(map(str, u))}] = {factor('x', x[u])} paints "
    if x.ndim == 1:
        products = ", ".join(number(x[u] * weight) for weight in w)
        return f"{start}{factor('x', x[u])}·w = ({products}), from {_place(copy[0], p)} on."
    axes = (sorted({i[axis] - q for i in copy}) for axis, q in enumerate(p))
    rows, columns = (", ".join(map(index, axis)) for axis in axes)
    return f"{start}its multiple of w on rows {rows} and columns {columns} of y."


def _added(i, before, canvas, p):
    """What happens at a place that was painted before."""
    sum_ = f"{number(before[i])} + {factor('x', canvas[i] - before[i])}"
    return f" Where copies overlap they add: {_place(i, p)} = {sum_} = <b class=y>{number(canvas[i])}</b>."


def _place(i, p):
    return f"y[{', '.join(index(v - q) for v, q in zip(i, p, strict=True))}]"
