"""Losses: torch's numbers and gradients, for rows and for maps, weighted and ignored."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from convbook.reference import loss
from convbook.reference.activation import log_softmax, log_softmax_backward
from convbook.reference.gradcheck import numerical_gradient

from .strategies import read_only

some = settings(max_examples=60, deadline=None)
reductions = st.sampled_from(["mean", "sum", "none"])
close = {"rtol": 1e-9, "atol": 1e-12}


@st.composite
def classifications(draw):
    """Scores, true classes of which some may be ignored, and the arguments of a cross-entropy."""
    classes = draw(st.integers(1, 5))
    batch, *rest = draw(st.integers(0, 4)), *draw(st.lists(st.integers(1, 4), max_size=2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = draw(st.sampled_from([1.0, 50.0])) * rng.standard_normal((batch, classes, *rest))
    target = rng.integers(classes, size=(batch, *rest))
    hyper = {"reduction": draw(reductions)}
    if draw(st.booleans()):
        hyper["weight"] = rng.uniform(0.1, 3, classes)
    if draw(st.booleans()):
        hyper["ignore_index"] = draw(st.sampled_from([0, classes - 1, 255, -1]))
    ignored = hyper.get("ignore_index", -100)
    target[rng.random(target.shape) < draw(st.sampled_from([0.0, 0.3, 1.0]))] = ignored
    return read_only(a), read_only(target), hyper


@st.composite
def regressions(draw):
    shape = draw(st.lists(st.integers(0, 4), max_size=3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    a = np.asarray(draw(st.sampled_from([1.0, 50.0])) * rng.standard_normal(shape))
    return read_only(a), read_only(np.asarray(rng.random(shape))), {"reduction": draw(reductions)}


def assert_like_torch(name, a, target, hyper):
    t = torch.tensor(a, requires_grad=True)
    tensors = {key: torch.tensor(v) if isinstance(v, np.ndarray) else v for key, v in hyper.items()}
    expected = getattr(F, name)(t, torch.tensor(target), **tensors)
    assert_allclose(getattr(loss, name)(a, target, **hyper), expected.detach().numpy(), **close)
    dy = np.asarray(np.random.default_rng(0).standard_normal(expected.shape))
    (da,) = torch.autograd.grad(expected, t, torch.tensor(dy))
    ours = getattr(loss, f"{name}_backward")(read_only(dy), a, target, **hyper)
    assert_allclose(ours, da.numpy(), strict=True, **close)


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
@given(classification=classifications())
@some
def test_losses_of_classes_agree_with_torch(name, classification):
    assert_like_torch(name, *classification)


@given(classifications())
@some
def test_cross_entropy_is_log_softmax_and_then_nll_loss(classification):
    a, target, hyper = classification
    log_p, dy = log_softmax(a, dim=1), 1.0 if hyper["reduction"] != "none" else np.ones(target.shape)
    assert_allclose(loss.cross_entropy(a, target, **hyper), loss.nll_loss(log_p, target, **hyper), **close)
    dlog_p = loss.nll_loss_backward(dy, log_p, target, **hyper)
    da = loss.cross_entropy_backward(dy, a, target, **hyper)
    assert_allclose(da, log_softmax_backward(dlog_p, a, dim=1), **close)


@pytest.mark.parametrize("name", ["binary_cross_entropy_with_logits", "mse_loss"])
@given(regression=regressions())
@some
def test_losses_of_numbers_agree_with_torch(name, regression):
    assert_like_torch(name, *regression)


def test_gradient_of_softmax_cross_entropy_is_p_minus_y_over_m():
    rng = np.random.default_rng(0)
    a, target = rng.standard_normal((5, 3)), np.array([0, 2, 1, 1, 0])
    p = np.exp(a) / np.exp(a).sum(axis=1, keepdims=True)
    da = loss.cross_entropy_backward(1.0, a, target)
    assert_allclose(da, (p - np.eye(3)[target]) / 5, atol=1e-15)
    assert_allclose(da, numerical_gradient(lambda a: loss.cross_entropy(a, target), a), atol=1e-9)


def test_the_loss_of_a_blind_guess_is_the_logarithm_of_the_classes():
    assert loss.cross_entropy(np.zeros((4, 10)), np.arange(4)) == pytest.approx(np.log(10))


def test_large_scores_neither_overflow_nor_take_the_logarithm_of_zero():
    with np.errstate(all="raise", under="ignore"):
        assert loss.cross_entropy(np.array([[1e4, 0.0]]), np.array([1])) == 1e4
        a = np.array([-1e4, 1e4])
        assert loss.binary_cross_entropy_with_logits(a, np.array([1.0, 0.0])) == 1e4
        assert loss.binary_cross_entropy_with_logits(a, np.array([0.0, 1.0])) == 0


def test_nan_among_the_scores_is_a_nan_loss_except_where_it_is_ignored():
    a = np.array([[0.0, np.nan], [0.0, 0.0]])
    assert np.isnan(loss.cross_entropy(a, np.array([0, 1])))
    assert loss.cross_entropy(a, np.array([-100, 1])) == pytest.approx(np.log(2))
    assert np.isnan(loss.nll_loss(a, np.array([1, 1])))
    assert loss.nll_loss(a, np.array([-100, 1])) == 0


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_dtype_is_kept(reduction):
    a = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float32)
    weight = np.array([1, 2], np.float32)
    for name, target, hyper in [
        ("cross_entropy", np.array([0, 1, 1], np.uint8), {}),
        ("cross_entropy", np.array([0, 1, 1]), {"weight": weight}),
        ("nll_loss", np.array([0, 1, 1]), {"weight": weight}),
        ("binary_cross_entropy_with_logits", np.abs(a), {}),
        ("mse_loss", a + 1, {}),
    ]:
        y = getattr(loss, name)(a, target, reduction=reduction, **hyper)
        dy = np.ones_like(y) if reduction == "none" else 1.0
        da = getattr(loss, f"{name}_backward")(dy, a, target, reduction=reduction, **hyper)
        assert y.dtype == da.dtype == np.float32


a, target = np.zeros((2, 3)), np.array([0, 2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: loss.cross_entropy(np.zeros(3), target),
            ValueError,
            "cross_entropy: a has shape (3,), expected (N, C) or (N, C, …); only a batch may be empty",
        ),
        (
            lambda: loss.cross_entropy(a.astype(int), target),
            TypeError,
            "cross_entropy: a has dtype int64, expected a float dtype",
        ),
        (
            lambda: loss.cross_entropy(a, np.eye(3)[target]),
            TypeError,
            "cross_entropy: target has dtype float64, expected integers, the true classes",
        ),
        (
            lambda: loss.cross_entropy(np.zeros((2, 3, 4, 5)), target),
            ValueError,
            "cross_entropy: target has shape (2,), expected (2, 4, 5) for a of shape (2, 3, 4, 5)",
        ),
        (
            lambda: loss.cross_entropy(a, target + 1),
            ValueError,
            "cross_entropy: target 3 is not one of the classes 0 … 2",
        ),
        (
            lambda: loss.cross_entropy(a, target - 1),
            ValueError,
            "cross_entropy: target -1 is not one of the classes 0 … 2",
        ),
        (
            lambda: loss.cross_entropy(a, target, weight=np.ones(2)),
            ValueError,
            "cross_entropy: weight has shape (2,), expected (3,), one for each class",
        ),
        (
            lambda: loss.cross_entropy(a, target, reduction="max"),
            ValueError,
            "cross_entropy: reduction must be 'mean', 'sum' or 'none', got 'max'",
        ),
        (
            lambda: loss.cross_entropy_backward(np.ones(2), a, target),
            ValueError,
            "cross_entropy_backward: dy has shape (2,), expected (), that of the output",
        ),
        (
            lambda: loss.cross_entropy_backward(1, a, target),
            TypeError,
            "cross_entropy_backward: dy has dtype int64, expected float64",
        ),
        (
            lambda: loss.nll_loss(a.astype(int), target),
            TypeError,
            "nll_loss: log_p has dtype int64, expected a float dtype",
        ),
        (
            lambda: loss.nll_loss(np.zeros((2, 3, 4, 5)), target),
            ValueError,
            "nll_loss: target has shape (2,), expected (2, 4, 5) for log_p of shape (2, 3, 4, 5)",
        ),
        (
            lambda: loss.nll_loss(a, target, weight=np.ones(3, np.float32)),
            TypeError,
            "nll_loss: log_p has dtype float64 but weight has float32",
        ),
        (
            lambda: loss.nll_loss_backward(np.ones(2), a, target, reduction="sum"),
            ValueError,
            "nll_loss_backward: dy has shape (2,), expected (), that of the output",
        ),
        (
            lambda: loss.mse_loss(a, np.zeros((2, 1))),
            ValueError,
            "mse_loss: y has shape (2, 3) but target has (2, 1), expected the same",
        ),
        (
            lambda: loss.binary_cross_entropy_with_logits(a, a.astype(np.float32)),
            TypeError,
            "binary_cross_entropy_with_logits: a has dtype float64 but target has float32",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
