"""Sizes, parameters and operations of a convolutional layer, counted before anything is computed."""

from math import prod

from convbook.reference._arguments import integer, lay_out, per_axis, plainly

__all__ = ["conv2d_operations", "conv2d_parameters", "effective_kernel", "output_size"]


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
