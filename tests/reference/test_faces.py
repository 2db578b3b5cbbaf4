"""One signature, several faces: every way to compute a layer gives what torch gives."""

import numpy as np
import pytest
from hypothesis import given, settings

from convbook.reference import conv, direct, fourier, im2col, toeplitz

from .strategies import assert_same, conv_layers

FACES = [direct, toeplitz, im2col, fourier, conv]

every_face = pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__.rsplit(".", 1)[1])
every_rank = pytest.mark.parametrize("axes", [1, 2], ids=["conv1d", "conv2d"])


def conv(face, axes):
    return getattr(face, f"conv{axes}d")


@every_face
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@settings(max_examples=300)
@given(signal=conv_layers(axes=1), image=conv_layers(axes=2))
def test_agrees_with_torch(face, signal, image):
    for layer in (signal, image):
        y = conv(face, layer.axes)(*layer.arrays, **layer.hyper)
        assert y.dtype == np.float64
        assert_same(y, layer.by_torch())


@every_face
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@given(signal=conv_layers(axes=1, dtype=np.float32), image=conv_layers(axes=2, dtype=np.float32))
def test_stays_in_float32(face, signal, image):
    for layer in (signal, image):
        y = conv(face, layer.axes)(*layer.arrays, **layer.hyper)
        assert_same(y, layer.by_torch(), atol=1e-4)


@every_face
@every_rank
@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_keeps_the_rarer_float_dtypes(face, axes, dtype):
    rng = np.random.default_rng(0)
    x, w, b = (
        rng.standard_normal(s).astype(dtype) for s in ((2, 4, 9, 6)[: axes + 2], (6, 2, 3, 2)[: axes + 2], 6)
    )
    y = conv(face, axes)(x, w, b, stride=2, padding=1, groups=2)
    expected = conv(direct, axes)(*(a.astype(float) for a in (x, w, b)), stride=2, padding=1, groups=2)
    assert y.dtype == dtype
    np.testing.assert_allclose(y.astype(float), expected, rtol=0, atol=0.05 if dtype == np.float16 else 1e-12)


@every_face
def test_takes_lists_and_arrays_in_any_memory_order(face):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 7, 9, 4)), rng.standard_normal((3, 3, 2, 4))
    x, w = np.moveaxis(x, 3, 1), w.transpose(1, 3, 2, 0)[::-1, :, ::-1]  # neither is contiguous
    expected = direct.conv2d(x.copy(), w.copy(), padding=1)
    np.testing.assert_allclose(face.conv2d(x, w, padding=1), expected, rtol=0, atol=1e-12)
    assert face.conv1d([1.0, 2.0, 4.0], [3.0, -1.0]) == pytest.approx([1.0, 2.0])


@every_face
def test_a_hyperparameter_may_be_a_numpy_integer(face):
    x, w = np.arange(9.0), np.array([1.0, -2.0, 4.0])
    y = face.conv1d(x, w, stride=np.int64(2), padding=np.array([1]), dilation=[2])
    np.testing.assert_allclose(y, face.conv1d(x, w, stride=2, padding=1, dilation=2), rtol=0)


