"""Convolution as a matrix: sparse, its weights repeated along the diagonals.

The transpose of this matrix is what backpropagation and transposed convolution apply. The weights may have
any real dtype: fill the kernel with 1, 2, 3, … and the entries say which weight stands where. A weight that
happens to be zero is stored all the same, so the number of stored entries, `W.nnz`, is the number of
connections. A NaN goes where its connections lead; connections to the padding are left out.
"""

from math import prod

import numpy as np

from convbook.reference._adjoint import (
    finish_backward,
    prepare_adjoint,
    prepare_adjoint_backward,
    prepare_backward,
)
from convbook.reference._arguments import integer, kept, lay_out, per_axis, prepare, real

__all__ = [
    "circulant",
    "conv1d",
    "conv1d_backward",
    "conv1d_matrix",
    "conv2d",
    "conv2d_backward",
    "conv2d_matrix",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "convolve1d_matrix",
    "is_hankel",
    "is_toeplitz",
    "windows1d",
]


def conv1d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply every signal of the batch by the matrix of the layer.

        y.ravel() = W · x.ravel() + b,      W = conv1d_matrix(w, n, …)

    Parameters, result and errors are those of `direct.conv1d`.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _times_matrix(prepare("conv1d", 1, x, w, b, stride, padding, dilation, groups))


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply every image of the batch, flattened row by row, by the matrix of the layer.

        y.ravel() = W · x.ravel() + b,      W = conv2d_matrix(w, (H, W), …)

    Parameters, result and errors are those of `direct.conv2d`.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    return _times_matrix(prepare("conv2d", 2, x, w, b, stride, padding, dilation, groups))


def conv1d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply by the transposed matrix, and add up the gradients of all entries that share a weight.

        dx = Wᵀ · dy,      dW = dy · xᵀ,      dw[j, i, a] = Σ dW where W holds w[j, i, a]

    Parameters, results and errors are those of `direct.conv1d_backward`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv1d_backward", 1, dy, x, w, stride, padding, dilation, groups)
    return _by_transpose(layer, dy)


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Multiply by the transposed matrix, and add up the gradients of all entries that share a weight.

        dx = Wᵀ · dy,      dW = dy · xᵀ,      dw[j, i, a, e] = Σ dW where W holds w[j, i, a, e]

    Parameters, results and errors are those of `direct.conv2d_backward`.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    layer, dy = prepare_backward("conv2d_backward", 2, dy, x, w, stride, padding, dilation, groups)
    return _by_transpose(layer, dy)


