"""Moved taps: a naive loop, torch's gradients of a bilinear gather, and layers it must not differ from."""

from dataclasses import dataclass, field
from math import floor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from convbook.reference import direct
from convbook.reference.deform import deform_conv2d, deform_conv2d_backward
from convbook.reference.gradcheck import gradcheck

from .strategies import assert_same, axis_values, read_only


@dataclass
class Layer:
    """Arguments of a layer with moved taps, read-only."""

    batch: int = 2
    size: tuple = (5, 7)
    kernel: tuple = (3, 2)
    groups: int = 1
    per_group: int = 2
    maps: int = 3  # in each group
    shared: int = 1
    hyper: dict = field(default_factory=dict)
    masked: bool = True
    dtype: type = np.float64
    seed: int = 0

    def __post_init__(self):
        self.rng = np.random.default_rng(self.seed)
        channels, taps = self.groups * self.per_group, self.shared * self.kernel[0] * self.kernel[1]
        self.x = self.draw(self.batch, channels, *self.size)
        self.w = self.draw(self.groups * self.maps, self.per_group, *self.kernel)
        self.b = self.draw(self.groups * self.maps)
        plain = direct.conv2d(self.x, self.w, self.b, groups=self.groups, **self.hyper)
        self.shape, self.output = plain.shape, plain.shape[2:]
        self.offset = self.draw(self.batch, 2 * taps, *self.output, scale=2)
        self.mask = self.draw(self.batch, taps, *self.output) if self.masked else None

    def draw(self, *shape, scale=1):
        return read_only(np.array(scale * self.rng.standard_normal(shape), self.dtype))

    def forward(self, **changes):
        given = {"x": self.x, "offset": self.offset, "w": self.w, "b": self.b, "mask": self.mask} | changes
        return deform_conv2d(**given, **self.hyper)

    def places(self):
        """(tap, output, top left place) of every tap."""
        (s1, s2), (p1, p2), (t1, t2) = (
            np.broadcast_to(self.hyper.get(key, default), 2)
            for key, default in (("stride", 1), ("padding", 0), ("dilation", 1))
        )
        for a, e in np.ndindex(*self.kernel):
            for u, v in np.ndindex(*self.output):
                yield a * self.kernel[1] + e, (a, e), (u, v), (s1 * u + t1 * a - p1, s2 * v + t2 * e - p2)


@st.composite
def layers(draw, smallest_batch=0):
    kernel = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    hyper = {
        "stride": draw(axis_values(st.integers(1, 3), 2)),
        "padding": draw(axis_values(st.integers(0, 2), 2)),
        "dilation": draw(axis_values(st.integers(1, 2), 2)),
    }
    span = np.multiply(hyper["dilation"], np.subtract(kernel, 1)) + 1
    smallest = np.maximum(span - np.multiply(2, hyper["padding"]), 1)
    size = tuple(int(n) + draw(st.integers(0, 4)) for n in smallest)
    groups, per_group = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    shared = draw(st.sampled_from([d for d in range(1, 7) if groups * per_group % d == 0]))
    batch, maps = draw(st.integers(smallest_batch, 2)), draw(st.integers(1, 2))
    masked, seed = draw(st.booleans()), draw(st.integers(0, 2**32 - 1))
    return Layer(batch, size, kernel, groups, per_group, maps, shared, hyper, masked, seed=seed)


def by_loops(layer):
    """The definition: every tap of every output reads between its four pixels."""
    y = np.zeros(layer.shape) + layer.b[:, None, None]
    taps, (height, width) = layer.kernel[0] * layer.kernel[1], layer.size
    per_offset = layer.x.shape[1] // layer.shared
    for n, j in np.ndindex(*layer.shape[:2]):
        for i in range(layer.per_group):
            c = j // layer.maps * layer.per_group + i
            for number, tap, at, (h, k) in layer.places():
                number += c // per_offset * taps
                h, k = h + layer.offset[n, 2 * number, *at], k + layer.offset[n, 2 * number + 1, *at]
                value = 0.0
                for row in (floor(h), floor(h) + 1):
                    for column in (floor(k), floor(k) + 1):
                        if 0 <= row < height and 0 <= column < width:
                            value += (1 - abs(h - row)) * (1 - abs(k - column)) * layer.x[n, c, row, column]
                m = 1 if layer.mask is None else layer.mask[n, number, *at]
                y[n, j, *at] += layer.w[j, i, *tap] * m * value
    return y


