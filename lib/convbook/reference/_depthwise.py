"""Depthwise convolution: every map has a kernel of its own, and nothing is added up but taps.

A number that is read is multiplied only a few times, so that reading is what takes the time. For every tap of
a kernel row the maps are copied, moved to the side by as much as the tap is; the other rows of the kernel see
the same copies, further down. What is left is a vector times a matrix for every map and kernel row.

Where the output is as wide as the map, a map that is moved to the side is one run of memory, moved by a few
places: one long copy in place of many short ones. Only the places have to be cleared then that have come in
from the row above or below.
"""

import numpy as np
from numpy.lib.stride_tricks import as_strided

BLOCK = 2**17  # numbers in the copies, which stay in a core's cache
LARGE = 2**20  # numbers in the copies of a single map, which are too many


def fits(axes):
    """Whether it is for these windows: of several rows, at stride 1, as many to a row as the map has samples.

    And the copies of a map must not be too large.
    """
    if len(axes) != 2 or axes[0].s != 1 or axes[1].s != 1 or axes[1].outputs != axes[1].n:
        return False
    return axes[0].r > 1 and axes[1].r * axes[0].n * axes[1].n < LARGE


def times_windows(x, axes, w=None, dy=None):
    """Multiply the windows of every map by its kernel, by the gradient of its output, or by both.

    As `_gemm.times_windows` does for as many maps and groups as channels.

    Parameters
    ----------
    x : ndarray, (N, C, *n)
    axes : list of Axis, two that fit
    w : ndarray, (C, 1, *r), optional
    dy : ndarray, (N, C, *outputs), optional

    Returns
    -------
    y : ndarray, (N, C, *outputs), or None without `w`
    dw : ndarray, (C, 1, *r), or None without `dy`
    """
    rows, columns = axes
    (batch, channels), places = x.shape[:2], rows.outputs * columns.n
    # BLAS takes four rows of a matrix in one pass, and three in two: a fourth one of zeros saves time.
    taps = columns.r + (columns.r % 4 == 3)
    seen = rows.t * (rows.r - 1) + rows.outputs  # rows that the windows look at
    some = min(channels, max(1, BLOCK // (taps * seen * columns.n)))
    copies = np.zeros((some, taps, seen * columns.n), x.dtype)
    moves = list(_moves(copies, rows, columns))
    down = rows.t * columns.n * x.itemsize
    windows = as_strided(copies, (some, rows.r, taps, places), (copies.strides[0], down, *copies.strides[1:]))

    y = dw = None
    if w is not None:
        y = np.empty((batch, channels, 1, places), x.dtype)
        products = np.empty((rows.r, some, 1, places), x.dtype)
        kernels = np.zeros((channels, rows.r, 1, taps), x.dtype)
        kernels[:, :, 0, : columns.r] = w[:, 0]
    if dy is not None:
        dkernels = np.zeros((channels, rows.r, 1, taps), x.dtype)
    for n in range(batch):
        for start in range(0, channels, some):
            part = slice(start, start + some)
            maps = x[n, part].reshape(-1, rows.n * columns.n)
            here = slice(len(maps))
            for moved, samples, strangers in moves:
                moved[here] = maps[:, samples]
                strangers[here] = 0
            if w is not None:
                np.matmul(kernels[part], windows[here], out=products[:, here].swapaxes(0, 1))
                first, second, *others = products[:, here]
                total = np.add(first, second, out=y[n, part])
                for other in others:
                    total += other
            if dy is not None:
                dkernels[part] += dy[n, part].reshape(-1, 1, 1, places) @ windows[here].swapaxes(-1, -2)
    if w is not None:
        y = y.reshape(batch, channels, rows.outputs, columns.n)
    if dy is not None:
        dw = dkernels[:, None, :, 0, : columns.r]
    return y, dw


def _moves(copies, rows, columns):
    """For every tap, its copies of the maps, the samples that go there, and the columns to clear."""
    width, end = columns.n, copies.shape[2]
    by_rows = copies.reshape(*copies.shape[:2], -1, width)
    for a in range(columns.r):
        left = columns.t * a - columns.p
        move = rows.p * width - left
        start = max(0, move)
        stop = max(start, min(end, move + rows.n * width))
        strangers = slice(max(0, width - left), width) if left > 0 else slice(0, min(-left, width))
        yield copies[:, a, start:stop], slice(start - move, stop - move), by_rows[:, a, :, strangers]
