"""Write a convolution as a 1×1 convolution and a smaller one."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference.low_rank import low_rank


def matrix(w):
    """A column for every input map: (K·R·S, C)."""
    return w.transpose(0, 2, 3, 1).reshape(-1, w.shape[1])


@st.composite
def kernels(draw, largest=3, least=1):
    """Kernels with singular values that are well apart, and numbers that are short."""
    shape = (
        draw(st.integers(least, 4)),
        draw(st.integers(least, 4)),
        draw(st.integers(1, largest)),
        draw(st.integers(1, largest)),
    )
    w = np.random.default_rng(draw(st.integers(0, 99))).standard_normal(shape).round(1)
    s = np.linalg.svd(matrix(w), compute_uv=False)
    assume(s[-1] > 0.02 * s[0] and (s[1:] < 0.98 * s[:-1]).all())
    return w


@st.composite
def _cases(draw, largest=3, whole=False):
    w = draw(kernels(largest=largest))
    most = min(matrix(w).shape)
    return {"w": w, "rank": most if whole else draw(st.integers(1, most))}


def _same_kernel(expected, got):
    """The two convolutions may share a matrix and its inverse; what they make together is what counts."""
    if difference := compare.shape(expected, got):
        return difference
    if expected[0].shape[2:] != (1, 1) or len(expected[0]) != expected[1].shape[1]:
        return compare.values(expected, got)  # no pair that fits together, as a wrong answer may be
    pairs = ((np.asarray(v), np.asarray(u)) for v, u in (expected, got))
    if compare.values(*(np.einsum("kmrs,mc->kcrs", u, v[:, :, 0, 0]) for v, u in pairs)):
        return compare.Difference("the two convolutions, one after the other, are not the nearest to `w`")
    return None


def _right(w, rank):
    return low_rank(w, rank)


def _from(W, w, rank, *, scale=True, column=False):
    """Both convolutions from some matrix; the variations are what people get wrong."""
    K, _, R, S = w.shape
    U, s, Vt = np.linalg.svd(W, full_matrices=False)
    U = U * s if scale else U
    V = Vt[:, :rank].T if column else Vt[:rank]
    return V[:, :, None, None], U[:, :rank].reshape(K, R, S, rank).transpose(0, 3, 1, 2)


def _without_singular_values(w, rank):
    """The singular values are missing: W ≈ U diag(s) Vᵀ. Multiply the columns of U, or the rows of Vᵀ."""
    return _from(matrix(w), w, rank, scale=False)


def _columns_of_vt(w, rank):
    """`np.linalg.svd` returns Vᵀ: its first *rows* are what you want, Vt[:rank]."""
    return _from(matrix(w), w, rank, column=True)


def _without_transpose(w, rank):
    """`w.reshape(-1, C)` cuts the numbers in the order (K, C, R, S). The axis of the input maps must be the
    last one first: `w.transpose(0, 2, 3, 1)`.
    """
    return _from(w.reshape(-1, w.shape[1]), w, rank)


def _not_transposed_back(w, rank):
    """U is reshaped in the wrong order: its rows are (K, R, S), and only then comes the rank."""
    U, s, Vt = np.linalg.svd(matrix(w), full_matrices=False)
    K, _, R, S = w.shape
    return Vt[:rank, :, None, None], (U * s)[:, :rank].reshape(K, rank, R, S)


def _smallest(w, rank):
    """These are the *smallest* singular values; the largest come first."""
    U, s, Vt = np.linalg.svd(matrix(w), full_matrices=False)
    K, _, R, S = w.shape
    u = (U * s)[:, ::-1][:, :rank].reshape(K, R, S, rank).transpose(0, 3, 1, 2)
    return Vt[::-1][:rank, :, None, None], u


def _singular_values_twice(w, rank):
    """The singular values are multiplied in twice: once is enough, or their roots on both sides."""
    v, u = _right(w, rank)
    return v * np.linalg.svd(matrix(w), compute_uv=False)[:rank, None, None, None], u


def _first_maps(w, rank):
    """This keeps the first maps and drops the others. The 1×1 convolution should *mix* the maps, so that as
    little as possible is lost.
    """
    v = np.eye(w.shape[1])[: min(rank, w.shape[1])]
    v = np.pad(v, ((0, rank - len(v)), (0, 0)))
    return v[:, :, None, None], w[:, :rank]


def _other_order(w, rank):
    """The order is (v, u): first the 1×1 convolution, which is applied first."""
    return _right(w, rank)[::-1]


def _rank_forgotten(w, rank):
    """All singular values are kept: only `rank` maps may stand in between."""
    return _right(w, min(matrix(w).shape))


def _evenly(w, rank):
    v, u = _right(w, rank)
    root = np.sqrt(np.linalg.svd(matrix(w), compute_uv=False)[:rank])
    return v * root[:, None, None, None], u / root[:, None, None]


def _from_eigenvectors(w, rank):
    """The maps in between are principal components, and the kernels are projected upon them."""
    W = matrix(w)
    _, vectors = np.linalg.eigh(W.T @ W)
    V = vectors[:, ::-1][:, :rank]
    K, _, R, S = w.shape
    return V.T[:, :, None, None], np.moveaxis((W @ V).reshape(K, R, S, rank), -1, 1)


def _map_by_map(w, rank):
    U, s, Vt = np.linalg.svd(np.moveaxis(w, 1, 0).reshape(w.shape[1], -1), full_matrices=False)
    K, C, R, S = w.shape
    v, u = np.zeros((rank, C, 1, 1)), np.zeros((K, rank, R, S))
    for m in range(rank):
        v[m, :, 0, 0] = U[:, m]
        u[:, m] = s[m] * Vt[m].reshape(K, R, S)
    return v, u


exercise = Exercise(
    "low_rank_conv",
    reference=_right,
    properties=(
        Property(
            "the shapes",
            points=1,
            inputs=_cases(),
            compare=compare.shape,
            hint="v makes `rank` maps of C: (rank, C, 1, 1). u makes K of these: (K, rank, R, S).",
        ),
        Property(
            "1×1 kernels",
            points=1,
            inputs=_cases(largest=1),
            hint="With R = S = 1 the kernels are a matrix (K, C): U · s and Vᵀ, cut to `rank`.",
        ),
        Property(
            "nothing is lost at full rank",
            points=1,
            inputs=_cases(whole=True),
            hint="Follow a single weight w[k, c, a, e]: in which row and column of the matrix does it stand?",
        ),
        Property(
            "the nearest at any rank",
            points=2,
            inputs=_cases(),
            hint="Keep the largest singular values; numpy gives them in falling order.",
        ),
    ),
    misconceptions=by_docstring(
        _without_singular_values,
        _columns_of_vt,
        _without_transpose,
        _not_transposed_back,
        _smallest,
        _singular_values_twice,
        _first_maps,
        _other_order,
        _rank_forgotten,
    ),
    mutants=(
        lambda w, rank: _right(w, max(1, rank - 1)),
        lambda w, rank: (_right(w, rank)[0][:, :, 0, 0], _right(w, rank)[1]),
        lambda w, rank: (-_right(w, rank)[0], _right(w, rank)[1]),
        lambda w, rank: (_right(w, rank)[0], _right(w, rank)[1][:, :, ::-1, ::-1]),
        lambda w, rank: (_right(w, rank)[0], _right(w, rank)[1].swapaxes(2, 3)),
        lambda w, rank: (_right(w, rank)[0], 0 * _right(w, rank)[1]),
    ),
    variants=(
        _evenly,
        _from_eigenvectors,
        _map_by_map,
        lambda w, rank: (2 * _right(w, rank)[0], _right(w, rank)[1] / 2),
        lambda w, rank: (_right(w, rank)[0][::-1], _right(w, rank)[1][:, ::-1]),
        lambda w, rank: [part.astype(np.float32) for part in _right(w, rank)],
    ),
    compare=_same_kernel,
)