def by_torch(layer, x, offset, w, b, mask):
    """The same in torch: x is summed with a tent over each of its axes, so that nothing need be rounded."""
    batch, taps = len(x), layer.kernel[0] * layer.kernel[1]
    start = torch.zeros(taps, 2, *layer.output, dtype=x.dtype)
    for number, _, at, place in layer.places():
        start[(number, slice(None), *at)] = torch.tensor([float(p) for p in place], dtype=x.dtype)
    place = start + offset.reshape(batch, layer.shared, taps, 2, *layer.output)
    tents = [
        torch.relu(1 - (place[:, :, :, axis, ..., None] - torch.arange(n, dtype=x.dtype)).abs())
        for axis, n in enumerate(layer.size)
    ]
    maps = x.reshape(batch, layer.shared, x.shape[1] // layer.shared, *layer.size)
    samples = torch.einsum("ndchk,ndtuvh,ndtuvk->ndctuv", maps, *tents)
    if mask is not None:
        samples = samples * mask.reshape(batch, layer.shared, 1, taps, *layer.output)
    samples = samples.reshape(batch, layer.groups, layer.per_group, taps, *layer.output)
    kernels = w.reshape(layer.groups, layer.maps, layer.per_group, taps)
    y = torch.einsum("ngituv,gjit->ngjuv", samples, kernels)
    return y.reshape(layer.shape) + b[:, None, None]


@settings(max_examples=15)
@given(layers())
def test_the_definition_in_loops(layer):
    assert_same(layer.forward(), by_loops(layer))


@settings(max_examples=60)
@given(layers(smallest_batch=1))
def test_numbers_and_gradients_agree_with_torch(layer):
    arrays = [layer.x, layer.offset, layer.w, layer.b] + ([layer.mask] if layer.masked else [])
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    y = by_torch(layer, *tensors, *([] if layer.masked else [None]))
    assert_same(layer.forward(), y.detach().numpy())
    dy = layer.draw(*layer.shape)
    y.backward(torch.tensor(dy))
    gradients = deform_conv2d_backward(dy, layer.x, layer.offset, layer.w, mask=layer.mask, **layer.hyper)
    assert len(gradients) == 5
    assert layer.masked or gradients[4] is None
    for gradient, tensor in zip(gradients, tensors, strict=False):
        assert_same(gradient, tensor.grad.numpy(), atol=1e-11)


PER_AXIS = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}


def test_without_offsets_it_is_the_layer():
    layer = Layer(size=(6, 9), groups=2, shared=4, hyper=PER_AXIS, masked=False)
    still = np.zeros_like(layer.offset)
    expected = direct.conv2d(layer.x, layer.w, layer.b, groups=2, **PER_AXIS)
    assert_same(layer.forward(offset=still), expected)
    dy = layer.draw(*layer.shape)
    dx, _, dw, db, dmask = deform_conv2d_backward(dy, layer.x, still, layer.w, **PER_AXIS)
    expected = direct.conv2d_backward(dy, layer.x, layer.w, groups=2, **PER_AXIS)
    for gradient, same in zip((dx, dw, db), expected, strict=True):
        assert_same(gradient, same)
    assert dmask is None


def test_whole_offsets_pick_pixels_and_zeros_outside():
    x = np.arange(1.0, 13).reshape(1, 1, 3, 4)
    down, right = np.random.default_rng(0).integers(-6, 7, size=(2, 3, 4))
    offset = np.stack([down, right])[None].astype(float)
    rows, columns = np.indices((3, 4)) + np.stack([down, right])
    inside = (rows >= 0) & (rows < 3) & (columns >= 0) & (columns < 4)
    expected = np.where(inside, x[0, 0, rows.clip(0, 2), columns.clip(0, 3)], 0)
    assert inside.any() and not inside.all()
    assert_array_equal(deform_conv2d(x, offset, np.ones((1, 1, 1, 1)))[0, 0], expected)


