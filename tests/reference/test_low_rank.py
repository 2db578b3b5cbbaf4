"""A convolution through a bottleneck: the best there is, and no worse than the singular values say."""

import numpy as np
import pytest

from convbook.reference.conv import conv2d
from convbook.reference.low_rank import low_rank

RNG = np.random.default_rng(11)
HYPER = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}


def matrix(w):
    return w.transpose(0, 2, 3, 1).reshape(-1, w.shape[1])


@pytest.mark.parametrize("shape", [(5, 6, 3, 2), (7, 4, 1, 1), (2, 9, 2, 2), (1, 5, 1, 3)])
def test_at_full_rank_nothing_is_lost(shape):
    w, x = RNG.standard_normal(shape), RNG.standard_normal((2, shape[1], 9, 8))
    v, u = low_rank(w, min(matrix(w).shape))
    np.testing.assert_allclose(conv2d(conv2d(x, v), u, **HYPER), conv2d(x, w, **HYPER), atol=1e-12)


@pytest.mark.parametrize("rank", [1, 2, 4])
def test_one_after_the_other_is_the_nearest_kernel_of_this_rank(rank):
    w, x = RNG.standard_normal((5, 6, 3, 2)), RNG.standard_normal((2, 6, 9, 8))
    v, u = low_rank(w, rank)
    assert v.shape == (rank, 6, 1, 1) and u.shape == (5, rank, 3, 2)
    nearest = np.einsum("kmrs,mc->kcrs", u, v[:, :, 0, 0])
    np.testing.assert_allclose(conv2d(conv2d(x, v), u, **HYPER), conv2d(x, nearest, **HYPER), atol=1e-12)
    assert np.linalg.matrix_rank(matrix(nearest)) == rank
    left_out = np.linalg.svd(matrix(w), compute_uv=False)[rank:]
    assert np.linalg.norm(w - nearest) == pytest.approx(np.sqrt((left_out**2).sum()))
    np.testing.assert_allclose(v[:, :, 0, 0] @ v[:, :, 0, 0].T, np.eye(rank), atol=1e-12)


def test_the_precision_stays():
    v, u = low_rank(np.ones((2, 3, 1, 1), np.float32), 1)
    assert v.dtype == u.dtype == np.float32


@pytest.mark.parametrize(
    "w, rank, error, message",
    [
        (np.ones((2, 3)), 1, ValueError, r"w has shape \(2, 3\), expected \(K, C, R, S\)"),
        (np.ones((2, 3, 1, 1), int), 1, TypeError, "w has dtype int64, expected a float dtype"),
        (np.ones((2, 3, 1, 1)), 0, ValueError, "rank must be at least 1, got 0"),
        (np.ones((2, 3, 1, 1)), 3, ValueError, r"rank must be at most 2 for w \(2, 3, 1, 1\), got 3"),
        (np.ones((2, 3, 1, 1)), 1.5, TypeError, "rank must be an int, got 1.5"),
    ],
)
def test_refuses(w, rank, error, message):
    with pytest.raises(error, match=f"low_rank: {message}"):
        low_rank(w, rank)
