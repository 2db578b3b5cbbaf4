"""Activation functions: from pre-activations a to outputs y, of any shape, and back.

Each `*_backward` takes the gradient `dy` of the output, then the arguments of its forward function. NaN stays
NaN.
"""

import numpy as np

from convbook.reference._arguments import floats, per_axis
from convbook.reference._maps import gradient

__all__ = [
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "scaled_tanh",
    "scaled_tanh_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]


def relu(a):
    """Let what is positive pass, and nothing else.

        y = max(a, 0)

    Parameters
    ----------
    a : ndarray
        Any float dtype.

    Returns
    -------
    y : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError
        If `a` is not of a float dtype.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    (a,) = floats("relu", a=a)
    return np.maximum(a, 0)


def relu_backward(dy, a):
    """Let the gradient pass where the activation did.

        da = dy where a > 0, else 0

    Parameters
    ----------
    dy : ndarray, shape and dtype of `a`
    a : ndarray
        As in `relu`.

    Returns
    -------
    da : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If the shapes differ.

    Notes
    -----
    Chapter 1, "Images as vectors". At 0, where there is no derivative, it is 0, as in PyTorch.
    """
    a, dy = _pair("relu_backward", a, dy)
    return np.where(a <= 0, a.dtype.type(0), dy)


def tanh(a):
    """Squash to between −1 and 1.

        y = tanh a

    Parameters, result and errors are those of `relu`.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    (a,) = floats("tanh", a=a)
    return np.tanh(a)


def tanh_backward(dy, a):
    """Scale the gradient by the slope, which vanishes where the function is flat.

        da = dy · (1 − tanh² a)

    Parameters, result and errors are those of `relu_backward`.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    a, dy = _pair("tanh_backward", a, dy)
    return dy * (1 - np.tanh(a) ** 2)


def scaled_tanh(a):
    """Squash to between −1.7159 and 1.7159, so that the targets ±1 lie where the function still bends.

        y = 1.7159 · tanh(⅔·a)

    Parameters, result and errors are those of `relu`.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG". It takes ±1 to ±1 (to four digits).
    """
    (a,) = floats("scaled_tanh", a=a)
    return 1.7159 * np.tanh(2 / 3 * a)


def scaled_tanh_backward(dy, a):
    """Scale the gradient by the slope.

        da = dy · 1.7159 · ⅔ · (1 − tanh²(⅔·a))

    Parameters, result and errors are those of `relu_backward`.

    Notes
    -----
    Chapter 10, "LeNet-5 to VGG".
    """
    a, dy = _pair("scaled_tanh_backward", a, dy)
    return dy * (1.7159 * 2 / 3 * (1 - np.tanh(2 / 3 * a) ** 2))


def sigmoid(a):
    """Turn a number into a probability.

        y = 1/(1 + e⁻ᵃ)

    Parameters, result and errors are those of `relu`.

    Notes
    -----
    Chapters 1, "Images as vectors", and 15, "Recurrent networks". Neither tail overflows, and the left one
    keeps its digits.
    """
    (a,) = floats("sigmoid", a=a)
    return np.exp(np.minimum(a, 0)) / (1 + np.exp(-np.abs(a)))


def sigmoid_backward(dy, a):
    """Scale the gradient by the slope, ¼ at most.

        da = dy · y · (1 − y)

    Parameters, result and errors are those of `relu_backward`.

    Notes
    -----
    Chapters 1, "Images as vectors", and 15, "Recurrent networks".
    """
    a, dy = _pair("sigmoid_backward", a, dy)
    return dy * sigmoid(a) * sigmoid(-a)


def softmax(a, dim=-1):
    """Turn scores into probabilities that sum to one, each in proportion to its exponential.

        y_j = e^{a_j} / Σ_i e^{a_i},      along the axis `dim`

    Parameters
    ----------
    a : ndarray
        Scores, any float dtype; at least one axis, and scores along `dim`.
    dim : int
        The axis along which the scores compete.

    Returns
    -------
    y : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError
        If `a` is not of a float dtype, or `dim` not an int.
    ValueError
        If `a` has no such axis.

    Notes
    -----
    Chapter 1, "Images as vectors". A number added to all scores changes nothing; the greatest is taken off
    before the exponential, which cannot overflow then.
    """
    a = _scores("softmax", a, dim)
    e = np.exp(a - a.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def softmax_backward(dy, a, dim=-1):
    """Scale by the probabilities what exceeds their mean gradient: pushing all scores alike changes nothing.

        da = y · (dy − Σ_i y_i·dy_i)

    Parameters
    ----------
    dy : ndarray, shape and dtype of `a`
    a, dim
        As in `softmax`.

    Returns
    -------
    da : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError, ValueError
        As `softmax`, and if `dy` is not like `a`.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    y = softmax(_scores("softmax_backward", a, dim), dim)
    dy = gradient("softmax_backward", dy, y, y.shape)
    return y * (dy - (y * dy).sum(axis=dim, keepdims=True))


def log_softmax(a, dim=-1):
    """The logarithms of the probabilities of `softmax`, also of those too small to write down.

        y_j = a_j − log Σ_i e^{a_i},      along the axis `dim`

    Parameters, result and errors are those of `softmax`.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    a = _scores("log_softmax", a, dim)
    a = a - a.max(axis=dim, keepdims=True)
    return a - np.log(np.exp(a).sum(axis=dim, keepdims=True))


def log_softmax_backward(dy, a, dim=-1):
    """Take off every gradient its probability's part of their sum.

        da_j = dy_j − e^{y_j} · Σ_i dy_i

    Parameters, result and errors are those of `softmax_backward`.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    a = _scores("log_softmax_backward", a, dim)
    dy = gradient("log_softmax_backward", dy, a, a.shape)
    return dy - softmax(a, dim) * dy.sum(axis=dim, keepdims=True)


def _pair(name, a, dy):
    (a,) = floats(name, a=a)
    return a, gradient(name, dy, a, a.shape)


def _scores(name, a, dim):
    (a,) = floats(name, a=a)
    (dim,) = per_axis(name, "dim", dim, 1)
    if not -a.ndim <= dim < a.ndim or not a.shape[dim]:
        raise ValueError(f"{name}: a has shape {a.shape}, which holds no scores along axis {dim}")
    return a
