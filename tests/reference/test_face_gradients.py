"""Every face backwards: the gradients of a layer and transposed convolution are those of torch."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import conv, direct, fourier, im2col, toeplitz
from convbook.reference.gradcheck import gradcheck

from .strategies import assert_same, axis_values, conv_layers, read_only

FACES = [direct, toeplitz, im2col, fourier, conv]

every_face = pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__.rsplit(".", 1)[1])
every_dtype = pytest.mark.parametrize(
    ("dtype", "atol"), [(np.float64, 1e-11), (np.float32, 1e-3)], ids=["float64", "float32"]
)
every_rank = pytest.mark.parametrize("axes", [1, 2], ids=["1d", "2d"])


def forward(face, axes):
    return getattr(face, f"conv{axes}d")


def backward(face, axes):
    return getattr(face, f"conv{axes}d_backward")


def transpose(face, axes):
    return getattr(face, f"conv_transpose{axes}d")


def gradients_by_torch(layer, dy):
    """The oracle: dx, dw and db by autograd, with the ranks of x, w and b."""
    x, w = (torch.tensor(np.array(a), requires_grad=True) for a in (layer.x, layer.w))
    b = torch.zeros(() if layer.plain else len(w), dtype=x.dtype, requires_grad=True)
    if layer.plain:
        y = getattr(F, f"conv{layer.axes}d")(x[None], w[None, None], b[None], **layer.hyper)[0]
    else:
        y = getattr(F, f"conv{layer.axes}d")(x, w, b, **layer.hyper)
    y.backward(torch.tensor(dy))
    return x.grad.numpy(), w.grad.numpy(), b.grad.numpy()


@every_face
@every_dtype
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@settings(max_examples=60)
@given(data=st.data())
def test_gradients_agree_with_autograd(face, dtype, atol, data):
    for axes in (1, 2):
        layer = data.draw(conv_layers(axes=axes, dtype=dtype))
        y = forward(direct, axes)(layer.x, layer.w, **layer.hyper)
        dy = read_only(layer.rng.standard_normal(y.shape).astype(dtype))
        gradients = backward(face, axes)(dy, layer.x, layer.w, **layer.hyper)
        for mine, torchs in zip(gradients, gradients_by_torch(layer, dy), strict=True):
            assert_same(mine, torchs, atol)


@dataclass(frozen=True)
class TransposedLayer:
    """Arguments of a transposed convolution, as `strategies.ConvLayer` has them for a convolution."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray | None
    hyper: dict
    rng: np.random.Generator
    axes: int

    def by_torch(self):
        x, w, b = (None if a is None else torch.from_numpy(np.array(a)) for a in (self.x, self.w, self.b))
        conv_transpose = getattr(F, f"conv_transpose{self.axes}d")
        if x.ndim == self.axes:
            return conv_transpose(x[None], w[None, None], None if b is None else b[None], **self.hyper)[0]
        return conv_transpose(x, w, b, **self.hyper)


