"""Filter every map alone, then mix the maps."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import conv, direct


@st.composite
def _layers(draw, channels=3, maps=3, square=False, longest=5, widest=3):
    H, W = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    R, S = draw(st.integers(1, min(H, widest))), draw(st.integers(1, min(W, widest)))
    C = draw(st.integers(1, channels))
    K = C if square else draw(st.integers(1, maps))
    return {
        "x": draw(array((C, H, W))),
        "depthwise": draw(array((C, R, S))),
        "pointwise": draw(array((K, C))),
    }


def _filtered(x, depthwise):
    """Every map through its own kernel."""
    return conv.conv2d(x, depthwise[:, None], groups=len(x))


def _mixed(x, pointwise):
    return conv.conv2d(x, pointwise[:, :, None, None])


def _right(x, depthwise, pointwise):
    return _mixed(_filtered(x, depthwise), pointwise)


def _transposed(x, depthwise, pointwise):
    """The matrix is transposed: `pointwise[j, i]` is the weight *to* output map j *from* map i."""
    return np.einsum("ij,iuv->juv", pointwise, _filtered(x, depthwise))


def _flipping(x, depthwise, pointwise):
    """The kernels are flipped: a layer correlates, so each lies on its window as it stands."""
    return _right(x, depthwise[:, ::-1, ::-1], pointwise)


def _added_first(x, depthwise, pointwise):
    """The filtered maps are added up before the second step; depthwise means that they stay apart."""
    y = _filtered(x, depthwise).sum(axis=0)
    return np.einsum("ji,uv->juv", pointwise, y)


def _every_kernel_on_every_map(x, depthwise, pointwise):
    """Every kernel is run over every map; kernel i belongs to map i alone."""
    y = conv.conv2d(x, np.repeat(depthwise[:, None], len(x), axis=1))
    return _mixed(y, pointwise)


def _first_kernel_for_all(x, depthwise, pointwise):
    """All maps go through the first kernel; map i has its own, depthwise[i]."""
    return _right(x, np.repeat(depthwise[:1], len(x), axis=0), pointwise)


def _filtered_only(x, depthwise, pointwise):
    """This is the first step; the maps are still to be mixed."""
    return _filtered(x, depthwise)


def _mixed_only(x, depthwise, pointwise):
    """This is the second step; every map is to be filtered first."""
    return _mixed(x, pointwise)


def _relu_between(x, depthwise, pointwise):
    """Between the two steps negative numbers are cut off. A network may do that; here both are linear."""
    return _mixed(np.maximum(_filtered(x, depthwise), 0), pointwise)


def _rows_and_columns_swapped(x, depthwise, pointwise):
    """Rows and columns of the kernels are swapped: depthwise[i, a, e] has row a and column e."""
    return _right(x, depthwise.swapaxes(1, 2), pointwise)


def _same_size(x, depthwise, pointwise):
    """The image is padded; here the kernels stay inside, and the maps get smaller."""
    R, S = depthwise.shape[1:]
    padded = np.pad(x, ((0, 0), ((R - 1) // 2, R // 2), ((S - 1) // 2, S // 2)))
    return _right(padded, depthwise, pointwise)


def _example(x, depthwise, pointwise):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[[3.0, 5.0]], [[1.0, -1.0]]])


def _merged(x, depthwise, pointwise):
    return direct.conv2d(x, pointwise[:, :, None, None] * depthwise)


def _mixed_first(x, depthwise, pointwise):
    """Mixing the windows of every tap: the order of the sums is free."""
    (_, H, W), (_, R, S) = x.shape, depthwise.shape
    y = np.zeros((len(pointwise), H - R + 1, W - S + 1))
    for a, e in np.ndindex(R, S):
        y += np.tensordot(pointwise * depthwise[:, a, e], x[:, a : a + y.shape[1], e : e + y.shape[2]], 1)
    return y


def _by_places(x, depthwise, pointwise):
    (_, H, W), (_, R, S) = x.shape, depthwise.shape
    return [
        [
            [
                sum(
                    p * np.vdot(d, z[u : u + R, v : v + S]) for p, d, z in zip(row, depthwise, x, strict=True)
                )
                for v in range(W - S + 1)
            ]
            for u in range(H - R + 1)
        ]
        for row in pointwise
    ]


exercise = Exercise(
    "depthwise_separable",
    reference=_right,
    properties=(
        Property(
            "the shape of the output",
            points=1,
            inputs=_layers(),
            compare=compare.shape,
            hint="A map for every row of `pointwise`, and the size that a kernel leaves.",
        ),
        Property(
            "one map",
            points=1,
            inputs=_layers(channels=1, maps=1),
            hint="With one map this is a cross-correlation, times a number.",
        ),
        Property(
            "as many maps out as in",
            points=1,
            inputs=_layers(square=True, longest=3, widest=2),
            hint="First z[i] = depthwise[i] ⋆ x[i], each map alone. Then y[j] = Σ_i pointwise[j, i] · z[i].",
        ),
        Property(
            "any number of maps",
            points=2,
            inputs=_layers(),
            hint="The second step multiplies with a matrix at every place: np.einsum or np.tensordot.",
        ),
    ),
    misconceptions=by_docstring(
        _transposed,
        _flipping,
        _added_first,
        _every_kernel_on_every_map,
        _first_kernel_for_all,
        _filtered_only,
        _mixed_only,
        _relu_between,
        _rows_and_columns_swapped,
        _same_size,
        _example,
    ),
    mutants=(
        lambda x, depthwise, pointwise: _right(x[::-1], depthwise, pointwise),
        lambda x, depthwise, pointwise: _right(x, depthwise[::-1], pointwise),
        lambda x, depthwise, pointwise: _right(x, depthwise, pointwise[::-1]),
        lambda x, depthwise, pointwise: _right(x, depthwise, np.abs(pointwise)),
        lambda x, depthwise, pointwise: _right(x, depthwise, pointwise).sum(axis=0),
        lambda x, depthwise, pointwise: _right(x, depthwise[:, ::-1], pointwise),
    ),
    variants=(
        _merged,
        _mixed_first,
        _by_places,
        lambda x, depthwise, pointwise: _right(x, depthwise, pointwise).astype(np.float32),
    ),
)
