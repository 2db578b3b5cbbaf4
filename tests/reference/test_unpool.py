"""Unpooling: torch's numbers, and an adjoint or inverse for each."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference import pool, unpool

from .strategies import axis_values, read_only
from .test_pool import both, maps

some = settings(max_examples=40, deadline=None)
STRIDED = ["unpool_nearest", "bed_of_nails", "subsample"]


@both
@given(data=st.data())
@some
def test_max_unpooling_agrees_with_torch(axes, data):
    kernel = data.draw(st.integers(1, 3), "kernel")
    stride = data.draw(st.one_of(st.none(), axis_values(st.integers(1, 4), axes)), "stride")
    padding = data.draw(st.integers(0, kernel // 2), "padding")
    x = data.draw(maps(axes, smallest=3))
    hyper = {"stride": stride, "padding": padding}
    y, indices = getattr(pool, f"max_pool{axes}d")(x, kernel, return_indices=True, **hyper)
    name = f"max_unpool{axes}d"

    # A pooling of stride above 1 may leave the end of the map unseen: only its size tells how much.
    size = x.shape[-axes:]
    t = torch.tensor(y, requires_grad=True)
    plain = y.ndim == axes
    args = (t[None], torch.tensor(indices)[None]) if plain else (t, torch.tensor(indices))
    expected = getattr(F, name)(*args, kernel, output_size=size, **hyper)
    expected = expected[0] if plain else expected
    ours = getattr(unpool, name)(read_only(y), indices, kernel, output_size=size, **hyper)
    assert_array_equal(ours, expected.detach().numpy(), strict=True)

    dy = np.random.default_rng(0).standard_normal(x.shape)
    (dx,) = torch.autograd.grad(expected, t, torch.tensor(dy))
    back = getattr(unpool, f"{name}_backward")(read_only(dy), y, indices, kernel, output_size=size, **hyper)
    assert_array_equal(back, dx.numpy(), strict=True)


@given(maps(2, smallest=4))
@some
def test_gathering_at_the_indices_undoes_unpooling(x):
    y, indices = pool.max_pool2d(x, (2, 3), return_indices=True)
    size = x.shape[-2:]
    put = unpool.max_unpool2d(y, indices, (2, 3), output_size=size)
    assert_array_equal(unpool.max_unpool2d_backward(put, y, indices, (2, 3), output_size=size), y)


def test_the_lectures_example():
    x = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]], float)
    _, indices = pool.max_pool2d(x, 2, return_indices=True)
    y = unpool.max_unpool2d(np.array([[1.0, 2.0], [3.0, 4.0]]), indices, 2)
    assert y.tolist() == [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 0, 0], [3, 0, 0, 4]]


def test_unpooling_after_pooling_is_a_projection_only_of_what_is_not_negative():
    def there_and_back(x):
        y, indices = pool.max_pool1d(x, 2, return_indices=True)
        return unpool.max_unpool1d(y, indices, 2)

    x = np.random.default_rng(0).standard_normal((3, 8))
    once = there_and_back(np.abs(x))
    assert_array_equal(there_and_back(once), once)
    once = there_and_back(np.array([-1.0, -2.0]))
    assert once.tolist() == [-1, 0]
    assert there_and_back(once).tolist() == [0, 0]


@given(x=maps(2), stride=axis_values(st.integers(1, 4), 2))
@some
def test_what_goes_where(x, stride):
    s1, s2 = np.broadcast_to(stride, 2)
    assert_array_equal(unpool.subsample(x, stride), x[..., ::s1, ::s2], strict=True)
    ones, nail = np.ones((s1, s2)), np.zeros((s1, s2))
    nail[0, 0] = 1
    assert_array_equal(unpool.unpool_nearest(x, stride), np.kron(x, ones), strict=True)
    assert_array_equal(unpool.bed_of_nails(x, stride), np.kron(x, nail), strict=True)


@pytest.mark.parametrize("name", STRIDED)
@given(x=maps(2), stride=axis_values(st.integers(1, 4), 2))
@some
def test_forward_and_backward_are_adjoint(name, x, stride):
    y = getattr(unpool, name)(x, stride)
    u = read_only(np.random.default_rng(0).standard_normal(y.shape))
    back = getattr(unpool, f"{name}_backward")(u, x, stride)
    assert back.shape == x.shape
    assert np.vdot(y, u) == pytest.approx(np.vdot(x, back), abs=1e-12)


@given(x=maps(2), stride=axis_values(st.integers(1, 4), 2))
@some
def test_unpooling_and_pooling_are_adjoint_to_each_other(x, stride):
    s1, s2 = np.broadcast_to(stride, 2)
    large = unpool.unpool_nearest(x, stride)
    assert_allclose(large, s1 * s2 * pool.avg_pool2d_backward(x, large, stride), atol=1e-12)
    assert_array_equal(unpool.bed_of_nails(x, stride), unpool.subsample_backward(x, large, stride))


@pytest.mark.parametrize("name", STRIDED)
def test_dtype_layout_and_empty_batch(name):
    forward, backward = getattr(unpool, name), getattr(unpool, f"{name}_backward")
    x = np.random.default_rng(0).standard_normal((5, 7, 4, 2)).astype(np.float32).T
    y = forward(x, (2, 1))
    dx = backward(y, x, (2, 1))
    assert y.dtype == dx.dtype == np.float32
    assert dx.shape == x.shape
    assert_array_equal(y, forward(np.ascontiguousarray(x), (2, 1)))
    assert not np.shares_memory(y, x)
    assert not np.shares_memory(dx, y)
    assert backward(forward(x[:0], 2), x[:0], 2).shape == (0, *x.shape[1:])


def test_max_unpooling_of_an_empty_batch():
    x, indices = np.zeros((0, 3, 2, 4), np.float32), np.zeros((0, 3, 2, 4), int)
    y = unpool.max_unpool2d(x, indices, 2)
    assert y.shape == (0, 3, 4, 8)
    assert y.dtype == np.float32
    assert unpool.max_unpool2d_backward(y, x, indices, 2).shape == x.shape


x, places = np.zeros((2, 3)), np.zeros((2, 3), int)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: unpool.max_unpool2d(x, places[:1], 2),
            ValueError,
            "max_unpool2d: indices has shape (1, 3), expected (2, 3)",
        ),
        (
            lambda: unpool.max_unpool2d(x, places.astype(float), 2),
            TypeError,
            "max_unpool2d: indices has dtype float64, expected integers",
        ),
        (
            lambda: unpool.max_unpool2d(x, places - 1, 2),
            ValueError,
            "max_unpool2d: indices run from -1 to -1, expected 0 to 23, the places of 4×6",
        ),
        (
            lambda: unpool.max_unpool2d(x, places, 2, output_size=(5, 8)),
            ValueError,
            "max_unpool2d: output_size must differ from (4, 6) by less than the stride, (2, 2), got (5, 8)",
        ),
        (
            lambda: unpool.max_unpool2d(x[:1, :1], places[:1, :1], 2, padding=1),
            ValueError,
            "max_unpool2d: output_size must be at least 1, got (0, 0)",
        ),
        (
            lambda: unpool.max_unpool1d_backward(np.zeros((2, 5)), x, places, 2),
            ValueError,
            "max_unpool1d_backward: dy has shape (2, 5), expected (2, 6), that of the output",
        ),
        (lambda: unpool.subsample(x, 0), ValueError, "subsample: stride must be at least 1, got (0, 0)"),
        (
            lambda: unpool.bed_of_nails(x, 2.0),
            TypeError,
            "bed_of_nails: stride must be an int or 2 ints, got 2.0",
        ),
        (
            lambda: unpool.unpool_nearest_backward(x, x, 2),
            ValueError,
            "unpool_nearest_backward: dy has shape (2, 3), expected (4, 6), that of the output",
        ),
        (
            lambda: unpool.subsample(places, 2),
            TypeError,
            "subsample: x has dtype int64, expected a float dtype",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
