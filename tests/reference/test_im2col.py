"""Windows as columns and back: torch's numbers, and the adjoint."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference import direct
from convbook.reference.im2col import col2im, fold, im2col, unfold

from .strategies import assert_same, conv_layers

layers = conv_layers(axes=2, named_padding=False, ranks=[1, 2], smallest_batch=1)


def windows(layer):
    hyper = {key: layer.hyper[key] for key in ("stride", "padding", "dilation")}
    return layer.w.shape[2:], hyper


@given(layers)
def test_unfold_and_fold_agree_with_torch(layer):
    kernel, hyper = windows(layer)
    columns = unfold(layer.x, kernel, **hyper)
    expected = F.unfold(torch.tensor(layer.x), kernel, **hyper)
    assert_array_equal(columns, expected.numpy(), strict=True)
    size = layer.x.shape[-2:]
    folded = fold(columns, size, kernel, **hyper)
    assert_same(folded, F.fold(expected, size, kernel, **hyper).numpy())


@given(conv_layers(axes=2, ranks=[1, 2]))
def test_fold_is_the_adjoint_of_unfold(layer):
    kernel, hyper = windows(layer)
    columns = unfold(layer.x, kernel, **hyper)
    u = layer.rng.standard_normal(columns.shape)
    back = fold(u, layer.x.shape[-2:], kernel, **hyper)
    assert back.shape == layer.x.shape
    assert np.vdot(columns, u) == pytest.approx(np.vdot(layer.x, back), abs=1e-9)


def test_kernels_as_rows_times_windows_as_columns():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((3, 11, 8)), rng.standard_normal((5, 3, 3, 2))
    y = w.reshape(5, -1) @ im2col(x, (3, 2), stride=(2, 1), padding=(1, 0))
    assert_allclose(y, direct.conv2d(x, w, stride=(2, 1), padding=(1, 0)).reshape(5, -1), rtol=0, atol=1e-12)


def test_letters_stay_letters():
    x = np.arange(1, 7).reshape(2, 3)
    assert unfold(x, 2).tolist() == [[1, 2], [2, 3], [4, 5], [5, 6]]
    assert col2im(unfold(x, 2), (2, 3), 2).tolist() == [[[1, 4, 3], [4, 10, 6]]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: unfold(np.zeros(5), 2),
            ValueError,
            "unfold: x has shape (5,), expected (H, W), (C, H, W) or",
        ),
        (
            lambda: unfold(np.zeros((5, 7), complex), 2),
            TypeError,
            "unfold: x has dtype complex128, expected real",
        ),
        (
            lambda: unfold(np.zeros((5, 7)), 0),
            ValueError,
            "unfold: kernel_size must be at least 1, got (0, 0)",
        ),
        (
            lambda: unfold(np.zeros((5, 7)), (2, 9), padding=(2, 0)),
            ValueError,
            "unfold: kernel 2×9 with dilation (1, 1) spans 2×9, but the padded input is only 9×7",
        ),
        (
            lambda: fold(np.zeros(5), 4, 2),
            ValueError,
            "fold: columns has shape (5,), expected (C·R·S, L) or (N, C·R·S",
        ),
        (
            lambda: fold(np.zeros((7, 9)), 4, (3, 2)),
            ValueError,
            "fold: columns has 7 rows, expected a multiple of 6 for",
        ),
        (
            lambda: fold(np.zeros((12, 5)), (4, 5), (3, 2)),
            ValueError,
            "fold: columns has 5 columns, expected 2×4 = 8, the windows on an output of 4×5",
        ),
        (
            lambda: fold(np.zeros((12, 8)), 0, 2),
            ValueError,
            "fold: output_size must be at least 1, got (0, 0)",
        ),
        (
            lambda: fold(np.zeros((12, 8), object), 4, 2),
            TypeError,
            "fold: columns has dtype object, expected real",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
