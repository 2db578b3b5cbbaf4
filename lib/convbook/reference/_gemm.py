"""Convolution as matrix products over the windows of a map, block by block.

`im2col` writes the windows of a whole batch as one matrix. Here they go through a buffer that stays in a
core's cache: a block of several images or, if they are large, of one, of some of its groups, or of its rows.

The windows come in one of two forms. As columns, every tap of every window is copied, and there is one
product. By rows, only the taps of a single kernel row are copied, from every row of the map: for the next
kernel row the windows are the same buffer, further down. That is R times less to copy for an R×S kernel; but
the products of its R rows have to be added up, and the weights of each row laid side by side.

Layers are described by the axes of `_windows`, in any number: "row" means a step along the first. What lies
outside the map is never stored, and a padding may be negative: then the windows begin inside.
"""

from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from convbook.reference._windows import Axis

BLOCK = 2**19  # numbers in the buffer; a single image may have twice as many
SMALL = 64  # places in a map: below, a product would spend its time on reading the kernels


def times_windows(x, axes, groups, by_rows, w=None, dy=None):
    """Multiply the windows of x by the kernels, by the gradient of the output, or by both.

        y = w · windows,      dw = dy · windowsᵀ

    Parameters
    ----------
    x : ndarray, (N, C, *n)
    axes : list of Axis
    groups : int
    by_rows : bool
        The form of the windows; by rows needs stride 1 on the first axis.
    w : ndarray, (K, C // groups, *r), optional
    dy : ndarray, (N, K, *outputs), optional

    Returns
    -------
    y : ndarray, (N, K, *outputs), or None without `w`
    dw : ndarray, (K, C // groups, *r), or None without `dy`
    """
    if _small(x, axes):
        w, dy = w if w is None else w[:, :, None], dy if dy is None else _beside(dy)
        y, dw = times_windows(_beside(x), _one_map(x, axes), groups, False, w, dy)
        return y if y is None else _apart(y), dw if dw is None else dw[:, :, 0]

    x, y, dw = _in_groups(x, groups), None, None
    maps, channels = (dy.shape[1] if w is None else len(w)) // groups, x.shape[2]
    kernel = [axis.r for axis in axes]
    kernel_rows = kernel[0] if by_rows else 1
    if w is not None:
        y = np.empty((len(x), len(w), *(axis.outputs for axis in axes)), x.dtype)
        ys, kernels = _flat(_in_groups(y, groups)), _kernel_rows(w, groups, kernel_rows)
    if dy is not None:
        taps = channels * prod(kernel) // kernel_rows
        dys, dkernels = _flat(_in_groups(dy, groups)), np.zeros((kernel_rows, groups, maps, taps), x.dtype)
    for images, some, strip, rows in _windows(x, axes, by_rows, maps):
        block = images, some, slice(None), strip.places
        for a, met in enumerate(strip.met):
            columns = _flat(rows[:, :, :, met])
            if w is not None and a == 0:
                np.matmul(kernels[a, some], columns, out=ys[block])
            elif w is not None:
                ys[block] += kernels[a, some] @ columns
            if dy is not None:
                dkernels[a, some] += _over_images(dys[block] @ columns.swapaxes(-1, -2))
    if dy is not None:
        dw = np.moveaxis(dkernels.reshape(kernel_rows, groups * maps, channels, -1), 0, 2)
        dw = dw.reshape(groups * maps, channels, *kernel)
    return y, dw


