"""The transposed layer: every face's gradients are torch's, and the fast one's are right at any size.

That every face agrees with torch forwards on small layers, and its errors, are in `test_face_gradients`.
"""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from convbook.reference import conv, direct
from convbook.reference.conv import conv_transpose2d, conv_transpose2d_backward
from convbook.reference.gradcheck import gradcheck

from .strategies import assert_same, read_only
from .test_face_gradients import every_dtype, every_face, transposed_layers

layers = st.one_of(transposed_layers(axes=1), transposed_layers(axes=2))


def functions(axes, face=conv):
    return (getattr(face, f"conv_transpose{axes}d{suffix}") for suffix in ("", "_backward"))


@every_face
@every_dtype
@settings(max_examples=60)
@given(data=st.data())
def test_gradients_agree_with_autograd(face, dtype, atol, data):
    layer = data.draw(st.one_of(transposed_layers(1, dtype), transposed_layers(2, dtype)))
    f, backward = functions(layer.axes, face)
    plain = layer.x.ndim == layer.axes
    maps = 1 if plain else layer.w.shape[1] * layer.hyper["groups"]
    x, w = (torch.tensor(np.array(a), requires_grad=True) for a in (layer.x, layer.w))
    b = torch.zeros(maps, dtype=x.dtype, requires_grad=True)
    y = getattr(F, f"conv_transpose{layer.axes}d")(
        x[None] if plain else x, w[None, None] if plain else w, b, **layer.hyper
    )
    dy = read_only(layer.rng.standard_normal(y.shape[1:] if plain else y.shape).astype(dtype))
    y.backward(torch.tensor(np.array(dy)).reshape(y.shape))
    assert f(layer.x, layer.w, **layer.hyper).shape == dy.shape
    gradients = backward(dy, layer.x, layer.w, **layer.hyper)
    torchs = (x.grad, w.grad, b.grad.reshape(()) if plain else b.grad)
    for mine, expected in zip(gradients, torchs, strict=True):
        assert_same(mine, expected.numpy(), atol)


@settings(max_examples=200)
@given(layers)
def test_is_the_adjoint_of_the_convolution(layer):
    f, backward = functions(layer.axes)
    forward = getattr(conv, f"conv{layer.axes}d")
    y = f(layer.x, layer.w, **layer.hyper)
    u = layer.rng.standard_normal(y.shape)
    hyper = {key: value for key, value in layer.hyper.items() if key != "output_padding"}
    back = backward(u, layer.x, layer.w, **layer.hyper)[0]
    assert np.vdot(y, u) == pytest.approx(np.vdot(layer.x, back), abs=1e-9)
    # With more output padding than stride the convolution has windows that the transposed one had not.
    kept = tuple(slice(n) for n in layer.x.shape[-layer.axes :])
    assert_same(forward(u, layer.w, **hyper)[..., *kept], back, 1e-11)


@settings(max_examples=100)
@given(layers)
def test_is_linear_in_the_kernels_with_dw_as_adjoint(layer):
    f, backward = functions(layer.axes)
    y = f(layer.x, layer.w, **layer.hyper)
    u = layer.rng.standard_normal(y.shape)
    dw = backward(u, layer.x, layer.w, **layer.hyper)[1]
    assert np.vdot(y, u) == pytest.approx(np.vdot(layer.w, dw), abs=1e-9)


@every_face
@pytest.mark.parametrize("axes", [1, 2], ids=["1d", "2d"])
def test_gradients_by_finite_differences(face, axes):
    f, backward = functions(axes, face)
    rng = np.random.default_rng(0)
    x, w, b = (rng.standard_normal(s) for s in ((2, 4, 5, 3)[: axes + 2], (4, 3, 3, 2)[: axes + 2], 6))
    for hyper in (
        dict(stride=2, padding=1, output_padding=1, groups=2),
        dict(stride=1, padding=2, dilation=2, groups=2),
    ):
        gradcheck(
            lambda x, w, b, hyper=hyper: f(x, w, b, **hyper),
            lambda dy, x, w, b, hyper=hyper: backward(dy, x, w, **hyper),
            {"x": x, "w": w, "b": b},
        )


LAYERS = {
    "stride 2": ((2, 32, 14, 11), (32, 16, 4, 4), dict(stride=2, padding=1)),
    "few maps": ((2, 32, 30, 28), (32, 3, 4, 4), dict(stride=2, padding=1)),
    "no overlap": ((2, 32, 14, 15), (32, 24, 2, 2), dict(stride=2)),
    "large steps": ((1, 21, 20, 19), (21, 21, 16, 16), dict(stride=8)),
    "steps only down": ((2, 16, 14, 11), (16, 24, 3, 3), dict(stride=(2, 1), output_padding=(1, 0))),
    "stride 1": ((2, 32, 20, 23), (32, 32, 3, 3), dict(padding=1)),
    "stride 1, many maps": ((2, 16, 20, 23), (16, 48, 3, 3), dict(padding=1)),
    "pointwise": ((2, 32, 20, 23), (32, 16, 1, 1), {}),
    "depthwise": ((2, 32, 20, 23), (32, 1, 4, 4), dict(stride=2, groups=32)),
    "tiny maps": ((16, 32, 3, 2), (32, 16, 3, 3), dict(stride=2, output_padding=1)),
    "large kernels": ((4, 16, 40, 37), (16, 16, 17, 15), dict(padding=8)),
    "signals": ((4, 24, 300), (24, 16, 8), dict(stride=4, padding=2)),
}
every_layer = pytest.mark.parametrize(("x_shape", "w_shape", "hyper"), LAYERS.values(), ids=LAYERS)