def conv_transpose1d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply every signal of the batch by the transposed matrix of a layer.

        y.ravel() = Wᵀ · x.ravel() + b,      W = conv1d_matrix(w, n', …) for the length n' of the output

    Parameters, result and errors are those of `direct.conv_transpose1d`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose1d", 1, x, w, b, stride, padding, output_padding, groups, dilation)
    return _times_transpose(layer)


def conv_transpose2d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply every image of the batch, flattened row by row, by the transposed matrix of a layer.

        y.ravel() = Wᵀ · x.ravel() + b,      W = conv2d_matrix(w, (H', W'), …) for the size of the output

    Parameters, result and errors are those of `direct.conv_transpose2d`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose2d", 2, x, w, b, stride, padding, output_padding, groups, dilation)
    return _times_transpose(layer)


def conv_transpose1d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply by the matrix itself: the transpose of the transpose.

        dx = W · dy,      dW = x · dyᵀ,      dw[c, j, a] = Σ dW where W holds w[c, j, a]

    Parameters, result and errors are those of `direct.conv_transpose1d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _by_matrix(*prepare_adjoint_backward(name, 1, dy, x, w, *hyper))


def conv_transpose2d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Multiply by the matrix itself: the transpose of the transpose.

        dx = W · dy,      dW = x · dyᵀ,      dw[c, j, a, e] = Σ dW where W holds w[c, j, a, e]

    Parameters, result and errors are those of `direct.conv_transpose2d_backward`.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d_backward"
    hyper = stride, padding, output_padding, groups, dilation
    return _by_matrix(*prepare_adjoint_backward(name, 2, dy, x, w, *hyper))


def conv1d_matrix(w, n, *, stride=1, padding=0, dilation=1, groups=1):
    """Write a 1-D convolutional layer as a matrix; each row is the one above, moved right by the stride.

        W[(j, u), (g(j)·C/G + i, s·u + t·a − p)] = w[j, i, a],      all other entries 0

    so that `conv1d(x, w, …).ravel() == W @ x.ravel()` for one signal or one stack of channels, in C order.

    Parameters
    ----------
    w : ndarray, (r,) or (K, C // groups, R)
        Kernel or kernels, any real dtype.
    n : int
        Length of the input.
    stride, padding, dilation, groups
        As in `direct.conv1d`.

    Returns
    -------
    W : scipy.sparse.csr_array, (K·n', C·n), dtype of `w`

    Raises
    ------
    TypeError
        If `w` is not real, or a hyperparameter is not an int.
    ValueError
        If `w` has another rank, a number is too small, the groups do not divide the kernels, or the kernel
        does not fit the padded input; the message names the sizes.

    Notes
    -----
    Chapter 3, "Toeplitz matrices". Its transpose: chapters 6 and 7.
    """
    w, groups = _kernels("conv1d_matrix", 1, w, groups)
    size = per_axis("conv1d_matrix", "n", n, 1, least=1)
    layout = lay_out("conv1d_matrix", size, w.shape[2:], stride, padding, dilation)
    return _matrix(w, layout, groups)


def conv2d_matrix(w, size, *, stride=1, padding=0, dilation=1, groups=1):
    """Write a 2-D convolutional layer as a matrix: a Toeplitz matrix of Toeplitz matrices, at stride 1.

        W[(j, u, v), (g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂)] = w[j, i, a, e],      all other entries 0

    so that `conv2d(x, w, …).ravel() == W @ x.ravel()` for one image or one stack of feature maps, in C order.

    Parameters
    ----------
    w : ndarray, (R, S) or (K, C // groups, R, S)
        Kernel or kernels, any real dtype.
    size : int or pair of int
        Height and width of the input.
    stride, padding, dilation, groups
        As in `direct.conv2d`.

    Returns
    -------
    W : scipy.sparse.csr_array, (K·H'·W', C·H·W), dtype of `w`

    Raises
    ------
    TypeError
        If `w` is not real, or a hyperparameter is not an int or a pair.
    ValueError
        If `w` has another rank, a number is too small, the groups do not divide the kernels, or the kernel
        does not fit the padded input; the message names the sizes.

    Notes
    -----
    Chapter 3, "Toeplitz matrices". Its transpose: chapters 6 and 7.
    """
    w, groups = _kernels("conv2d_matrix", 2, w, groups)
    size = per_axis("conv2d_matrix", "size", size, 2, least=1)
    layout = lay_out("conv2d_matrix", size, w.shape[2:], stride, padding, dilation)
    return _matrix(w, layout, groups)


def convolve1d_matrix(w, n, mode="full"):
    """Write convolution as a matrix whose every column is the kernel, one row lower each time.

        W[m, l] = w[m − l]

    so that `convolve1d(x, w, mode) == W @ x`. In full mode W is tall and has w[0] on top.

    Parameters
    ----------
    w : ndarray, (r,)
        Kernel, any real dtype.
    n : int
        Length of the signal.
    mode : "full", "same", "valid" or "circular"
        Which rows are kept, as in `direct.convolve1d`.

    Returns
    -------
    W : scipy.sparse.csr_array, (n + r − 1, n) in full mode, dtype of `w`

    Raises
    ------
    TypeError
        If `w` is not real, or `n` not an int.
    ValueError
        If `w` is empty or not 1-D, `n` is below 1, the mode is unknown, or the kernel is longer than the
        signal in mode "valid".

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    from scipy.sparse import csr_array

    w = _kernel("convolve1d_matrix", w)
    n = integer("convolve1d_matrix", "n", n)
    (rows,) = kept("convolve1d_matrix", (n,), w.shape, mode)
    if mode == "circular":
        return csr_array(circulant(w, max(n, len(w)))[:, :n])
    # Convolution is correlation with the flipped kernel, on an input padded until the two only just touch.
    return conv1d_matrix(w[::-1], n, padding=len(w) - 1)[rows]


def circulant(w, n):
    """Write convolution on a circle of `n` samples as a matrix; each column is the one before, turned by one.

        C[m, l] = w[(m − l) mod n],      w filled up with zeros to length n

    so that `convolve1d(x, w, "circular") == C @ x`.

    Parameters
    ----------
    w : ndarray, (r,)
        Kernel, any real dtype, r ≤ n.
    n : int
        Length of the signal, and of its period.

    Returns
    -------
    C : ndarray, (n, n), dtype of `w`

    Raises
    ------
    TypeError
        If `w` is not real, or `n` not an int.
    ValueError
        If `w` is empty or not 1-D, or longer than the period.

    Notes
    -----
    Chapter 3, "Toeplitz matrices": the Fourier transform diagonalises it.
    """
    import scipy.linalg

    w = _kernel("circulant", w)
    n = integer("circulant", "n", n)
    if len(w) > n:
        raise ValueError(f"circulant: kernel {len(w)} is longer than the period {n}")
    return scipy.linalg.circulant(np.pad(w, (0, n - len(w))))


def windows1d(x, r, *, stride=1, padding=0, dilation=1):
    """Stack the windows of a signal as rows: repeat the input instead of the kernel.

        X[u, a] = x[s·u + t·a − p]

    so that `conv1d(x, w, …) == X @ w`. At stride and dilation 1 its anti-diagonals are constant: it is a
    Hankel matrix.

    Parameters
    ----------
    x : ndarray, (n,)
        Signal, any real dtype.
    r : int
        Kernel size.
    stride, padding, dilation
        As in `direct.conv1d`.

    Returns
    -------
    X : ndarray, (n', r), dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not real, or a number not an int.
    ValueError
        If `x` is not 1-D, a number is too small, or the kernel does not fit the padded input.

    Notes
    -----
    Chapter 3, "Toeplitz matrices". `im2col.unfold` does it for images.
    """
    x = real("windows1d", "x", x)
    if x.ndim != 1:
        raise ValueError(f"windows1d: x has shape {x.shape}, expected (n,)")
    r = integer("windows1d", "r", r)
    layout = lay_out("windows1d", x.shape, (r,), stride, padding, dilation)
    x = layout.pad(x)
    return np.stack([x[layout.seen_by((a,))] for a in range(r)], axis=1)


def is_toeplitz(A):
    """Say whether every diagonal of a matrix is constant, A[i, j] = a[i − j].

    Parameters
    ----------
    A : ndarray or sparse array, (m, n)

    Returns
    -------
    bool
        The comparison is exact.

    Raises
    ------
    ValueError
        If `A` is not a matrix.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    A = _dense("is_toeplitz", A)
    return np.array_equal(A[1:, 1:], A[:-1, :-1])


def is_hankel(A):
    """Say whether every anti-diagonal of a matrix is constant, A[i, j] = a[i + j].

    Parameters
    ----------
    A : ndarray or sparse array, (m, n)

    Returns
    -------
    bool
        The comparison is exact.

    Raises
    ------
    ValueError
        If `A` is not a matrix.

    Notes
    -----
    Chapter 3, "Toeplitz matrices".
    """
    A = _dense("is_hankel", A)
    return np.array_equal(A[1:, :-1], A[:-1, 1:])


def _matrix(w, layout, groups):
    """The matrix of a layer in one or two dimensions; `w` has the axes of maps and channels.

    Number the samples of the padded input and of the output; then every weight names the pairs it connects.
    """
    from scipy.sparse import csr_array

    maps, channels, *_ = w.shape
    inside = layout.pad(np.ones((groups * channels, *layout.size), bool))
    inputs = np.arange(inside.size).reshape(inside.shape)
    outputs = np.arange(maps * prod(layout.output)).reshape(maps, *layout.output)
    rows, columns, weights = [], [], []
    for j, i, *tap in np.ndindex(w.shape):
        c = j * groups // maps * channels + i
        rows.append(outputs[j].ravel())
        columns.append(inputs[c, *layout.seen_by(tap)].ravel())
        weights.append(np.full(outputs[j].size, w[j, i, *tap]))
    entries = np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))
    padded = csr_array(entries, shape=(outputs.size, inputs.size))
    return padded[:, inside.ravel()]


def _times_matrix(layer):
    """The layer as one sparse product, with the inputs of the batch as columns."""
    W = _matrix(_at_least_float32(layer.w), layer.layout, layer.groups)
    return layer.finish((W @ layer.x.reshape(len(layer.x), W.shape[1]).T).T)


def _times_transpose(layer):
    """A transposed layer as one sparse product, with the inputs of the batch as columns."""
    W = _matrix(_at_least_float32(layer.w), layer.layout, layer.groups)
    y = (W.T @ layer.x.reshape(len(layer.x), W.shape[0]).T).T
    return layer.finish(y.reshape(layer.shape))


def _by_transpose(layer, dy):
    """The gradients of a layer from its matrix."""
    x, w, dy = map(_at_least_float32, (layer.x, layer.w, dy))
    W = _matrix(w, layer.layout, layer.groups)
    flat_x, flat_dy = x.reshape(len(x), W.shape[1]), dy.reshape(len(x), W.shape[0])
    dx = (W.T @ flat_dy.T).T.reshape(x.shape)
    return finish_backward(layer, dx, _of_weights(layer, flat_dy, flat_x), dy)


def _by_matrix(layer, dy):
    """The gradients of a transposed layer from the matrix of which it applies the transpose."""
    x, w, dy = map(_at_least_float32, (layer.x, layer.w, dy))
    W = _matrix(w, layer.layout, layer.groups)
    flat_x, flat_dy = x.reshape(len(x), W.shape[0]), dy.reshape(len(x), W.shape[1])
    dx = (W @ flat_dy.T).T.reshape(x.shape)
    return finish_backward(layer, dx, _of_weights(layer, flat_x, flat_dy), dy)


def _of_weights(layer, rows, columns):
    """The gradients of the weights, from what stands at the rows and at the columns of their matrix.

    Of dW = rows · columnsᵀ only the entries are needed where W has connections. A matrix of the same pattern,
    with the number of each weight in its place, says which of them share one.
    """
    w = layer.w
    number = _matrix(np.arange(w.size).reshape(w.shape), layer.layout, layer.groups).tocoo()
    dW = np.sum(rows[:, number.row] * columns[:, number.col], axis=0)
    dw = np.zeros(w.size, dW.dtype)
    np.add.at(dw, number.data, dW)
    return dw.reshape(w.shape)


def _at_least_float32(a):
    """An array of float32 or wider: scipy has no sparse float16."""
    return a.astype(np.promote_types(a.dtype, np.float32), copy=False)


def _kernels(name, axes, w, groups):
    """The kernels with axes for maps and channels, and the number of groups."""
    w = real(name, "w", w)
    if w.ndim not in (axes, axes + 2) or not w.size:
        expected = {1: "(r,) or (K, C/groups, R)", 2: "(R, S) or (K, C/groups, R, S)"}[axes]
        raise ValueError(f"{name}: w has shape {w.shape}, expected {expected}, not empty")
    if w.dtype == np.float16:
        raise TypeError(f"{name}: w has dtype float16, which scipy.sparse lacks, expected float32 or wider")
    w = w[(None,) * (axes + 2 - w.ndim)]
    groups = integer(name, "groups", groups)
    if len(w) % groups:
        raise ValueError(f"{name}: groups={groups} must divide the {len(w)} kernels of w")
    return w, groups


def _kernel(name, w):
    """A single 1-D kernel."""
    w = real(name, "w", w)
    if w.ndim != 1 or not w.size:
        raise ValueError(f"{name}: w has shape {w.shape}, expected (r,), not empty")
    return w


def _dense(name, A):
    A = A.toarray() if hasattr(A, "toarray") else np.asarray(A)
    if A.ndim != 2:
        raise ValueError(f"{name}: A has shape {A.shape}, expected (m, n)")
    return A
