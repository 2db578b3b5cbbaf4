"""The fast layer: every way it can take gives the direct form, and it takes the way meant for the shape.

That it agrees with torch on small random layers, as the other faces do, is in `test_faces` and
`test_face_gradients`.
"""

import tracemalloc

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import _gemm, _spectra, conv, direct
from convbook.reference._arguments import prepare
from convbook.reference.conv import conv1d, conv2d, conv2d_backward
from convbook.reference.gradcheck import gradcheck

from .strategies import assert_same, conv_layers

layers = st.one_of(conv_layers(axes=1), conv_layers(axes=2))

# Numbers in a block, so that there may be many, and places below which maps are laid side by side: none, all.
cuts = st.tuples(st.sampled_from([1, 40, 300, _gemm.BLOCK]), st.sampled_from([0, _gemm.SMALL, 10**9]))


def cut(patch, sizes):
    block, small = sizes
    patch.setattr(_gemm, "BLOCK", block)
    patch.setattr(_gemm, "SMALL", small)
    patch.setattr(_spectra, "BLOCK", block)


def one_form(layer):
    """The layer as the ways take it: x, w, axes, groups; with its output and its gradients by definition."""
    forward, backward = (getattr(direct, f"conv{layer.axes}d{suffix}") for suffix in ("", "_backward"))
    y = forward(layer.x, layer.w, **layer.hyper)
    dy = layer.rng.standard_normal(y.shape)
    dx, dw, _ = backward(dy, layer.x, layer.w, **layer.hyper)
    hyper = {"groups": 1} | layer.hyper
    checked = prepare(
        "conv",
        layer.axes,
        layer.x,
        layer.w,
        None,
        *(hyper[key] for key in ("stride", "padding", "dilation", "groups")),
    )
    y, dy, dx, dw = (
        a.reshape(shape)
        for a, shape in (
            (y, checked.shape),
            (dy, checked.shape),
            (dx, checked.x.shape),
            (dw, checked.w.shape),
        )
    )
    return (checked.x, checked.w, conv._axes(checked.layout), checked.groups), (y, dy, dx, dw)


@settings(max_examples=200)
@given(layers, cuts)
def test_windows_as_columns_and_by_rows(layer, sizes):
    (x, w, axes, groups), (y, dy, _, dw) = one_form(layer)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, sizes)
        for by_rows in (False, True) if axes[0].s == 1 else (False,):
            both = _gemm.times_windows(x, axes, groups, by_rows, w=w, dy=dy)
            assert_same(both[0], y)
            assert_same(both[1], dw, 1e-11)
            alone, nothing = _gemm.times_windows(x, axes, groups, by_rows, w=w)
            assert nothing is None
            assert_same(alone, y)
            nothing, alone = _gemm.times_windows(x, axes, groups, by_rows, dy=dy)
            assert nothing is None
            assert_same(alone, dw, 1e-11)


@settings(max_examples=200)
@given(layers, cuts)
def test_spreading_as_columns_and_by_rows(layer, sizes):
    (_, w, axes, groups), (_, dy, dx, _) = one_form(layer)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, sizes)
        for by_rows in (False, True):
            assert_same(_gemm.spread(dy, w, axes, groups, by_rows), dx, 1e-11)


@settings(max_examples=200)
@given(layers.filter(lambda layer: layer.x.size), cuts)
def test_spectra(layer, sizes):
    (x, w, axes, groups), (y, dy, dx, dw) = one_form(layer)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, sizes)
        assert_same(_spectra.correlate(x, w, axes, groups), y)
        assert_same(_spectra.spread(dy, w, axes, groups), dx, 1e-11)
        assert_same(_spectra.weights(dy, x, axes, groups), dw, 1e-11)


@settings(max_examples=200)
@given(layers.filter(lambda layer: np.max(layer.hyper["stride"]) == 1), cuts)
def test_at_stride_1_the_way_back_is_a_convolution_with_turned_kernels(layer, sizes):
    (x, w, axes, groups), (_, dy, dx, dw) = one_form(layer)
    with pytest.MonkeyPatch.context() as patch:
        cut(patch, sizes)
        for by_rows in (False, True):
            patch.setattr(conv, "_by_rows", lambda *_, by_rows=by_rows: by_rows)
            both = conv._turned(dy, w, axes, groups, x)
            assert_same(both[0], dx, 1e-11)
            assert_same(both[1], dw, 1e-11)
            assert_same(conv._turned(dy, w, axes, groups)[0], dx, 1e-11)


# The ways at the sizes for which they are meant

