"""Pooling: torch's numbers and gradients, the definition where torch has none, ties, NaN and borders."""

from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference import direct, pool
from convbook.reference.gradcheck import numerical_gradient

from .strategies import axis_values, read_only

some = settings(max_examples=40, deadline=None)
few = settings(max_examples=20, deadline=None)
both = pytest.mark.parametrize("axes", [1, 2])
close = {"rtol": 1e-9, "atol": 1e-11, "strict": True}


@st.composite
def maps(draw, axes, smallest=1, tied=False):
    """A signal or image, its channels or a batch; `smallest` is a size or one for each axis."""
    size = [int(n) + draw(st.integers(0, 6)) for n in np.broadcast_to(smallest, axes)]
    leading = draw(st.lists(st.integers(1, 3), max_size=2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.standard_normal((*leading, *size))
    return read_only(np.round(x) if tied and draw(st.booleans()) else x)


@st.composite
def poolings(draw, axes, padded=True, dilated=True, tied=False):
    """Maps, a kernel and hyperparameters, each axis with its own; every window has a sample."""
    kernel = draw(axis_values(st.integers(1, 4), axes))
    stride = draw(st.one_of(st.none(), axis_values(st.integers(1, 4), axes)))
    dilation = draw(axis_values(st.integers(1, 3), axes)) if dilated else 1
    r, t = np.broadcast_to(kernel, axes), np.broadcast_to(dilation, axes)
    padding = [draw(st.integers(0, int(n) // 2)) if padded else 0 for n in r]
    hyper = {"stride": stride, "ceil_mode": draw(st.booleans())}
    if padded:
        hyper["padding"] = tuple(padding) if axes == 2 else padding[0]
    if dilated:
        hyper["dilation"] = dilation
    smallest = np.maximum(t * (r - 1) + 1 - 2 * np.array(padding), t)
    return draw(maps(axes, smallest, tied=tied)), kernel, hyper


def by_torch(name, axes, x, *args, **hyper):
    """What the function of the same name returns, then a gradient of the output and what it makes of it."""
    x = torch.tensor(x, requires_grad=True)
    plain = x.ndim == axes
    out = getattr(F, name)(x[None] if plain else x, *args, **hyper)
    y, *indices = (o[0] if plain else o for o in (out if isinstance(out, tuple) else (out,)))
    dy = torch.from_numpy(np.random.default_rng(y.numel()).standard_normal(y.shape))
    (dx,) = torch.autograd.grad(y, x, dy)
    return [a.detach().numpy() for a in (y, *indices, dy, dx)]


def assert_like_torch(name, axes, x, *args, **hyper):
    y, dy, dx = by_torch(name, axes, x, *args, **hyper)
    assert_allclose(getattr(pool, name)(x, *args, **hyper), y, **close)
    assert_allclose(getattr(pool, f"{name}_backward")(read_only(dy), x, *args, **hyper), dx, **close)


def by_hand(n, r, s, p, t, ceil_mode):
    """Lay windows along an axis, as long as one fits; in ceil mode, as long as it begins before the end."""
    windows, span, start = [], t * (r - 1) + 1, -p
    while start + span <= n + p or (ceil_mode and start < n and start - s + span < n + p):
        windows.append([start + t * a for a in range(r)])
        start += s
    return windows


def pooled_by_hand(f, x, kernel, stride, padding=0, dilation=1, ceil_mode=False):
    """Apply f to every window of an image: its samples, and how many of its taps the padding ends after."""
    stride = kernel if stride is None else stride
    rows, columns = (
        by_hand(n, *(int(np.broadcast_to(v, 2)[i]) for v in (kernel, stride, padding, dilation)), ceil_mode)
        for i, n in enumerate(x.shape)
    )
    p = np.broadcast_to(padding, 2)
    y = np.empty((len(rows), len(columns)))
    for (u, window), (v, other) in product(enumerate(rows), enumerate(columns)):
        places = list(product(window, other))
        samples = [x[i, j] for i, j in places if 0 <= i < x.shape[0] and 0 <= j < x.shape[1]]
        y[u, v] = f(
            np.array(samples), sum(i < x.shape[0] + p[0] and j < x.shape[1] + p[1] for i, j in places)
        )
    return y


@both
@given(data=st.data())
@some
def test_max_pooling_agrees_with_torch(axes, data):
    x, kernel, hyper = data.draw(poolings(axes, tied=True))
    name = f"max_pool{axes}d"
    y, indices, dy, dx = by_torch(name, axes, x, kernel, return_indices=True, **hyper)
    ours = getattr(pool, name)(x, kernel, return_indices=True, **hyper)
    assert_array_equal(ours[0], y, strict=True)
    assert_array_equal(ours[1], indices, strict=True)
    assert_array_equal(getattr(pool, name)(x, kernel, **hyper), y)
    backward = getattr(pool, f"{name}_backward")
    assert_allclose(backward(read_only(dy), x, kernel, **hyper), dx, **close)
    assert_allclose(backward(dy, x, kernel, indices=indices, **hyper), dx, **close)


@both
@given(data=st.data())
@some
def test_average_pooling_agrees_with_torch(axes, data):
    x, kernel, hyper = data.draw(poolings(axes, dilated=False))
    hyper["count_include_pad"] = data.draw(st.booleans())
    if axes == 2:
        hyper["divisor_override"] = data.draw(st.sampled_from([None, 1, 5]))
    assert_like_torch(f"avg_pool{axes}d", axes, x, kernel, **hyper)


@both
@given(data=st.data())
@some
def test_norm_pooling_agrees_with_torch(axes, data):
    x, kernel, hyper = data.draw(poolings(axes, padded=False, dilated=False))
    kernel = kernel if axes == 2 else kernel[0]  # here torch wants an int
    if data.draw(st.booleans()):
        assert_like_torch(f"lp_pool{axes}d", axes, x, 2, kernel, **hyper)
    else:
        p = data.draw(st.sampled_from([1, 1.5, 3.0, 7]))
        assert_like_torch(f"lp_pool{axes}d", axes, read_only(np.abs(x) + 0.1), p, kernel, **hyper)


@given(poolings(2))
@some
def test_padded_and_dilated_windows_hold_what_the_definition_says(pooling):
    x, kernel, hyper = pooling
    x = x.reshape(-1, *x.shape[-2:])[0]
    taps = np.prod(np.broadcast_to(kernel, 2))
    for ours, f in [
        (pool.max_pool2d(x, kernel, **hyper), lambda samples, count: samples.max()),
        (pool.avg_pool2d(x, kernel, **hyper), lambda samples, count: samples.sum() / count),
        (pool.avg_pool2d(x, kernel, count_include_pad=False, **hyper), lambda samples, _: samples.mean()),
        (
            pool.l2_pool2d(x, kernel, **hyper),
            lambda samples, count: np.sqrt((samples**2).sum() * taps / count),
        ),
    ]:
        assert_allclose(ours, pooled_by_hand(f, x, kernel, **hyper), **close)


@given(poolings(2), st.booleans())
@some
def test_average_pooling_and_its_backward_are_adjoint(pooling, include):
    x, kernel, hyper = pooling
    y = pool.avg_pool2d(x, kernel, count_include_pad=include, **hyper)
    u = np.random.default_rng(0).standard_normal(y.shape)
    back = pool.avg_pool2d_backward(u, x, kernel, count_include_pad=include, **hyper)
    assert np.vdot(y, u) == pytest.approx(np.vdot(x, back), abs=1e-10)


@given(poolings(1))
@few
def test_l2_pooling_is_norm_pooling_with_two(pooling):
    x, kernel, hyper = pooling
    y = pool.l2_pool1d(x, kernel, **hyper)
    assert_array_equal(y, pool.lp_pool1d(x, 2, kernel, **hyper), strict=True)
    dx = pool.l2_pool1d_backward(y, x, kernel, **hyper)
    assert_array_equal(dx, pool.lp_pool1d_backward(y, x, 2, kernel, **hyper), strict=True)


@given(poolings(2))
@few
def test_gradient_of_padded_and_dilated_l2_pooling(pooling):
    x, kernel, hyper = pooling
    x = x.reshape(-1, *x.shape[-2:])[0]
    dy = np.random.default_rng(0).standard_normal(pool.l2_pool2d(x, kernel, **hyper).shape)
    expected = numerical_gradient(lambda x: pool.l2_pool2d(x, kernel, **hyper), x, dy)
    assert_allclose(pool.l2_pool2d_backward(dy, x, kernel, **hyper), expected, rtol=1e-5, atol=1e-6)


def test_l2_pooling_has_gradient_x_over_h_and_none_at_zero():
    x = np.array([[3.0, 0.0, 0.0], [0.0, 4.0, 0.0]])
    assert pool.l2_pool2d(x, 2, stride=1).tolist() == [[5.0, 4.0]]
    dx = pool.l2_pool2d_backward(np.array([[10.0, 1.0]]), x, 2, stride=1)
    assert_allclose(dx, [[6, 0, 0], [0, 9, 0]])
    zeros = np.zeros((2, 3))
    assert_array_equal(pool.l2_pool2d_backward(np.ones((1, 1)), zeros, 2), zeros)
    ones = pool.lp_pool2d_backward(np.ones((1, 1)), zeros, 1, (2, 3))  # a sum has gradient 1, also at 0
    assert_array_equal(ones, np.ones((2, 3)))


def test_odd_powers_keep_the_sign_as_in_torch():
    x = np.array([[[-2.0, 1.0, 3.0, -1.0]]])
    assert_array_equal(pool.lp_pool1d(x, 3, 2), F.lp_pool1d(torch.tensor(x), 3, 2).numpy())
    assert pool.lp_pool1d(x, 1, 2).tolist() == [[[-1, 2]]]


@given(x=maps(2), data=st.data())
@some
def test_pooling_of_features_like_a_signal_along_the_channels(x, data):
    x = x[None] if x.ndim == 3 else x  # (H, W) is taken for (N, C)
    r = data.draw(st.integers(1, x.shape[1]))
    hyper = {"stride": data.draw(st.sampled_from([None, 1, 2])), "padding": data.draw(st.integers(0, r // 2))}
    y = pool.l2_pool_features(x, r, **hyper)
    along = np.moveaxis(x, 1, -1)
    assert_allclose(
        np.moveaxis(y, 1, -1),
        pool.l2_pool1d(along.reshape(-1, x.shape[1]), r, **hyper).reshape(*along.shape[:-1], -1),
        **close,
    )
    dy = np.random.default_rng(0).standard_normal(y.shape)
    dx = pool.l2_pool_features_backward(read_only(dy), x, r, **hyper)
    assert_allclose(dx, numerical_gradient(lambda x: pool.l2_pool_features(x, r, **hyper), x, dy), atol=1e-6)


@given(data=st.data())
@some
def test_maxout_keeps_the_best_of_neighbouring_features(data):
    pieces, units = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3))
    rest = data.draw(st.lists(st.integers(1, 4), max_size=2))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    x = np.round(2 * rng.standard_normal((data.draw(st.integers(0, 3)), units * pieces, *rest)))
    t = torch.tensor(x, requires_grad=True)
    y = torch.stack([t[:, j * pieces : (j + 1) * pieces].max(dim=1).values for j in range(units)], dim=1)
    assert_array_equal(pool.maxout(read_only(x), pieces), y.detach().numpy(), strict=True)
    dy = rng.standard_normal(y.shape)
    (dx,) = torch.autograd.grad(y, t, torch.tensor(dy))
    assert_array_equal(pool.maxout_backward(read_only(dy), x, pieces), dx.numpy(), strict=True)


@given(maps(2, tied=True))
@some
def test_global_pooling_keeps_one_number_a_map(x):
    t = torch.tensor(x, requires_grad=True)
    dy = np.random.default_rng(0).standard_normal(x.shape[:-2])
    for name, y in [("avg", t.mean((-2, -1))), ("max", t.flatten(-2).max(-1).values)]:
        assert_allclose(getattr(pool, f"global_{name}_pool")(x), y.detach().numpy(), **close)
        (dx,) = torch.autograd.grad(y, t, torch.tensor(dy))
        assert_allclose(getattr(pool, f"global_{name}_pool_backward")(dy, x), dx.numpy(), **close)


@both
@given(data=st.data())
@some
def test_adaptive_average_pooling_agrees_with_torch(axes, data):
    size = data.draw(axis_values(st.integers(1, 8), axes))
    assert_like_torch(f"adaptive_avg_pool{axes}d", axes, data.draw(maps(axes)), size)


@given(x=maps(2, smallest=3), r=st.integers(1, 5), stride=axis_values(st.integers(1, 3), 2))
@some
def test_blur_pooling_is_a_binomial_filter_on_the_mirrored_map(x, r, stride):
    t = torch.tensor(x).reshape(-1, 1, *x.shape[-2:])
    w = np.ones(1)
    for _ in range(r - 1):
        w = np.convolve(w, [0.5, 0.5])
    before, after = (r - 1) // 2, r // 2
    mirrored = F.pad(t, (before, after, before, after), mode="reflect")
    expected = F.conv2d(mirrored, torch.tensor(np.outer(w, w))[None, None], stride=stride)
    y = pool.blur_pool2d(x, r, stride=stride)
    assert_allclose(y, expected.numpy().reshape(y.shape), **close)
    u = np.random.default_rng(0).standard_normal(y.shape)
    back = pool.blur_pool2d_backward(read_only(u), x, r, stride=stride)
    assert back.shape == x.shape
    assert np.vdot(y, u) == pytest.approx(np.vdot(x, back), abs=1e-10)


def test_blur_pooling_keeps_a_constant_also_where_one_pixel_is_all():
    assert_allclose(pool.blur_pool2d(np.full((1, 7), 3.0), 5), np.full((1, 4), 3.0))


def test_the_lectures_examples():
    x = np.array([[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]], float)
    y, indices = pool.max_pool2d(x, 2, return_indices=True)
    assert y.tolist() == [[5, 6], [7, 8]]
    assert indices.tolist() == [[5, 2], [12, 15]]
    x = np.array([[3, 13, 17, 11], [5, 3, 1, 23], [7, 1, 2, 3], [11, 17, 1, 4]], float)
    assert pool.max_pool2d(x, 2).tolist() == [[13, 23], [17, 4]]
    assert pool.avg_pool2d(x, 2).tolist() == [[6, 13], [9, 2.5]]


def test_average_pooling_is_convolution_with_a_constant():
    x = np.random.default_rng(0).standard_normal((3, 11, 8))
    w = np.full((3, 1, 3, 2), 1 / 6)
    expected = direct.conv2d(x, w, stride=(2, 1), padding=(1, 0), groups=3)
    assert_allclose(pool.avg_pool2d(x, (3, 2), stride=(2, 1), padding=(1, 0)), expected, atol=1e-12)


def test_of_equal_maxima_the_first_takes_the_gradient():
    x = np.array([[1.0, 2.0, 2.0], [2.0, 0.0, 2.0]])
    assert pool.max_pool2d(x, 2, stride=1, return_indices=True)[1].tolist() == [[1, 1]]
    dx = pool.max_pool2d_backward(np.array([[1.0, 10.0]]), x, 2, stride=1)
    assert dx.tolist() == [[0, 11, 0], [0, 0, 0]]  # two windows, one winner
    assert pool.maxout_backward(np.ones((1, 1)), np.array([[5.0, 7.0, 7.0]]), 3).tolist() == [[0, 1, 0]]


@given(x=maps(2, smallest=3), place=st.integers(0, 1000))
@few
def test_nan_spreads_to_the_windows_it_lies_in_and_wins_them(x, place):
    x = x.copy()
    place %= x.size
    x.flat[place] = np.nan
    for name in ("max_pool2d", "avg_pool2d"):
        expected = by_torch(name, 2, x, 2, stride=1)[0]
        assert np.isnan(expected).any()
        assert_allclose(getattr(pool, name)(x, 2, stride=1), expected, **close)
    y, indices = pool.max_pool2d(x, 2, stride=1, return_indices=True)
    assert (indices[np.isnan(y)] == place % (x.shape[-2] * x.shape[-1])).all()


def test_in_ceil_mode_a_window_may_be_larger_than_the_map():
    x = np.random.default_rng(0).standard_normal((1, 2, 3))
    assert_like_torch("avg_pool2d", 2, x, (3, 4), stride=(2, 3), ceil_mode=True)
    with pytest.raises(ValueError, match="spans 3×4, but the padded input is only 2×3"):
        pool.avg_pool2d(x, (3, 4), stride=(2, 3))


def test_windows_of_minus_infinity_have_an_index_inside():
    x = np.full((3, 4), -np.inf)
    y, indices = pool.max_pool2d(x, 2, padding=1, return_indices=True)
    assert_array_equal(indices, by_torch("max_pool2d", 2, x, 2, padding=1, return_indices=True)[1])
    assert (y == -np.inf).all()


LINEAR = {"avg_pool2d": (2,), "adaptive_avg_pool2d": (2,), "blur_pool2d": (), "global_avg_pool": ()}
OTHERS = {
    "max_pool2d": (2,),
    "l2_pool2d": (2,),
    "l2_pool_features": (2,),
    "maxout": (2,),
    "global_max_pool": (),
}


@pytest.mark.parametrize(("name", "args"), [*LINEAR.items(), *OTHERS.items()])
def test_dtype_layout_and_empty_batch(name, args):
    forward, backward = getattr(pool, name), getattr(pool, f"{name}_backward")
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 7, 4, 2)).T  # not in C order
    y = forward(x, *args)
    dy = rng.standard_normal(y.shape)
    dx = backward(dy, x, *args)
    copy = np.ascontiguousarray(x)
    assert_allclose(y, forward(copy, *args), **close)
    assert_allclose(dx, backward(dy, copy, *args), **close)
    assert not np.shares_memory(y, x)

    y32 = forward(x.astype(np.float32), *args)
    assert_allclose(y32, y.astype(np.float32), rtol=1e-5, atol=1e-6, strict=True)
    dx32 = backward(dy.astype(np.float32), x.astype(np.float32), *args)
    assert_allclose(dx32, dx.astype(np.float32), rtol=1e-4, atol=1e-6, strict=True)

    assert forward(x[:0], *args).shape == (0, *y.shape[1:])
    assert backward(dy[:0], x[:0], *args).shape == (0, *x.shape[1:])


x = np.zeros((5, 7))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: pool.max_pool2d(np.zeros(5), 2),
            ValueError,
            "max_pool2d: x has shape (5,), expected (H, W), (C, H, W) or (N, C, H, W)",
        ),
        (
            lambda: pool.max_pool2d(np.zeros((2, 0, 5)), 2),
            ValueError,
            "max_pool2d: x has shape (2, 0, 5), expected (H, W), (C, H, W) or (N, C, H, W); only a batch",
        ),
        (
            lambda: pool.avg_pool1d(np.arange(5), 2),
            TypeError,
            "avg_pool1d: x has dtype int64, expected a float dtype",
        ),
        (
            lambda: pool.max_pool2d(x, (2, 3, 4)),
            TypeError,
            "max_pool2d: kernel_size must be an int or 2 ints, got (2, 3, 4)",
        ),
        (
            lambda: pool.max_pool2d(x, 2, stride=0),
            ValueError,
            "max_pool2d: stride must be at least 1, got (0, 0)",
        ),
        (
            lambda: pool.max_pool2d(x, (3, 2), padding=(1, 2)),
            ValueError,
            "max_pool2d: padding must be at most half of kernel 3×2, got (1, 2)",
        ),
        (
            lambda: pool.avg_pool2d(x, (4, 3), dilation=(2, 1)),
            ValueError,
            "avg_pool2d: kernel 4×3 with dilation (2, 1) spans 7×3, but the padded input is only 5×7",
        ),
        (
            lambda: pool.max_pool1d(np.zeros(1), 2, stride=1, padding=1, dilation=2),
            ValueError,
            "max_pool1d: with kernel 2, dilation 2 and padding 1 a window misses all 1 samples",
        ),
        (
            lambda: pool.max_pool2d_backward(np.zeros((2, 2)), x, 2),
            ValueError,
            "max_pool2d_backward: dy has shape (2, 2), expected (2, 3), that of the output",
        ),
        (
            lambda: pool.max_pool2d_backward(np.zeros((2, 3)), x, 2, indices=np.zeros((2, 3))),
            TypeError,
            "max_pool2d_backward: indices has dtype float64, expected integers",
        ),
        (
            lambda: pool.max_pool2d_backward(np.zeros((2, 3)), x, 2, indices=np.full((2, 3), 35)),
            ValueError,
            "max_pool2d_backward: indices run from 35 to 35, expected 0 to 34, the places of 5×7",
        ),
        (
            lambda: pool.avg_pool2d_backward(np.zeros((2, 3), np.float32), x, 2),
            TypeError,
            "avg_pool2d_backward: dy has dtype float32, expected float64, that of the input",
        ),
        (
            lambda: pool.avg_pool2d(x, 2, divisor_override=0),
            ValueError,
            "avg_pool2d: divisor_override must be at least 1, got 0",
        ),
        (
            lambda: pool.lp_pool2d(x, 0.5, 2),
            ValueError,
            "lp_pool2d: norm_type must lie between 1 and inf, got 0.5",
        ),
        (lambda: pool.lp_pool2d(x, "2", 2), TypeError, "lp_pool2d: norm_type must be a number, got '2'"),
        (lambda: pool.maxout(x, 2), ValueError, "maxout: pieces=2 does not divide the 7 channels of x"),
        (lambda: pool.maxout(np.zeros(6), 2), ValueError, "maxout: x has shape (6,), expected (N, C, …)"),
        (
            lambda: pool.adaptive_avg_pool2d(x, 0),
            ValueError,
            "adaptive_avg_pool2d: output_size must be at least 1, got (0, 0)",
        ),
        (lambda: pool.blur_pool2d(x, 0), ValueError, "blur_pool2d: kernel_size must be at least 1, got 0"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
