"""Upsampling: torch's numbers and gradients, the kernels that interpolate, and the overlaps that do not."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference.conv import conv_transpose2d
from convbook.reference.direct import convolve2d
from convbook.reference.gradcheck import gradcheck
from convbook.reference.upsample import (
    bilinear_kernel,
    interpolate,
    interpolate_backward,
    linear_kernel,
    overlap_count,
    resize_conv2d,
    resize_conv2d_backward,
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


@st.composite
def resize_convolutions(draw):
    """Maps, kernels, perhaps biases, and the arguments of an interpolation and of a convolution after it."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mode = draw(st.sampled_from(["nearest", "bilinear"]))
    kernel, dilation = draw(st.tuples(*[st.integers(1, 3)] * 2)), draw(st.tuples(*[st.integers(1, 2)] * 2))
    before = draw(st.tuples(*[st.integers(3, 6)] * 2))
    hyper = {"mode": mode, "dilation": dilation}
    hyper["padding"] = draw(st.sampled_from([0, (2, 1), "same"]))
    if mode == "bilinear":
        hyper["align_corners"] = draw(st.booleans())
    if draw(st.booleans()):
        hyper["size"] = draw(st.tuples(*[st.integers(5, 11)] * 2))
    else:
        hyper["scale_factor"] = draw(axis_values(st.sampled_from([2, 2.5, 3]), 2))
    if draw(st.booleans()):
        hyper["groups"] = groups = draw(st.integers(1, 2))
        leading, w_shape = draw(st.sampled_from([(), (0,), (2,)])), (3 * groups, 2, *kernel)
        x_shape, b_shape = (*leading, 2 * groups, *before), w_shape[:1]
    else:
        x_shape, w_shape, b_shape = before, kernel, ()
    x, w, b = (read_only(np.asarray(rng.standard_normal(shape))) for shape in (x_shape, w_shape, b_shape))
    return x, w, b if draw(st.booleans()) else None, hyper


@given(resize_convolutions())
@settings(max_examples=150, deadline=None)
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
def test_resize_convolution_agrees_with_torch(drawn):
    x, w, b, hyper = drawn
    resizing = {key: hyper[key] for key in ("size", "scale_factor", "mode", "align_corners") if key in hyper}
    convolving = {key: hyper[key] for key in ("padding", "dilation", "groups") if key in hyper}
    tensors = [
        torch.tensor(np.array(a), requires_grad=True) for a in (x, w, np.zeros(()) if b is None else b)
    ]
    plain = x.ndim == 2
    images = tensors[0].reshape(-1, *([1] if plain else x.shape[-3:-2]), *x.shape[-2:])
    kernels = tensors[1][None, None] if plain else tensors[1]
    bias = tensors[2].expand(len(kernels))
    expected = F.conv2d(F.interpolate(images, **resizing), kernels, bias, **convolving)
    expected = expected.reshape(*x.shape[:-3], *([] if plain else expected.shape[1:2]), *expected.shape[2:])
    y = resize_conv2d(x, w, b, **hyper)
    assert_allclose(y, expected.detach().numpy(), **close)
    dy = np.random.default_rng(0).standard_normal(y.shape)
    expected.backward(torch.tensor(dy))
    dx, dw, db = resize_conv2d_backward(read_only(dy), x, w, **hyper)
    assert_allclose(dx, tensors[0].grad.numpy(), **close)
    assert_allclose(dw, tensors[1].grad.numpy(), **close)
    assert db.shape == (() if plain else w.shape[:1])
    assert_allclose(db.sum() if b is None else db, tensors[2].grad.numpy(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_gradients_of_resize_convolution_by_finite_differences(mode):
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 4, 3, 5)), rng.standard_normal((6, 2, 3, 2)), rng.standard_normal(6)
    hyper = {"scale_factor": (2, 1.5), "mode": mode, "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    gradcheck(
        lambda x, w, b: resize_conv2d(x, w, b, **hyper),
        lambda dy, x, w, b: resize_conv2d_backward(dy, x, w, **hyper),
        {"x": x, "w": w, "b": b},
    )


@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_resize_convolution_makes_equal_outputs_of_equal_inputs(mode):
    w = np.random.default_rng(0).standard_normal((3, 3))
    ones = np.ones((5, 6))
    resized = resize_conv2d(ones, w, scale_factor=2, mode=mode)
    assert_allclose(resized, np.full((8, 10), w.sum()), atol=1e-12)
    transposed = conv_transpose2d(ones, w, stride=2)[3:-3, 3:-3]  # a checkerboard, as 2 does not divide 3
    assert np.ptp(transposed) > 0.1


@pytest.mark.parametrize("s", [1, 2, 3])
def test_nearest_and_a_convolution_are_a_transposed_convolution_with_blurred_kernels(s):
    rng = np.random.default_rng(s)
    x, w = rng.standard_normal((5, 4)), rng.standard_normal((3, 2))
    y = resize_conv2d(x, w, scale_factor=s, padding=(2, 1))
    assert_allclose(y, conv_transpose2d(x, convolve2d(w[::-1, ::-1], np.ones((s, s))), stride=s), atol=1e-12)


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
        (
            lambda: resize_conv2d(x, x[:2, :2], scale_factor=2, mode="linear"),
            ValueError,
            "resize_conv2d: mode must be 'nearest' or 'bilinear', got 'linear'",
        ),
        (
            lambda: resize_conv2d(x, x[:2, :2]),
            ValueError,
            "resize_conv2d: expected size or scale_factor, got neither",
        ),
        (
            lambda: resize_conv2d(x, np.zeros((1, 1, 2, 2)), size=9),
            ValueError,
            "resize_conv2d: x has shape (5, 7) and w (1, 1, 2, 2), expected x (H, W) with w (R, S), or",
        ),
        (
            lambda: resize_conv2d(x, x[:4, :2], size=(3, 9)),
            ValueError,
            "resize_conv2d: kernel 4×2 with dilation (1, 1) spans 4×2, but the padded input is only 3×9",
        ),
        (
            lambda: resize_conv2d_backward(x, x, x[:2, :2], size=9),
            ValueError,
            "resize_conv2d_backward: dy has shape (5, 7), expected (8, 8), that of the output",
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