def test_an_offset_moves_down_and_then_right():
    x = np.zeros((1, 1, 4, 5))
    x[0, 0, 2, 1] = 8
    offset = np.array([1.75, 0.5]).reshape(
        1, 2, 1, 1
    )  # seen from (0, 0): between rows 1 and 2, columns 0 and 1
    y = deform_conv2d(x, offset, np.ones((1, 1, 1, 1)), stride=9)
    assert y.item() == 8 * 0.75 * 0.5


def test_just_outside_the_border_fades_out():
    x = np.full((1, 1, 2, 3), 4.0)
    w = np.ones((1, 1, 1, 1))
    seen = []
    for place in (-1.5, -1, -0.25, 0, 1, 1.25, 2, 2.5):
        offset = np.array([place, 0.0]).reshape(1, 2, 1, 1)
        seen.append(deform_conv2d(x, offset, w, stride=9).item())
    assert seen == [0, 0, 3, 4, 4, 3, 0, 0]


def test_at_a_pixel_the_slope_is_that_to_the_right_and_down():
    x = np.array([[1.0, 10, 100], [2, 20, 200]]).reshape(1, 1, 2, 3)
    offset, w, dy = np.zeros((1, 2, 2, 3)), np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 3))
    _, doffset, *_ = deform_conv2d_backward(dy, x, offset, w)
    assert doffset[0].tolist() == [[[1, 10, 100], [-2, -20, -200]], [[9, 90, -100], [18, 180, -200]]]


def test_a_mask_is_a_factor_of_what_a_tap_reads():
    layer = Layer(masked=False, groups=2, shared=2)
    without = layer.forward(b=None)
    assert_same(layer.forward(b=None, mask=np.ones((2, 12, *layer.output))), without)
    assert_same(layer.forward(b=None, mask=np.full((2, 12, *layer.output), -2.5)), -2.5 * without)
    one_tap, only = np.zeros((2, 2, 6, *layer.output)), np.zeros((3, 2))
    one_tap[:, :, 3], only[1, 1] = 1, 1
    expected = layer.forward(b=None, w=layer.w * only)
    assert_same(layer.forward(b=None, mask=one_tap.reshape(2, 12, *layer.output)), expected)


def test_groups_of_offsets_move_their_own_maps():
    layer = Layer(groups=1, per_group=4, shared=2)
    halves = [
        deform_conv2d(
            layer.x[:, 2 * d : 2 * d + 2],
            layer.offset[:, 12 * d : 12 * d + 12],
            layer.w[:, 2 * d : 2 * d + 2],
            mask=layer.mask[:, 6 * d : 6 * d + 6],
        )
        for d in range(2)
    ]
    assert_same(layer.forward(b=None), sum(halves))


@pytest.mark.parametrize("shared", [1, 2, 4])
def test_gradients_against_finite_differences(shared):
    layer = Layer(1, (4, 5), (2, 3), groups=2, maps=1, shared=shared, hyper=PER_AXIS)
    inputs = {"x": layer.x, "offset": layer.offset, "w": layer.w, "b": layer.b, "mask": layer.mask}

    def forward(x, offset, w, b, mask):
        return deform_conv2d(x, offset, w, b, mask=mask, **PER_AXIS)

    def backward(dy, x, offset, w, b, mask):
        return deform_conv2d_backward(dy, x, offset, w, mask=mask, **PER_AXIS)

    gradcheck(forward, backward, inputs)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_the_dtype_stays(dtype):
    layer = Layer(dtype=dtype, groups=2, shared=2)
    y = layer.forward()
    gradients = deform_conv2d_backward(y, layer.x, layer.offset, layer.w, mask=layer.mask)
    assert {a.dtype for a in (y, *gradients)} == {np.dtype(dtype)}


