"""Upsampling: torch's numbers and gradients, the kernels that interpolate, and the overlaps that do not."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference.upsample import (
    bilinear_kernel,
    interpolate,
    interpolate_backward,
    linear_kernel,
    overlap_count,
)

from .strategies import axis_values, read_only
from .test_pool import maps

close = {"rtol": 1e-9, "atol": 1e-11, "strict": True}


@st.composite
def interpolations(draw):
    """Maps, and the arguments of an interpolation that enlarges or shrinks them."""
    mode = draw(st.sampled_from(["nearest", "linear", "bilinear"]))
    axes = 1 if mode == "linear" else 2
    x = draw(maps(axes))
    hyper = {"mode": mode}
    if mode != "nearest":
        hyper["align_corners"] = draw(st.booleans())
    if draw(st.booleans()):
        hyper["size"] = draw(axis_values(st.integers(1, 17), axes))
    else:
        factors = st.sampled_from([1, 1.1, 1.5, 2, 2.7, 3, 4.0])
        if min(x.shape[-axes:]) > 1:
            factors |= st.sampled_from([0.5, 0.7, 2 / 3])
        hyper["scale_factor"] = draw(axis_values(factors, axes))
    return x, axes, hyper


@given(interpolations())
@settings(max_examples=150, deadline=None)
def test_interpolation_agrees_with_torch(interpolation):
    x, axes, hyper = interpolation
    t = torch.tensor(x, requires_grad=True)
    batch = t.reshape(1, -1, *x.shape[-axes:])
    expected = F.interpolate(batch, **hyper)
    expected = expected.reshape(*x.shape[:-axes], *expected.shape[-axes:])
    assert_allclose(interpolate(x, **hyper), expected.detach().numpy(), **close)
    dy = np.random.default_rng(0).standard_normal(expected.shape)
    (dx,) = torch.autograd.grad(expected, t, torch.tensor(dy))
    assert_allclose(interpolate_backward(read_only(dy), x, **hyper), dx.numpy(), **close)


@given(interpolations())
@settings(max_examples=40, deadline=None)
def test_interpolation_and_its_backward_are_adjoint(interpolation):
    x, _, hyper = interpolation
    y = interpolate(x, **hyper)
    u = np.random.default_rng(0).standard_normal(y.shape)
    assert np.vdot(y, u) == pytest.approx(np.vdot(x, interpolate_backward(u, x, **hyper)), abs=1e-10)


@pytest.mark.parametrize(("n", "factor"), [(31, 1.3), (4, 2.1), (5, 1.1)])
def test_nearest_decides_close_calls_as_torch_does(n, factor):
    x = np.arange(3.0 * n).reshape(1, 1, 3, n)
    expected = F.interpolate(torch.tensor(x), scale_factor=(1, factor))
    assert_array_equal(interpolate(x, scale_factor=(1, factor)), expected.numpy())


def test_aligned_corners_stay_and_a_line_stays_a_line():
    x = np.outer([1.0, 2.0, 3.0], [1.0, 3.0])
    y = interpolate(x, size=(5, 4), mode="bilinear", align_corners=True)
    assert_allclose(y, np.outer(np.linspace(1, 3, 5), np.linspace(1, 3, 4)), atol=1e-14)


def test_nan_stays_with_those_that_have_a_share_in_it():
    x = np.array([1.0, np.nan, 2.0, 3.0])
    y = interpolate(x, size=8, mode="linear")
    assert np.isnan(y).tolist() == [False, True, True, True, True, False, False, False]
    assert np.isnan(interpolate(x, size=4, mode="linear")).tolist() == [False, True, False, False]


@pytest.mark.parametrize("s", range(1, 7))
def test_transposed_convolution_with_the_linear_kernel_interpolates_inside(s):
    x = np.random.default_rng(s).standard_normal((2, 3, 6, 5))
    w = bilinear_kernel(s)
    assert w.shape == (2 * s - s % 2,) * 2
    assert_array_equal(w, np.outer(linear_kernel(s), linear_kernel(s)))
    w = torch.tensor(w).expand(3, 1, -1, -1)
    y = F.conv_transpose2d(torch.tensor(x), w, stride=s, padding=s // 2, groups=3).numpy()
    bilinear = interpolate(x, scale_factor=s, mode="bilinear")
    assert y.shape == bilinear.shape
    inside = (..., slice(s, -s), slice(s, -s))
    assert_allclose(y[inside], bilinear[inside], atol=1e-12)
    if s > 1:  # at the border the convolution runs into zeros
        assert not np.allclose(y, bilinear)


def test_the_kernel_of_the_lectures():
    assert linear_kernel(2).tolist() == [0.25, 0.75, 0.75, 0.25]


@given(n=axis_values(st.integers(1, 6), 2), r=axis_values(st.integers(1, 7), 2), s=st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_overlaps_are_counted_as_a_transposed_convolution_of_ones_does(n, r, s):
    ones, w = torch.ones(1, 1, *np.broadcast_to(n, 2)), torch.ones(1, 1, *np.broadcast_to(r, 2))
    count = overlap_count(n, r, (s, s + 1))
    assert_array_equal(count, F.conv_transpose2d(ones, w, stride=(s, s + 1))[0, 0].numpy())
    assert count.dtype == int


@pytest.mark.parametrize("s", range(1, 6))
@pytest.mark.parametrize("r", range(1, 9))
def test_overlaps_are_even_inside_if_and_only_if_the_stride_divides_the_kernel(r, s):
    count = overlap_count(20, r, s)
    inside = count[r : len(count) - r]
    assert (len(set(inside)) == 1) == (r % s == 0)


def test_a_checkerboard():
    assert overlap_count(4, 3, 2).tolist() == [1, 1, 2, 1, 2, 1, 2, 1, 1]


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_dtype_layout_and_empty_batch(mode):
    hyper = {"scale_factor": (2, 1.5), "mode": mode}
    x = np.random.default_rng(0).standard_normal((5, 7, 4, 2)).T
    y = interpolate(x, **hyper)
    assert_allclose(y, interpolate(np.ascontiguousarray(x), **hyper), **close)
    y32 = interpolate(x.astype(np.float32), **hyper)
    assert_allclose(y32, y.astype(np.float32), rtol=1e-5, atol=1e-6, strict=True)
    dx32 = interpolate_backward(y32, x.astype(np.float32), **hyper)
    assert_allclose(dx32, interpolate_backward(y, x, **hyper), rtol=1e-5, atol=1e-5)
    assert dx32.dtype == np.float32
    empty = interpolate(x[:0], **hyper)
    assert empty.shape == (0, *y.shape[1:])
    assert interpolate_backward(empty, x[:0], **hyper).shape == (0, *x.shape[1:])
    assert not np.shares_memory(interpolate(x, size=x.shape[-2:], mode=mode), x)


x = np.zeros((5, 7))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: interpolate(x, size=3, mode="cubic"),
            ValueError,
            "interpolate: mode must be 'nearest', 'linear' or 'bilinear', got 'cubic'",
        ),
        (
            lambda: interpolate(x[None, None], size=3, mode="linear"),
            ValueError,
            "interpolate: x has shape (1, 1, 5, 7), expected (n,), (C, L) or (N, C, L)",
        ),
        (lambda: interpolate(x), ValueError, "interpolate: expected size or scale_factor, got neither"),
        (
            lambda: interpolate(x, size=3, scale_factor=2),
            ValueError,
            "interpolate: expected size or scale_factor, got both",
        ),
        (lambda: interpolate(x, size=(3, 0)), ValueError, "interpolate: size must be at least 1, got (3, 0)"),
        (
            lambda: interpolate(x, scale_factor=(2, 0.1)),
            ValueError,
            "interpolate: scale_factor=(2, 0.1) makes 5×7 empty, 10×0",
        ),
        (
            lambda: interpolate(x, scale_factor=-1),
            ValueError,
            "interpolate: scale_factor must be positive, got -1",
        ),
        (
            lambda: interpolate(x, scale_factor="2"),
            TypeError,
            "interpolate: scale_factor must be a number or a pair of numbers, got '2'",
        ),
        (
            lambda: interpolate(x, size=3, align_corners=True),
            ValueError,
            "interpolate: mode 'nearest' has no corners to align",
        ),
        (
            lambda: interpolate_backward(x, x, size=(3, 4), mode="bilinear"),
            ValueError,
            "interpolate_backward: dy has shape (5, 7), expected (3, 4), that of the output",
        ),
        (lambda: bilinear_kernel(0), ValueError, "bilinear_kernel: s must be at least 1, got 0"),
        (lambda: overlap_count(4, 3, 0.5), TypeError, "overlap_count: stride must be an int, got 0.5"),
        (
            lambda: overlap_count((4, 4), 3, 0),
            ValueError,
            "overlap_count: stride must be at least 1, got (0, 0)",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
