"""Deformable convolution: conv2d at rest, a gather in steps, and in between what loops and autograd say."""

from math import floor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import direct
from convbook.reference.deform import deform_conv2d, deform_conv2d_backward
from convbook.reference.gradcheck import gradcheck

from .strategies import assert_same, conv_layers, read_only


@st.composite
def deformed_layers(draw, dtype=np.float64, smallest_batch=0):
    """Draw a layer, its offsets and perhaps a mask; some places come to lie outside, none on a pixel."""
    layer = draw(conv_layers(axes=2, dtype=dtype, named_padding=False, smallest_batch=smallest_batch))
    hyper = {key: value for key, value in layer.hyper.items() if key != "groups"}
    windows = direct.conv2d(layer.x, layer.w, **layer.hyper).shape
    taps = layer.w.shape[-2] * layer.w.shape[-1]
    channels = layer.x.shape[-3] if layer.x.ndim > 2 else 1
    shared = draw(st.sampled_from([d for d in range(1, channels + 1) if channels % d == 0]))
    batch = layer.x.shape[:1] if layer.x.ndim == 4 else ()
    places = (*batch, shared * taps, *windows[-2:])
    offset = np.where(layer.rng.random((*batch, 2 * shared * taps, *windows[-2:])) < 0.5, 1, 4)
    offset = (offset * layer.rng.standard_normal(offset.shape)).astype(dtype)
    mask = layer.rng.standard_normal(places).astype(dtype) if draw(st.booleans()) else None
    return layer, read_only(offset), None if mask is None else read_only(mask), hyper


