"""Arguments of what goes backwards through a layer: its gradients, and transposed convolution.

Both use the windows of the forward layer. A transposed convolution has for its output what those windows lie
on, and for its input one number per window.
"""

from dataclasses import dataclass

import numpy as np

from convbook.reference._arguments import Layout, floats, integer, per_axis, plainly, prepare, times
from convbook.reference._maps import gradient

SHAPES = {
    1: "x (n,) with w (r,), or x (C, L) or (N, C, L) with w (C, K/groups, R)",
    2: "x (H, W) with w (R, S), or x (C, H, W) or (N, C, H, W) with w (C, K/groups, R, S)",
}


def prepare_backward(name, axes, dy, x, w, stride, padding, dilation, groups):
    """Check the arguments of a backward pass: the forward layer, and dy as (N, K, *output)."""
    layer = prepare(name, axes, x, w, None, stride, padding, dilation, groups)
    _, dy = floats(name, x=x, dy=dy)
    expected = layer.shape[layer.added :]
    if dy.shape != expected:
        raise ValueError(f"{name}: dy has shape {dy.shape}, expected {expected}, that of the output")
    return layer, dy.reshape(layer.shape)


def finish_backward(layer, dx, dw, dy):
    """Sum up db, and give each gradient the rank and the dtype of what it belongs to."""
    db = dy.sum(axis=(0, *range(2, dy.ndim)))
    if layer.added == 2:  # a plain signal or image, whose kernel has no axes for maps and channels either
        dw, db = dw[0, 0], db[0]
    dx = dx[(0,) * layer.added]
    return tuple(np.asarray(d, layer.x.dtype, order="C") for d in (dx, dw, db))


def crop(x, layout):
    """Take away the zeros that `layout.pad` put around the last axes of `x`."""
    return x[..., *(slice(p, p + n) for (p, _), n in zip(layout.padding, layout.size, strict=True))]


def lay_out_transposed(name, size, kernel, stride, padding, output_padding, dilation):
    """Check the hyperparameters of a transposed convolution whose input has this size.

    The layout is that of the convolution it belongs to: `size` is that of the output, `output` the one given.
    """
    axes = len(size)
    stride = per_axis(name, "stride", stride, axes, least=1)
    padding = per_axis(name, "padding", padding, axes, least=0)
    extra = per_axis(name, "output_padding", output_padding, axes, least=0)
    dilation = per_axis(name, "dilation", dilation, axes, least=1)
    if any(e >= max(s, t) for e, s, t in zip(extra, stride, dilation, strict=True)):
        raise ValueError(
            f"{name}: output_padding must be less than stride {plainly(stride)} "
            f"or dilation {plainly(dilation)}, got {plainly(extra)}"
        )
    painted = [
        s * (n - 1) + t * (r - 1) + 1 + e
        for n, r, s, t, e in zip(size, kernel, stride, dilation, extra, strict=True)
    ]
    output = tuple(n - 2 * p for n, p in zip(painted, padding, strict=True))
    if min(output) < 1:
        raise ValueError(
            f"{name}: padding {plainly(padding)}, cut off at each end, leaves nothing of {times(painted)}"
        )
    return Layout(output, kernel, stride, tuple((p, p) for p in padding), dilation, size)


@dataclass(frozen=True)
class Transposed:
    """The arguments of `conv_transpose1d` or `conv_transpose2d` in their one form.

    Attributes
    ----------
    x : ndarray, (N, C, *layout.output)
    w : ndarray, (C, K // groups, *kernel)
    b : ndarray, (K,), or None
    groups : int
    layout : Layout
        How the windows lie on the output.
    added : int
        How many leading axes the caller's `x` lacked.
    """

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None
    groups: int
    layout: Layout
    added: int

    @property
    def shape(self):
        """Shape of the output, (N, K, *layout.size)."""
        return (len(self.x), self.w.shape[1] * self.groups, *self.layout.size)

    @property
    def canvas(self):
        """Zeros to paint on: the output with its padding."""
        return self.layout.pad(np.zeros(self.shape, self.x.dtype))

    def finish(self, y):
        """Add the bias, and give `y` the rank and the dtype of the caller's `x`."""
        if self.b is not None:
            y = y + np.expand_dims(self.b, tuple(range(1, y.ndim - 1)))
        return np.ascontiguousarray(y[(0,) * self.added], self.x.dtype)


def prepare_adjoint(name, axes, x, w, b, stride, padding, output_padding, groups, dilation):
    """Check the arguments of a transposed convolution with `axes` spatial axes."""
    x, w = floats(name, x=x, w=w)
    plain = x.ndim == w.ndim == axes
    if not plain and (w.ndim != axes + 2 or x.ndim not in (axes + 1, axes + 2)):
        raise ValueError(f"{name}: x has shape {x.shape} and w {w.shape}, expected {SHAPES[axes]}")
    added = axes + 2 - x.ndim
    if 0 in x.shape[1 - min(added, 1) :] or 0 in w.shape:
        raise ValueError(f"{name}: x has shape {x.shape} and w {w.shape}; only a batch may be empty")
    x, w = x[(None,) * added], w[(None,) * (axes + 2 - w.ndim)]
    groups = integer(name, "groups", groups)
    channels, maps = x.shape[1], w.shape[1] * groups
    if len(w) != channels:
        raise ValueError(f"{name}: w has kernels for {len(w)} channels, but x has {channels}")
    if channels % groups:
        raise ValueError(f"{name}: groups={groups} must divide the {channels} channels of x")
    if b is not None:
        _, b = floats(name, x=x, b=b)
        if b.shape != (() if plain else (maps,)):
            expected = "a single number" if plain else f"({maps},), one number per output map"
            raise ValueError(f"{name}: b has shape {b.shape}, expected {expected}")
        b = b.reshape(-1)
    layout = lay_out_transposed(name, x.shape[2:], w.shape[2:], stride, padding, output_padding, dilation)
    return Transposed(x, w, b, groups, layout, added)


def prepare_adjoint_backward(name, axes, dy, x, w, stride, padding, output_padding, groups, dilation):
    """Check the arguments of its backward pass: the transposed layer, and dy as (N, K, *layout.size)."""
    layer = prepare_adjoint(name, axes, x, w, None, stride, padding, output_padding, groups, dilation)
    return layer, gradient(name, dy, layer.x, layer.shape[layer.added :]).reshape(layer.shape)