@st.composite
def transposed_layers(draw, axes=2, dtype=np.float64):
    """Draw a transposed convolution of which the padding leaves something."""
    kernel = draw(st.tuples(*[st.integers(1, 4)] * axes))
    stride, dilation = (np.broadcast_to(draw(axis_values(st.integers(1, 3), axes)), axes) for _ in range(2))
    extra = [draw(st.integers(0, max(steps) - 1)) for steps in zip(stride, dilation, strict=True)]
    size = draw(st.tuples(*[st.integers(1, 6)] * axes))
    painted = stride * np.subtract(size, 1) + dilation * np.subtract(kernel, 1) + 1 + extra
    padding = [draw(st.integers(0, min(4, (int(n) - 1) // 2))) for n in painted]
    numbers = {"stride": stride, "padding": padding, "output_padding": extra, "dilation": dilation}
    hyper = {key: tuple(int(v) for v in value) for key, value in numbers.items()}
    rank = draw(st.sampled_from([0, 1, 2]))
    if rank == 0:
        x_shape, w_shape, b_shape = size, kernel, ()
    else:
        groups, channels, maps = (draw(st.integers(1, 3)) for _ in range(3))
        hyper["groups"] = groups
        batch = (draw(st.integers(0, 3)),) if rank == 2 else ()
        x_shape = (*batch, groups * channels, *size)
        w_shape, b_shape = (groups * channels, maps, *kernel), (groups * maps,)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x, w, b = (read_only(np.array(rng.standard_normal(s), dtype)) for s in (x_shape, w_shape, b_shape))
    return TransposedLayer(x, w, b if draw(st.booleans()) else None, hyper, rng, axes)


@every_face
@every_dtype
@settings(max_examples=60)
@given(data=st.data())
def test_transposed_convolution_agrees_with_torch(face, dtype, atol, data):
    for axes in (1, 2):
        layer = data.draw(transposed_layers(axes=axes, dtype=dtype))
        y = transpose(face, axes)(layer.x, layer.w, layer.b, **layer.hyper)
        assert_same(y, layer.by_torch(), atol)


@every_face
@settings(max_examples=60)
@given(data=st.data())
def test_transposed_convolution_is_the_adjoint_and_the_gradient(face, data):
    for axes in (1, 2):
        layer = data.draw(conv_layers(axes=axes, named_padding=False))
        x, w, hyper = layer.x, layer.w, layer.hyper
        y = forward(face, axes)(x, w, **hyper)
        u = layer.rng.standard_normal(y.shape)
        kernel, size = w.shape[-axes:], x.shape[-axes:]
        stride, padding, dilation = (
            np.broadcast_to(hyper[key], axes) for key in ("stride", "padding", "dilation")
        )
        unread = (size + 2 * padding - dilation * np.subtract(kernel, 1) - 1) % stride
        back = transpose(face, axes)(u, w, output_padding=unread, **hyper)
        assert np.vdot(y, u) == pytest.approx(np.vdot(x, back), abs=1e-9)
        assert_same(backward(face, axes)(u, x, w, **hyper)[0], back, 1e-11)


@every_face
@every_rank
def test_gradients_agree_with_finite_differences(face, axes):
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((2, 4, 9, 6)[: axes + 2], (6, 2, 3, 2)[: axes + 2], 6))
    hyper = dict(stride=2, padding=1, dilation=2, groups=2)
    gradcheck(
        lambda x, w, b: forward(face, axes)(x, w, b, **hyper),
        lambda dy, x, w, b: backward(face, axes)(dy, x, w, **hyper),
        {"x": x, "w": w, "b": b},
    )


@every_face
@every_rank
@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_keeps_the_rarer_float_dtypes(face, axes, dtype):
    rng = np.random.default_rng(0)
    shapes = (2, 4, 9, 6)[: axes + 2], (4, 3, 3, 2)[: axes + 2]
    x, w = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    atol = 0.1 if dtype == np.float16 else 1e-12

    def same(mine, expected):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine.astype(float), expected, rtol=0, atol=atol)

    hyper = dict(stride=2, padding=1, groups=2)
    same(
        transpose(face, axes)(x, w, **hyper),
        transpose(direct, axes)(x.astype(float), w.astype(float), **hyper),
    )
    u = np.swapaxes(w.reshape(2, 2, *w.shape[1:]), 1, 2).reshape(6, 2, *w.shape[2:])
    dy = rng.standard_normal(forward(direct, axes)(x, u, **hyper).shape).astype(dtype)
    expected = backward(direct, axes)(dy.astype(float), x.astype(float), u.astype(float), **hyper)
    for mine, gradient in zip(backward(face, axes)(dy, x, u, **hyper), expected, strict=True):
        same(mine, gradient)


@every_face
def test_takes_arrays_in_any_memory_order(face):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 7, 9, 4)), rng.standard_normal((3, 3, 2, 4))
    x, w = np.moveaxis(x, 3, 1), w.transpose(1, 3, 2, 0)[::-1, :, ::-1]  # neither is contiguous
    dy = np.moveaxis(rng.standard_normal((2, 8, 9, 3)), 3, 1)
    expected = direct.conv2d_backward(dy.copy(), x.copy(), w.copy(), padding=1)
    for mine, gradient in zip(face.conv2d_backward(dy, x, w, padding=1), expected, strict=True):
        np.testing.assert_allclose(mine, gradient, rtol=0, atol=1e-12)
    y = face.conv_transpose2d(dy, w, padding=1)
    np.testing.assert_allclose(y, direct.conv_transpose2d(dy.copy(), w.copy(), padding=1), rtol=0, atol=1e-12)


@every_face
def test_the_lectures_transpose(face):
    """Three taps paint three numbers for every sample; copies overlap and add."""
    x, w = np.array([1.0, 10.0, 100.0, 1000.0]), np.array([2.0, 3.0, 5.0])
    assert_same(face.conv_transpose1d(x, w), np.array([2.0, 23.0, 235.0, 2350.0, 3500.0, 5000.0]), 1e-9)
    assert_same(face.conv_transpose1d(x, w, padding=1), np.array([23.0, 235.0, 2350.0, 3500.0]), 1e-9)
    strided = face.conv_transpose1d(x[:2], w, stride=2, output_padding=1)
    assert_same(strided, np.array([2.0, 3.0, 25.0, 30.0, 50.0, 0.0]), 1e-9)
    assert face.conv_transpose2d(np.ones((2, 2)), np.ones((3, 3)), stride=2, padding=1).shape == (3, 3)