def by_loops(x, offset, w, b, mask, stride, padding, dilation):
    """The definition, number by number, for a batch."""
    (s1, s2), (p1, p2), (t1, t2) = (np.broadcast_to(v, 2) for v in (stride, padding, dilation))
    (batch, channels, height, width), (maps, per_group, r1, r2) = x.shape, w.shape
    shared = offset.shape[1] // (2 * r1 * r2)

    def at(n, c, i, j):
        return x[n, c, i, j] if 0 <= i < height and 0 <= j < width else 0

    def between(n, c, alpha, beta):
        i, j = floor(alpha), floor(beta)
        down, right = alpha - i, beta - j
        above = (1 - right) * at(n, c, i, j) + right * at(n, c, i, j + 1)
        return (1 - down) * above + down * ((1 - right) * at(n, c, i + 1, j) + right * at(n, c, i + 1, j + 1))

    y = np.zeros((batch, maps, *offset.shape[2:]))
    for n, k, u, v in np.ndindex(y.shape):
        y[n, k, u, v] = 0 if b is None else b[k]
        for i, a, e in np.ndindex(per_group, r1, r2):
            c = k * (channels // per_group) // maps * per_group + i
            d = c * shared // channels
            tap = (d * r1 + a) * r2 + e
            down, right = offset[n, 2 * tap, u, v], offset[n, 2 * tap + 1, u, v]
            weight = 1 if mask is None else mask[n, tap, u, v]
            value = between(n, c, s1 * u + t1 * a - p1 + down, s2 * v + t2 * e - p2 + right)
            y[n, k, u, v] += w[k, i, a, e] * weight * value
    return y


def by_torch(x, offset, w, b, mask, stride, padding, dilation):
    """The same with tensors and without a loop over places, so that autograd can follow it."""
    (s1, s2), (p1, p2), (t1, t2) = (np.broadcast_to(v, 2).tolist() for v in (stride, padding, dilation))
    (batch, channels, height, width), (maps, per_group, r1, r2) = x.shape, w.shape
    shared, groups, h, v = offset.shape[1] // (2 * r1 * r2), channels // per_group, *offset.shape[2:]
    moved = offset.reshape(batch, shared, r1, r2, 2, h, v)
    rows = s1 * torch.arange(h)[:, None] + t1 * torch.arange(r1)[:, None, None, None] - p1
    columns = s2 * torch.arange(v) + t2 * torch.arange(r2)[:, None, None] - p2
    alpha, beta = moved[:, :, :, :, 0] + rows, moved[:, :, :, :, 1] + columns
    n = torch.arange(batch).reshape(-1, 1, 1, 1, 1, 1)
    read = []
    for c in range(channels):
        d = c * shared // channels
        value = 0
        for i in (alpha[:, d].floor(), alpha[:, d].floor() + 1):
            for j in (beta[:, d].floor(), beta[:, d].floor() + 1):
                near = (1 - (alpha[:, d] - i).abs()) * (1 - (beta[:, d] - j).abs())
                inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
                pixel = x[n[..., 0], c, i.clamp(0, height - 1).long(), j.clamp(0, width - 1).long()]
                value = value + torch.where(inside, pixel, 0.0) * near
        read.append(value if mask is None else value * mask.reshape(batch, shared, r1, r2, h, v)[:, d])
    read = torch.stack(read, 1).reshape(batch, groups, per_group, r1, r2, h, v)
    kernels = w.reshape(groups, maps // groups, per_group, r1, r2)
    y = torch.einsum("gkcae,ngcaeuv->ngkuv", kernels, read).reshape(batch, maps, h, v)
    return y if b is None else y + b[:, None, None]


def as_batch(layer, offset, mask):
    """Arrays with all their axes."""
    x, w, b = layer.arrays
    if layer.plain:
        w, b = w[None, None], None if b is None else b[None]
    if x.ndim < 4:
        x, offset, mask = (None if a is None else a[None] for a in (x, offset, mask))
    return x.reshape(len(x), -1, *x.shape[-2:]) if x.size else x, offset, w, b, mask


@settings(max_examples=150)
@given(deformed_layers())
def test_agrees_with_the_definition(drawn):
    layer, offset, mask, hyper = drawn
    y = deform_conv2d(layer.x, offset, layer.w, layer.b, mask=mask, **hyper)
    expected = by_loops(*as_batch(layer, offset, mask), **hyper)
    assert y.shape == direct.conv2d(layer.x, layer.w, **layer.hyper).shape
    assert_same(y, expected.reshape(y.shape), 1e-11)


@settings(max_examples=150)
@given(deformed_layers())
def test_gradients_agree_with_autograd(drawn):
    layer, offset, mask, hyper = drawn
    tensors = [
        None if a is None else torch.tensor(np.array(a), requires_grad=True)
        for a in as_batch(layer, offset, mask)
    ]
    y = by_torch(*tensors, **hyper)
    dy = layer.rng.standard_normal(direct.conv2d(layer.x, layer.w, **layer.hyper).shape)
    assert_same(
        deform_conv2d(layer.x, offset, layer.w, layer.b, mask=mask, **hyper),
        y.detach().numpy().reshape(dy.shape),
        1e-11,
    )
    y.backward(torch.tensor(dy).reshape(y.shape))
    dx, doffset, dw, db, dmask = deform_conv2d_backward(dy, layer.x, offset, layer.w, mask=mask, **hyper)
    x_grad, offset_grad, w_grad, b_grad, mask_grad = (t if t is None else t.grad.numpy() for t in tensors)
    assert_same(dx, x_grad.reshape(layer.x.shape), 1e-10)
    assert_same(doffset, offset_grad.reshape(offset.shape), 1e-10)
    assert_same(dw, w_grad.reshape(layer.w.shape), 1e-10)
    assert_same(db, dy.sum(axis=tuple(a for a in range(dy.ndim) if a != dy.ndim - 3)), 1e-10)
    if layer.b is not None:
        assert_same(db, b_grad.reshape(layer.b.shape), 1e-10)
    if mask is None:
        assert dmask is None
    else:
        assert_same(dmask, mask_grad.reshape(mask.shape), 1e-10)


def test_gradients_agree_with_finite_differences():
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((2, 4, 6, 5), (6, 2, 3, 2), 6))
    hyper = dict(stride=(2, 1), padding=(1, 2), dilation=(1, 2))
    windows = direct.conv2d(x, w, groups=2, **hyper).shape[2:]
    offset = rng.integers(-3, 3, (2, 24, *windows)) + rng.uniform(0.1, 0.9, (2, 24, *windows))  # no kinks
    mask = rng.standard_normal((2, 12, *windows))
    gradcheck(
        lambda x, offset, w, b, mask: deform_conv2d(x, offset, w, b, mask=mask, **hyper),
        lambda dy, x, offset, w, b, mask: deform_conv2d_backward(dy, x, offset, w, mask=mask, **hyper),
        {"x": x, "offset": offset, "w": w, "b": b, "mask": mask},
    )


@given(deformed_layers())
def test_without_offsets_it_is_conv2d(drawn):
    layer, offset, _, hyper = drawn
    y = deform_conv2d(layer.x, np.zeros_like(offset), layer.w, layer.b, **hyper)
    assert_same(y, direct.conv2d(*layer.arrays, **layer.hyper))
    dy = layer.rng.standard_normal(y.shape)
    dx, _, dw, db, _ = deform_conv2d_backward(dy, layer.x, np.zeros_like(offset), layer.w, **hyper)
    expected = direct.conv2d_backward(dy, layer.x, layer.w, **layer.hyper)
    for mine, gradient in zip((dx, dw, db), expected, strict=True):
        assert_same(mine, gradient, 1e-11)


def test_whole_offsets_gather():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 7))
    i, j = rng.integers(-3, 8, (4, 6)), rng.integers(-3, 10, (4, 6))
    inside = (i >= 0) & (i < 5) & (j >= 0) & (j < 7)
    picked = np.where(inside, x[np.clip(i, 0, 4), np.clip(j, 0, 6)], 0)
    offset = np.zeros((4, 2, 4, 6))  # four taps, of which the third goes where i and j say
    offset[2] = i - np.arange(4)[:, None] - 1, j - np.arange(6)
    w = np.array([[0.0, 0.0], [3.0, 0.0]])
    assert_same(deform_conv2d(x, offset.reshape(8, 4, 6), w), 3 * picked)