ERRORS = [
    # what is wrong, in 2-D, against x (2, 4, 7, 10), w (6, 2, 3, 2), b (6,), groups=2
    (dict(x=np.zeros((2, 4, 7, 10), int)), TypeError, "x has dtype int64, expected a float dtype"),
    (dict(w=np.zeros((6, 2, 3, 2), complex)), TypeError, "w has dtype complex128, expected a float dtype"),
    (dict(b=np.arange(6)), TypeError, "b has dtype int64, expected a float dtype"),
    (dict(w=np.zeros((6, 2, 3, 2), np.float32)), TypeError, "x has dtype float64 but w has float32"),
    (dict(b=np.zeros(6, np.float32)), TypeError, "x has dtype float64 but b has float32"),
    (
        dict(x=np.zeros(7)),
        ValueError,
        "x has shape (7,) and w (6, 2, 3, 2), expected x (H, W) with w (R, S), or",
    ),
    (dict(x=np.zeros((7, 10))), ValueError, "x has shape (7, 10) and w (6, 2, 3, 2), expected"),
    (dict(w=np.zeros((3, 2))), ValueError, "x has shape (2, 4, 7, 10) and w (3, 2), expected"),
    (
        dict(x=np.zeros((2, 4, 0, 10))),
        ValueError,
        "x has shape (2, 4, 0, 10) and w (6, 2, 3, 2); only a batch may be",
    ),
    (dict(w=np.zeros((6, 2, 0, 2))), ValueError, "w (6, 2, 0, 2); only a batch may be empty"),
    (
        dict(x=np.zeros((0, 7, 10))),
        ValueError,
        "x has shape (0, 7, 10) and w (6, 2, 3, 2); only a batch may be empty",
    ),
    (
        dict(x=np.zeros((2, 5, 7, 10))),
        ValueError,
        "groups=2 must divide the 5 channels of x and the 6 kernels of w",
    ),
    (
        dict(w=np.zeros((5, 2, 3, 2)), b=None),
        ValueError,
        "groups=2 must divide the 4 channels of x and the 5 kernels of w",
    ),
    (
        dict(groups=1),
        ValueError,
        "a kernel of w takes 2 channels, but a group of x has 4 (4 channels, groups=1)",
    ),
    (dict(groups=0), ValueError, "groups must be at least 1, got 0"),
    (dict(groups=(1, 1)), TypeError, "groups must be an int, got (1, 1)"),
    (dict(b=np.zeros(5)), ValueError, "b has shape (5,), expected (6,), one number per kernel"),
    (dict(b=np.zeros(())), ValueError, "b has shape (), expected (6,), one number per kernel"),
    (dict(stride=0), ValueError, "stride must be at least 1, got (0, 0)"),
    (dict(stride=(2, -1)), ValueError, "stride must be at least 1, got (2, -1)"),
    (dict(stride=1.5), TypeError, "stride must be an int or 2 ints, got 1.5"),
    (dict(stride=(1, 2, 3)), TypeError, "stride must be an int or 2 ints, got (1, 2, 3)"),
    (dict(stride="same"), TypeError, "stride must be an int or 2 ints, got 'same'"),
    (dict(dilation=(0, 1)), ValueError, "dilation must be at least 1, got (0, 1)"),
    (dict(padding=(0, -1)), ValueError, "padding must be at least 0, got (0, -1)"),
    (dict(padding=None), TypeError, "padding must be an int or 2 ints, got None"),
    (dict(padding="full"), ValueError, "padding must be ints, 'same' or 'valid', got 'full'"),
    (dict(padding="same", stride=(2, 1)), ValueError, "padding 'same' needs stride 1, got (2, 1)"),
    (
        dict(w=np.zeros((6, 2, 5, 3)), dilation=(2, 1)),
        ValueError,
        "kernel 5×3 with dilation (2, 1) spans 9×3, but the padded input is only 7×10",
    ),
    (
        dict(x=np.zeros((2, 4, 3, 1)), w=np.zeros((6, 2, 2, 4)), padding=(0, 1)),
        ValueError,
        "kernel 2×4 with dilation (1, 1) spans 2×4, but the padded input is only 3×3",
    ),
]


@every_face
@pytest.mark.parametrize(("wrong", "error", "message"), ERRORS, ids=[message for _, _, message in ERRORS])
def test_bad_arguments_are_named(face, wrong, error, message):
    good = dict(x=np.zeros((2, 4, 7, 10)), w=np.zeros((6, 2, 3, 2)), b=np.zeros(6), groups=2)
    assert face.conv2d(**good).shape == (2, 6, 5, 9)
    with pytest.raises(error) as caught:
        face.conv2d(**good | wrong)
    assert str(caught.value).startswith("conv2d: ")
    assert message in str(caught.value)


@every_face
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (dict(w=np.arange(3)), TypeError, "conv1d: w has dtype int64, expected a float dtype"),
        (
            dict(x=np.zeros((7, 10))),
            ValueError,
            "conv1d: x has shape (7, 10) and w (3,), expected x (n,) with w (r,), or",
        ),
        (dict(b=np.zeros(1)), ValueError, "conv1d: b has shape (1,), expected a single number"),
        (
            dict(groups=2),
            ValueError,
            "conv1d: groups=2 must divide the 1 channels of x and the 1 kernels of w",
        ),
        (dict(x=np.zeros(0)), ValueError, "conv1d: x has shape (0,) and w (3,); only a batch may be empty"),
        (dict(stride=0), ValueError, "conv1d: stride must be at least 1, got 0"),
        (dict(padding=(1, 1)), TypeError, "conv1d: padding must be an int, got (1, 1)"),
        (
            dict(dilation=4),
            ValueError,
            "conv1d: kernel 3 with dilation 4 spans 9, but the padded input is only 7",
        ),
    ],
)
def test_bad_arguments_are_named_in_one_dimension(face, wrong, error, message):
    good = dict(x=np.zeros(7), w=np.zeros(3), b=0.5)
    assert face.conv1d(**good) == pytest.approx(np.full(5, 0.5))
    with pytest.raises(error) as caught:
        face.conv1d(**good | wrong)
    assert str(caught.value).startswith(message)
