"""Unpooling: give every number of a small map a window of a large one.

What pooling took away does not come back; the functions differ in what they put in its place. All are linear
in x, and each `*_backward`, which takes the gradient `dy` of the output and then the arguments of its forward
function, is the adjoint. A NaN stays where it is put.
"""

from math import prod

import numpy as np

from convbook.reference._arguments import per_axis, plainly
from convbook.reference._maps import gradient, maps, places

__all__ = [
    "bed_of_nails",
    "bed_of_nails_backward",
    "max_unpool1d",
    "max_unpool1d_backward",
    "max_unpool2d",
    "max_unpool2d_backward",
    "subsample",
    "subsample_backward",
    "unpool_nearest",
    "unpool_nearest_backward",
]


def max_unpool1d(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Put every maximum back where it came from, and zeros elsewhere.

        y[…, indices[…, u]] = x[…, u]

    Parameters, result and errors are those of `max_unpool2d` with one axis less.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    return _max_unpool("max_unpool1d", 1, x, indices, kernel_size, stride, padding, output_size)


def max_unpool2d(x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Put every maximum back where it came from, and zeros elsewhere.

        y[…, i, j] = x[…, u, v] where indices[…, u, v] = i·W + j,      0 at other places

    Parameters
    ----------
    x : ndarray, (H', W'), (C, H', W') or (N, C, H', W')
        A map, several, or a batch of such; any float dtype.
    indices : ndarray of int, the shape of `x`
        Places in the H×W plane, as `max_pool2d` returns them. Of values for one place the last is kept.
    kernel_size, stride, padding : int or pair of int
        Those of the max pooling.
    output_size : int or pair of int, optional
        H and W, where they are not s(H' − 1) + R − 2p: a pooling whose windows did not fill the map.

    Returns
    -------
    y : ndarray, (H, W), (C, H, W) or (N, C, H, W), dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, `indices` not of integers, or a hyperparameter not an int or a pair.
    ValueError
        If `x` has another rank or `indices` another shape, an index lies outside the plane, a hyperparameter
        is too small, or `output_size` differs from the above by a stride or more.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". Gathering the values at the indices undoes it.
    """
    return _max_unpool("max_unpool2d", 2, x, indices, kernel_size, stride, padding, output_size)


def max_unpool1d_backward(dy, x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Gather the gradient from where the maxima were put.

        dx[…, u] = dy[…, indices[…, u]]

    Parameters, result and errors are those of `max_unpool2d_backward` with one axis less.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "max_unpool1d_backward"
    return _max_unpool_backward(name, 1, dy, x, indices, kernel_size, stride, padding, output_size)


def max_unpool2d_backward(dy, x, indices, kernel_size, *, stride=None, padding=0, output_size=None):
    """Gather the gradient from where the maxima were put.

        dx[…, u, v] = dy[…, i, j] where indices[…, u, v] = i·W + j

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, indices, kernel_size, stride, padding, output_size
        As in `max_unpool2d`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `max_unpool2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name = "max_unpool2d_backward"
    return _max_unpool_backward(name, 2, dy, x, indices, kernel_size, stride, padding, output_size)


def unpool_nearest(x, stride):
    """Let every sample fill its window: a transposed convolution with ones, s×s, at stride s.

        y[…, i, j] = x[…, ⌊i/s₁⌋, ⌊j/s₂⌋]

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    stride : int or pair of int
        Size s of the windows.

    Returns
    -------
    y : ndarray, (s₁H, s₂W), with the leading axes and the dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `stride` not an int or a pair.
    ValueError
        If `x` has another rank, or the stride is below 1.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". It is s₁s₂ times the adjoint of average pooling.
    """
    x = maps("unpool_nearest", 2, x)
    s1, s2 = per_axis("unpool_nearest", "stride", stride, 2, least=1)
    return x.repeat(s1, axis=-2).repeat(s2, axis=-1)


def unpool_nearest_backward(dy, x, stride):
    """Add the gradients of every window.

        dx[…, u, v] = Σ_{a<s₁, e<s₂} dy[…, s₁u + a, s₂v + e]

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, stride
        As in `unpool_nearest`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `unpool_nearest`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("unpool_nearest_backward", 2, x)
    s1, s2 = per_axis("unpool_nearest_backward", "stride", stride, 2, least=1)
    *leading, height, width = x.shape
    dy = gradient("unpool_nearest_backward", dy, x, (*leading, s1 * height, s2 * width))
    return dy.reshape(*leading, height, s1, width, s2).sum(axis=(-3, -1))


def bed_of_nails(x, stride):
    """Put every sample into the first corner of its window, and zeros elsewhere: the adjoint of `subsample`.

        y[…, s₁u, s₂v] = x[…, u, v]

    Parameters, result and errors are those of `unpool_nearest`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("bed_of_nails", 2, x)
    s1, s2 = per_axis("bed_of_nails", "stride", stride, 2, least=1)
    *leading, height, width = x.shape
    y = np.zeros((*leading, s1 * height, s2 * width), x.dtype)
    y[..., ::s1, ::s2] = x
    return y


def bed_of_nails_backward(dy, x, stride):
    """Keep the gradients at the nails.

        dx[…, u, v] = dy[…, s₁u, s₂v]

    Parameters, result and errors are those of `unpool_nearest_backward`.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("bed_of_nails_backward", 2, x)
    s1, s2 = per_axis("bed_of_nails_backward", "stride", stride, 2, least=1)
    *leading, height, width = x.shape
    dy = gradient("bed_of_nails_backward", dy, x, (*leading, s1 * height, s2 * width))
    return dy[..., ::s1, ::s2].copy()


def subsample(x, stride):
    """Keep one sample of every window, the first, and drop the others unseen.

        y[…, u, v] = x[…, s₁u, s₂v]

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        A map, several, or a batch of such; any float dtype.
    stride : int or pair of int
        Keep one of s.

    Returns
    -------
    y : ndarray, (⌈H/s₁⌉, ⌈W/s₂⌉), with the leading axes and the dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `stride` not an int or a pair.
    ValueError
        If `x` has another rank, or the stride is below 1.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("subsample", 2, x)
    s1, s2 = per_axis("subsample", "stride", stride, 2, least=1)
    return x[..., ::s1, ::s2].copy()


def subsample_backward(dy, x, stride):
    """Put every gradient back on the sample that was kept; the others get none.

        dx[…, s₁u, s₂v] = dy[…, u, v],      0 at other places

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, stride
        As in `subsample`; of `x` only the shape and the dtype matter.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `subsample`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    x = maps("subsample_backward", 2, x)
    s1, s2 = per_axis("subsample_backward", "stride", stride, 2, least=1)
    dx = np.zeros(x.shape, x.dtype)
    kept = dx[..., ::s1, ::s2]
    kept[...] = gradient("subsample_backward", dy, x, kept.shape)
    return dx


def _max_unpool(name, dimensions, x, indices, kernel_size, stride, padding, output_size):
    x, flat, size = _prepare(name, dimensions, x, indices, kernel_size, stride, padding, output_size)
    leading = x.shape[:-dimensions]
    y = np.zeros((*leading, prod(size)), x.dtype)
    np.put_along_axis(y, flat, x.reshape(flat.shape), axis=-1)
    return y.reshape(*leading, *size)


def _max_unpool_backward(name, dimensions, dy, x, indices, kernel_size, stride, padding, output_size):
    x, flat, size = _prepare(name, dimensions, x, indices, kernel_size, stride, padding, output_size)
    leading = x.shape[:-dimensions]
    dy = gradient(name, dy, x, (*leading, *size))
    return np.take_along_axis(dy.reshape(*leading, prod(size)), flat, axis=-1).reshape(x.shape)


def _prepare(name, dimensions, x, indices, kernel_size, stride, padding, output_size):
    """The maps, their indices with each plane in one row, and the size of the output."""
    x = maps(name, dimensions, x)
    kernel = per_axis(name, "kernel_size", kernel_size, dimensions, least=1)
    stride = kernel if stride is None else per_axis(name, "stride", stride, dimensions, least=1)
    padding = per_axis(name, "padding", padding, dimensions, least=0)
    leading, size = x.shape[:-dimensions], x.shape[-dimensions:]
    filled = tuple(s * (n - 1) + r - 2 * p for n, r, s, p in zip(size, kernel, stride, padding, strict=True))
    output_size = filled if output_size is None else output_size
    output = per_axis(name, "output_size", output_size, dimensions, least=1)
    if any(abs(n - m) >= s for n, m, s in zip(output, filled, stride, strict=True)):
        raise ValueError(
            f"{name}: output_size must differ from {plainly(filled)} by less than the stride, "
            f"{plainly(stride)}, got {plainly(output)}"
        )
    indices = places(name, indices, x.shape, output)
    return x, indices.reshape(*leading, prod(size)), output
