"""Arguments, checked once for every face of the layer and brought into one form.

The functions of this package read like their formulas because everything else happens here: an int becomes
one number per axis, missing batch and channel axes are added, and what cannot be meant is refused in a
sentence. Each function takes the name of its caller for that sentence.
"""

from dataclasses import dataclass

import numpy as np

SHAPES = {
    1: "x (n,) with w (r,), or x (C, L) or (N, C, L) with w (K, C/groups, R)",
    2: "x (H, W) with w (R, S), or x (C, H, W) or (N, C, H, W) with w (K, C/groups, R, S)",
}


def times(size):
    """A size as people write it, `5×3`."""
    return "×".join(map(str, size))


def plainly(values):
    """One number per axis as a caller would write it: `2` for one axis, `(2, 1)` for two."""
    return values[0] if len(values) == 1 else tuple(values)


def per_axis(name, argument, value, axes, least=None):
    """One int per axis, from an int or a sequence of ints; none below `least`."""
    values = tuple(value) if isinstance(value, tuple | list | np.ndarray) else (value,) * axes
    if len(values) != axes or not all(isinstance(v, int | np.integer) for v in values):
        expected = "an int" if axes == 1 else f"an int or {axes} ints"
        raise TypeError(f"{name}: {argument} must be {expected}, got {value!r}")
    values = tuple(map(int, values))
    if least is not None and min(values) < least:
        raise ValueError(f"{name}: {argument} must be at least {least}, got {plainly(values)}")
    return values


def integer(name, argument, value, least=1):
    """A single int that is not below `least`."""
    return per_axis(name, argument, value, 1, least)[0]


def real(name, argument, a):
    """An array of real numbers, whole or not."""
    a = np.asarray(a)
    if a.dtype.kind not in "biuf":
        raise TypeError(f"{name}: {argument} has dtype {a.dtype}, expected real numbers")
    return a


def floats(name, **arrays):
    """Arrays of one and the same float dtype, that of the first."""
    arrays = {argument: np.asarray(a) for argument, a in arrays.items()}
    first = next(iter(arrays))
    dtype = arrays[first].dtype
    for argument, a in arrays.items():
        if a.dtype.kind != "f":
            raise TypeError(
                f"{name}: {argument} has dtype {a.dtype}, expected a float dtype; "
                f"np.asarray({argument}, float) has one"
            )
        if a.dtype != dtype:
            raise TypeError(
                f"{name}: {first} has dtype {dtype} but {argument} has {a.dtype}, expected the same; "
                "nothing is cast silently"
            )
    return tuple(arrays.values())


def signals(name, axes, x, w):
    """A plain signal or image and its kernel, both with `axes` axes and not empty."""
    x, w = floats(name, x=x, w=w)
    for argument, a in (("x", x), ("w", w)):
        if a.ndim != axes or not a.size:
            expected = {1: "(n,)", 2: "(H, W)"}[axes]
            raise ValueError(f"{name}: {argument} has shape {a.shape}, expected {expected}, not empty")
    return x, w


