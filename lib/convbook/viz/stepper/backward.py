"""Steppers of the backward pass: a gradient spread to the input, and one gathered for the kernel."""

import numpy as np

from convbook.viz.html import number
from convbook.viz.stepper.figure import Frame, Grid, Matrix, figure
from convbook.viz.stepper.words import exact, factor, index, pair
from convbook.viz.svg import subscript

ROWS, COLUMNS = 12, 25  # of the largest matrix that is drawn beside the grids


def backward_input(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Step back to the input: each output paints its copy of the kernel, and where copies overlap they add.

        dx[s·u + t·a − p] += w[a] · dy[u]

    One step for each output, with its row of the matrix W lit; in two dimensions the same with pairs. What
    falls on the padding is dropped in a last step.

    Parameters
    ----------
    dy : array_like, (n',) or (H', W')
        The gradient of the output.
    x : array_like, (n,) or (H, W)
        The input; only its shape counts.
    w : array_like, (r,) or (R, S)
    stride, padding, dilation : int, or in two dimensions int or (int, int)
        As in `convbook.reference.direct.conv1d_backward` and `conv2d_backward`, which compute all numbers.

    Returns
    -------
    Html
        W is drawn if it has at most 12 rows and 25 columns.

    Raises
    ------
    ValueError
        If the arrays are not all 1-D or all 2-D, `dy` does not have the shape of the output, or there are
        more than 150 steps.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer = _Layer("backward_input", dy, x, w, stride, padding, dilation)
    dy, w, canvas = layer.dy, layer.w, np.zeros(layer.padded.shape)
    so_far, frames = np.zeros(dy.shape), []
    for row, u in enumerate(np.ndindex(dy.shape)):
        so_far[u] = dy[u]
        canvas = layer.backward(so_far)[0]
        copy = {layer.cell(layer.place(u, a)): number(w[a] * dy[u]) for a in np.ndindex(w.shape)}
        put = {i: number(canvas.flat[i]) for i in (copy if frames else range(canvas.size))}
        on = {"dx": copy, "dy": {row: ""}, "W": layer.lit(row)}
        frames.append(Frame(layer.painted(u), on, {"dx": put}))
    if layer.outside.any():
        words = "The zeros of the padding are no part of the input. What fell on them is dropped."
        frames.append(Frame(words, put={"dx": dict.fromkeys(np.flatnonzero(layer.outside), "")}))

    X = Grid("dx", canvas, "dx", "input", layer.first, faint=layer.outside, hatched=True)
    Y = Grid("dy", dy, "dy", "output", layer.origin, hatched=True)
    K = Grid("w", w, "w", "kernel", layer.origin)
    if layer.d == 1:
        # Each output stands under the middle of its window, as it does on the way forward.
        Y.columns = [layer.s[0] * u + layer.t[0] * (len(w) - 1) / 2 for u in range(len(dy))]
    panels = [[X, Y], [K]] if layer.d == 1 else [[X], [K], [Y]]
    panels += layer.drawn("W", layer.W, "w", "y")
    alt = f"the gradient of {layer.words} goes back to the input, output by output"
    return figure("backward-input", panels, frames, alt=f"Step-through figure: {alt}")


def backward_weight(dy, x, w, *, stride=1, padding=0, dilation=1):
    """Step through the gradient of the kernel: the gradient of the output, laid over the input like a kernel.

        dw[a] = Σ_u dy[u] · x[s·u + t·a − p]

    One step for each weight: the pattern of `dy`, s apart, starts t further on. Its row of the matrix D, with
    dw = Dx, is lit. In two dimensions the same with pairs.

    Parameters
    ----------
    dy, x, stride, padding, dilation
        As in `backward_input`; here the numbers of `x` count.
    w : array_like, (r,) or (R, S)
        The kernel; only its shape counts.

    Returns
    -------
    Html
        D is drawn if it has at most 12 rows and 25 columns.

    Raises
    ------
    ValueError
        As `backward_input`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer = _Layer("backward_weight", dy, x, w, stride, padding, dilation)
    dy, padded, dw = layer.dy, layer.padded, layer.backward(layer.dy)[1]
    frames = []
    for row, a in enumerate(np.ndindex(dw.shape)):
        pattern = {u: layer.place(u, a) for u in np.ndindex(dy.shape)}
        on = {"x": {layer.cell(i): number(dy[u]) for u, i in pattern.items()}, "dw": {row: ""}}
        on["D"] = layer.lit(row)
        frames.append(Frame(layer.gathered(a, pattern, dw[a]), on, {"dw": {row: number(dw[a])}}))

    X = Grid("x", padded, "x", "input", layer.first, faint=layer.outside)
    K = Grid("dw", dw, "dw", "kernel", layer.origin, hatched=True)
    Y = Grid("dy", dy, "dy", "output", layer.origin, hatched=True)
    if layer.d == 1:
        # Each weight stands under the middle of its pattern.
        K.columns = [layer.t[0] * a + layer.s[0] * (len(dy) - 1) / 2 for a in range(len(dw))]
    panels = [[X, K], [Y]] if layer.d == 1 else [[X], [Y], [K]]
    D = np.zeros((dw.size, layer.x.size), int)
    for u, i in zip(*np.nonzero(layer.W), strict=True):
        D[layer.W[u, i] - 1, i] = u + 1  # the wire from x_i to y_u has weight w_a: D_ai is dy_u
    panels += layer.drawn("D", D, "dy", "dw")
    alt = f"the gradient of the kernel of {layer.words}, weight by weight"
    return figure("backward-weight", panels, frames, alt=f"Step-through figure: {alt}")


class _Layer:
    """A layer with one signal or image, and what both steppers ask about its wires."""

    def __init__(self, function, dy, x, w, stride, padding, dilation):
        from convbook.reference import direct, toeplitz

        dy, x, w = self.dy, self.x, self.w = [np.asarray(a, float) for a in (dy, x, w)]
        self.d = d = x.ndim
        if d not in (1, 2) or not d == w.ndim == dy.ndim:
            shapes = ", ".join(str(a.shape) for a in (dy, x, w))
            raise ValueError(
                f"stepper.{function}: dy, x and w must be all 1-D or all 2-D, got shapes {shapes}"
            )
        hyper = {"stride": stride, "padding": padding, "dilation": dilation}
        self._backward, self._hyper = getattr(direct, f"conv{d}d_backward"), hyper
        self._backward(dy, x, w, **hyper)  # complains if something does not fit
        self.s, self.p, self.t = (np.broadcast_to(v, d) for v in hyper.values())
        frame = [(q, q) for q in self.p]
        self.padded = np.pad(x, frame)
        self.outside = np.pad(np.zeros(x.shape, bool), frame, constant_values=True)
        matrix = getattr(toeplitz, f"conv{d}d_matrix")
        numbers = np.arange(1, w.size + 1).reshape(w.shape)
        self.W = matrix(numbers, x.shape if d == 2 else len(x), **hyper).toarray()
        # On a line everything is numbered from 1, as in the matrix beside it; in an image from 0, as in code.
        self.origin = (1,) if d == 1 else (0, 0)
        self.first = tuple(self.origin - self.p)
        sizes = ("×".join(map(str, a.shape)) for a in (x, w))
        self.words = "a layer of {} inputs with a kernel of {}, stride {}, padding {}, dilation {}".format(
            *sizes, *map(pair, (self.s, self.p, self.t))
        )

    def backward(self, dy):
        """The gradients of the padded input and of the kernel, by the library."""
        hyper = self._hyper | {"padding": 0}
        dx, dw, _ = self._backward(dy, self.padded, self.w, **hyper)
        return dx, dw

    def place(self, u, a):
        """Where in the padded input output u meets weight a."""
        return tuple(self.s * u + self.t * a)

    def cell(self, i):
        """The number of a place of the padded input in reading order."""
        return np.ravel_multi_index(i, self.padded.shape)

    def lit(self, row):
        """A whole row of the matrix."""
        return dict.fromkeys(range(row * self.x.size, (row + 1) * self.x.size), "")

    def drawn(self, name, which, letter, rows):
        """The matrix as a panel, unless it is too large."""
        m, n = which.shape
        if m > ROWS or n > COLUMNS:
            return []
        return [Matrix(name, which, name, letter, *(("x", rows) if self.d == 1 else ()))]

    def named(self, letter, i, role):
        """`x₃`, or `x[0, 2]` in an image."""
        text = subscript(letter, i[0] + 1) if self.d == 1 else f"{letter}[{', '.join(map(index, i))}]"
        return f"<b class={role}>{text}</b>"

    def painted(self, u):
        """What output u does to dx, in words."""
        places = {a: self.place(u, a) for a in np.ndindex(self.w.shape)}
        start = f"{self.named('dy', u, 'y')} = {factor('y', self.dy[u])}"
        if self.d == 2:
            axes = zip(*map(self._true, places.values()), strict=True)
            rows, columns = (", ".join(map(index, sorted(set(axis)))) for axis in axes)
            return f"{start} times the kernel is added to rows {rows} and columns {columns} of dx."
        terms = []
        for a, i in places.items():
            to = "the padding" if self.outside[i] else self.named("dx", self._true(i), "x")
            terms.append(f"{factor('y', self.dy[u])}·{factor('w', self.w[a])} to {to}")
        return f"{start} goes back along its wires: {', '.join(terms)}."

    def gathered(self, a, pattern, total):
        """What weight a collects, in words."""
        factors = [(self.dy[u], self.padded[i]) for u, i in pattern.items()]
        terms = " + ".join(f"{factor('y', g)}·{factor('x', z)}" for g, z in factors)
        equals = "=" if all(map(exact, [*np.ravel(factors), total])) else "≈"
        symbols = ""
        if self.d == 1:
            inputs = [
                "0" if self.outside[i] else self.named("x", self._true(i), "x") for i in pattern.values()
            ]
            symbols = " + ".join(
                f"{self.named('dy', u, 'y')}·{x}" for u, x in zip(pattern, inputs, strict=True)
            )
            symbols = f"= {symbols}<br>"
        return f"{self.named('dw', a, 'w')} {symbols}{equals} {terms} {equals} <b class=w>{number(total)}</b>"

    def _true(self, i):
        """A place of the padded input, counted in the input itself."""
        return tuple(int(v) for v in i - self.p)
