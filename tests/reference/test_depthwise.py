"""A kernel for every map: in long runs as by definition, and the depthwise separable layer built on it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import _depthwise, conv, direct

from .strategies import ConvLayer, assert_same, conv_layers
from .test_conv import one_form


@st.composite
def depthwise_layers(draw):
    """Layers in which every map has a kernel, and the output is as wide as the map."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kernel, dilation = (
        (draw(st.integers(2, 4)), draw(st.integers(1, 8))),
        draw(st.tuples(*[st.integers(1, 3)] * 2)),
    )
    span, across = (t * (r - 1) + 1 for r, t in zip(kernel, dilation, strict=True))
    padding = "same"
    if across % 2:
        padding = draw(st.sampled_from(["same", (draw(st.integers(0, 4)), across // 2)]))
    height = draw(st.integers(1 if padding == "same" else max(1, span - 2 * padding[0]), 12))
    batch, channels, width = draw(st.integers(1, 3)), draw(st.integers(1, 5)), draw(st.integers(1, 9))
    hyper = {"stride": 1, "padding": padding, "dilation": dilation, "groups": channels}
    x, w = rng.standard_normal((batch, channels, height, width)), rng.standard_normal((channels, 1, *kernel))
    return ConvLayer(x, w, None, hyper, rng)


@settings(max_examples=300)
@given(depthwise_layers(), st.sampled_from([1, 100, 1000, _depthwise.BLOCK]))
def test_depthwise_in_long_runs(layer, block):
    (x, w, axes, groups), (y, dy, dx, dw) = one_form(layer)
    assert _depthwise.fits(axes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_depthwise, "BLOCK", block)
        both = _depthwise.times_windows(x, axes, w, dy)
        assert_same(both[0], y)
        assert_same(both[1], dw, 1e-11)
        alone, nothing = _depthwise.times_windows(x, axes, w)
        assert nothing is None
        assert_same(alone, y)
        nothing, alone = _depthwise.times_windows(x, axes, dy=dy)
        assert nothing is None
        assert_same(alone, dw, 1e-11)
        assert_same(conv._spread(dy, w, axes, groups), dx, 1e-11)


@pytest.mark.parametrize(
    ("size", "kernel", "hyper", "fits"),
    [
        ((9, 7), (3, 3), dict(padding=1), True),
        ((9, 7), (3, 5), dict(padding=(0, 2)), True),
        ((9, 7), (3, 3), dict(padding=(1, 0)), False),  # narrower than the map
        ((9, 7), (3, 3), dict(padding=1, stride=(2, 1)), False),
        ((9, 7), (1, 3), dict(padding=(0, 1)), False),  # nothing to add up
        ((900, 500), (3, 3), dict(padding=1), False),  # too large for a core's cache
    ],
    ids=str,
)
def test_the_way_fits_the_shape(size, kernel, hyper, fits, monkeypatch):
    calls = []
    real = _depthwise.times_windows
    monkeypatch.setattr(_depthwise, "times_windows", lambda *a, **k: calls.append(a) or real(*a, **k))
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 2, *size)), rng.standard_normal((2, 1, *kernel))
    assert_same(conv.conv2d(x, w, groups=2, **hyper), direct.conv2d(x, w, groups=2, **hyper), 1e-11)
    assert len(calls) == fits


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble])
def test_keeps_the_dtype_and_any_memory_order(dtype):
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape).astype(dtype).T for shape in ((7, 9, 5, 2), (3, 5, 1, 4)))
    x, w = x[:, :4], np.swapaxes(w, 2, 3)  # (2, 4, 9, 7) and (4, 1, 3, 5), neither of them contiguous
    hyper = dict(padding=(1, 2), groups=4)
    y = conv.conv2d(x, w, **hyper)
    exact = direct.conv2d(x.astype(float), w.astype(float), **hyper)
    assert y.dtype == dtype
    assert abs(y - exact).max() < {np.float16: 0.1, np.float32: 1e-5, np.longdouble: 1e-13}[dtype]


@settings(max_examples=60)
@given(conv_layers(axes=2, named_padding=False, ranks=(1, 2)), st.integers(1, 3), st.integers(1, 4))
def test_depthwise_separable_is_two_convolutions(layer, multiplier, maps):
    channels = layer.x.shape[-3]
    hyper = {key: value for key, value in layer.hyper.items() if key != "groups"}
    depthwise = layer.rng.standard_normal((channels * multiplier, 1, *layer.w.shape[2:]))
    pointwise, b = (
        layer.rng.standard_normal((maps, channels * multiplier, 1, 1)),
        layer.rng.standard_normal(maps),
    )
    y = conv.depthwise_separable(layer.x, depthwise, pointwise, b, **hyper)

    tensors = [torch.tensor(np.array(a), requires_grad=True) for a in (layer.x, depthwise, pointwise, b)]
    between = F.conv2d(*tensors[:2], groups=channels, **hyper)
    expected = F.conv2d(between, *tensors[2:])
    assert_same(y, expected.detach().numpy())
    dy = layer.rng.standard_normal(y.shape)
    expected.backward(torch.tensor(dy))
    gradients = conv.depthwise_separable_backward(dy, layer.x, depthwise, pointwise, **hyper)
    for mine, tensor in zip(gradients, tensors, strict=True):
        assert_same(mine, tensor.grad.numpy(), 1e-11)


@pytest.mark.parametrize("f", [conv.depthwise_separable, conv.depthwise_separable_backward])
def test_depthwise_separable_names_what_is_wrong(f):
    dy = (np.zeros((2, 5, 5, 7)),) if f is conv.depthwise_separable_backward else ()
    x, depthwise, pointwise = np.zeros((2, 3, 5, 7)), np.zeros((6, 1, 3, 3)), np.zeros((5, 6, 1, 1))
    f(*dy, x, depthwise, pointwise, padding=1)
    with pytest.raises(ValueError, match=rf"^{f.__name__}: x has shape \(5, 7\), expected \(C, H, W\) or"):
        f(*dy, x[0, 0], depthwise, pointwise)
    with pytest.raises(
        ValueError, match=rf"^{f.__name__}: pointwise has shape \(5, 6, 3, 1\), expected \(K, C·M"
    ):
        f(*dy, x, depthwise, np.zeros((5, 6, 3, 1)))
    for shape in ((6, 2, 3, 3), (5, 1, 3, 3), (6, 3, 3)):
        with pytest.raises(
            ValueError, match=rf"^{f.__name__}: depthwise has .* expected \(C·M, 1, R, S\) for C = 3"
        ):
            f(*dy, x, np.zeros(shape), pointwise)
    with pytest.raises(ValueError, match=rf"^{f.__name__}: stride must be at least 1, got \(2, 0\)"):
        f(*dy, x, depthwise, pointwise, stride=(2, 0))