@every_layer
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-13), (torch.float32, 3e-6)], ids=str)
def test_agrees_with_torch_at_size(x_shape, w_shape, hyper, dtype, tolerance):
    torch.manual_seed(0)
    axes = len(x_shape) - 2
    f, backward = functions(axes)
    x, w = (torch.randn(shape, dtype=dtype, requires_grad=True) for shape in (x_shape, w_shape))
    b = torch.randn(w_shape[1] * hyper.get("groups", 1), dtype=dtype, requires_grad=True)
    y = getattr(F, f"conv_transpose{axes}d")(x, w, b, **hyper)
    dy = torch.randn_like(y)
    y.backward(dy)
    arrays = [a.detach().numpy() for a in (x, w, b)]
    mine, gradients = f(*arrays, **hyper), backward(dy.numpy(), *arrays[:2], **hyper)
    torchs = (y.detach(), x.grad, w.grad, b.grad)
    for a, expected in zip((mine, *gradients), map(torch.Tensor.numpy, torchs), strict=True):
        assert_same(a, expected, tolerance * np.sqrt(w[0].numel() + dy.numel() / 100) * abs(expected).max())


def test_large_kernels_go_by_spectra(monkeypatch):
    calls = []
    for name in ("correlate", "spread", "weights"):
        f = getattr(conv._spectra, name)
        monkeypatch.setattr(conv._spectra, name, lambda *a, f=f, name=name: calls.append(name) or f(*a))
    x, w = np.ones((4, 16, 40, 37)), np.ones((16, 16, 17, 15))
    conv_transpose2d_backward(conv_transpose2d(x, w, padding=8), x, w, padding=8)
    assert calls == ["spread", "correlate", "weights"]


@every_face
def test_an_empty_batch(face):
    x, w = np.zeros((0, 4, 5, 6)), np.ones((4, 3, 3, 2))
    y = face.conv_transpose2d(x, w, np.ones(3), stride=2)
    assert y.shape == (0, 3, 11, 12)
    dx, dw, db = face.conv_transpose2d_backward(y, x, w, stride=2)
    assert (dx.shape, dw.shape, dw.any(), db.tolist()) == (x.shape, w.shape, False, [0, 0, 0])


@every_face
@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_gradients_keep_the_rarer_float_dtypes(face, dtype):
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(s).astype(dtype) for s in ((2, 4, 5, 3), (4, 3, 3, 2)))
    hyper = dict(stride=2, padding=1, groups=2)
    dy = rng.standard_normal(conv_transpose2d(x, w, **hyper).shape).astype(dtype)
    expected = conv_transpose2d_backward(*(a.astype(float) for a in (dy, x, w)), **hyper)
    for mine, gradient in zip(face.conv_transpose2d_backward(dy, x, w, **hyper), expected, strict=True):
        assert mine.dtype == dtype
        atol = 0.1 if dtype == np.float16 else 1e-12
        np.testing.assert_allclose(mine.astype(float), gradient, rtol=0, atol=atol)


ERRORS = [
    # against dy (2, 4, 11, 8), x (2, 6, 5, 4), w (6, 2, 3, 2), stride 2, groups=2
    (
        dict(dy=np.zeros((2, 4, 11, 8), int)),
        TypeError,
        "dy has dtype int64, expected float64, that of the input",
    ),
    (
        dict(dy=np.zeros((2, 4, 11, 8), np.float32)),
        TypeError,
        "dy has dtype float32, expected float64, that of the input",
    ),
    (
        dict(dy=np.zeros((2, 4, 8, 11))),
        ValueError,
        "dy has shape (2, 4, 8, 11), expected (2, 4, 11, 8), that of the output",
    ),
    (dict(output_padding=1), ValueError, "dy has shape (2, 4, 11, 8), expected (2, 4, 12, 9), that of the"),
    (dict(output_padding=2), ValueError, "output_padding must be less than stride (2, 2) or dilation (1, 1)"),
    (dict(x=np.zeros((2, 4, 5, 4))), ValueError, "w has kernels for 6 channels, but x has 4"),
    (dict(groups=4), ValueError, "groups=4 must divide the 6 channels of x"),
    (dict(stride=0), ValueError, "stride must be at least 1, got (0, 0)"),
    (dict(padding="same"), TypeError, "padding must be an int or 2 ints, got 'same'"),
]


@every_face
@pytest.mark.parametrize(("wrong", "error", "message"), ERRORS, ids=[message for *_, message in ERRORS])
def test_bad_arguments_of_gradients_are_named(face, wrong, error, message):
    good = dict(
        dy=np.zeros((2, 4, 11, 8)), x=np.zeros((2, 6, 5, 4)), w=np.zeros((6, 2, 3, 2)), stride=2, groups=2
    )
    assert [d.shape for d in face.conv_transpose2d_backward(**good)] == [(2, 6, 5, 4), (6, 2, 3, 2), (4,)]
    with pytest.raises(error) as caught:
        face.conv_transpose2d_backward(**good | wrong)
    assert str(caught.value).startswith("conv_transpose2d_backward: ")
    assert message in str(caught.value)


@every_face
def test_bad_arguments_are_named_in_one_dimension(face):
    with pytest.raises(ValueError, match=r"^conv_transpose1d_backward: dy has shape \(4,\), expected \(6,\)"):
        face.conv_transpose1d_backward(np.zeros(4), np.zeros(4), np.zeros(3))


def test_the_definition_once_more():
    rng = np.random.default_rng(0)
    x, w, b = rng.standard_normal((2, 6, 5, 4)), rng.standard_normal((6, 2, 3, 2)), rng.standard_normal(4)
    hyper = dict(stride=(2, 3), padding=(2, 0), output_padding=(1, 2), groups=2, dilation=(1, 2))
    assert_same(conv_transpose2d(x, w, b, **hyper), direct.conv_transpose2d(x, w, b, **hyper))
