"""The matrix of a layer: every entry, its transpose, its structure."""

import numpy as np
import pytest
import scipy.linalg
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from convbook.reference import direct, fourier
from convbook.reference.toeplitz import (
    circulant,
    conv1d_matrix,
    conv2d_matrix,
    convolve1d_matrix,
    is_hankel,
    is_toeplitz,
    windows1d,
)

from .strategies import assert_same, conv_layers, signals


def matrix(layer):
    size = layer.x.shape[-layer.axes :]
    return (
        conv1d_matrix(layer.w, size[0], **layer.hyper)
        if layer.axes == 1
        else conv2d_matrix(layer.w, size, **layer.hyper)
    )


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@given(signal=conv_layers(axes=1, ranks=[1]), image=conv_layers(axes=2, ranks=[1]))
def test_every_column_is_the_answer_to_an_impulse(signal, image):
    for layer in (signal, image):
        impulses = torch.eye(layer.x.size, dtype=torch.float64).reshape(-1, *layer.x.shape)
        answers = getattr(F, f"conv{layer.axes}d")(impulses, torch.tensor(layer.w), **layer.hyper)
        W = matrix(layer)
        assert W.format == "csr"
        assert_array_equal(W.toarray(), answers.reshape(layer.x.size, -1).T.numpy(), strict=True)


@given(layer=st.one_of(conv_layers(axes=1, ranks=[0]), conv_layers(axes=2, ranks=[0])))
def test_a_plain_kernel_is_one_map_of_one_channel(layer):
    y = getattr(direct, f"conv{layer.axes}d")(layer.x, layer.w, **layer.hyper)
    assert_same(matrix(layer) @ layer.x.ravel(), y.ravel())


@given(
    signal=conv_layers(axes=1, ranks=[1], named_padding=False),
    image=conv_layers(axes=2, ranks=[1], named_padding=False),
)
def test_its_transpose_is_torchs_transposed_convolution(signal, image):
    for layer in (signal, image):
        axes, hyper = layer.axes, layer.hyper
        y = getattr(direct, f"conv{axes}d")(layer.x, layer.w, **hyper)
        dy = layer.rng.standard_normal(y.shape)
        n, r, s, p, t = (
            np.array(np.broadcast_to(v, axes))
            for v in (
                layer.x.shape[1:],
                layer.w.shape[2:],
                hyper["stride"],
                hyper["padding"],
                hyper["dilation"],
            )
        )
        unread = (n + 2 * p - t * (r - 1) - 1) % s
        conv_transpose = getattr(F, f"conv_transpose{axes}d")
        expected = conv_transpose(
            torch.tensor(dy), torch.tensor(layer.w), output_padding=unread.tolist(), **hyper
        )
        assert_same(matrix(layer).T @ dy.ravel(), expected.numpy().ravel())


@given(layer=conv_layers(axes=2, ranks=[0]))
def test_a_separable_kernel_is_a_kronecker_product(layer):
    a, e = layer.rng.standard_normal(layer.w.shape[0]), layer.rng.standard_normal(layer.w.shape[1])
    down, across = (
        {key: v[k] if isinstance(v, tuple) else v for key, v in layer.hyper.items()} for k in (0, 1)
    )
    W = np.kron(
        conv1d_matrix(a, layer.x.shape[0], **down).toarray(),
        conv1d_matrix(e, layer.x.shape[1], **across).toarray(),
    )
    assert_allclose(
        conv2d_matrix(np.outer(a, e), layer.x.shape, **layer.hyper).toarray(), W, rtol=0, atol=1e-14
    )


def test_letters_stay_letters_and_zeros_stay_connections():
    W = conv1d_matrix(np.arange(1, 4), 7, stride=2, padding=1)
    assert W.dtype.kind == "i"
    assert W.toarray().tolist() == [
        [2, 3, 0, 0, 0, 0, 0],
        [0, 1, 2, 3, 0, 0, 0],
        [0, 0, 0, 1, 2, 3, 0],
        [0, 0, 0, 0, 0, 1, 2],
    ]
    assert conv1d_matrix([1.0, 0.0, -1.0], 7).nnz == 15
    assert conv2d_matrix(np.zeros((6, 2, 3, 1)), (5, 4), groups=3).nnz == 6 * 2 * 3 * 1 * 3 * 4


def test_doubly_blocked():
    W = conv2d_matrix(np.arange(1, 10).reshape(3, 3), 4).toarray()
    blocks = W.reshape(2, 2, 4, 4).swapaxes(1, 2)
    assert W.shape == (4, 16)
    assert blocks[0, 1].tolist() == [[4, 5, 6, 0], [0, 4, 5, 6]]
    assert_array_equal(blocks[0, :3], blocks[1, 1:])
    assert all(is_toeplitz(block) for block in blocks.reshape(-1, 2, 4))
    assert not is_toeplitz(W)


@pytest.mark.parametrize("mode", ["full", "same", "circular"])
@given(signals(1))
def test_convolution_as_a_matrix(mode, xw):
    x, w = xw
    W = convolve1d_matrix(w, len(x), mode)
    assert W.format == "csr"
    assert_same(W @ x, direct.convolve1d(x, w, mode))


@given(signals(1, fits=True))
def test_valid_convolution_as_a_matrix(xw):
    x, w = xw
    assert_allclose(
        convolve1d_matrix(w, len(x), "valid") @ x, direct.convolve1d(x, w, "valid"), rtol=0, atol=1e-12
    )


def test_the_tall_matrix_has_the_first_weight_on_top():
    W = convolve1d_matrix([1, 2, 3], 4).toarray()
    assert_array_equal(W, scipy.linalg.toeplitz([1, 2, 3, 0, 0, 0], [1, 0, 0, 0]))