@given(deformed_layers(smallest_batch=1))
def test_is_linear_in_the_map_with_dx_as_adjoint(drawn):
    layer, offset, mask, hyper = drawn
    y = deform_conv2d(layer.x, offset, layer.w, mask=mask, **hyper)
    u = layer.rng.standard_normal(y.shape)
    dx = deform_conv2d_backward(u, layer.x, offset, layer.w, mask=mask, **hyper)[0]
    assert np.vdot(y, u) == pytest.approx(np.vdot(layer.x, dx), abs=1e-9)


def test_the_slope_on_a_pixel_is_that_towards_the_next():
    x, offset = np.array([[0.0, 1.0, 5.0], [2.0, 8.0, 3.0], [7.0, 4.0, 6.0]]), np.zeros((2, 3, 3))
    doffset = deform_conv2d_backward(np.ones((3, 3)), x, offset, np.ones((1, 1)))[1]
    assert_same(doffset[0], np.diff(x, axis=0, append=0.0))
    assert_same(doffset[1], np.diff(x, axis=1, append=0.0))


def test_places_far_outside_read_zero_and_nan_reads_nan():
    x, w = np.arange(1.0, 13.0).reshape(3, 4), np.ones((1, 1))
    offset = np.zeros((2, 3, 4))
    offset[0, 0] = [np.inf, -np.inf, 1e300, np.nan]
    y = deform_conv2d(x, offset, w)
    np.testing.assert_array_equal(y, np.vstack([[0, 0, 0, np.nan], x[1:]]))
    dx, doffset, *_ = deform_conv2d_backward(np.ones((3, 4)), x, offset, w)
    assert doffset[:, 0, :3].tolist() == [[0, 0, 0]] * 2
    assert np.isfinite(dx[2]).all()


@pytest.mark.parametrize(
    ("dtype", "atol"), [(np.float32, 1e-4), (np.float16, 0.1), (np.longdouble, 1e-11)], ids=str
)
def test_keeps_the_dtype(dtype, atol):
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s).astype(dtype) for s in ((2, 4, 6, 5), (6, 2, 3, 2), 6))
    offset = rng.uniform(-2, 2, (2, 24, 4, 4)).astype(dtype)
    mask = rng.standard_normal((2, 12, 4, 4)).astype(dtype)
    y = deform_conv2d(x, offset, w, b, mask=mask)
    dy = rng.standard_normal(y.shape).astype(dtype)
    arrays = [a.astype(float) for a in (dy, x, offset, w, b, mask)]
    expected = deform_conv2d(*arrays[1:5], mask=arrays[5])
    gradients = deform_conv2d_backward(*arrays[:4], mask=arrays[5])
    for mine, exact in zip(
        (y, *deform_conv2d_backward(dy, x, offset, w, mask=mask)), (expected, *gradients), strict=True
    ):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine.astype(float), exact, rtol=0, atol=atol * abs(exact).max())