BACKWARD_ERRORS = [
    # against dy (2, 6, 5, 9), x (2, 4, 7, 10), w (6, 2, 3, 2), groups=2
    (dict(dy=np.zeros((2, 6, 5, 9), int)), TypeError, "dy has dtype int64, expected a float dtype"),
    (dict(dy=np.zeros((2, 6, 5, 9), np.float32)), TypeError, "x has dtype float64 but dy has float32"),
    (
        dict(dy=np.zeros((2, 6, 9, 5))),
        ValueError,
        "dy has shape (2, 6, 9, 5), expected (2, 6, 5, 9), that of the output",
    ),
    (
        dict(dy=np.zeros((6, 5, 9))),
        ValueError,
        "dy has shape (6, 5, 9), expected (2, 6, 5, 9), that of the output",
    ),
    (dict(x=np.zeros((4, 7, 10))), ValueError, "dy has shape (2, 6, 5, 9), expected (6, 5, 9), that of"),
    (dict(stride=2), ValueError, "dy has shape (2, 6, 5, 9), expected (2, 6, 3, 5), that of the output"),
    (dict(stride=0), ValueError, "stride must be at least 1, got (0, 0)"),
    (dict(groups=1), ValueError, "a kernel of w takes 2 channels, but a group of x has 4"),
]


@every_face
@pytest.mark.parametrize(("wrong", "error", "message"), BACKWARD_ERRORS, ids=[m for *_, m in BACKWARD_ERRORS])
def test_bad_arguments_of_gradients_are_named(face, wrong, error, message):
    good = dict(dy=np.zeros((2, 6, 5, 9)), x=np.zeros((2, 4, 7, 10)), w=np.zeros((6, 2, 3, 2)), groups=2)
    assert [d.shape for d in face.conv2d_backward(**good)] == [(2, 4, 7, 10), (6, 2, 3, 2), (6,)]
    with pytest.raises(error) as caught:
        face.conv2d_backward(**good | wrong)
    assert str(caught.value).startswith("conv2d_backward: ")
    assert message in str(caught.value)


TRANSPOSE_ERRORS = [
    # against x (2, 6, 5, 4), w (6, 2, 3, 2), b (4,), stride 2, groups=2
    (dict(x=np.zeros((2, 6, 5, 4), int)), TypeError, "x has dtype int64, expected a float dtype"),
    (dict(w=np.zeros((6, 2, 3, 2), np.float32)), TypeError, "x has dtype float64 but w has float32"),
    (dict(b=np.zeros(4, np.float32)), TypeError, "x has dtype float64 but b has float32"),
    (
        dict(w=np.zeros((3, 2))),
        ValueError,
        "x has shape (2, 6, 5, 4) and w (3, 2), expected x (H, W) with w (R, S), or",
    ),
    (
        dict(x=np.zeros((2, 0, 5, 4))),
        ValueError,
        "x has shape (2, 0, 5, 4) and w (6, 2, 3, 2); only a batch may",
    ),
    (dict(x=np.zeros((2, 4, 5, 4))), ValueError, "w has kernels for 6 channels, but x has 4"),
    (dict(groups=4), ValueError, "groups=4 must divide the 6 channels of x"),
    (dict(b=np.zeros(2)), ValueError, "b has shape (2,), expected (4,), one number per output map"),
    (dict(stride=(1, 0)), ValueError, "stride must be at least 1, got (1, 0)"),
    (dict(dilation=0), ValueError, "dilation must be at least 1, got (0, 0)"),
    (dict(groups=0), ValueError, "groups must be at least 1, got 0"),
    (dict(padding="same"), TypeError, "padding must be an int or 2 ints, got 'same'"),
    (dict(padding=-1), ValueError, "padding must be at least 0, got (-1, -1)"),
    (dict(output_padding=-1), ValueError, "output_padding must be at least 0, got (-1, -1)"),
    (
        dict(output_padding=(1, 2)),
        ValueError,
        "output_padding must be less than stride (2, 2) or dilation (1, 1), got (1, 2)",
    ),
    (
        dict(padding=(0, 4)),
        ValueError,
        "padding (0, 4), cut off at each end, leaves nothing of 11×8",
    ),
]


@every_face
@pytest.mark.parametrize(
    ("wrong", "error", "message"), TRANSPOSE_ERRORS, ids=[m for *_, m in TRANSPOSE_ERRORS]
)
def test_bad_arguments_of_transposes_are_named(face, wrong, error, message):
    good = dict(x=np.zeros((2, 6, 5, 4)), w=np.zeros((6, 2, 3, 2)), b=np.zeros(4), stride=2, groups=2)
    assert face.conv_transpose2d(**good).shape == (2, 4, 11, 8)
    with pytest.raises(error) as caught:
        face.conv_transpose2d(**good | wrong)
    assert str(caught.value).startswith("conv_transpose2d: ")
    assert message in str(caught.value)


@every_face
def test_bad_arguments_are_named_in_one_dimension(face):
    with pytest.raises(ValueError, match=r"^conv_transpose1d: b has shape \(1,\), expected a single number"):
        face.conv_transpose1d(np.zeros(4), np.zeros(3), np.zeros(1))
    with pytest.raises(ValueError, match="less than stride 1 or dilation 1, got 1"):
        face.conv_transpose1d(np.zeros(4), np.zeros(3), output_padding=1)
    with pytest.raises(ValueError, match=r"^conv1d_backward: dy has shape \(3,\), expected \(2,\)"):
        face.conv1d_backward(np.zeros(3), np.zeros(4), np.zeros(3))