def test_an_empty_batch():
    layer = Layer(batch=0, groups=2, shared=2)
    y = layer.forward()
    assert y.shape == layer.shape
    dx, doffset, dw, db, dmask = deform_conv2d_backward(y, layer.x, layer.offset, layer.w, mask=layer.mask)
    assert (dx.shape, doffset.shape, dmask.shape) == (layer.x.shape, layer.offset.shape, layer.mask.shape)
    assert (dw.shape, db.shape) == (layer.w.shape, layer.b.shape)
    assert not dw.any() and not db.any()


def test_infinite_offsets_see_zeros_and_a_nan_stays_one():
    x, w = np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1))
    offset = np.zeros((1, 2, 2, 2))
    offset[0, 0, 0] = np.inf, -np.inf
    offset[0, 1, 1, 1] = np.nan
    assert_array_equal(deform_conv2d(x, offset, w)[0, 0], [[0, 0], [1, np.nan]])


def zeros(*shape):
    return np.zeros(shape)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": zeros(4, 5, 7)}, ValueError, r"x has shape \(4, 5, 7\) and w .* expected x \(N, C, H, W\)"),
        ({"w": zeros(6, 3, 3, 2)}, ValueError, "takes 3 channels, which do not divide the 4 of x"),
        ({"w": zeros(6, 8, 3, 2)}, ValueError, "takes 8 channels, which do not divide the 4 of x"),
        ({"w": zeros(6, 0, 3, 2)}, ValueError, "only a batch may be empty"),
        ({"w": zeros(5, 2, 3, 2)}, ValueError, "groups=2 must divide the 4 channels of x and the 5 kernels"),
        ({"w": zeros(6, 2, 3, 8)}, ValueError, "kernel 3×8 .* spans 3×8, but the padded input is only 5×7"),
        ({"offset": zeros(2, 12, 3, 5)}, ValueError, r"\(2, 12, 3, 5\), expected \(2, D·12, 3, 6\)"),
        ({"offset": zeros(1, 12, 3, 6)}, ValueError, r"\(1, 12, 3, 6\), expected \(2, D·12, 3, 6\)"),
        ({"offset": zeros(2, 6, 3, 6)}, ValueError, r"\(2, 6, 3, 6\), expected \(2, D·12, 3, 6\)"),
        ({"offset": zeros(2, 13, 3, 6)}, ValueError, r"\(2, 13, 3, 6\), expected \(2, D·12, 3, 6\)"),
        ({"offset": zeros(2, 36, 3, 6)}, ValueError, "for D groups of the 4 channels of x"),
        ({"offset": zeros(12, 3, 6)}, ValueError, r"\(12, 3, 6\), expected \(2, D·12, 3, 6\)"),
        ({"mask": zeros(2, 6, 3, 6)}, ValueError, r"mask has shape \(2, 6, 3, 6\), expected \(2, 12, 3, 6\)"),
        ({"offset": zeros(2, 24, 3, 6).astype(int)}, TypeError, "offset has dtype int64, expected a float"),
        ({"mask": zeros(2, 12, 3, 6).astype("f")}, TypeError, "mask has float32, expected the same"),
        ({"stride": 0}, ValueError, "stride must be at least 1, got"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes, error, message):
    layer = Layer(groups=2, shared=2)
    arguments = {"x": layer.x, "offset": layer.offset, "w": layer.w, "mask": layer.mask} | changes
    with pytest.raises(error, match=f"^deform_conv2d: .*{message}"):
        deform_conv2d(**arguments)
    with pytest.raises(error, match=f"^deform_conv2d_backward: .*{message}"):
        deform_conv2d_backward(zeros(*layer.shape), **arguments)


def test_a_wrong_bias_or_gradient_is_refused():
    layer = Layer()
    with pytest.raises(ValueError, match=r"^deform_conv2d: b has shape \(4,\), expected \(3,\)"):
        layer.forward(b=zeros(4))
    with pytest.raises(ValueError, match=r"^deform_conv2d_backward: dy has shape \(2, 3, 3, 5\), expected"):
        deform_conv2d_backward(zeros(2, 3, 3, 5), layer.x, layer.offset, layer.w)
