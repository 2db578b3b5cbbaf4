"""The convolutions the page computes, against the library (and torch, where the library has none yet)."""

from itertools import product

import numpy as np
import pytest
from torch import from_numpy
from torch.nn import functional as F

from convbook.reference import arithmetic, direct, pool, unpool
from convbook.reference.filters import gabor
from convbook.reference.layers import Conv
from convbook.reference.receptive_field import input_gradient, receptive_field
from convbook.reference.toeplitz import conv1d_matrix
from convbook.viz.html import asset

RNG = np.random.default_rng(2)
# Stride, padding and dilation per axis: equal, unequal, and larger than the kernel.
HYPER_1D = list(product((1, 2, 3), (0, 1, 4), (1, 2)))
HYPER_2D = list(product(((1, 1), (2, 3)), ((0, 0), (2, 1)), ((1, 1), (1, 2), (3, 1))))


@pytest.fixture(scope="module")
def call(browser):
    """Call a function of `conv.js` on many arguments at once: `call("conv1d", [(x, w, options), …])`."""
    page = browser.new_page()
    for name in ("conv.js", "gabor.js"):
        page.add_script_tag(content=asset(name))
    yield lambda name, calls: page.evaluate(f"(calls) => calls.map((a) => {name}(...a))", plain(calls))
    page.close()


def plain(value):
    """Arrays as lists, all the way down."""
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def options(stride, padding, dilation):
    return {"stride": stride, "padding": padding, "dilation": dilation}


def agree(got, expected):
    assert len(got) == len(expected) > 0
    for y, z in zip(got, expected, strict=True):
        np.testing.assert_allclose(np.array(y, float), z, rtol=0, atol=1e-12)


def torch(function, x, w, **hyper):
    """Torch's answer for plain arrays."""
    y = getattr(F, function)(from_numpy(x)[None, None], from_numpy(w)[None, None], **hyper)
    return y[0, 0].numpy()


def test_conv1d(call):
    cases = [
        (RNG.standard_normal(n), RNG.standard_normal(r), h)
        for n, r in ((11, 3), (8, 4), (9, 1))
        for h in HYPER_1D
    ]
    got = call("conv.conv1d", [(x, w, options(*h)) for x, w, h in cases])
    agree(got, [direct.conv1d(x, w, **options(*h)) for x, w, h in cases])


def test_conv2d(call):
    cases = [
        (RNG.standard_normal(n), RNG.standard_normal(r), h)
        for n, r in (((9, 7), (3, 2)), ((7, 12), (1, 5)))
        for h in HYPER_2D
    ]
    got = call("conv.conv2d", [(x, w, options(*h)) for x, w, h in cases])
    agree(got, [direct.conv2d(x, w, **options(*h)) for x, w, h in cases])


def test_layer(call):
    x, w = RNG.standard_normal((3, 9, 7)), RNG.standard_normal((2, 3, 3, 2))
    got = call("conv.layer", [(x, w, options(*h)) for h in HYPER_2D])
    agree(got, [direct.conv2d(x, w, **options(*h)) for h in HYPER_2D])


def test_layer_cost(call):
    layers = [
        {"k": g * 2, "maps": g * 3, "H": 12, "W": 9, "r": r, "s": s, "p": p, "t": t, "g": g}
        for g, r in product((1, 2, 4), (1, 3, 4))
        for s, p, t in HYPER_1D
        if t * (r - 1) < 9 + 2 * p
    ]
    for layer, cost in zip(layers, call("conv.layerCost", [(layer,) for layer in layers]), strict=True):
        k, maps, H, W, r, s, p, t, g = layer.values()
        size = arithmetic.output_size((H, W), r, **options(s, p, t))
        assert (cost["height"], cost["width"]) == size
        assert cost["parameters"] == arithmetic.conv2d_parameters(k, maps, r, groups=g)
        operations = arithmetic.conv2d_operations(k, maps, r, (H, W), **options(s, p, t), groups=g)
        assert cost["operations"] == operations


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve(call, mode):
    ones = [(RNG.standard_normal(n), RNG.standard_normal(r), mode) for n, r in ((11, 3), (8, 4), (5, 5))]
    agree(call("conv.convolve1d", ones), [direct.convolve1d(*case) for case in ones])
    twos = [
        (RNG.standard_normal(n), RNG.standard_normal(r), mode)
        for n, r in (((9, 7), (3, 2)), ((6, 5), (4, 5)))
    ]
    agree(call("conv.convolve2d", twos), [direct.convolve2d(*case) for case in twos])


def test_transposed(call):
    ones = [
        (RNG.standard_normal(5), RNG.standard_normal(4), options(s, p, t)) for s, p, t in HYPER_1D if p < 4
    ]
    agree(call("conv.convTranspose1d", ones), [torch("conv_transpose1d", x, w, **h) for x, w, h in ones])
    twos = [(RNG.standard_normal((4, 5)), RNG.standard_normal((3, 2)), options(*h)) for h in HYPER_2D]
    agree(call("conv.convTranspose2d", twos), [torch("conv_transpose2d", x, w, **h) for x, w, h in twos])
    x, w = twos[-1][:2]
    extra = {"stride": (2, 3), "outputPadding": (1, 2)}
    expected = torch("conv_transpose2d", x, w, stride=(2, 3), output_padding=(1, 2))
    agree(call("conv.convTranspose2d", [(x, w, extra)]), [expected])


