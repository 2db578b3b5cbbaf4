"""The narrowest bottleneck that keeps an error small, and what it costs."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.chapter11.low_rank_conv import kernels, matrix
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.low_rank import low_rank


@st.composite
def _cases(draw, whole=False, least=1):
    """A bound on the error that no rank meets exactly."""
    w = draw(kernels(least=least))
    errors = np.append(1.0, _errors(w))
    rank = len(errors) - 1 if whole else draw(st.integers(1, len(errors) - 1))
    share = draw(st.sampled_from((0.5, 0.9, 0.1)))
    most = share * errors[rank - 1] + (1 - share) * errors[rank]
    return {"w": w, "most": round(float(most), 4)}


def _errors(w):
    """Of every rank, from 1 on."""
    squares = np.linalg.svd(matrix(w), compute_uv=False) ** 2
    return np.sqrt((np.append(np.cumsum(squares[::-1])[::-1], 0.0) / squares.sum())[1:])


def _cost(w, rank):
    K, C, R, S = w.shape
    return C * rank + R * S * rank * K


def _first(fits, w):
    """The smallest rank that fits, or the largest of all, and its cost."""
    rank = 1 + int(np.argmax(fits)) if fits.any() else len(fits)
    return rank, _cost(w, rank)


def _right(w, most):
    return _first(_errors(w) <= most, w)


def _squared(w, most):
    """The error is a root: ‖W − UVᵀ‖ is the root of the sum of the squares left out."""
    return _first(_errors(w) ** 2 <= most, w)


def _not_relative(w, most):
    """The error is relative: divide by ‖W‖, the root of the sum of *all* squares."""
    return _first(_errors(w) * np.linalg.norm(w) <= most, w)


def _not_squared(w, most):
    """The singular values are added up as they are; add up their squares, and take the root."""
    s = np.linalg.svd(matrix(w), compute_uv=False)
    return _first(1 - np.cumsum(s) / s.sum() <= most, w)


def _next_singular_value(w, most):
    """This looks at the largest singular value left out alone; all that are left out count."""
    s = np.linalg.svd(matrix(w), compute_uv=False)
    return _first(np.append(s[1:], 0.0) / s[0] <= most, w)


def _one_too_many(w, most):
    """This is one rank too many: of rank 1 only the first singular value is kept, and so on."""
    rank = min(_right(w, most)[0] + 1, len(_errors(w)))
    return rank, _cost(w, rank)


def _one_too_few(w, most):
    """This is one rank too few: with it the error is still too large."""
    rank = _right(w, most)[0] - 1
    return rank, _cost(w, rank)


def _of_the_whole(w, most):
    """These are the multiplications of the layer as it was; with the bottleneck there are two layers."""
    return _right(w, most)[0], w.size


def _second_only(w, most):
    """The 1×1 convolution multiplies too: C · rank times at every place."""
    rank, cost = _right(w, most)
    return rank, cost - rank * w.shape[1]


def _as_wide_as_the_kernel(w, most):
    """The first convolution is 1×1: only the second has R·S weights for each pair of maps."""
    K, C, R, S = w.shape
    rank, _ = _right(w, most)
    return rank, R * S * rank * (C + K)


def _rank_by_rank(w, most):
    for rank in range(1, min(matrix(w).shape) + 1):
        v, u = low_rank(w, rank)
        near = np.tensordot(u, v[:, :, 0, 0], axes=(1, 0)).transpose(0, 3, 1, 2)
        if np.linalg.norm(w - near) <= most * np.linalg.norm(w):
            return rank, v.size + u.size
    return None


def _from_eigenvalues(w, most):
    """The squares of the singular values are the eigenvalues of WᵀW."""
    kept = np.cumsum(np.linalg.eigvalsh(matrix(w).T @ matrix(w))[::-1]) / (w**2).sum()
    rank = int((kept < 1 - most**2).sum()) + 1
    return rank, _cost(w, rank)


exercise = Exercise(
    "rank_for_error",
    reference=_right,
    properties=(
        Property(
            "the whole rank, where only that will do",
            points=1,
            inputs=_cases(whole=True),
            hint="At full rank the error is 0. The multiplications of the two layers are v.size + u.size.",
        ),
        Property(
            "the smallest rank that will do",
            points=2,
            inputs=_cases(least=3),
            hint="At rank m the error is √(s[m]² + s[m+1]² + …) / √(s[0]² + s[1]² + …), counted from 0.",
        ),
    ),
    misconceptions=by_docstring(
        _squared,
        _not_relative,
        _not_squared,
        _next_singular_value,
        _one_too_many,
        _one_too_few,
        _of_the_whole,
        _second_only,
        _as_wide_as_the_kernel,
    ),
    mutants=(
        lambda w, most: _right(w, most)[::-1],
        lambda w, most: _right(w, 1 - most),
        lambda w, most: _right(w, most)[0],
        lambda w, most: _right(w, most / 2),
        lambda w, most: (1, _cost(w, 1)),
        lambda w, most: _right(w[:, ::2], most),
    ),
    variants=(
        _rank_by_rank,
        _from_eigenvalues,
        lambda w, most: list(_right(w, most)),
        lambda w, most: tuple(map(np.int64, _right(w, most))),
        lambda w, most: tuple(map(float, _right(w, most))),
    ),
)
