"""Bugs of the fast layer that small examples with its own choices would let live.

It chooses its way by the size of a layer, and cuts only large ones into blocks. Here small layers go every
way, in blocks of a few numbers, and must give what `direct` gives.
"""

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings

from convbook.reference import _gemm, _spectra, conv, direct

from .strategies import assert_same, conv_layers

every_way = pytest.mark.parametrize("way", ["columns", "rows", "spectra"])
# Blocks of a part of one image, with small images side by side; and blocks of several images.
every_block = pytest.mark.parametrize(("block", "small"), [(40, _gemm.SMALL), (4000, 0)])


@contextmanager
def forced(way, block, small):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conv, "_by_spectra", lambda *_: way == "spectra")
        patch.setattr(conv, "_by_rows", lambda axes, *_: way == "rows" and axes[0].s == 1)
        patch.setattr(_gemm, "BLOCK", block)
        patch.setattr(_gemm, "SMALL", small)
        patch.setattr(_spectra, "BLOCK", block)
        yield


def assert_all_same(actual, expected):
    for mine, directs in zip(actual, expected, strict=True):
        assert_same(mine, directs, atol=1e-11)


@every_way
@every_block
@settings(max_examples=60)
@given(signal=conv_layers(axes=1, smallest_batch=1), image=conv_layers(axes=2, smallest_batch=1))
def test_every_way_and_back_is_that_of_the_definition(way, block, small, signal, image):
    for layer in (signal, image):
        forward, backward = f"conv{layer.axes}d", f"conv{layer.axes}d_backward"
        y = getattr(direct, forward)(*layer.arrays, **layer.hyper)
        dy = layer.rng.standard_normal(y.shape)
        expected = getattr(direct, backward)(dy, layer.x, layer.w, **layer.hyper)
        with forced(way, block, small):
            assert_same(getattr(conv, forward)(*layer.arrays, **layer.hyper), y, atol=1e-11)
            assert_all_same(getattr(conv, backward)(dy, layer.x, layer.w, **layer.hyper), expected)


@every_way
@every_block
@settings(max_examples=60)
@given(image=conv_layers(axes=2, named_padding=False, ranks=[2], smallest_batch=1))
def test_every_way_of_the_transpose_is_that_of_the_definition(way, block, small, image):
    w, hyper = image.w, image.hyper
    x = direct.conv2d(image.x, w, **hyper)
    stride, padding, dilation = (np.broadcast_to(hyper[k], 2) for k in ("stride", "padding", "dilation"))
    unread = (image.x.shape[2:] + 2 * padding - dilation * np.subtract(w.shape[2:], 1) - 1) % stride
    transposed = hyper | {"output_padding": tuple(unread)}  # back to the size of the image
    y = direct.conv_transpose2d(x, w, **transposed)
    dy = image.rng.standard_normal(y.shape)
    dx = direct.conv2d(dy, w, **hyper)
    _, dw, _ = direct.conv2d_backward(x, dy, w, **hyper)
    with forced(way, block, small):
        assert_same(conv.conv_transpose2d(x, w, **transposed), y, atol=1e-11)
        assert_all_same(
            conv.conv_transpose2d_backward(dy, x, w, **transposed), (dx, dw, dy.sum(axis=(0, 2, 3)))
        )


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_what_is_not_finite_stays_in_its_windows(number, monkeypatch):
    monkeypatch.setattr(_spectra, "multiplications", lambda *_: 0)  # spectra are cheaper than anything
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((1, 1, 9, 11)), rng.standard_normal((1, 1, 5, 4))
    x[0, 0, 3, 5] = number
    met = np.zeros((5, 8), bool)
    met[:4, 2:6] = True
    np.testing.assert_array_equal(~np.isfinite(conv.conv2d(x, w)[0, 0]), met)