LAYERS = {
    # x, w, hyper; spectra? by rows? turned on the way back?
    "few channels": ((2, 3, 40, 37), (16, 3, 3, 3), dict(padding=1), False, False, False),
    "many channels": ((2, 32, 30, 27), (32, 32, 3, 3), dict(padding=1), False, True, True),
    "more maps than channels": ((2, 32, 25, 27), (64, 32, 5, 3), dict(padding=(2, 1)), False, True, False),
    "few windows, many weights": ((1, 128, 9, 8), (128, 128, 3, 3), dict(padding=1), False, False, False),
    "stride": ((2, 32, 25, 28), (32, 32, 3, 3), dict(stride=(2, 3), padding=1), False, False, False),
    "stride only across": ((2, 32, 25, 28), (32, 32, 3, 3), dict(stride=(1, 2)), False, True, False),
    "dilation": ((2, 32, 25, 28), (32, 32, 3, 3), dict(padding=2, dilation=2), False, True, True),
    "pointwise": ((3, 24, 15, 13), (40, 24, 1, 1), {}, False, False, True),
    "pointwise, padded": ((3, 24, 15, 13), (8, 24, 1, 1), dict(padding=(1, 2)), False, False, True),
    "depthwise": ((2, 32, 20, 17), (32, 1, 3, 3), dict(padding=1, groups=32), False, True, True),
    "depthwise, stride": ((2, 32, 20, 17), (32, 1, 3, 3), dict(stride=2, groups=32), False, False, False),
    "groups": ((2, 32, 20, 17), (32, 8, 3, 3), dict(padding=1, groups=4), False, True, True),
    "tiny maps": ((16, 16, 5, 5), (24, 16, 5, 5), {}, False, False, False),
    "a map in strips": ((1, 32, 120, 120), (32, 32, 3, 3), dict(padding=1), False, True, True),
    "groups in parts": ((1, 384, 32, 33), (384, 1, 3, 3), dict(padding=1, groups=384), False, True, True),
    "large kernels": ((4, 16, 40, 37), (16, 16, 17, 15), dict(padding=(8, 7)), True, True, True),
    "large kernels, groups": ((4, 64, 33, 37), (64, 32, 13, 15), dict(padding=6, groups=2), True, True, True),
    "signals": ((4, 32, 500), (32, 32, 5), dict(padding=2), False, False, True),
    "long signals": ((1, 16, 30000), (24, 16, 9), dict(stride=2), False, False, False),
    "signals, large kernels": ((32, 64, 150), (64, 64, 120), dict(padding=60), True, False, True),
}
every_layer = pytest.mark.parametrize(
    ("x_shape", "w_shape", "hyper", "spectra", "by_rows", "turns"), LAYERS.values(), ids=LAYERS
)


@every_layer
def test_the_way_fits_the_shape(x_shape, w_shape, hyper, spectra, by_rows, turns):
    hyper = dict(stride=1, padding=0, dilation=1, groups=1) | hyper
    layer = prepare("conv", len(x_shape) - 2, np.zeros(x_shape), np.zeros(w_shape), None, *hyper.values())
    sizes = conv._axes(layer.layout), x_shape[0], w_shape[0], x_shape[1], hyper["groups"]
    assert bool(conv._by_spectra(*sizes)) == spectra
    assert bool(conv._by_rows(*sizes)) == by_rows
    assert bool(conv._turns(*sizes)) == turns


@every_layer
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 3e-6)], ids=str)
def test_agrees_with_torch_at_size(x_shape, w_shape, hyper, spectra, by_rows, turns, dtype, tolerance):
    torch.manual_seed(0)
    axes = len(x_shape) - 2
    x, w = (torch.randn(shape, dtype=dtype, requires_grad=True) for shape in (x_shape, w_shape))
    b = torch.randn(w_shape[0], dtype=dtype, requires_grad=True)
    y = getattr(F, f"conv{axes}d")(x, w, b, **hyper)
    dy = torch.randn_like(y)
    y.backward(dy)
    arrays = [a.detach().numpy() for a in (x, w, b)]
    mine = getattr(conv, f"conv{axes}d")(*arrays, **hyper)
    gradients = getattr(conv, f"conv{axes}d_backward")(dy.numpy(), *arrays[:2], **hyper)
    torchs = (y.detach(), x.grad, w.grad, b.grad)
    for a, expected in zip((mine, *gradients), map(torch.Tensor.numpy, torchs), strict=True):
        assert_same(a, expected, tolerance * np.sqrt(w[0].numel() + dy.numel() / 100) * abs(expected).max())


def test_numbers_of_spectra_are_as_exact_as_the_largest():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 16, 64, 61)).astype(np.float32)
    w = rng.standard_normal((16, 16, 31, 29)).astype(np.float32)
    y = conv2d(x, w, padding=15)
    exact = F.conv2d(torch.tensor(x).double(), torch.tensor(w).double(), padding=15).numpy()
    assert abs(y - exact).max() < 2e-6 * abs(exact).max()