def spread(y, w, axes, groups, by_rows):
    """Give every window the kernels' share of its outputs, and add where windows overlap.

        windows = wᵀ · y

    The adjoint of `times_windows`, for any stride in both forms.

    Parameters
    ----------
    y : ndarray, (N, K, *outputs)
    w : ndarray, (K, C // groups, *r)
    axes, groups, by_rows
        As above.

    Returns
    -------
    x : ndarray, (N, C, *n)
    """
    if _small(y, axes):
        return _apart(spread(_beside(y), w[:, :, None], _one_map(y, axes), groups, False))

    x = np.zeros((len(y), w.shape[1] * groups, *(axis.n for axis in axes)), y.dtype)
    xs, ys = _in_groups(x, groups), _flat(_in_groups(y, groups))
    kernels = _kernel_rows(w, groups, axes[0].r if by_rows else 1).swapaxes(-1, -2)
    times = np.multiply if len(w) == groups else np.matmul  # BLAS is slow at outer products
    for strip, blocks in _blocks(xs, axes, by_rows, len(w) // groups):
        buffer = np.empty(strip.shape, x.dtype)
        for images, some in blocks:
            share, part = ys[images, some, :, strip.places], xs[images, some]
            windows = buffer[: part.shape[0], : part.shape[1]]
            rows = strip.by_row(windows)
            if by_rows:
                rows[...] = 0
                for a, met in enumerate(strip.met):
                    rows[:, :, :, met] += times(kernels[a, some], share).reshape(rows[:, :, :, met].shape)
            else:
                times(kernels[0, some], share, out=_flat(rows))
            for tap, (outputs, samples) in enumerate(strip.taps):
                part[:, :, :, *samples] += windows[:, :, :, tap, *outputs]
    return x


def _windows(x, axes, by_rows, maps):
    """Copy the windows of x, (N, groups, channels, *n), block by block.

    Yields which images and groups a block is, its strip, and the copies: (…, channels · taps, rows, width).
    """
    if all(axis == Axis(axis.n, 1, 1, 0, axis.t, axis.n) for axis in axes):
        for strip, blocks in _blocks(x, axes, by_rows, maps):
            for images, some in blocks:  # the windows of a 1×1 kernel are the samples themselves
                yield images, some, strip, strip.by_row(x[images, some, :, None, strip.outputs])
        return
    for strip, blocks in _blocks(x, axes, by_rows, maps):
        buffer = np.zeros(strip.shape, x.dtype)  # and so it stays where taps lie outside the map
        for images, some in blocks:
            part = x[images, some]
            windows = buffer[: part.shape[0], : part.shape[1]]
            for tap, (outputs, samples) in enumerate(strip.taps):
                windows[:, :, :, tap, *outputs] = part[:, :, :, *samples]
            yield images, some, strip, strip.by_row(windows)


def _blocks(x, axes, by_rows, maps):
    """Cut the work on x, (N, groups, channels, *n), into strips of rows, and these into images and groups.

    What has to fit are the windows and, for every image, their product with the gradient of `maps` maps.
    """
    batch, groups, channels, *_ = x.shape
    kernel, outputs = [axis.r for axis in axes], [axis.outputs for axis in axes]
    place = channels * prod(kernel[1:] if by_rows else kernel)
    row = place * prod(outputs[1:])
    image = row * outputs[0]
    images = max(1, min(batch, BLOCK // (groups * max(image, place * maps))))
    some = max(1, min(groups, 2 * BLOCK // image))
    rows = max(1, min(outputs[0], 2 * BLOCK // row))
    for part in _parts(outputs[0], rows):
        strip = _Strip(axes, part, by_rows, (images, some, channels))
        yield strip, product(_parts(batch, images), _parts(groups, some))


class _Strip:
    """Some rows of the output, and the copies of samples that their windows take.

    Attributes
    ----------
    outputs, places : slice
        Its rows of the output, and its part of the flattened output.
    taps : list of pairs of tuples of slices
        For every tap that is copied, the windows in which it lies on a sample, and those samples.
    met : list of slice
        The rows of the copies that each kernel row meets; if it is not by rows, all of them.
    shape : tuple
        Of the copies: images, groups, channels, taps, rows, and the other axes of the output.
    """

    def __init__(self, axes, outputs, by_rows, block):
        first, *rest = axes
        count = outputs.stop - outputs.start
        first = replace(first, p=first.p - first.s * outputs.start, outputs=count)
        self.met = [slice(None)]
        if by_rows:
            reach = first.s * (count - 1) + 1
            self.met = [slice(first.t * a, first.t * a + reach, first.s) for a in range(first.r)]
            first = Axis(first.n, 1, 1, first.p, 1, first.t * (first.r - 1) + reach)
        pairs = product(*(axis.taps() for axis in (first, *rest)))
        self.taps = [tuple(zip(*pair, strict=True)) for pair in pairs]
        self.shape = (*block, len(self.taps), first.outputs, *(axis.outputs for axis in rest))
        width = prod(axis.outputs for axis in rest)
        self.outputs, self.places = outputs, slice(outputs.start * width, outputs.stop * width)

    def by_row(self, windows):
        """View copies as (images, groups, channels · taps, rows, width)."""
        images, groups, channels, taps, rows, *rest = windows.shape
        return windows.reshape(images, groups, channels * taps, rows, prod(rest))


def _parts(total, step):
    """Cut a range into equal parts, none longer than the step."""
    count = -(-total // step)
    return [slice(total * i // count, total * (i + 1) // count) for i in range(count)]


def _in_groups(a, groups):
    """Maps with an axis for the groups, (N, groups, channels, *n)."""
    return a.reshape(len(a), groups, a.shape[1] // groups, *a.shape[2:])


def _flat(a):
    """Maps as rows of a matrix, (N, groups, channels, places)."""
    return a.reshape(*a.shape[:3], prod(a.shape[3:]))


def _over_images(a):
    """The sum along the first axis, without a copy if there is but one image."""
    return a[0] if len(a) == 1 else a.sum(axis=0)


def _kernel_rows(w, groups, rows):
    """The kernels of each group as matrices, cut into so many rows: (rows, groups, maps, channels · taps)."""
    w = w.reshape(groups, len(w) // groups, w.shape[1], rows, prod(w.shape[2:]) // rows)
    w = np.moveaxis(w, 3, 0).reshape(rows, *w.shape[:2], -1)
    return np.ascontiguousarray(w)  # a flipped kernel would be a view that no BLAS takes


# Many small maps are laid side by side: one map with an axis more, along which the kernel has a single tap.


def _small(a, axes):
    return len(a) > 1 and prod(axis.outputs for axis in axes) < SMALL


def _one_map(a, axes):
    return [Axis(len(a), 1, 1, 0, 1, len(a)), *axes]


def _beside(a):
    return a.swapaxes(0, 1)[None]


def _apart(a):
    return np.ascontiguousarray(a[0].swapaxes(0, 1))