ERRORS = [
    # against x (2, 4, 7, 10), offset (2, 24, 5, 9), w (6, 2, 3, 2), b (6,), mask (2, 12, 5, 9)
    (dict(x=np.zeros((2, 4, 7, 10), int)), TypeError, "x has dtype int64, expected a float dtype"),
    (
        dict(offset=np.zeros((2, 24, 5, 9), np.float32)),
        TypeError,
        "x has dtype float64 but offset has float32",
    ),
    (dict(mask=np.zeros((2, 12, 5, 9), bool)), TypeError, "mask has dtype bool, expected a float dtype"),
    (dict(b=np.zeros(5)), ValueError, "b has shape (5,), expected (6,), one number per kernel"),
    (dict(x=np.zeros((7, 10))), ValueError, "x has shape (7, 10) and w (6, 2, 3, 2), expected x (H, W) with"),
    (
        dict(x=np.zeros((2, 5, 7, 10))),
        ValueError,
        "a kernel of w takes 2 channels, but a group of x has 5 (5 channels, groups=1)",
    ),
    (
        dict(w=np.zeros((5, 2, 3, 2)), b=None),
        ValueError,
        "groups=2 must divide the 4 channels of x and the 5 kernels of w",
    ),
    (
        dict(offset=np.zeros((2, 24, 9, 5))),
        ValueError,
        "offset has shape (2, 24, 9, 5), expected (2, 12, 5, 9), "
        "or as many times 12 as divide the 4 channels of x",
    ),
    (
        dict(offset=np.zeros((2, 36, 5, 9))),
        ValueError,
        "offset has shape (2, 36, 5, 9), expected (2, 12, 5, 9)",
    ),
    (
        dict(offset=np.zeros((2, 23, 5, 9))),
        ValueError,
        "offset has shape (2, 23, 5, 9), expected (2, 12, 5, 9)",
    ),
    (
        dict(offset=np.zeros((2, 6, 5, 9))),
        ValueError,
        "offset has shape (2, 6, 5, 9), expected (2, 12, 5, 9)",
    ),
    (dict(offset=np.zeros((24, 5, 9))), ValueError, "offset has shape (24, 5, 9), expected (2, 12, 5, 9)"),
    (
        dict(mask=np.zeros((2, 6, 5, 9))),
        ValueError,
        "mask has shape (2, 6, 5, 9), expected (2, 12, 5, 9), one number for every tap with an offset",
    ),
    (dict(stride=0), ValueError, "stride must be at least 1, got (0, 0)"),
    (
        dict(dilation=(4, 1)),
        ValueError,
        "kernel 3×2 with dilation (4, 1) spans 9×2, but the padded input is only",
    ),
]


@pytest.mark.parametrize(("wrong", "error", "message"), ERRORS, ids=[message for *_, message in ERRORS])
def test_bad_arguments_are_named(wrong, error, message):
    good = dict(
        x=np.zeros((2, 4, 7, 10)),
        offset=np.zeros((2, 24, 5, 9)),
        w=np.zeros((6, 2, 3, 2)),
        b=np.zeros(6),
        mask=np.zeros((2, 12, 5, 9)),
    )
    assert deform_conv2d(**good).shape == (2, 6, 5, 9)
    with pytest.raises(error) as caught:
        deform_conv2d(**good | wrong)
    assert str(caught.value).startswith("deform_conv2d: ")
    assert message in str(caught.value)


def test_a_wrong_gradient_is_named():
    x, offset, w = np.zeros((7, 10)), np.zeros((12, 5, 9)), np.zeros((3, 2))
    with pytest.raises(
        ValueError, match=r"^deform_conv2d_backward: dy has shape \(9, 5\), expected \(5, 9\)"
    ):
        deform_conv2d_backward(np.zeros((9, 5)), x, offset, w)