@pytest.mark.parametrize("size", [5, 17], ids=["windows", "spectra"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_does_not_spread(size, value):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((4, 16, 40, 37)), rng.standard_normal((16, 16, size, size))
    clean = conv2d(x, w, padding=size // 2)
    x[1, 3, 20, 11] = value
    y = conv2d(x, w, padding=size // 2)
    met = np.zeros(y.shape, bool)
    met[1, :, 20 - size // 2 : 21 + size // 2, max(11 - size // 2, 0) : 12 + size // 2] = True
    assert np.array_equal(~np.isfinite(y), met)
    assert_same(y[~met], clean[~met], 1e-11)
    dx, dw, db = conv2d_backward(np.ones_like(y), x, w, padding=size // 2)
    assert np.isfinite(dx).all() and np.isfinite(db).all()
    assert np.array_equal(np.isfinite(dw).all(axis=(0, 2, 3)), np.arange(16) != 3)


def test_an_empty_batch_has_no_outputs_and_no_gradient():
    for w_shape in ((6, 4, 3, 2), (6, 4, 19, 19), (6, 4, 1, 1)):
        x, w = np.zeros((0, 4, 30, 31)), np.ones(w_shape)
        y = conv2d(x, w, np.ones(6))
        assert y.shape == (0, 6, 31 - w_shape[2], 32 - w_shape[3])
        dx, dw, db = conv2d_backward(y, x, w)
        assert (dx.shape, dw.shape, dw.any(), db.tolist()) == (x.shape, w_shape, False, [0] * 6)


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_spectra_keep_the_rarer_float_dtypes(dtype):
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(s).astype(dtype) for s in ((4, 16, 40, 37), (16, 16, 17, 15)))
    y = conv2d(x, w, padding=8)
    exact = conv2d(x.astype(float), w.astype(float), padding=8)
    assert y.dtype == dtype
    assert abs(y - exact).max() < (1e-3 if dtype == np.float16 else 1e-14) * abs(exact).max()


def test_results_are_new_arrays():
    x, w = np.ones((1, 1, 4, 5)), np.ones((1, 1, 1, 1))
    y = conv2d(x, w)
    gradients = conv2d_backward(y, x, w)
    assert not any(np.shares_memory(a, b) for a in (y, *gradients) for b in (x, w, y) if a is not b)


def test_gradients_by_finite_differences():
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((2, 6, 7, 8), (4, 3, 3, 2), 4))
    for hyper in (dict(padding=(1, 2)), dict(stride=(2, 1), padding=1, dilation=(1, 2))):
        gradcheck(
            lambda x, w, b, hyper=hyper: conv2d(x, w, b, groups=2, **hyper),
            lambda dy, x, w, b, hyper=hyper: conv2d_backward(dy, x, w, groups=2, **hyper),
            {"x": x, "w": w, "b": b},
        )


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "hyper", "megabytes"),
    [
        ((4, 64, 56, 56), (64, 64, 3, 3), dict(padding=1), 5),
        ((4, 512, 14, 14), (512, 512, 3, 3), dict(padding=1), 16),
        ((128, 32, 12, 12), (64, 32, 5, 5), {}, 8),
        ((2, 16, 64, 64), (16, 16, 31, 31), dict(padding=15), 32),
        ((1, 8, 512, 512), (8, 8, 3, 3), dict(padding=1), 9),
        ((256, 64, 2, 2), (512, 64, 2, 2), {}, 9),
        ((8, 128, 28, 28), (128, 1, 3, 3), dict(padding=1, groups=128), 2),
        ((1, 2, 1500, 900), (2, 1, 3, 3), dict(padding=1, groups=2), 15),
    ],
    ids=str,
)
def test_needs_little_memory(x_shape, w_shape, hyper, megabytes):
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape, np.float32) for shape in (x_shape, w_shape))
    dy = np.ones_like(conv2d(x, w, **hyper))
    for f in (lambda: [conv2d(x, w, **hyper)], lambda: conv2d_backward(dy, x, w, **hyper)):
        tracemalloc.start()
        results = f()
        extra = tracemalloc.get_traced_memory()[1] - sum(a.nbytes for a in results)
        tracemalloc.stop()
        assert extra < megabytes * 2**20


def test_a_signal_takes_the_same_ways():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 3, 11)), rng.standard_normal((4, 3, 5))
    assert_same(conv1d(x, w, stride=2), conv2d(x[:, :, None], w[:, :, None], stride=(1, 2))[:, :, 0])
