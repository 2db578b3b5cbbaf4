"""The windows of a pooling, axis by axis, and what can be said of all of them at once.

The maximum of a window is the maximum of its columns' maxima, and so for sums: what can be, is done one axis
after the other. Padding is not stored; a tap that lies in it meets no sample.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from convbook.reference._arguments import per_axis, plainly, times


@dataclass(frozen=True)
class Axis:
    """The windows along one axis: n samples, kernel r, stride s, padding p, dilation t, number of windows."""

    n: int
    r: int
    s: int
    p: int
    t: int
    outputs: int

    def taps(self):
        """For every tap, the windows in which it lies on a sample, and those samples: two equal slices."""
        for a in range(self.r):
            offset = self.t * a - self.p
            first = max(0, -(offset // self.s))
            last = min(self.outputs - 1, (self.n - 1 - offset) // self.s)
            start, count = self.s * first + offset, max(0, last - first + 1)
            yield slice(first, first + count), slice(start, start + self.s * count, self.s)

    def counts(self, margin=0):
        """How many taps of every window lie on a sample, or at most `margin` beyond."""
        place = self.s * np.arange(self.outputs)[:, None] + self.t * np.arange(self.r) - self.p
        return ((-margin <= place) & (place < self.n + margin)).sum(axis=1)


def windows(name, size, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Check the hyperparameters of a pooling, and lay its windows on maps of this size: a list of `Axis`."""
    kernel = per_axis(name, "kernel_size", kernel_size, len(size), least=1)
    stride = kernel if stride is None else per_axis(name, "stride", stride, len(size), least=1)
    padding = per_axis(name, "padding", padding, len(size), least=0)
    dilation = per_axis(name, "dilation", dilation, len(size), least=1)
    if any(2 * p > r for p, r in zip(padding, kernel, strict=True)):
        raise ValueError(
            f"{name}: padding must be at most half of kernel {times(kernel)}, got {plainly(padding)}"
        )
    axes = []
    for n, r, s, p, t in zip(size, kernel, stride, padding, dilation, strict=True):
        room = n + 2 * p - t * (r - 1) - 1
        outputs = 1 + (-(-room // s) if ceil_mode else room // s)
        if s * (outputs - 1) - p >= n:  # rounded up, the last window would begin behind the map
            outputs -= 1
        axes.append(Axis(n, r, s, p, t, outputs))
    if any(axis.outputs < 1 for axis in axes):
        span = [t * (r - 1) + 1 for r, t in zip(kernel, dilation, strict=True)]
        padded = [n + 2 * p for n, p in zip(size, padding, strict=True)]
        raise ValueError(
            f"{name}: kernel {times(kernel)} with dilation {plainly(dilation)} spans {times(span)}, "
            f"but the padded input is only {times(padded)}"
        )
    return axes


def never_empty(name, axes):
    """Refuse a window that has all its taps in the padding."""
    for axis in axes:
        if not axis.counts().all():
            raise ValueError(
                f"{name}: with kernel {axis.r}, dilation {axis.t} and padding {axis.p} "
                f"a window misses all {axis.n} samples"
            )


def counts(axes, dtype, padding=True):
    """How many taps of every window lie on a sample or, unless told otherwise, in the padding."""
    return reduce(np.multiply.outer, [axis.counts(axis.p if padding else 0) for axis in axes]).astype(dtype)


def sweep(combine, x, axes, start, adjoint=False):
    """Combine the samples of every window, by columns and then by rows: R + S steps instead of R·S.

    The adjoint goes from windows to samples.
    """
    for i, axis in zip(range(-len(axes), 0), axes, strict=True):
        behind = (slice(None),) * (-i - 1)
        length = axis.n if adjoint else axis.outputs
        y = np.full((*x.shape[:i], length, *x.shape[x.ndim + i + 1 :]), start, x.dtype)
        for outputs, samples in axis.taps():
            to, of = (samples, outputs) if adjoint else (outputs, samples)
            part = y[..., to, *behind]
            combine(part, x[..., of, *behind], out=part)
        x = y
    return x


def winners(x, y, axes):
    """Where in its plane each window has its maximum y; of several places the first."""
    tap = _first_tap(x, y, axes)
    nan = np.isnan(y)
    if nan.any():  # a maximum that equals nothing, not even itself
        tap = np.where(nan, _first_tap(np.isnan(x), nan, axes), tap)
    starts, offsets, step = 0, 0, 1
    for axis in reversed(axes):
        starts = np.add.outer(step * (axis.s * np.arange(axis.outputs) - axis.p), starts)
        offsets = np.add.outer(step * axis.t * np.arange(axis.r), offsets)
        step *= axis.n
    return starts + offsets.ravel()[tap]


def _first_tap(x, y, axes):
    """The number of the first tap, row by row, that sees in x the y of its window.

    Counted as the taps for which the search goes on: no branches, and numbers of one byte.
    """
    searching = np.ones(y.shape, bool)
    tap = np.zeros(y.shape, np.min_scalar_type(prod(axis.r for axis in axes)))
    for pair in product(*(axis.taps() for axis in axes)):
        outputs, samples = zip(*pair, strict=True)
        searching[..., *outputs] &= x[..., *samples] != y[..., *outputs]
        tap += searching
    return tap
