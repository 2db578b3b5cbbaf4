"""Activation functions: torch's numbers and gradients, and the far ends of their range."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from convbook.reference import activation

from .strategies import read_only

some = settings(max_examples=40, deadline=None)
BY_TORCH = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "scaled_tanh": lambda a: 1.7159 * torch.tanh(a * 2 / 3),
    "sigmoid": torch.sigmoid,
    "softmax": lambda a, dim=-1: F.softmax(a, dim),
    "log_softmax": lambda a, dim=-1: F.log_softmax(a, dim),
}
SCORES = ["softmax", "log_softmax"]


@st.composite
def arrays(draw, least=0):
    """Numbers large and small, in any shape; a batch may be empty."""
    shape = draw(st.lists(st.integers(1, 5), min_size=least, max_size=4))
    if draw(st.booleans()) and len(shape) > 1:
        shape[0] = 0
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return read_only(np.asarray(draw(st.sampled_from([0.1, 3.0, 100.0])) * rng.standard_normal(shape)))


def assert_like_torch(name, a, *args):
    t = torch.tensor(a, requires_grad=True)
    expected = BY_TORCH[name](t, *args)
    y = getattr(activation, name)(a, *args)
    assert_allclose(y, expected.detach().numpy(), rtol=1e-12, atol=1e-300, strict=True)
    dy = np.asarray(np.random.default_rng(0).standard_normal(a.shape))
    (da,) = torch.autograd.grad(expected, t, torch.tensor(dy))
    ours = getattr(activation, f"{name}_backward")(read_only(dy), a, *args)
    assert_allclose(ours, da.numpy(), rtol=1e-9, atol=1e-14, strict=True)


@pytest.mark.parametrize("name", BY_TORCH)
@given(a=arrays(least=1))
@some
def test_values_and_gradients_agree_with_torch(name, a):
    if a.shape[-1]:
        assert_like_torch(name, a)


@pytest.mark.parametrize("name", SCORES)
@given(a=arrays(least=1), data=st.data())
@some
def test_any_axis_can_be_the_one_of_the_scores(name, a, data):
    dim = data.draw(st.integers(-a.ndim, a.ndim - 1))
    if a.shape[dim]:
        assert_like_torch(name, a, dim)


@pytest.mark.parametrize("name", BY_TORCH)
def test_dtype_is_kept(name):
    a = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    y = getattr(activation, name)(a)
    da = getattr(activation, f"{name}_backward")(a, a)
    assert y.dtype == da.dtype == np.float32
    assert not np.shares_memory(y, a)


@pytest.mark.parametrize("name", BY_TORCH)
def test_nan_stays_nan(name):
    a = np.array([[1.0, np.nan], [2.0, -3.0]])
    assert np.isnan(getattr(activation, name)(a)).any()
    assert_like_torch(name, a)


def test_relu_has_no_slope_at_zero():
    assert activation.relu_backward(np.ones(3), np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


def test_scaled_tanh_takes_one_to_one():
    assert_allclose(activation.scaled_tanh(np.array([-1.0, 1.0])), [-1, 1], atol=1e-4)


def test_sigmoid_keeps_its_digits_in_both_tails():
    a = np.array([-1000.0, -700.0, -40.0, 40.0, 1000.0])
    with np.errstate(over="raise", invalid="raise"):
        y = activation.sigmoid(a)
        slope = activation.sigmoid_backward(np.ones(5), a)
    assert_allclose(y, [0, np.exp(-700), np.exp(-40), 1, 1], rtol=1e-12)
    assert_allclose(slope, [0, np.exp(-700), np.exp(-40), np.exp(-40), 0], rtol=1e-12)


@given(arrays(least=2), st.floats(-1e3, 1e3))
@some
def test_only_differences_of_scores_matter(a, shift):
    y = activation.softmax(a)
    assert_allclose(activation.softmax(a + shift), y, atol=1e-9)
    assert_allclose(y.sum(axis=-1), 1)
    da = activation.softmax_backward(a, a)
    assert_allclose(da.sum(axis=-1), 0, atol=1e-10)


def test_scores_as_large_as_they_come():
    a = np.array([[1e4, 0.0, -1e4], [-np.inf, 0.0, 0.0]])
    with np.errstate(over="raise"):
        assert_allclose(activation.softmax(a), [[1, 0, 0], [0, 0.5, 0.5]])
        assert_allclose(activation.log_softmax(a)[0], [0, -1e4, -2e4])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: activation.relu(np.arange(3)), TypeError, "relu: a has dtype int64, expected a float dtype"),
        (
            lambda: activation.tanh_backward(np.zeros(3), np.zeros(2)),
            ValueError,
            "tanh_backward: dy has shape (3,), expected (2,), that of the output",
        ),
        (
            lambda: activation.sigmoid_backward(np.zeros(2, np.float32), np.zeros(2)),
            TypeError,
            "sigmoid_backward: dy has dtype float32, expected float64, that of the input",
        ),
        (
            lambda: activation.softmax(np.zeros((2, 3)), 2),
            ValueError,
            "softmax: a has shape (2, 3), which holds no scores along axis 2",
        ),
        (
            lambda: activation.log_softmax(np.zeros((2, 0))),
            ValueError,
            "log_softmax: a has shape (2, 0), which holds no scores along axis -1",
        ),
        (lambda: activation.softmax(np.zeros(3), 0.0), TypeError, "softmax: dim must be an int, got 0.0"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
