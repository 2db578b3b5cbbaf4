"""Losses: how far outputs are from targets, as one number or one for each.

With `reduction` "mean" or "sum" the loss is a number, and the gradient `dy` that its `*_backward` takes first
is one too, `1.0` at the end of a network; with "none" there is a loss for every target. The other arguments
are those of the forward function, and the gradient is that of its first. NaN gives NaN.
"""

import numpy as np

from convbook.reference._arguments import floats, integer
from convbook.reference._maps import gradient
from convbook.reference.activation import log_softmax, sigmoid, softmax

__all__ = [
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy_with_logits_backward",
    "cross_entropy",
    "cross_entropy_backward",
    "mse_loss",
    "mse_loss_backward",
    "nll_loss",
    "nll_loss_backward",
]


def cross_entropy(a, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """How surprised a classifier is by the true class, −log of the probability that it gave to it.

        ℓ[n, …] = −w[y] · log p[n, y, …],      p = softmax(a, dim=1),      y = target[n, …]

    and the mean divides by the sum of the weights, not by their number.

    Parameters
    ----------
    a : ndarray, (N, C) or (N, C, …)
        Scores of C classes, for every example or every place of its map; any float dtype.
    target : ndarray of int, (N,) or (N, …)
        The true classes, 0 … C − 1.
    weight : ndarray, (C,), optional
        How much each class counts, 1 by default; dtype of `a`.
    ignore_index : int
        A target that does not count.
    reduction : "mean", "sum" or "none"

    Returns
    -------
    loss : number, or ndarray of the shape of `target` with "none"; dtype of `a`
        The mean of nothing is NaN.

    Raises
    ------
    TypeError
        If `a` or `weight` is not of a float dtype or theirs differ, or `target` does not hold integers.
    ValueError
        If shapes do not match, a target is no class, or the reduction is unknown.

    Notes
    -----
    Chapter 1, "Images as vectors"; with maps chapter 14, "Semantic segmentation".
    """
    a, classes, weights = _classified("cross_entropy", "a", a, target, weight, ignore_index)
    return _surprise("cross_entropy", log_softmax(a, dim=1), classes, weights, reduction)


def cross_entropy_backward(dy, a, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Pull the probabilities towards the target, by as much as they are away from it.

        da = dy · (p − onehot(y)) / m

    for the mean of m examples; with weights, w[y] in place of 1 and their sum in place of m.

    Parameters
    ----------
    dy : float, or ndarray of the shape of `target` with "none"; dtype of `a`
    a, target, weight, ignore_index, reduction
        As in `cross_entropy`.

    Returns
    -------
    da : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`, and if `dy` is not of the loss's shape.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    name = "cross_entropy_backward"
    a, classes, weights = _classified(name, "a", a, target, weight, ignore_index)
    share = _shares(name, dy, a, weights, reduction)
    true = classes[:, None]
    difference = softmax(a, dim=1)
    np.put_along_axis(difference, true, np.take_along_axis(difference, true, axis=1) - 1, axis=1)
    return share[:, None] * difference


def nll_loss(log_p, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """How surprised a classifier is by the true class, when it says itself how probable it holds each.

        ℓ[n, …] = −w[y] · log_p[n, y, …],      y = target[n, …]

    and the mean divides by the sum of the weights, not by their number. It is the negative logarithm of the
    likelihood of the targets, and `cross_entropy(a, target)` is `nll_loss(log_softmax(a, 1), target)`.

    Parameters
    ----------
    log_p : ndarray, (N, C) or (N, C, …)
        Logarithms of the probabilities of C classes, for every example or every place of its map; any float
        dtype.
    target, weight, ignore_index, reduction
        As in `cross_entropy`.

    Returns
    -------
    loss : number, or ndarray of the shape of `target` with "none"; dtype of `log_p`
        The mean of nothing is NaN.

    Raises
    ------
    TypeError, ValueError
        As `cross_entropy`.

    Notes
    -----
    Chapter 1, "Images as vectors"; with maps chapter 14, "Semantic segmentation".
    """
    log_p, classes, weights = _classified("nll_loss", "log_p", log_p, target, weight, ignore_index)
    return _surprise("nll_loss", log_p, classes, weights, reduction)


def nll_loss_backward(dy, log_p, target, *, weight=None, ignore_index=-100, reduction="mean"):
    """Push up the probability of the true class, and look at no other.

        dlog_p = −dy · onehot(y) / m

    for the mean of m examples; with weights, w[y] in place of 1 and their sum in place of m.

    Parameters
    ----------
    dy : float, or ndarray of the shape of `target` with "none"; dtype of `log_p`
    log_p, target, weight, ignore_index, reduction
        As in `nll_loss`.

    Returns
    -------
    dlog_p : ndarray, shape and dtype of `log_p`

    Raises
    ------
    TypeError, ValueError
        As `nll_loss`, and if `dy` is not of the loss's shape.

    Notes
    -----
    Chapter 1, "Images as vectors". That the other probabilities have to sink is the work of `log_softmax`,
    whose backward follows.
    """
    name = "nll_loss_backward"
    log_p, classes, weights = _classified(name, "log_p", log_p, target, weight, ignore_index)
    share = _shares(name, dy, log_p, weights, reduction)
    dlog_p = np.zeros_like(log_p)
    np.put_along_axis(dlog_p, classes[:, None], -share[:, None], axis=1)
    return dlog_p


def binary_cross_entropy_with_logits(a, target, *, reduction="mean"):
    """How surprised a detector is by the truth: cross-entropy of two classes with one score.

        ℓ = −t·log σ(a) − (1 − t)·log(1 − σ(a)) = max(a, 0) − a·t + log(1 + e^{−|a|})

    Parameters
    ----------
    a : ndarray
        Scores of any shape and float dtype.
    target : ndarray, shape and dtype of `a`
        Probabilities t, mostly 0 or 1.
    reduction : "mean", "sum" or "none"

    Returns
    -------
    loss : number, or ndarray of the shape of `a` with "none"; dtype of `a`
        The mean of nothing is NaN.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If the shapes differ, or the reduction is unknown.

    Notes
    -----
    Chapter 1, "Images as vectors". The last form neither overflows nor takes the logarithm of 0.
    """
    name = "binary_cross_entropy_with_logits"
    a, target = _alike(name, a=a, target=target)
    losses = np.maximum(a, 0) - a * target + np.log1p(np.exp(-np.abs(a)))
    return _reduced(name, losses, a.dtype.type(a.size), reduction)


def binary_cross_entropy_with_logits_backward(dy, a, target, *, reduction="mean"):
    """Pull every probability towards its target, by as much as it is away from it.

        da = dy · (σ(a) − t) / m

    for the mean of m losses; their sum and "none" do not divide.

    Parameters
    ----------
    dy : float, or ndarray of the shape of `a` with "none"; dtype of `a`
    a, target, reduction
        As in `binary_cross_entropy_with_logits`.

    Returns
    -------
    da : ndarray, shape and dtype of `a`

    Raises
    ------
    TypeError, ValueError
        As `binary_cross_entropy_with_logits`, and if `dy` is not of the loss's shape.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    name = "binary_cross_entropy_with_logits_backward"
    a, target = _alike(name, a=a, target=target)
    return _shared(name, dy, a, a.shape, a.dtype.type(a.size), reduction) * (sigmoid(a) - target)


def mse_loss(y, target, *, reduction="mean"):
    """Square what is missing.

        ℓ = (y − t)²

    Parameters
    ----------
    y : ndarray
        Outputs of any shape and float dtype.
    target : ndarray, shape and dtype of `y`
        What they should be, t.
    reduction : "mean", "sum" or "none"

    Returns
    -------
    loss : number, or ndarray of the shape of `y` with "none"; dtype of `y`
        The mean of nothing is NaN.

    Raises
    ------
    TypeError
        If an array is not of a float dtype, or the dtypes differ.
    ValueError
        If the shapes differ, or the reduction is unknown.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    y, target = _alike("mse_loss", y=y, target=target)
    return _reduced("mse_loss", (y - target) ** 2, y.dtype.type(y.size), reduction)


def mse_loss_backward(dy, y, target, *, reduction="mean"):
    """Pull every output towards its target, by twice what is missing.

        dy ← dy · 2(y − t) / m

    for the mean of m losses; their sum and "none" do not divide.

    Parameters
    ----------
    dy : float, or ndarray of the shape of `y` with "none"; dtype of `y`
        The gradient of the loss.
    y, target, reduction
        As in `mse_loss`.

    Returns
    -------
    dy : ndarray, shape and dtype of `y`
        The gradient of the outputs.

    Raises
    ------
    TypeError, ValueError
        As `mse_loss`, and if the gradient is not of the loss's shape.

    Notes
    -----
    Chapter 1, "Images as vectors".
    """
    y, target = _alike("mse_loss_backward", y=y, target=target)
    dy = _shared("mse_loss_backward", dy, y, y.shape, y.dtype.type(y.size), reduction)
    return dy * 2 * (y - target)


def _classified(name, argument, a, target, weight, ignore_index):
    """The scores, the true classes (any class where none counts), and the weight of each."""
    (a,) = floats(name, **{argument: a})
    if a.ndim < 2 or 0 in a.shape[1:]:
        raise ValueError(
            f"{name}: {argument} has shape {a.shape}, expected (N, C) or (N, C, …); only a batch may be empty"
        )
    target = np.asarray(target)
    if target.dtype.kind not in "iu":
        raise TypeError(f"{name}: target has dtype {target.dtype}, expected integers, the true classes")
    expected = (len(a), *a.shape[2:])
    if target.shape != expected:
        raise ValueError(
            f"{name}: target has shape {target.shape}, expected {expected} for {argument} of shape {a.shape}"
        )
    number = a.shape[1]
    counted = target != integer(name, "ignore_index", ignore_index, least=None)
    wrong = counted & ((target < 0) | (target >= number))
    if wrong.any():
        raise ValueError(f"{name}: target {target[wrong][0]} is not one of the classes 0 … {number - 1}")
    if weight is None:
        weight = np.ones(number, a.dtype)
    _, weight = floats(name, **{argument: a, "weight": weight})
    if weight.shape != (number,):
        raise ValueError(f"{name}: weight has shape {weight.shape}, expected ({number},), one for each class")
    classes = np.where(counted, target, 0)
    return a, classes, weight[classes] * counted


def _surprise(name, log_p, classes, weights, reduction):
    """The weighted losses of the true classes; one that does not count is 0, whatever its score."""
    true = np.take_along_axis(log_p, classes[:, None], axis=1)[:, 0]
    losses = np.where(weights == 0, weights, -weights * true)
    return _reduced(name, losses, weights.sum(), reduction)


def _shares(name, dy, a, weights, reduction):
    """The gradient of the reduced loss with respect to each surprise."""
    dy = _shared(name, dy, a, weights.shape, weights.sum(), reduction)
    with np.errstate(invalid="ignore"):  # the mean of nothing
        return np.where(weights == 0, weights, weights * dy)


def _alike(name, **arrays):
    """Two float arrays of one shape."""
    first, second = floats(name, **arrays)
    if first.shape != second.shape:
        (a, b), (m, n) = arrays, (first.shape, second.shape)
        raise ValueError(f"{name}: {a} has shape {m} but {b} has {n}, expected the same")
    return first, second


def _reduced(name, losses, total, reduction):
    """The losses as they are, their sum, or their sum divided by the total."""
    _known(name, reduction)
    if reduction == "none":
        return losses
    with np.errstate(invalid="ignore"):
        return losses.sum() / total if reduction == "mean" else losses.sum()


def _shared(name, dy, a, shape, total, reduction):
    """The gradient of each loss, from that of the reduced one."""
    _known(name, reduction)
    dy = gradient(name, dy, a, shape if reduction == "none" else ())
    with np.errstate(divide="ignore"):
        return dy / total if reduction == "mean" else dy


def _known(name, reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{name}: reduction must be 'mean', 'sum' or 'none', got {reduction!r}")
