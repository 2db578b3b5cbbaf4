"""The way back through two layers."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter01.two_layer import networks
from convbook.exercises.spec import Exercise, Property, by_docstring


def _hidden(x, W1, b1):
    return x @ W1.T + b1


def _right(dy, x, W1, b1, W2, b2):
    a = _hidden(x, W1, b1)
    da = dy @ W2 * (a > 0)
    return da.T @ x, da.sum(axis=0), dy.T @ np.maximum(a, 0), dy.sum(axis=0)


def _without_the_gate(dy, x, W1, b1, W2, b2):
    """The ReLU lets no gradient through where it was zero: multiply by (a > 0)."""
    da = dy @ W2
    return da.T @ x, da.sum(axis=0), dy.T @ np.maximum(_hidden(x, W1, b1), 0), dy.sum(axis=0)


def _hidden_not_rectified(dy, x, W1, b1, W2, b2):
    """The second layer was given the *rectified* activations: dW2 needs those."""
    dW1, db1, _, db2 = _right(dy, x, W1, b1, W2, b2)
    return dW1, db1, dy.T @ _hidden(x, W1, b1), db2


def _averaged(dy, x, W1, b1, W2, b2):
    """The gradients of the images are averaged: dy carries the 1/m already, so they add."""
    return tuple(g / len(x) for g in _right(dy, x, W1, b1, W2, b2))


def _gated_by_x(dy, x, W1, b1, W2, b2):
    """The gate is at the hidden units: they are open where W1 x + b1 > 0, with the bias."""
    a = _hidden(x, W1, b1)
    da = dy @ W2 * (x @ W1.T > 0)
    return da.T @ x, da.sum(axis=0), dy.T @ np.maximum(a, 0), dy.sum(axis=0)


def _other_order(dy, x, W1, b1, W2, b2):
    """The order asked for is dW1, db1, dW2, db2."""
    dW1, db1, dW2, db2 = _right(dy, x, W1, b1, W2, b2)
    return dW2, db2, dW1, db1


def _transposed(dy, x, W1, b1, W2, b2):
    """The gradients of the weights are transposed: each has the shape of its weights."""
    dW1, db1, dW2, db2 = _right(dy, x, W1, b1, W2, b2)
    return dW1.T, db1, dW2.T, db2


def _biases_forgotten(dy, x, W1, b1, W2, b2):
    """The biases have gradients too: what arrives at them, summed over the batch."""
    dW1, db1, dW2, db2 = _right(dy, x, W1, b1, W2, b2)
    return dW1, np.zeros_like(db1), dW2, np.zeros_like(db2)


def _gate_forwards(dy, x, W1, b1, W2, b2):
    """The gradient is multiplied by the activation: the gate is 1 or 0."""
    a = np.maximum(_hidden(x, W1, b1), 0)
    da = dy @ W2 * a
    return da.T @ x, da.sum(axis=0), dy.T @ a, dy.sum(axis=0)


def _first_layer_only(dy, x, W1, b1, W2, b2):
    return _right(dy, x, W1, b1, W2, b2)[:2]


def _mirrored(dy, x, W1, b1, W2, b2):
    return tuple(-g for g in _right(dy, x, W1, b1, W2, b2))


def _gate_closed_at_positive(dy, x, W1, b1, W2, b2):
    a = _hidden(x, W1, b1)
    da = dy @ W2 * (a < 0)
    return da.T @ x, da.sum(axis=0), dy.T @ np.maximum(a, 0), dy.sum(axis=0)


def _last_image(dy, x, W1, b1, W2, b2):
    return _right(dy[-1:], x[-1:], W1, b1, W2, b2)


def _into_dy(dy, x, W1, b1, W2, b2):
    gradients = _right(dy, x, W1, b1, W2, b2)
    dy *= 0.5
    return gradients


def _image_by_image(dy, x, W1, b1, W2, b2):
    total = [np.zeros_like(p) for p in (W1, b1, W2, b2)]
    for g, image in zip(dy, x, strict=True):
        a = W1 @ image + b1
        da = np.where(a > 0, W2.T @ g, 0)
        parts = np.outer(da, image), da, np.outer(g, np.maximum(a, 0)), g
        total = [t + part for t, part in zip(total, parts, strict=True)]
    return total


def _by_einsum(dy, x, W1, b1, W2, b2):
    a = _hidden(x, W1, b1)
    da = np.einsum("mk,kh->mh", dy, W2) * (a > 0)
    h = a * (a > 0)
    return np.einsum("mh,mn->hn", da, x), np.ones(len(x)) @ da, np.einsum("mk,mh->kh", dy, h), dy.sum(0)


def _in_float32(dy, x, W1, b1, W2, b2):
    return tuple(g.astype(np.float32) for g in _right(dy, x, W1, b1, W2, b2))


exercise = Exercise(
    "two_layer_backward",
    reference=lambda dy, x, W1, b1, W2, b2: _right(dy, x, W1, b1, W2, b2),
    properties=(
        Property("the shapes", points=1, inputs=networks(gradient=True), compare=compare.shape),
        Property(
            "one image",
            points=1,
            inputs=networks(batch=1, gradient=True),
            hint="Backwards: dh = W2ᵀ dy; da = dh where a > 0, else 0; dW1 = da xᵀ.",
        ),
        Property(
            "a batch",
            points=2,
            inputs=networks(gradient=True),
            hint="With images as rows, dW2 = dyᵀ h; the sum over the images is in the product.",
        ),
    ),
    misconceptions=by_docstring(
        _without_the_gate,
        _hidden_not_rectified,
        _averaged,
        _gated_by_x,
        _other_order,
        _transposed,
        _biases_forgotten,
        _gate_forwards,
    ),
    mutants=(_first_layer_only, _mirrored, _gate_closed_at_positive, _last_image, _into_dy),
    variants=(_right, _image_by_image, _by_einsum, _in_float32),
)
