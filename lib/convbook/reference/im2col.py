"""Convolution as one matrix product: repeat the input instead of the kernel.

`unfold` writes every window of an image as a column; a kernel written as a row then meets all windows in one
product. `fold` is its adjoint: it puts the columns back and adds where they overlap. A NaN goes where it does
in `direct`.
"""

from math import prod

import numpy as np

from convbook.reference._adjoint import (
    crop,
    finish_backward,
    prepare_adjoint,
    prepare_adjoint_backward,
    prepare_backward,
)
from convbook.reference._arguments import lay_out, per_axis, prepare, real, times

__all__ = [
    "col2im",
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "fold",
    "im2col",
    "unfold",
]


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


def conv1d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Two products for one: the columns again for dw, and columns to fold back for dx.

        dw = dy · columnsᵀ,      dx = fold(w.reshape(K, C·R)ᵀ · dy)

    Parameters, results and errors are those of `direct.conv1d_backward`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv1d_backward", 1, dy, x, w, stride, padding, dilation, groups)
    return _two_products(layer, dy)


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Two products for one: the columns again for dw, and columns to fold back for dx.

        dw = dy · unfold(x, (R, S), …)ᵀ,      dx = fold(w.reshape(K, C·R·S)ᵀ · dy, (H, W), (R, S), …)

    Parameters, results and errors are those of `direct.conv2d_backward`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv2d_backward", 2, dy, x, w, stride, padding, dilation, groups)
    return _two_products(layer, dy)


def conv_transpose1d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply every sample with the kernels, and fold the columns that come out.

        y = fold(w.reshape(C, K·R)ᵀ · x) + b

    Parameters, result and errors are those of `direct.conv_transpose1d`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose1d", 1, x, w, b, stride, padding, output_padding, groups, dilation)
    return _product_and_fold(layer)


def conv_transpose2d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply every pixel with the kernels, and fold the columns that come out.

        y = fold(w.reshape(C, K·R·S)ᵀ · x, (H', W'), (R, S), …) + b

    Parameters, result and errors are those of `direct.conv_transpose2d`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose2d", 2, x, w, b, stride, padding, output_padding, groups, dilation)
    return _product_and_fold(layer)


def conv_transpose1d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Take the windows of the gradient as columns: one product for dx, one for dw.

        dx = w.reshape(C, K·R) · columns,      dw = x · columnsᵀ

    Parameters, result and errors are those of `direct.conv_transpose1d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _unfold_and_two_products(*prepare_adjoint_backward(name, 1, dy, x, w, *hyper))


def conv_transpose2d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Take the windows of the gradient as columns: one product for dx, one for dw.

        columns = unfold(dy, (R, S), …),      dx = w.reshape(C, K·R·S) · columns,      dw = x · columnsᵀ

    Parameters, result and errors are those of `direct.conv_transpose2d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _unfold_and_two_products(*prepare_adjoint_backward(name, 2, dy, x, w, *hyper))


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
    added = 3 - columns.ndim
    columns = columns[(None,) * added]
    columns = columns.reshape(len(columns), rows // prod(kernel_size), *kernel_size, *layout.output)
    x = _scatter(columns, layout)
    return x[0] if added else x


im2col, col2im = unfold, fold


def _gather(x, layout):
    """Copy what every tap sees of the padded input: (N, C, *kernel, *output)."""
    columns = np.empty((*x.shape[:2], *layout.kernel, *layout.output), x.dtype)
    for tap in np.ndindex(layout.kernel):
        columns[:, :, *tap] = x[:, :, *layout.seen_by(tap)]
    return columns


def _scatter(columns, layout):
    """Add up what every tap saw, each in its place, and crop the padding; the adjoint of `_gather`."""
    x = layout.pad(np.zeros((*columns.shape[:2], *layout.size), columns.dtype))
    for tap in np.ndindex(layout.kernel):
        x[:, :, *layout.seen_by(tap)] += columns[:, :, *tap]
    return crop(x, layout)


def _one_product(layer):
    """Kernels as rows times windows as columns, group by group, for the whole batch."""
    return layer.finish(_rows(layer) @ _columns(layer, layer.x))


def _two_products(layer, dy):
    """Gradients for the rows from the columns, and for the columns from the rows, group by group."""
    rows, columns = _rows(layer), _columns(layer, layer.x)
    dy_rows = dy.reshape(*columns.shape[:2], rows.shape[1], columns.shape[3])
    dw = np.sum(dy_rows @ columns.swapaxes(2, 3), axis=0)
    dx = _spread(rows, dy_rows, layer.layout)
    return finish_backward(layer, dx, dw.reshape(layer.w.shape), dy)


def _product_and_fold(layer):
    """Kernels, turned into columns, times samples, group by group, for the whole batch; and folded."""
    rows = _rows(layer)
    x = layer.x.reshape(len(layer.x), layer.groups, rows.shape[1], prod(layer.layout.output))
    return layer.finish(_spread(rows, x, layer.layout))


def _unfold_and_two_products(layer, dy):
    """Gradients for the samples from the rows, and for the rows from the samples, group by group."""
    rows, columns = _rows(layer), _columns(layer, dy)
    x = layer.x.reshape(*columns.shape[:2], rows.shape[1], columns.shape[3])
    dw = np.sum(x @ columns.swapaxes(2, 3), axis=0)
    return finish_backward(layer, (rows @ columns).reshape(layer.x.shape), dw.reshape(layer.w.shape), dy)


def _rows(layer):
    """The kernels as rows, (groups, kernels, weights)."""
    return layer.w.reshape(layer.groups, len(layer.w) // layer.groups, -1)


def _columns(layer, x):
    """The windows on x as columns, (N, groups, weights, windows)."""
    columns = _gather(layer.layout.pad(x), layer.layout)
    return columns.reshape(len(x), layer.groups, layer.w[0].size, prod(layer.layout.output))


def _spread(rows, y, layout):
    """Columns from the transposed rows, and folded."""
    columns = rows.swapaxes(1, 2) @ y
    channels = columns.shape[1] * columns.shape[2] // prod(layout.kernel)
    return _scatter(columns.reshape(len(y), channels, *layout.kernel, *layout.output), layout)
