"""Keeping activations in bounds: normalisation over neighbours or over the batch, and dropout.

Features are (N, C, …) with the channels second, with or without maps. A NaN makes NaN of whatever is
normalised with it.
"""

import numpy as np

from convbook.reference._arguments import floats, integer
from convbook.reference._maps import channels, gradient, number

__all__ = [
    "batch_norm",
    "batch_norm_backward",
    "dropout",
    "dropout_backward",
    "local_response_norm",
    "local_response_norm_backward",
]


def local_response_norm(x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """Damp every feature by the strength of its neighbours at the same place.

        y[n, c, …] = x[n, c, …] · (k + α/size · Σ_{j ∈ N(c)} x[n, j, …]²)^−β

    with N(c) the channels from c − ⌊size/2⌋ to c + ⌊(size − 1)/2⌋ that exist.

    Parameters
    ----------
    x : ndarray, (N, C, …)
        Features; any float dtype.
    size : int
        Number of neighbours, the feature itself among them; an even one sees one more before than after.
    alpha, beta, k : float
        The constants; note that α is divided by the size.

    Returns
    -------
    y : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `size` not an int.
    ValueError
        If `x` has fewer than two axes, or `size` is below 1.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG". The constants are PyTorch's. Papers do not divide: AlexNet's α = 10⁻⁴ over 5
    features is 5·10⁻⁴ here, with k = 2.
    """
    x = channels("local_response_norm", x)
    beta = number("local_response_norm", "beta", beta)
    return x * _strength("local_response_norm", x, size, alpha, k) ** -beta


def local_response_norm_backward(dy, x, size, *, alpha=1e-4, beta=0.75, k=1.0):
    """Damp the gradient alike, and take off what each feature does to its neighbours.

        dx_j = dy_j·S_j^−β − 2αβ/size · x_j · Σ_{c: j ∈ N(c)} dy_c·x_c·S_c^{−β − 1}

    with S = k + α/size · Σ x² the sum in the forward function.

    Parameters
    ----------
    dy : ndarray, shape and dtype of `x`
    x, size, alpha, beta, k
        As in `local_response_norm`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`

    Raises
    ------
    TypeError, ValueError
        As `local_response_norm`, and if `dy` is not like `x`.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    name = "local_response_norm_backward"
    x = channels(name, x)
    dy = gradient(name, dy, x, x.shape)
    alpha, beta = number(name, "alpha", alpha), number(name, "beta", beta)
    s = _strength(name, x, size, alpha, k)
    # Those that have j for a neighbour: before and after change places.
    felt = _neighbours(dy * x * s ** (-beta - 1), (size - 1) // 2, size // 2)
    return dy * s**-beta - 2 * alpha * beta / size * x * felt


def batch_norm(
    x, running_mean=None, running_var=None, weight=None, bias=None, *, training=False, momentum=0.1, eps=1e-5
):
    """Give every channel mean 0 and variance 1, then a scale and a shift that are learned.

        y[n, c, …] = weight[c] · (x[n, c, …] − μ[c]) / √(σ²[c] + eps) + bias[c]

    In training μ and σ² are those of this batch, over all of a channel's values, and the running ones follow:

        running ← (1 − momentum) · running + momentum · batch

    the variance with m − 1 in place of m. Afterwards the running ones are used.

    Parameters
    ----------
    x : ndarray, (N, C, …)
        Features; any float dtype.
    running_mean, running_var : ndarray, (C,), optional
        Statistics of earlier batches, needed unless `training`; dtype of `x`.
    weight, bias : ndarray, (C,), optional
        Scale and shift, 1 and 0 by default; dtype of `x`.
    training : bool
        Use the statistics of this batch.
    momentum : float
        How fast the running statistics follow.
    eps : float
        Keeps the root away from 0.

    Returns
    -------
    y : ndarray, shape and dtype of `x`
    running_mean, running_var : ndarray, (C,), or None where none was given
        The new statistics. Those given are not changed: here PyTorch differs, which writes into them and
        returns `y` alone.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If `x` has fewer than two axes, another array is not (C,), a channel has fewer than two values in
        training, or the running statistics are missing otherwise.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn".
    """
    x, mean, var = _statistics("batch_norm", x, running_mean, running_var, training)
    weight, bias = _per_channel("batch_norm", x, weight=weight, bias=bias)
    eps = number("batch_norm", "eps", eps, 0)
    y = _normalised(x, mean, var, eps)
    y = y if weight is None else y * _across(weight, x)
    y = y if bias is None else y + _across(bias, x)
    if training and x.size:
        momentum = number("batch_norm", "momentum", momentum, 0, 1)
        m = x.size // x.shape[1]
        running_mean = _follow(running_mean, mean, momentum)
        running_var = _follow(running_var, var * (m / (m - 1)), momentum)
    return y, running_mean, running_var


def batch_norm_backward(
    dy,
    x,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    *,
    training=False,
    momentum=0.1,
    eps=1e-5,
):
    """Scale the gradient; in training also take off its mean, and its part along the normalised features.

        dx = weight/√(σ² + eps) · (dy − mean(dy) − x̂ · mean(dy·x̂)),      x̂ = (x − μ)/√(σ² + eps)

    with means over all of a channel's values. Without `training` the statistics are constants, and both means
    drop out.

    Parameters
    ----------
    dy : ndarray, shape and dtype of `x`
    x, running_mean, running_var, weight, bias, training, momentum, eps
        As in `batch_norm`.

    Returns
    -------
    dx : ndarray, shape and dtype of `x`
    dweight, dbias : ndarray, (C,), or None where none was given

    Raises
    ------
    TypeError, ValueError
        As `batch_norm`, and if `dy` is not like `x`.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". Added to every value of a channel, a number changes
    nothing; nor does a factor (but for eps). So dx has neither of these directions in it.
    """
    name = "batch_norm_backward"
    x, mean, var = _statistics(name, x, running_mean, running_var, training)
    weight, bias = _per_channel(name, x, weight=weight, bias=bias)
    dy = gradient(name, dy, x, x.shape)
    eps = number(name, "eps", eps, 0)
    axes = _all_but_channels(x)
    normalised = _normalised(x, mean, var, eps)
    dweight, dbias = (dy * normalised).sum(axis=axes), dy.sum(axis=axes)
    dx = dy
    if training and x.size:
        m = x.size // x.shape[1]
        dx = dy - _across(dbias / m, x) - normalised * _across(dweight / m, x)
    scale = 1 / np.sqrt(var + eps) if weight is None else weight / np.sqrt(var + eps)
    return dx * _across(scale, x), None if weight is None else dweight, None if bias is None else dbias


def dropout(x, p=0.5, *, rng):
    """Silence every feature with probability p, and let the others speak up: the mean stays as it was.

        y = x · mask/(1 − p)

    Parameters
    ----------
    x : ndarray
        Features of any shape and float dtype.
    p : float
        Probability of being dropped, 0 to 1.
    rng : numpy.random.Generator
        Draws the mask.

    Returns
    -------
    y : ndarray, shape and dtype of `x`
    mask : ndarray of bool, the shape of `x`
        True where a feature is kept.

    Raises
    ------
    TypeError
        If `x` is not of a float dtype, or `p` not a number.
    ValueError
        If `p` is not a probability.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG". It is for training only; afterwards the layer is left out.
    """
    (x,) = floats("dropout", x=x)
    p = number("dropout", "p", p, 0, 1)
    mask = rng.random(x.shape) >= p
    return x * _gain(mask, p, x.dtype), mask


def dropout_backward(dy, mask, p=0.5):
    """Let the gradient pass where the feature did, and as much louder.

        dx = dy · mask/(1 − p)

    Parameters
    ----------
    dy : ndarray
        Gradient of the output, any float dtype.
    mask : ndarray of bool, the shape of `dy`
        The mask that `dropout` returned.
    p : float
        As in `dropout`.

    Returns
    -------
    dx : ndarray, shape and dtype of `dy`

    Raises
    ------
    TypeError
        If `dy` is not of a float dtype, `mask` not of bool, or `p` not a number.
    ValueError
        If the shapes differ, or `p` is not a probability.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    (dy,) = floats("dropout_backward", dy=dy)
    mask = np.asarray(mask)
    if mask.dtype != bool:
        raise TypeError(f"dropout_backward: mask has dtype {mask.dtype}, expected bool")
    if mask.shape != dy.shape:
        raise ValueError(f"dropout_backward: mask has shape {mask.shape}, expected {dy.shape}, that of dy")
    return dy * _gain(mask, number("dropout_backward", "p", p, 0, 1), dy.dtype)


def _strength(name, x, size, alpha, k):
    """k + α/size · Σ x² over the neighbours of every feature."""
    size = integer(name, "size", size)
    around = _neighbours(x**2, size // 2, (size - 1) // 2)
    return number(name, "k", k) + number(name, "alpha", alpha) / size * around


def _neighbours(x, before, after):
    """Add up to every channel those before and after it."""
    zeros = [(0, 0), (before, after)] + [(0, 0)] * (x.ndim - 2)
    padded = np.pad(x, zeros)
    return sum(padded[:, i : i + x.shape[1]] for i in range(before + 1 + after))


def _statistics(name, x, running_mean, running_var, training):
    """The features, and the mean and variance with which to normalise each channel."""
    x = channels(name, x)
    running_mean, running_var = _per_channel(name, x, running_mean=running_mean, running_var=running_var)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError(f"{name}: without training, running_mean and running_var must be given")
        return x, running_mean, running_var
    if x.size == x.shape[1]:
        raise ValueError(
            f"{name}: x has shape {x.shape}, expected more than one value per channel in training"
        )
    if not x.size:
        return x, np.zeros(x.shape[1], x.dtype), np.ones(x.shape[1], x.dtype)
    return x, x.mean(axis=_all_but_channels(x)), x.var(axis=_all_but_channels(x))


def _per_channel(name, x, **arrays):
    """Arrays with one number for each channel; None stays None."""
    for argument, a in arrays.items():
        if a is not None:
            _, arrays[argument] = floats(name, **{"x": x, argument: a})
            if np.shape(a) != x.shape[1:2]:
                raise ValueError(
                    f"{name}: {argument} has shape {np.shape(a)}, expected ({x.shape[1]},), one per channel"
                )
    return arrays.values()


def _all_but_channels(x):
    return (0, *range(2, x.ndim))


def _across(a, x):
    """One number per channel, as a factor of x."""
    return a.reshape(-1, *[1] * (x.ndim - 2))


def _normalised(x, mean, var, eps):
    return (x - _across(mean, x)) / np.sqrt(_across(var, x) + eps)


def _follow(running, batch, momentum):
    return None if running is None else (1 - momentum) * running + momentum * batch


def _gain(mask, p, dtype):
    """What features are multiplied by: 1/(1 − p) where they are kept, and 0."""
    return mask.astype(dtype) / (1 - p if p < 1 else 1)
