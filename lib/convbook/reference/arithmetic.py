"""Sizes, parameters and operations of a layer, counted before anything is computed.

Whole networks, layer by layer: `layers`.
"""

from math import floor, prod

from convbook.reference._adjoint import lay_out_transposed
from convbook.reference._arguments import integer, lay_out, per_axis, plainly, times
from convbook.reference._maps import number
from convbook.reference._windows import windows

__all__ = [
    "conv2d_operations",
    "conv2d_parameters",
    "conv_transpose_output_size",
    "effective_kernel",
    "interpolate_output_size",
    "output_size",
    "pool_output_size",
    "unpool_output_size",
]


def effective_kernel(r, dilation):
    """What a kernel spans when its taps stand `dilation` apart, holes included.

        r̂ = r + (r − 1)(t − 1)

    Parameters
    ----------
    r, dilation : int or pair of int
        Kernel size and the step from tap to tap; a dense kernel has dilation 1.

    Returns
    -------
    int or pair of int
        A pair if either argument is one.

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is below 1.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    axes = _axes(r, dilation)
    r = per_axis("effective_kernel", "r", r, axes, least=1)
    dilation = per_axis("effective_kernel", "dilation", dilation, axes, least=1)
    return plainly([r + (r - 1) * (t - 1) for r, t in zip(r, dilation, strict=True)])


def output_size(n, r, *, stride=1, padding=0, dilation=1):
    """How many windows of a kernel fit on an input.

        n' = ⌊(n + 2p − r̂) / s⌋ + 1      with r̂ = r + (r − 1)(t − 1)

    Parameters
    ----------
    n, r : int or pair of int
        Sizes of the input and of the kernel.
    stride, dilation : int or pair of int
        Steps s from window to window and t from tap to tap.
    padding : int, pair of int, "same" or "valid"
        Zeros p at each end; "same" keeps the size (at stride 1), "valid" is 0.

    Returns
    -------
    int or pair of int
        A pair if any argument is one.

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is too small, or the kernel does not fit the padded input; the message names both sizes.

    Notes
    -----
    Chapter 4, "The convolutional layer". Where the division is not exact, the last samples are never read.
    """
    axes = _axes(n, r, stride, padding, dilation)
    n = per_axis("output_size", "n", n, axes, least=0)
    r = per_axis("output_size", "r", r, axes, least=1)
    return plainly(lay_out("output_size", n, r, stride, padding, dilation).output)


def conv_transpose_output_size(n, r, *, stride=1, padding=0, output_padding=0, dilation=1):
    """Say how much a transposed convolution paints: the size that a convolution would turn into n.

        n' = s(n − 1) + r̂ − 2p + output_padding      with r̂ = r + (r − 1)(t − 1)

    A convolution of stride s makes n of any of s sizes, because it rounds down; output_padding says of which.

    Parameters
    ----------
    n, r : int or pair of int
        Sizes of the input and of the kernel.
    stride, padding, dilation : int or pair of int
        Those of the convolution: steps s and t, and zeros p at each end, which are cut off here.
    output_padding : int or pair of int
        Samples added at the end, less than the stride or the dilation.

    Returns
    -------
    int or pair of int
        A pair if any argument is one.

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is out of range, or the padding cuts everything off.

    Notes
    -----
    Chapter 7, "Transposed convolution".
    """
    name, axes = "conv_transpose_output_size", _axes(n, r, stride, padding, output_padding, dilation)
    n = per_axis(name, "n", n, axes, least=1)
    r = per_axis(name, "r", r, axes, least=1)
    return plainly(lay_out_transposed(name, n, r, stride, padding, output_padding, dilation).size)


def pool_output_size(n, r, *, stride=None, padding=0, dilation=1, ceil_mode=False):
    """Count the windows of a pooling.

        n' = ⌊(n + 2p − r̂) / s⌋ + 1      with r̂ = r + (r − 1)(t − 1)

    In ceil mode the division is rounded up, so that the last samples are read too, by a window that hangs
    over the end; but a window that would begin behind the last sample, in the padding or beyond, is left out.

    Parameters
    ----------
    n, r : int or pair of int
        Sizes of the input and of the window.
    stride : int or pair of int, optional
        Step s from one window to the next; by default r.
    padding : int or pair of int
        Places p at each end, at most r/2.
    dilation : int or pair of int
        Step t from one tap to the next.
    ceil_mode : bool

    Returns
    -------
    int or pair of int
        A pair if any argument is one.

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is out of range, or the window does not fit the padded input.

    Notes
    -----
    Chapter 8, "Pooling and unpooling".
    """
    name, axes = "pool_output_size", _axes(n, r, stride, padding, dilation)
    n = per_axis(name, "n", n, axes, least=1)
    r = per_axis(name, "r", r, axes, least=1)
    return plainly([axis.outputs for axis in windows(name, n, r, stride, padding, dilation, ceil_mode)])


def unpool_output_size(n, r, *, stride=None, padding=0):
    """Say what a pooling was fed, if its windows filled it.

        n' = s(n − 1) + r − 2p

    Parameters
    ----------
    n, r : int or pair of int
        Sizes of the input and of the window.
    stride : int or pair of int, optional
        Step s from one window to the next; by default r.
    padding : int or pair of int
        Places p at each end.

    Returns
    -------
    int or pair of int
        A pair if any argument is one.

    Raises
    ------
    TypeError
        If an argument is not an int or a pair of ints.
    ValueError
        If one is out of range, or nothing is left.

    Notes
    -----
    Chapter 8, "Pooling and unpooling". The pooling may have had up to s − 1 samples more.
    """
    stride = r if stride is None else stride
    name, axes = "unpool_output_size", _axes(n, r, stride, padding)
    n = per_axis(name, "n", n, axes, least=1)
    r = per_axis(name, "r", r, axes, least=1)
    return plainly(lay_out_transposed(name, n, r, stride, padding, 0, 1).size)


def interpolate_output_size(n, scale_factor):
    """Scale a size, and round down.

        n' = ⌊n · scale_factor⌋

    Parameters
    ----------
    n : int or pair of int
        Size of the input.
    scale_factor : float or pair of float

    Returns
    -------
    int or pair of int
        A pair if either argument is one.

    Raises
    ------
    TypeError
        If `n` is not an int or a pair of ints, or a factor not a number.
    ValueError
        If a size is below 1, or nothing is left.

    Notes
    -----
    Chapters 7, "Transposed convolution", and 14, "Semantic segmentation".
    """
    name, axes = "interpolate_output_size", _axes(n, scale_factor)
    n = per_axis(name, "n", n, axes, least=1)
    factors = scale_factor if isinstance(scale_factor, tuple | list) else (scale_factor,) * axes
    size = [floor(m * number(name, "scale_factor", f)) for m, f in zip(n, factors, strict=True)]
    if min(size) < 1:
        raise ValueError(f"{name}: scale_factor={scale_factor} leaves nothing of {times(n)}")
    return plainly(size)


def conv2d_parameters(in_channels, out_channels, kernel_size, *, groups=1, bias=True):
    """Count the numbers that a 2-D convolutional layer learns: every kernel has its weights and one bias.

        (r²·k/g + 1)·k'

    Parameters
    ----------
    in_channels, out_channels : int
        Feature maps k and k'.
    kernel_size : int or pair of int
        r for an r×r kernel, or (R, S).
    groups : int
        Groups g, which divide both numbers of maps.
    bias : bool
        Without it the 1 is dropped.

    Returns
    -------
    int

    Raises
    ------
    TypeError
        If an argument is not an int, or `kernel_size` not an int or a pair.
    ValueError
        If one is below 1, or the groups do not divide the maps.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """
    return _parameters("conv2d_parameters", in_channels, out_channels, kernel_size, groups, bias)


def conv2d_operations(
    in_channels, out_channels, kernel_size, size, *, stride=1, padding=0, dilation=1, groups=1, bias=True
):
    """Count the operations of a 2-D convolutional layer: it uses every parameter once per output position.

        (r²·k/g + 1)·k'·h'·w'

    One operation is a multiplication and its addition; adding the bias counts as one.

    Parameters
    ----------
    in_channels, out_channels, kernel_size, groups, bias
        As in `conv2d_parameters`.
    size : int or pair of int
        Height and width of the *input*.
    stride, padding, dilation
        As in `output_size`.

    Returns
    -------
    int

    Raises
    ------
    TypeError, ValueError
        As `conv2d_parameters` and `output_size`.

    Notes
    -----
    Chapter 4, "The convolutional layer".
    """
    name = "conv2d_operations"
    size = per_axis(name, "size", size, 2, least=1)
    kernel = per_axis(name, "kernel_size", kernel_size, 2, least=1)
    parameters = _parameters(name, in_channels, out_channels, kernel, groups, bias)
    return parameters * prod(lay_out(name, size, kernel, stride, padding, dilation).output)


def _parameters(name, in_channels, out_channels, kernel_size, groups, bias):
    k = integer(name, "in_channels", in_channels)
    k_out = integer(name, "out_channels", out_channels)
    r1, r2 = per_axis(name, "kernel_size", kernel_size, 2, least=1)
    g = integer(name, "groups", groups)
    if k % g or k_out % g:
        raise ValueError(f"{name}: groups={g} must divide in_channels={k} and out_channels={k_out}")
    return (r1 * r2 * (k // g) + bool(bias)) * k_out


def _axes(*values):
    """Two axes if any value is a pair, else one."""
    return 2 if any(isinstance(v, tuple | list) for v in values) else 1
