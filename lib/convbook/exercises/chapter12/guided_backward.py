"""Back through one layer of a network by the guided rule."""

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero
from convbook.reference import direct


@st.composite
def _layers(draw, maps=2):
    k, r, s = draw(st.integers(1, maps)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    case = {name: draw(array((k, *size), nonzero)) for name in ("dy", "a")}
    case["w"] = draw(array((k, r, s), nonzero))
    return case


@st.composite
def _telling(draw):
    """All four pairs of signs occur, so that every rule gives something else."""
    case = draw(_layers())
    signs = np.stack([case["dy"] > 0, case["a"] > 0]).reshape(2, -1)
    assume(len(np.unique(signs, axis=1).T) == 4)
    return case


def _spread(dy, w):
    """Every number paints its kernel, and the paint adds."""
    k, h, b = dy.shape
    dx = np.zeros((h + w.shape[1] - 1, b + w.shape[2] - 1))
    for j, u, v in np.ndindex(k, h, b):
        dx[u : u + w.shape[1], v : v + w.shape[2]] += dy[j, u, v] * w[j]
    return dx


def _right(dy, a, w):
    return _spread(np.maximum(dy, 0) * (a > 0), w)


def _gradient(dy, a, w):
    """This is the gradient: by the guided rule, negative signals are stopped as well."""
    return _spread(dy * (a > 0), w)


def _deconvnet(dy, a, w):
    """This is the deconvnet, which forgets a: by the guided rule, a unit that was off stays off."""
    return _spread(np.maximum(dy, 0), w)


def _linear(dy, a, w):
    """No ReLU stops anything here: this is the transposed convolution alone."""
    return _spread(dy, w)


def _rectified_after(dy, a, w):
    """The signal is rectified after the kernels have spread it; it must be before, where the ReLU was."""
    return np.maximum(_spread(dy * (a > 0), w), 0)


def _flipped(dy, a, w):
    """The kernels are turned round: going back, each signal paints its kernel as it is."""
    return _right(dy, a, w[:, ::-1, ::-1])


def _times_a(dy, a, w):
    """The signal is multiplied by relu(a); a ReLU only opens or shuts: multiply by a > 0."""
    return _spread(np.maximum(dy, 0) * np.maximum(a, 0), w)


def _sizes(dy, a, w):
    """Sizes instead of signs: a negative signal is stopped, not turned round."""
    return _spread(abs(dy) * (a > 0), w)


def _either(dy, a, w):
    """A signal passes if it *or* the activation is positive; both must be."""
    return _spread(dy * ((dy > 0) | (a > 0)), w)


def _first_map(dy, a, w):
    """Only the first map comes back: what all maps paint adds up."""
    return _right(dy[:1], a[:1], w[:1])


def _maps_apart(dy, a, w):
    """The maps stay apart: the image gets the sum of what they paint."""
    return np.stack([_right(dy[j : j + 1], a[j : j + 1], w[j : j + 1]) for j in range(len(w))])


def _clearing(dy, a, w):
    dx = _right(dy, a, w)
    dy[...] = 0
    return dx


def _by_transposed_convolution(dy, a, w):
    signal = np.where((dy > 0) & (a > 0), dy, 0.0)
    return direct.conv_transpose2d(signal[None], w[:, None])[0, 0]


def _by_padding(dy, a, w):
    r, s = w.shape[1:]
    signal = np.pad(np.where((dy > 0) & (a > 0), dy, 0.0), ((0, 0), (r - 1, r - 1), (s - 1, s - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(signal, (r, s), axis=(1, 2))
    return np.einsum("juvae,jae->uv", windows, w[:, ::-1, ::-1])


def _by_kernel(dy, a, w):
    signal = dy * (dy > 0) * (a > 0)
    h, b = dy.shape[1:]
    dx = np.zeros((h + w.shape[1] - 1, b + w.shape[2] - 1))
    for i, j in np.ndindex(w.shape[1:]):
        dx[i : i + h, j : j + b] += np.tensordot(w[:, i, j], signal, 1)
    return dx


exercise = Exercise(
    "guided_backward",
    reference=_right,
    properties=(
        Property("the shape", points=1, inputs=_layers(), compare=compare.shape, cases=10),
        Property(
            "one map",
            points=1,
            inputs=_layers(maps=1),
            hint="A signal passes where it is positive and the unit was on, and paints its kernel there.",
        ),
        Property(
            "several maps, all pairs of signs",
            points=2,
            inputs=_telling(),
            hint="dy > 0 and a > 0, both; then every map paints its kernels, and all paint adds.",
        ),
    ),
    misconceptions=by_docstring(
        _gradient,
        _deconvnet,
        _linear,
        _rectified_after,
        _flipped,
        _times_a,
        _sizes,
        _either,
        _first_map,
        _maps_apart,
    ),
    mutants=(
        _clearing,
        lambda dy, a, w: _spread(np.maximum(dy, 0) * (a < 0), w),
        lambda dy, a, w: _spread(np.minimum(dy, 0) * (a > 0), w),
        lambda dy, a, w: _spread(np.ones_like(dy) * (dy > 0) * (a > 0), w),
        lambda dy, a, w: _spread(np.maximum(a, 0) * (dy > 0), w),
    ),
    variants=(_right, _by_transposed_convolution, _by_padding, _by_kernel),
)
