"""Normalisation and dropout: torch's numbers and gradients, nothing written into, nothing left to chance."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference.gradcheck import numerical_gradient
from convbook.reference.normalisation import (
    batch_norm,
    batch_norm_backward,
    dropout,
    dropout_backward,
    local_response_norm,
    local_response_norm_backward,
)

from .strategies import read_only

some = settings(max_examples=60, deadline=None)
close = {"rtol": 1e-9, "atol": 1e-11, "strict": True}


@st.composite
def features(draw, smallest_batch=0, smallest_rest=0):
    """A batch of features, mostly with maps."""
    shape = draw(st.integers(smallest_batch, 3)), draw(st.integers(1, 7))
    rest = draw(st.lists(st.integers(1, 4), min_size=smallest_rest, max_size=2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return read_only(3 * rng.standard_normal((*shape, *rest)) + 1)


@given(
    x=features(smallest_rest=1),
    size=st.integers(1, 9),
    alpha=st.sampled_from([1e-4, 0.5, 2.0]),
    beta=st.sampled_from([0.75, 1.0, 0.3]),
    k=st.sampled_from([1.0, 2.0, 0.5]),
)
@some
def test_local_response_normalisation_agrees_with_torch(x, size, alpha, beta, k):
    t = torch.tensor(x, requires_grad=True)
    expected = F.local_response_norm(t, size, alpha, beta, k)
    assert_allclose(local_response_norm(x, size, alpha=alpha, beta=beta, k=k), expected.detach(), **close)
    dy = np.random.default_rng(0).standard_normal(x.shape)
    (dx,) = torch.autograd.grad(expected, t, torch.tensor(dy))
    ours = local_response_norm_backward(read_only(dy), x, size, alpha=alpha, beta=beta, k=k)
    assert_allclose(ours, dx.numpy(), **close)


def test_local_response_normalisation_as_alexnet_writes_it():
    a = np.random.default_rng(0).standard_normal((2, 9))
    b = np.empty_like(a)
    for i in range(9):
        near = a[:, max(i - 2, 0) : i + 3]
        b[:, i] = a[:, i] / (2 + 1e-4 * (near**2).sum(axis=1)) ** 0.75
    assert_allclose(local_response_norm(a, 5, alpha=5e-4, beta=0.75, k=2.0), b, rtol=1e-14)


@given(x=features(smallest_batch=2), training=st.booleans(), affine=st.booleans(), data=st.data())
@some
def test_batch_normalisation_agrees_with_torch(x, training, affine, data):
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    channels = x.shape[1]
    running = rng.standard_normal(channels), rng.uniform(0.5, 2, channels)
    learned = (rng.standard_normal(channels), rng.standard_normal(channels)) if affine else (None, None)
    hyper = {
        "training": training,
        "momentum": data.draw(st.sampled_from([0.1, 0.7])),
        "eps": data.draw(st.sampled_from([1e-5, 0.3])),
    }
    arrays = [a if a is None else read_only(a.copy()) for a in (*running, *learned)]
    y, mean, var = batch_norm(x, *arrays, **hyper)

    tensors = [None if a is None else torch.tensor(a) for a in (x, *running, *learned)]
    wanted = [t.requires_grad_() for t in (tensors[0], *tensors[3:]) if t is not None]
    expected = F.batch_norm(*tensors, **hyper)
    assert_allclose(y, expected.detach().numpy(), **close)
    assert_allclose(mean, tensors[1].numpy(), **close)  # torch has written into these
    assert_allclose(var, tensors[2].numpy(), **close)

    dy = rng.standard_normal(x.shape)
    gradients = torch.autograd.grad(expected, wanted, torch.tensor(dy))
    ours = batch_norm_backward(read_only(dy), x, *arrays, **hyper)
    assert (ours[1] is None) == (ours[2] is None) == (not affine)
    for got, grad in zip(ours, gradients, strict=False):
        assert_allclose(got, grad.numpy(), rtol=1e-8, atol=1e-9, strict=True)


def test_batch_normalisation_forgets_shift_and_scale():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((6, 3, 5, 4))
    y, mean, var = batch_norm(x, training=True, eps=0)
    assert mean is var is None
    assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-14)
    assert_allclose(y.var(axis=(0, 2, 3)), 1)
    scale, shift = rng.uniform(1, 5, (2, 3, 1, 1))
    assert_allclose(batch_norm(scale * x + shift, training=True, eps=0)[0], y, atol=1e-12)
    dx, _, _ = batch_norm_backward(rng.standard_normal(x.shape), x, training=True, eps=0)
    assert_allclose(dx.sum(axis=(0, 2, 3)), 0, atol=1e-12)
    assert_allclose((dx * x).sum(axis=(0, 2, 3)), 0, atol=1e-12)


def test_an_empty_batch_teaches_nothing():
    x, mean, var, ones = np.zeros((0, 3, 5, 4)), np.arange(3.0), np.ones(3), np.ones(3)
    for training in (True, False):
        y, new_mean, new_var = batch_norm(x, mean, var, ones, ones, training=training)
        assert y.shape == x.shape
        assert_array_equal(new_mean, mean)
        assert_array_equal(new_var, var)
        dx, dweight, dbias = batch_norm_backward(y, x, mean, var, ones, ones, training=training)
        assert dx.shape == x.shape
        assert_array_equal([dweight, dbias], np.zeros((2, 3)))


def test_dropout_keeps_the_mean_and_repeats_with_the_seed():
    x = np.full((200, 300), 3.0, np.float32)
    y, mask = dropout(x, 0.2, rng=np.random.default_rng(7))
    assert y.dtype == np.float32
    assert set(np.unique(y)) == {np.float32(0), np.float32(3 / 0.8)}
    assert_array_equal(mask, y != 0)
    assert mask.mean() == pytest.approx(0.8, abs=0.01)
    again, _ = dropout(x, 0.2, rng=np.random.default_rng(7))
    assert_array_equal(again, y)
    other, _ = dropout(x, 0.2, rng=np.random.default_rng(8))
    assert (other != y).any()


@given(x=features(), p=st.sampled_from([0.0, 0.3, 0.5, 1.0]))
@some
def test_dropout_backward_is_its_own_adjoint(x, p):
    y, mask = dropout(x, p, rng=np.random.default_rng(0))
    u = np.random.default_rng(1).standard_normal(x.shape)
    assert np.vdot(y, u) == pytest.approx(np.vdot(x, dropout_backward(u, mask, p)), abs=1e-10)
    if p in (0, 1):
        assert_array_equal(y, x if p == 0 else np.zeros_like(x))


def test_dropout_has_the_gradient_of_its_mask():
    x = np.random.default_rng(0).standard_normal((3, 5))
    dy = np.random.default_rng(1).standard_normal((3, 5))

    def f(x):
        return dropout(x, 0.4, rng=np.random.default_rng(2))[0]

    mask = f(x) != 0
    assert_allclose(dropout_backward(dy, mask, 0.4), numerical_gradient(f, x, dy), atol=1e-9)


def test_dtype_is_kept_also_with_numbers_of_another():
    x = np.random.default_rng(0).standard_normal((4, 3, 2)).astype(np.float32)
    half, ones = np.float64(0.5), np.ones(3, np.float32)
    hyper = {"alpha": half, "beta": half, "k": half}
    y, mean, var = batch_norm(x, ones, ones, ones, ones, training=True, momentum=half, eps=half)
    arrays = [
        local_response_norm(x, 3, **hyper),
        local_response_norm_backward(x, x, 3, **hyper),
        y,
        mean,
        var,
        *batch_norm_backward(x, x, ones, ones, ones, ones, training=True, momentum=half, eps=half),
        batch_norm(x, ones, ones)[0],
        dropout(x, half, rng=np.random.default_rng(0))[0],
        dropout_backward(x, x > 0, half),
    ]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_nan_stays_with_its_neighbours_or_its_channel():
    x = np.random.default_rng(0).standard_normal((2, 6, 3))
    x[1, 2, 0] = np.nan
    assert np.argwhere(np.isnan(local_response_norm(x, 3))).tolist() == [[1, c, 0] for c in (1, 2, 3)]
    y, _, _ = batch_norm(x, training=True)
    assert np.isnan(y).any(axis=(0, 2)).tolist() == [False, False, True, False, False, False]


x, ones = np.zeros((2, 3, 4)), np.ones(3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: local_response_norm(np.zeros(3), 5),
            ValueError,
            "local_response_norm: x has shape (3,), expected (N, C, …)",
        ),
        (
            lambda: local_response_norm(x, 0),
            ValueError,
            "local_response_norm: size must be at least 1, got 0",
        ),
        (
            lambda: local_response_norm(x, 5, beta="¾"),
            TypeError,
            "local_response_norm: beta must be a number, got '¾'",
        ),
        (
            lambda: local_response_norm(x, 5, k=np.nan),
            ValueError,
            "local_response_norm: k must lie between -inf and inf, got nan",
        ),
        (
            lambda: batch_norm(x),
            ValueError,
            "batch_norm: without training, running_mean and running_var must be given",
        ),
        (
            lambda: batch_norm(x[:1, :, 0], training=True),
            ValueError,
            "batch_norm: x has shape (1, 3), expected more than one value per channel in training",
        ),
        (
            lambda: batch_norm(x, ones, np.ones(4)),
            ValueError,
            "batch_norm: running_var has shape (4,), expected (3,), one per channel",
        ),
        (
            lambda: batch_norm(x, ones, ones, ones.astype(np.float32)),
            TypeError,
            "batch_norm: x has dtype float64 but weight has float32",
        ),
        (
            lambda: batch_norm(x, ones, ones, training=True, momentum=2),
            ValueError,
            "batch_norm: momentum must lie between 0 and 1, got 2",
        ),
        (lambda: batch_norm(x, ones, ones, eps=-1), ValueError, "batch_norm: eps must lie between 0 and inf"),
        (
            lambda: batch_norm_backward(x[:1], x, training=True),
            ValueError,
            "batch_norm_backward: dy has shape (1, 3, 4), expected (2, 3, 4), that of the output",
        ),
        (
            lambda: dropout(x, 1.5, rng=np.random.default_rng(0)),
            ValueError,
            "dropout: p must lie between 0 and 1, got 1.5",
        ),
        (
            lambda: dropout_backward(x, x, 0.5),
            TypeError,
            "dropout_backward: mask has dtype float64, expected bool",
        ),
        (
            lambda: dropout_backward(x, x[:1] > 0, 0.5),
            ValueError,
            "dropout_backward: mask has shape (1, 3, 4), expected (2, 3, 4), that of dy",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