@given(signals(1, fits=True))
def test_circulant(xw):
    x, w = xw
    C = circulant(w, len(x))
    assert_array_equal(C[:, 0], np.pad(w, (0, len(x) - len(w))))
    assert_same(C @ x, direct.convolve1d(x, w, "circular"))
    F = fourier.dft_matrix(len(x))
    assert_allclose(F @ C, np.diag(np.fft.fft(w, len(x))) @ F, rtol=0, atol=1e-10)


@given(conv_layers(axes=1, ranks=[0]))
def test_windows_times_kernel(layer):
    X = windows1d(layer.x, len(layer.w), **layer.hyper)
    assert_same(X @ layer.w, direct.conv1d(layer.x, layer.w, **layer.hyper))


def test_windows_of_letters_are_a_hankel_matrix():
    X = windows1d(np.arange(1, 6), 3)
    assert X.tolist() == [[1, 2, 3], [2, 3, 4], [3, 4, 5]]
    assert is_hankel(X)
    assert not is_toeplitz(X)
    assert is_toeplitz(X[:, ::-1])
    assert not is_hankel(windows1d(np.arange(1, 10), 3, stride=2))


@given(st.integers(2, 6), st.integers(2, 7), st.data())
def test_one_entry_off_its_diagonal_is_seen(m, n, data):
    rng = np.random.default_rng(m * n)
    A = scipy.linalg.toeplitz(rng.standard_normal(m), rng.standard_normal(n))
    assert is_toeplitz(A)
    assert is_hankel(A[::-1])
    i, j = data.draw(st.tuples(st.integers(0, m - 1), st.integers(0, n - 1)))
    if (i, j) in ((0, n - 1), (m - 1, 0)):  # alone on its diagonal
        i, j = 0, 0
    A[i, j] += 1e-9
    assert not is_toeplitz(A)
    assert not is_hankel(A[::-1])


def test_the_structure_of_sparse_arrays_is_seen():
    assert is_toeplitz(conv1d_matrix([1.0, 2.0, -3.0], 7))
    assert not is_toeplitz(conv1d_matrix([1.0, 2.0, -3.0], 7, stride=2))
    assert not is_hankel(conv1d_matrix([1.0, 2.0, -3.0], 7))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: conv1d_matrix([1j], 7),
            TypeError,
            "conv1d_matrix: w has dtype complex128, expected real numbers",
        ),
        (
            lambda: conv1d_matrix(np.ones((2, 3)), 7),
            ValueError,
            "conv1d_matrix: w has shape (2, 3), expected (r,) or",
        ),
        (
            lambda: conv1d_matrix([], 7),
            ValueError,
            "conv1d_matrix: w has shape (0,), expected (r,) or (K, C/groups, R)",
        ),
        (lambda: conv1d_matrix([1, 2], 7.0), TypeError, "conv1d_matrix: n must be an int, got 7.0"),
        (lambda: conv1d_matrix([1, 2], 0), ValueError, "conv1d_matrix: n must be at least 1, got 0"),
        (
            lambda: conv1d_matrix([1, 2], 7, groups=2),
            ValueError,
            "conv1d_matrix: groups=2 must divide the 1 kernels",
        ),
        (
            lambda: conv1d_matrix(np.ones(2, np.float16), 7),
            TypeError,
            "conv1d_matrix: w has dtype float16, which scipy.sparse lacks",
        ),
        (
            lambda: conv1d_matrix([1, 2, 3], 4, dilation=2),
            ValueError,
            "conv1d_matrix: kernel 3 with dilation 2 spans 5, but the padded input is only 4",
        ),
        (
            lambda: conv2d_matrix([1.0], (4, 4)),
            ValueError,
            "conv2d_matrix: w has shape (1,), expected (R, S) or",
        ),
        (
            lambda: conv2d_matrix([[1.0]], (4, 4, 4)),
            TypeError,
            "conv2d_matrix: size must be an int or 2 ints, got (4,",
        ),
        (
            lambda: conv2d_matrix(np.ones((3, 5)), (4, 4)),
            ValueError,
            "conv2d_matrix: kernel 3×5 with dilation (1, 1) spans 3×5, but the padded input is only 4×4",
        ),
        (
            lambda: convolve1d_matrix([[1]], 4),
            ValueError,
            "convolve1d_matrix: w has shape (1, 1), expected (r,), not",
        ),
        (
            lambda: convolve1d_matrix([1, 2], 1, "valid"),
            ValueError,
            "convolve1d_matrix: kernel 2 is larger than x, 1",
        ),
        (
            lambda: convolve1d_matrix([1, 2], 4, "wrap"),
            ValueError,
            "convolve1d_matrix: mode must be 'full', 'same'",
        ),
        (lambda: circulant([1, 2, 3], 2), ValueError, "circulant: kernel 3 is longer than the period 2"),
        (lambda: circulant([], 2), ValueError, "circulant: w has shape (0,), expected (r,), not empty"),
        (lambda: windows1d(np.ones((2, 2)), 1), ValueError, "windows1d: x has shape (2, 2), expected (n,)"),
        (lambda: windows1d(["a"], 1), TypeError, "windows1d: x has dtype <U1, expected real numbers"),
        (
            lambda: windows1d([1, 2], 3),
            ValueError,
            "windows1d: kernel 3 with dilation 1 spans 3, but the padded input",
        ),
        (lambda: is_toeplitz([1, 2]), ValueError, "is_toeplitz: A has shape (2,), expected (m, n)"),
        (
            lambda: is_hankel(np.ones((2, 2, 2))),
            ValueError,
            "is_hankel: A has shape (2, 2, 2), expected (m, n)",
        ),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert str(caught.value).startswith(message)