@pytest.mark.parametrize("kernel, stride, padding", [(2, 2, 0), (3, 1, 1), ((3, 2), (2, 1), (1, 0))])
def test_pooling_2d(call, kernel, stride, padding):
    x = RNG.standard_normal((7, 8))
    given, tensor = {"stride": stride, "padding": padding}, from_numpy(x)[None]
    agree(
        call("conv.maxPool2d", [(x, kernel, given)]),
        [F.max_pool2d(tensor, kernel, stride, padding)[0].numpy()],
    )
    agree(
        call("conv.avgPool2d", [(x, kernel, given)]),
        [F.avg_pool2d(tensor, kernel, stride, padding)[0].numpy()],
    )


def test_pooling_1d(call):
    x = RNG.standard_normal(9)
    tensor = from_numpy(x)[None]
    agree(call("conv.maxPool1d", [(x, 2)]), [F.max_pool1d(tensor, 2)[0].numpy()])
    agree(
        call("conv.avgPool1d", [(x, 3, {"stride": 2, "padding": 1})]),
        [F.avg_pool1d(tensor, 3, 2, 1)[0].numpy()],
    )


def test_sizes_and_matrices(call):
    cases = [(n, r, options(*h)) for n in (1, 6, 7) for r in (1, 3, 4) for h in HYPER_1D]
    fits = [(n, r, h) for n, r, h in cases if n + 2 * h["padding"] > h["dilation"] * (r - 1)]
    sizes = [arithmetic.output_size(n, r, **h) for n, r, h in fits]
    assert call("conv.outputSize", fits) == sizes
    assert set(call("conv.outputSize", [case for case in cases if case not in fits])) == {0}
    weights = [(RNG.standard_normal(r), n, h) for n, r, h in fits]
    agree(call("conv.conv1dMatrix", weights), [conv1d_matrix(w, n, **h).toarray() for w, n, h in weights])


def test_receptive_fields(call):
    """Stacks of three layers whose numbers differ, with strides that leave inputs unread."""
    n = 81  # three times kernel 4, stride 3 and dilation 2 need 79
    windows = [
        dict(zip("rspt", window, strict=True)) for window in product((1, 3, 4), (1, 3), (0, 2), (1, 2))
    ]
    stacks = [[windows[i] for i in RNG.integers(0, len(windows), 3)] for _ in range(40)]
    layers = [
        [Conv(r, stride=s, padding=p, dilation=t) for r, s, p, t in map(dict.values, s)] for s in stacks
    ]
    fields = [[field._asdict() for field in receptive_field(stack)] for stack in layers]
    assert call("conv.receptiveField", [(stack,) for stack in stacks]) == fields
    sizes = call("conv.sizes", [(stack, n) for stack in stacks])
    shapes = [(1, n, n)] * len(layers)
    for i in range(3):
        shapes = [stack[i].output_shape(shape) for stack, shape in zip(layers, shapes, strict=True)]
        assert [made[i + 1] for made in sizes] == [shape[1] for shape in shapes]
    middle = [(stack, n, made[-1] // 2) for stack, made in zip(stacks, sizes, strict=True)]
    agree(call("conv.inputGradient", middle), [input_gradient(stack, n) for stack in layers])
    assert call("conv.sizes", [([windows[-1]], 2)]) == [[2, 0]]


def test_wires(call):
    """Each weight of the matrix is one wire; those that lead to the padding are named as well."""
    cases = [(n, r, options(*h)) for n, r in ((7, 3), (6, 4), (5, 1)) for h in HYPER_1D]
    fits = [(n, r, h) for n, r, h in cases if n + 2 * h["padding"] > h["dilation"] * (r - 1)]
    for (n, r, h), wires in zip(fits, call("conv.wires", fits), strict=True):
        W = conv1d_matrix(np.arange(1, r + 1), n, **h).toarray()
        drawn = np.zeros_like(W)
        for wire in wires:
            if 0 <= wire["i"] < n:
                drawn[wire["u"], wire["i"]] = wire["a"] + 1
        np.testing.assert_array_equal(drawn, W)
        assert len(wires) == r * len(W)


def test_gabor_kernel(call):
    cases = [
        (size, orientation, phase) for size in (9, 13) for orientation in (0, 30, 115) for phase in (0, 75)
    ]
    rest = {"wavelength": 6.5, "sigma": 2.5, "aspect": 0.6}
    got = call("gaborKernel", [(size, {"orientation": o, "phase": p, **rest}) for size, o, p in cases])
    agree(got, [gabor(size, orientation=np.radians(o), phase=np.radians(p), **rest) for size, o, p in cases])


def test_subsampling_and_blur_pool(call):
    shapes, hyper = ((9, 8), (7, 11)), list(product((1, 2, 3, 5), (1, 2, 3)))
    cases = [(RNG.standard_normal(shape), r, s) for shape in shapes for r, s in hyper]
    agree(call("conv.blurPool2d", cases), [pool.blur_pool2d(x, r, stride=s) for x, r, s in cases])
    cases = [(x, s) for x, _, s in cases]
    agree(call("conv.subsample", cases), [unpool.subsample(x, s) for x, s in cases])
