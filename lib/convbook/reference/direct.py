"""Convolution from the definition: loops, one line per formula.

Each weight takes its own shifted copy of the input, and the copies are added; backwards, and in a transposed
convolution, each weight puts a copy in the same places. Slow for many channels, and the yardstick for
everything that is faster. A NaN in a map makes NaN of every output whose window it lies in; one in a kernel,
of the whole map that the kernel makes.
"""

import numpy as np

from convbook.reference._adjoint import (
    crop,
    finish_backward,
    prepare_adjoint,
    prepare_adjoint_backward,
    prepare_backward,
)
from convbook.reference._arguments import kept, prepare, signals

__all__ = [
    "conv1d",
    "conv1d_backward",
    "conv2d",
    "conv2d_backward",
    "conv_transpose1d",
    "conv_transpose1d_backward",
    "conv_transpose2d",
    "conv_transpose2d_backward",
    "convolve1d",
    "convolve2d",
    "correlate1d",
    "correlate2d",
]


def conv1d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel along a signal and take its inner product with every window.

        y[n, j, u] = b[j] + Σ_{i,a} w[j, i, a] · x[n, g(j)·C/G + i, s·u + t·a − p]

    with g(j) = ⌊j·G/K⌋ the group of output map j, and x = 0 outside its ends. This is cross-correlation,
    `w ⋆ x`: the kernel is not flipped.

    Parameters
    ----------
    x : ndarray, (n,), (C, L) or (N, C, L)
        A signal, its channels, or a batch of such; any float dtype.
    w : ndarray, (r,) with x (n,), else (K, C // groups, R)
        The kernel, or one kernel per output map; the dtype of `x`.
    b : ndarray, (K,), or a number with x (n,), optional
        Bias; the dtype of `x`.
    stride : int
        Step s from one window to the next.
    padding : int, "same" or "valid"
        Zeros p at each end. "same" keeps the size at stride 1 (an odd zero goes to the end); "valid" is 0.
    dilation : int
        Step t from one tap to the next; 1 is a dense kernel.
    groups : int
        Groups G; each group of output maps sees only its own group of input maps.

    Returns
    -------
    y : ndarray, (n',), (K, L') or (N, K, L'), dtype of `x`
        With n' = ⌊(n + 2p − t(r − 1) − 1)/s⌋ + 1; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is too small, "same" meets a stride
        above 1, or the kernel does not fit the padded input; the message names the sizes.

    Notes
    -----
    Chapter 2, "Convolution"; with channels and groups chapter 4, "The convolutional layer".
    """
    layer = prepare("conv1d", 1, x, w, b, stride, padding, dilation, groups)
    x, w, layout = layer.padded, layer.w, layer.layout
    y = np.zeros(layer.shape, x.dtype)
    maps, channels, _ = w.shape
    for j, i, a in np.ndindex(w.shape):
        c = j * groups // maps * channels + i
        y[:, j] += w[j, i, a] * x[:, c, *layout.seen_by((a,))]
    return layer.finish(y)


def conv2d(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Slide a kernel over an image and take its inner product with every window.

        y[n, j, u, v] = b[j] + Σ_{i,a,e} w[j, i, a, e] · x[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂]

    with g(j) = ⌊j·G/K⌋ the group of output map j, and x = 0 outside its borders. This is cross-correlation,
    `w ⋆ x`: the kernel is not flipped.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any float dtype.
    w : ndarray, (R, S) with x (H, W), else (K, C // groups, R, S)
        The kernel, or one kernel per output map; the dtype of `x`.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    stride : int or pair of int
        Step s from one window to the next, (rows, columns).
    padding : int, pair of int, "same" or "valid"
        Zeros p at each border. "same" keeps the size at stride 1 (an odd zero goes to the end); "valid" is 0.
    dilation : int or pair of int
        Step t from one tap to the next; 1 is a dense kernel.
    groups : int
        Groups G; each group of output maps sees only its own group of input maps.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`
        With H' = ⌊(H + 2p₁ − t₁(R − 1) − 1)/s₁⌋ + 1 and W' likewise; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is too small, "same" meets a stride
        above 1, or the kernel does not fit the padded input; the message names the sizes.

    Notes
    -----
    Chapter 2, "Convolution"; with channels and groups chapter 4, "The convolutional layer".
    """
    layer = prepare("conv2d", 2, x, w, b, stride, padding, dilation, groups)
    x, w, layout = layer.padded, layer.w, layer.layout
    y = np.zeros(layer.shape, x.dtype)
    maps, channels, _, _ = w.shape
    for j, i, a, e in np.ndindex(w.shape):
        c = j * groups // maps * channels + i
        y[:, j] += w[j, i, a, e] * x[:, c, *layout.seen_by((a, e))]
    return layer.finish(y)


def conv1d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every output's gradient back along the wires that led to it.

        dx[n, g(j)·C/G + i, s·u + t·a − p] += w[j, i, a] · dy[n, j, u]
        dw[j, i, a] = Σ_{n,u} dy[n, j, u] · x[n, g(j)·C/G + i, s·u + t·a − p]
        db[j] = Σ_{n,u} dy[n, j, u]

    Each wire multiplied x by w on its way into y; so it gives x the blame w·dy, and w the blame x·dy. What a
    window saw of the padding is dropped.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, stride, padding, dilation, groups
        As in `conv1d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (n,), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv1d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". Sharing a weight forwards is adding its gradients
    backwards.
    """
    layer, dy = prepare_backward("conv1d_backward", 1, dy, x, w, stride, padding, dilation, groups)
    x, w, layout = layer.padded, layer.w, layer.layout
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    maps, channels, _ = w.shape
    for j, i, a in np.ndindex(w.shape):
        c, seen = j * groups // maps * channels + i, layout.seen_by((a,))
        dx[:, c, *seen] += w[j, i, a] * dy[:, j]
        dw[j, i, a] = np.sum(dy[:, j] * x[:, c, *seen])
    return finish_backward(layer, crop(dx, layout), dw, dy)


def conv2d_backward(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1):
    """Send every output's gradient back along the wires that led to it.

        dx[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += w[j, i, a, e] · dy[n, j, u, v]
        dw[j, i, a, e] = Σ_{n,u,v} dy[n, j, u, v] · x[n, g(j)·C/G + i, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        db[j] = Σ_{n,u,v} dy[n, j, u, v]

    Each wire multiplied x by w on its way into y; so it gives x the blame w·dy, and w the blame x·dy. What a
    window saw of the padding is dropped.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, stride, padding, dilation, groups
        As in `conv2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (H, W), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution". Sharing a weight forwards is adding its gradients
    backwards.
    """
    layer, dy = prepare_backward("conv2d_backward", 2, dy, x, w, stride, padding, dilation, groups)
    x, w, layout = layer.padded, layer.w, layer.layout
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    maps, channels, _, _ = w.shape
    for j, i, a, e in np.ndindex(w.shape):
        c, seen = j * groups // maps * channels + i, layout.seen_by((a, e))
        dx[:, c, *seen] += w[j, i, a, e] * dy[:, j]
        dw[j, i, a, e] = np.sum(dy[:, j] * x[:, c, *seen])
    return finish_backward(layer, crop(dx, layout), dw, dy)


def conv_transpose1d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Paint a copy of the kernel for every sample, `stride` apart, and add where the copies overlap.

        y[n, g(c)·K/G + j, s·u + t·a − p] += x[n, c, u] · w[c, j, a]

    with g(c) = ⌊c·G/C⌋ the group of input map c, and every y starting from its bias. The transpose of
    `conv1d`, and its gradient dx: ⟨conv1d(u, w), x⟩ = ⟨u, conv_transpose1d(x, w)⟩. It is not its inverse.

    Parameters
    ----------
    x : ndarray, (n,), (C, L) or (N, C, L)
        A signal, its channels, or a batch of such; any float dtype.
    w : ndarray, (r,) with x (n,), else (C, K // groups, R)
        The kernel, or for every input map one for each output map of its group; the dtype of `x`.
    b : ndarray, (K,), or a number with x (n,), optional
        Bias; the dtype of `x`.
    stride : int
        Step s from one copy to the next.
    padding : int
        Samples p cut off at each end: what `conv1d` would have padded.
    output_padding : int
        Samples added at the end, less than the stride or the dilation: those that a strided `conv1d` never
        read.
    groups : int
        Groups G; each group of output maps is painted by its own group of input maps only.
    dilation : int
        Step t from one tap of a copy to the next.

    Returns
    -------
    y : ndarray, (n',), (K, L') or (N, K, L'), dtype of `x`
        With n' = s(n − 1) + t(r − 1) + 1 − 2p + output_padding; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is out of range, or the padding cuts
        everything off; the message names the sizes.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose1d", 1, x, w, b, stride, padding, output_padding, groups, dilation)
    x, w, y = layer.x, layer.w, layer.canvas
    channels, maps, _ = w.shape
    for c, i, a in np.ndindex(w.shape):
        j = c * groups // channels * maps + i
        y[:, j, *layer.layout.seen_by((a,))] += x[:, c] * w[c, i, a]
    return layer.finish(crop(y, layer.layout))


def conv_transpose2d(x, w, b=None, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Paint a copy of the kernel for every pixel, `stride` apart, and add where the copies overlap.

        y[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂] += x[n, c, u, v] · w[c, j, a, e]

    with g(c) = ⌊c·G/C⌋ the group of input map c, and every y starting from its bias. The transpose of
    `conv2d`, and its gradient dx: ⟨conv2d(u, w), x⟩ = ⟨u, conv_transpose2d(x, w)⟩. It is not its inverse.

    Parameters
    ----------
    x : ndarray, (H, W), (C, H, W) or (N, C, H, W)
        An image, its feature maps, or a batch of such; any float dtype.
    w : ndarray, (R, S) with x (H, W), else (C, K // groups, R, S)
        The kernel, or for every input map one for each output map of its group; the dtype of `x`.
    b : ndarray, (K,), or a number with x (H, W), optional
        Bias; the dtype of `x`.
    stride : int or pair of int
        Step s from one copy to the next, (rows, columns).
    padding : int or pair of int
        Rows and columns p cut off at each border: what `conv2d` would have padded.
    output_padding : int or pair of int
        Rows and columns added at the end, less than the stride or the dilation: those that a strided `conv2d`
        never read.
    groups : int
        Groups G; each group of output maps is painted by its own group of input maps only.
    dilation : int or pair of int
        Step t from one tap of a copy to the next.

    Returns
    -------
    y : ndarray, (H', W'), (K, H', W') or (N, K, H', W'), dtype of `x`
        With H' = s₁(H − 1) + t₁(R − 1) + 1 − 2p₁ + output_padding₁ and W' likewise; as many axes as `x`.

    Raises
    ------
    TypeError
        If an array is not of a float dtype or the dtypes differ, or a hyperparameter is not an int or a pair.
    ValueError
        If ranks, channels, groups or bias do not match, a hyperparameter is out of range, or the padding cuts
        everything off; the message names the sizes.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    layer = prepare_adjoint("conv_transpose2d", 2, x, w, b, stride, padding, output_padding, groups, dilation)
    x, w, y = layer.x, layer.w, layer.canvas
    channels, maps, _, _ = w.shape
    for c, i, a, e in np.ndindex(w.shape):
        j = c * groups // channels * maps + i
        y[:, j, *layer.layout.seen_by((a, e))] += x[:, c] * w[c, i, a, e]
    return layer.finish(crop(y, layer.layout))


def conv_transpose1d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Collect for every sample the gradient under its copy of the kernel.

        dx[n, c, u] = Σ_{j,a} w[c, j, a] · dy[n, g(c)·K/G + j, s·u + t·a − p]
        dw[c, j, a] = Σ_{n,u} x[n, c, u] · dy[n, g(c)·K/G + j, s·u + t·a − p]
        db[j] = Σ_{n,m} dy[n, j, m]

    The first is `conv1d` of `dy`: the transpose of the transpose. What was cut off has no gradient.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, stride, padding, output_padding, groups, dilation
        As in `conv_transpose1d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (n,), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv_transpose1d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose1d_backward"
    layer, dy = prepare_adjoint_backward(name, 1, dy, x, w, stride, padding, output_padding, groups, dilation)
    x, w, layout = layer.x, layer.w, layer.layout
    padded, dx, dw = layout.pad(dy), np.zeros_like(x), np.zeros_like(w)
    channels, maps, _ = w.shape
    for c, i, a in np.ndindex(w.shape):
        j, painted = c * groups // channels * maps + i, layout.seen_by((a,))
        dx[:, c] += w[c, i, a] * padded[:, j, *painted]
        dw[c, i, a] = np.sum(x[:, c] * padded[:, j, *painted])
    return finish_backward(layer, dx, dw, dy)


def conv_transpose2d_backward(dy, x, w, *, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """Collect for every pixel the gradient under its copy of the kernel.

        dx[n, c, u, v] = Σ_{j,a,e} w[c, j, a, e] · dy[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        dw[c, j, a, e] = Σ_{n,u,v} x[n, c, u, v] · dy[n, g(c)·K/G + j, s₁u + t₁a − p₁, s₂v + t₂e − p₂]
        db[j] = Σ_{n,m,l} dy[n, j, m, l]

    The first is `conv2d` of `dy`: the transpose of the transpose. What was cut off has no gradient.

    Parameters
    ----------
    dy : ndarray, the shape of the output, dtype of `x`
    x, w, stride, padding, output_padding, groups, dilation
        As in `conv_transpose2d`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dw : ndarray, shape and dtype of `w`
    db : ndarray, (K,), or a number with x (H, W), dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `conv_transpose2d`, and if `dy` is not of the output's shape.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name = "conv_transpose2d_backward"
    layer, dy = prepare_adjoint_backward(name, 2, dy, x, w, stride, padding, output_padding, groups, dilation)
    x, w, layout = layer.x, layer.w, layer.layout
    padded, dx, dw = layout.pad(dy), np.zeros_like(x), np.zeros_like(w)
    channels, maps, _, _ = w.shape
    for c, i, a, e in np.ndindex(w.shape):
        j, painted = c * groups // channels * maps + i, layout.seen_by((a, e))
        dx[:, c] += w[c, i, a, e] * padded[:, j, *painted]
        dw[c, i, a, e] = np.sum(x[:, c] * padded[:, j, *painted])
    return finish_backward(layer, dx, dw, dy)


def convolve1d(x, w, mode="full"):
    """Let every sample of a signal start an echo shaped like the kernel, and add the echoes.

        y[m] = Σ_k w[k] · x[m − k]

    This is convolution, `w ∗ x`: position goes down in x as it goes up in w, so the kernel is flipped.

    Parameters
    ----------
    x : ndarray, (n,)
        Signal, any float dtype.
    w : ndarray, (r,)
        Kernel, the dtype of `x`.
    mode : "full", "same", "valid" or "circular"
        Which m are kept:

        - full: every m where the two overlap, 0 … n + r − 2
        - same: n of those, from (r − 1)//2 on
        - valid: those where the kernel lies wholly inside, r − 1 … n − 1
        - circular: x goes round with period N = max(n, r), the shorter of the two filled up with zeros, and
          m is 0 … N − 1

    Returns
    -------
    y : ndarray, dtype of `x`
        Of length n + r − 1, n, n − r + 1 or N.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 1-D, the mode is unknown, or the kernel is longer than the signal in mode
        "valid".

    Notes
    -----
    Chapter 2, "Convolution".
    """
    x, w = signals("convolve1d", 1, x, w)
    (n,), (r,) = x.shape, w.shape
    part = kept("convolve1d", x.shape, w.shape, mode)
    if mode == "circular":
        x = np.pad(x, (0, max(r - n, 0)))
        return sum(w[k] * np.roll(x, k) for k in range(r))
    y = np.zeros(n + r - 1, x.dtype)
    for k in range(r):
        y[k : k + n] += w[k] * x
    return y[part]


def convolve2d(x, w, mode="full"):
    """Let every pixel of an image leave a print shaped like the kernel, and add the prints.

        y[m, l] = Σ_{a,e} w[a, e] · x[m − a, l − e]

    This is convolution, `w ∗ x`: the kernel is flipped along both axes.

    Parameters
    ----------
    x : ndarray, (H, W)
        Image, any float dtype.
    w : ndarray, (R, S)
        Kernel, the dtype of `x`.
    mode : "full", "same", "valid" or "circular"
        Which positions are kept, axis by axis as in `convolve1d`.

    Returns
    -------
    y : ndarray, dtype of `x`
        (H + R − 1, W + S − 1), (H, W), (H − R + 1, W − S + 1) or (max(H, R), max(W, S)).

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 2-D, the mode is unknown, or the kernel exceeds the image in mode "valid".

    Notes
    -----
    Chapter 2, "Convolution".
    """
    x, w = signals("convolve2d", 2, x, w)
    (height, width), (r1, r2) = x.shape, w.shape
    part = kept("convolve2d", x.shape, w.shape, mode)
    if mode == "circular":
        x = np.pad(x, [(0, max(r1 - height, 0)), (0, max(r2 - width, 0))])
        return sum(w[a, e] * np.roll(x, (a, e), axis=(0, 1)) for a, e in np.ndindex(r1, r2))
    y = np.zeros((height + r1 - 1, width + r2 - 1), x.dtype)
    for a, e in np.ndindex(r1, r2):
        y[a : a + height, e : e + width] += w[a, e] * x
    return y[part]


def correlate1d(x, w, mode="full"):
    """Compare a kernel with a signal at every position: an inner product where they lie on each other.

        y[m] = Σ_k w[k] · x[m + k]

    This is cross-correlation, `w ⋆ x`: `convolve1d` without the flip.

    Parameters
    ----------
    x : ndarray, (n,)
        Signal, any float dtype.
    w : ndarray, (r,)
        Kernel, the dtype of `x`.
    mode : "full", "same", "valid" or "circular"
        Which m are kept:

        - full: every m where the two overlap, −(r − 1) … n − 1
        - same: n of those, leaving out the first (r − 1)//2
        - valid: those where the kernel lies wholly inside, 0 … n − r
        - circular: x goes round with period N = max(n, r), the shorter of the two filled up with zeros, and
          m is 0 … N − 1

        In the first three it equals `convolve1d(x, w[::-1], mode)`.

    Returns
    -------
    y : ndarray, dtype of `x`
        Of length n + r − 1, n, n − r + 1 or N.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 1-D, the mode is unknown, or the kernel is longer than the signal in mode
        "valid".

    Notes
    -----
    Chapter 2, "Convolution". For an even r, "same" starts one sample before `conv1d(x, w, padding="same")`.
    """
    x, w = signals("correlate1d", 1, x, w)
    (n,), (r,) = x.shape, w.shape
    part = kept("correlate1d", x.shape, w.shape, mode)
    if mode == "circular":
        x = np.pad(x, (0, max(r - n, 0)))
        return sum(w[k] * np.roll(x, -k) for k in range(r))
    x = np.pad(x, r - 1)
    return sum(w[k] * x[k : k + n + r - 1] for k in range(r))[part]


def correlate2d(x, w, mode="full"):
    """Compare a kernel with an image at every position: an inner product where they lie on each other.

        y[m, l] = Σ_{a,e} w[a, e] · x[m + a, l + e]

    This is cross-correlation, `w ⋆ x`: `convolve2d` without the flip.

    Parameters
    ----------
    x : ndarray, (H, W)
        Image, any float dtype.
    w : ndarray, (R, S)
        Kernel, the dtype of `x`.
    mode : "full", "same", "valid" or "circular"
        Which positions are kept, axis by axis as in `correlate1d`.

    Returns
    -------
    y : ndarray, dtype of `x`
        (H + R − 1, W + S − 1), (H, W), (H − R + 1, W − S + 1) or (max(H, R), max(W, S)).

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If an array is empty or not 2-D, the mode is unknown, or the kernel exceeds the image in mode "valid".

    Notes
    -----
    Chapter 2, "Convolution".
    """
    x, w = signals("correlate2d", 2, x, w)
    (height, width), (r1, r2) = x.shape, w.shape
    part = kept("correlate2d", x.shape, w.shape, mode)
    if mode == "circular":
        x = np.pad(x, [(0, max(r1 - height, 0)), (0, max(r2 - width, 0))])
        return sum(w[a, e] * np.roll(x, (-a, -e), axis=(0, 1)) for a, e in np.ndindex(r1, r2))
    x = np.pad(x, [(r1 - 1, r1 - 1), (r2 - 1, r2 - 1)])
    y = np.zeros((height + r1 - 1, width + r2 - 1), x.dtype)
    for a, e in np.ndindex(r1, r2):
        y += w[a, e] * x[a : a + len(y), e : e + y.shape[1]]
    return y[part]