def kept(name, size, kernel, mode):
    """Which part of the full result a mode keeps, one slice per axis; a circular result is kept whole."""
    if mode not in ("full", "same", "valid", "circular"):
        raise ValueError(f"{name}: mode must be 'full', 'same', 'valid' or 'circular', got {mode!r}")
    if mode == "same":
        return tuple(slice((r - 1) // 2, (r - 1) // 2 + n) for n, r in zip(size, kernel, strict=True))
    if mode == "valid":
        if any(r > n for n, r in zip(size, kernel, strict=True)):
            raise ValueError(
                f"{name}: kernel {times(kernel)} is larger than x, {times(size)}, in mode 'valid'"
            )
        return tuple(slice(r - 1, n) for n, r in zip(size, kernel, strict=True))
    return (slice(None),) * len(size)


@dataclass(frozen=True)
class Layout:
    """How the windows of a kernel lie on an input; every field has one entry per axis.

    Attributes
    ----------
    size, kernel : tuple of int
        Sizes n of the input, before padding, and r of the kernel.
    stride, dilation : tuple of int
        Steps s from window to window, and t from tap to tap.
    padding : tuple of (int, int)
        Zeros before and after.
    output : tuple of int
        Number of windows n'.
    """

    size: tuple
    kernel: tuple
    stride: tuple
    padding: tuple
    dilation: tuple
    output: tuple

    def seen_by(self, tap):
        """What a tap meets in the padded input as its window moves: sample s·u + t·a for output u.

        `tap` has one index a per axis, and the result one slice per axis, as long as the output.
        """
        return tuple(
            slice(t * a, t * a + s * (n_out - 1) + 1, s)
            for a, s, t, n_out in zip(tap, self.stride, self.dilation, self.output, strict=True)
        )

    def pad(self, x):
        """Put the zeros around the last axes of `x`."""
        return np.pad(x, [(0, 0)] * (x.ndim - len(self.size)) + list(self.padding))


def lay_out(name, size, kernel, stride, padding, dilation):
    """Check the hyperparameters of a layer and lay its windows on an input; sizes are tuples."""
    axes = len(size)
    stride = per_axis(name, "stride", stride, axes, least=1)
    dilation = per_axis(name, "dilation", dilation, axes, least=1)
    span = tuple(t * (r - 1) + 1 for r, t in zip(kernel, dilation, strict=True))
    if padding == "same":
        if max(stride) > 1:
            raise ValueError(f"{name}: padding 'same' needs stride 1, got {plainly(stride)}")
        padding = tuple(((e - 1) // 2, e // 2) for e in span)  # of an odd number of zeros one more at the end
    elif padding == "valid":
        padding = ((0, 0),) * axes
    elif isinstance(padding, str):
        raise ValueError(f"{name}: padding must be ints, 'same' or 'valid', got {padding!r}")
    else:
        padding = tuple((p, p) for p in per_axis(name, "padding", padding, axes, least=0))
    padded = tuple(n + sum(p) for n, p in zip(size, padding, strict=True))
    if any(e > n for n, e in zip(padded, span, strict=True)):
        raise ValueError(
            f"{name}: kernel {times(kernel)} with dilation {plainly(dilation)} spans {times(span)}, "
            f"but the padded input is only {times(padded)}"
        )
    output = tuple((n - e) // s + 1 for n, e, s in zip(padded, span, stride, strict=True))
    return Layout(size, kernel, stride, padding, dilation, output)


@dataclass(frozen=True)
class Layer:
    """The arguments of `conv1d` or `conv2d` in their one form.

    Attributes
    ----------
    x : ndarray, (N, C, *size)
    w : ndarray, (K, C // groups, *kernel)
    b : ndarray, (K,), or None
    groups : int
    layout : Layout
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
    def padded(self):
        """The input with its zeros around it."""
        return self.layout.pad(self.x)

    @property
    def shape(self):
        """Shape of the output, (N, K, *output)."""
        return (len(self.x), len(self.w), *self.layout.output)

    def finish(self, y):
        """Add the bias, and give `y` the rank and the dtype of the caller's `x`."""
        y = y.reshape(self.shape)
        if self.b is not None:
            y = y + np.expand_dims(self.b, tuple(range(1, y.ndim - 1)))
        return np.ascontiguousarray(y[(0,) * self.added], self.x.dtype)


def prepare(name, axes, x, w, b, stride, padding, dilation, groups):
    """Check the arguments of a convolutional layer with `axes` spatial axes."""
    x, w = floats(name, x=x, w=w)
    plain = x.ndim == w.ndim == axes
    if not plain and (w.ndim != axes + 2 or x.ndim not in (axes + 1, axes + 2)):
        raise ValueError(f"{name}: x has shape {x.shape} and w {w.shape}, expected {SHAPES[axes]}")
    if b is not None:
        _, b = floats(name, x=x, b=b)
        if b.shape != (() if plain else w.shape[:1]):
            expected = "a single number" if plain else f"({len(w)},), one number per kernel"
            raise ValueError(f"{name}: b has shape {b.shape}, expected {expected}")
        b = b.reshape(-1)
    added = axes + 2 - x.ndim
    if 0 in x.shape[1 - min(added, 1) :] or 0 in w.shape:
        raise ValueError(f"{name}: x has shape {x.shape} and w {w.shape}; only a batch may be empty")
    x, w = x[(None,) * added], w[(None,) * (axes + 2 - w.ndim)]
    groups = integer(name, "groups", groups)
    channels = x.shape[1]
    if channels % groups or len(w) % groups:
        raise ValueError(
            f"{name}: groups={groups} must divide the {channels} channels of x and the {len(w)} kernels of w"
        )
    if w.shape[1] * groups != channels:
        raise ValueError(
            f"{name}: a kernel of w takes {w.shape[1]} channels, but a group of x has {channels // groups} "
            f"({channels} channels, groups={groups})"
        )
    layout = lay_out(name, x.shape[2:], w.shape[2:], stride, padding, dilation)
    return Layer(x, w, b, groups, layout, added)
