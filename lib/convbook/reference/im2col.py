"""Convolution as one matrix product: repeat the input instead of the kernel.

`unfold` writes every window of an image as a column; a kernel written as a row then meets all windows in one
product. `fold` is its adjoint: it puts the columns back and adds where they overlap.
"""

from math import prod

import numpy as np

from convbook.reference._arguments import lay_out, per_axis, prepare, real, times

__all__ = ["col2im", "conv1d", "conv2d", "fold", "im2col", "unfold"]


def conv1d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the kernels, as rows, with the windows of the signal, as columns.

        y = w.reshape(K, C·R) · columns + b

    Parameters, result and errors are those of `direct.conv1d`.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _one_product(prepare("conv1d", 1, x, w, b, stride, padding, dilation, groups))


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply the kernels, as rows, with the windows of the image, as columns.

        y = w.reshape(K, C·R·S) · unfold(x, (R, S), …) + b

    Parameters, result and errors are those of `direct.conv2d`.

    Notes
    -----
    Chapter 3, "Toeplitz matrices". With groups it is one product for each.
    """
    return _one_product(prepare("conv2d", 2, x, w, b, stride, padding, dilation, groups))


def unfold(x, kernel_size, *, stride=1, padding=0, dilation=1):
    """Write every window of an image as a column, so that a matrix product can do the rest.

        columns[n, (c, a, e), (u, v)] = x[n, c, s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any real dtype.
    kernel_size : int or pair of int
        r for an r×r window, or (R, S).
    stride, padding, dilation
        As in `direct.conv2d`.

    Returns
    -------
    columns : ndarray, (R·S, L), (C·R·S, L) or (N, C·R·S, L), dtype of `x`
        With L = H'·W', the number of windows, row by row.

    Raises
    ------
    TypeError
        If `x` is not real, or a number is not an int or a pair.
    ValueError
        If `x` has another rank, a number is too small, or the kernel does not fit the padded input.

    Notes
    -----
    Chapter 3, "Toeplitz matrices". Also known as `im2col`.
    """
    x = real("unfold", "x", x)
    if x.ndim not in (2, 3, 4):
        raise ValueError(f"unfold: x has shape {x.shape}, expected (H, W), (C, H, W) or (N, C, H, W)")
    kernel_size = per_axis("unfold", "kernel_size", kernel_size, 2, least=1)
    layout = lay_out("unfold", x.shape[-2:], kernel_size, stride, padding, dilation)
    added = 4 - x.ndim
    x = x[(None,) * added]
    columns = _gather(layout.pad(x), layout)
    columns = columns.reshape(len(x), x.shape[1] * prod(kernel_size), prod(layout.output))
    return columns[0] if added else columns


def fold(columns, output_size, kernel_size, *, stride=1, padding=0, dilation=1):
    """Put columns back where `unfold` took them from, and add where windows overlap.

        x[n, c, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += columns[n, (c, a, e), (u, v)]

    The adjoint of `unfold`, ⟨unfold(x), columns⟩ = ⟨x, fold(columns)⟩, and not its inverse: a sample that
    lies in several windows comes back several times.

    Parameters
    ----------
    columns : ndarray, (C·R·S, L) or (N, C·R·S, L)
        Any real dtype.
    output_size : int or pair of int
        Height and width of the image to make.
    kernel_size, stride, padding, dilation
        As they were given to `unfold`.

    Returns
    -------
    x : ndarray, (C, H, W) or (N, C, H, W), dtype of `columns`

    Raises
    ------
    TypeError
        If `columns` is not real, or a number is not an int or a pair.
    ValueError
        If the sizes of `columns` do not belong to these windows; the message names both.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". Also known as `col2im`.
    """
    columns = real("fold", "columns", columns)
    if columns.ndim not in (2, 3):
        raise ValueError(f"fold: columns has shape {columns.shape}, expected (C·R·S, L) or (N, C·R·S, L)")
    size = per_axis("fold", "output_size", output_size, 2, least=1)
    kernel_size = per_axis("fold", "kernel_size", kernel_size, 2, least=1)
    layout = lay_out("fold", size, kernel_size, stride, padding, dilation)
    rows, places = columns.shape[-2:]
    if rows % prod(kernel_size):
        raise ValueError(
            f"fold: columns has {rows} rows, expected a multiple of {prod(kernel_size)} "
            f"for kernel {times(kernel_size)}"
        )
    if places != prod(layout.output):
        raise ValueError(
            f"fold: columns has {places} columns, expected {times(layout.output)} = {prod(layout.output)}, "
            f"the windows on an output of {times(size)}"
        )
    batch = columns.shape[:-2]
    x = layout.pad(np.zeros((*batch, rows // prod(kernel_size), *size), columns.dtype))
    columns = columns.reshape(*x.shape[:-2], *kernel_size, *layout.output)
    for a, e in np.ndindex(kernel_size):
        x[..., *layout.seen_by((a, e))] += columns[..., a, e, :, :]
    (top, _), (left, _) = layout.padding
    return x[..., top : top + size[0], left : left + size[1]]


im2col, col2im = unfold, fold


def _gather(x, layout):
    """Copy what every tap sees of the padded input: (N, C, *kernel, *output)."""
    columns = np.empty((*x.shape[:2], *layout.kernel, *layout.output), x.dtype)
    for tap in np.ndindex(layout.kernel):
        columns[:, :, *tap] = x[:, :, *layout.seen_by(tap)]
    return columns


def _one_product(layer):
    """Kernels as rows times windows as columns, group by group, for the whole batch."""
    batch, groups = len(layer.x), layer.groups
    rows = layer.w.reshape(groups, len(layer.w) // groups, -1)
    columns = _gather(layer.padded, layer.layout)
    columns = columns.reshape(batch, groups, rows.shape[2], prod(layer.layout.output))
    return layer.finish(rows @ columns)
