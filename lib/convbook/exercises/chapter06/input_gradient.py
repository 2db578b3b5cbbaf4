"""The gradient of the input of a plain layer."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter06.wires import spread
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, st
from convbook.reference import direct


@st.composite
def _gradients(draw, longest=6, widest=4):
    return {"dy": draw(array(draw(st.integers(1, longest)))), "w": draw(array(draw(st.integers(1, widest))))}


def _size(dy, w):
    return len(dy) + len(w) - 1


def _flip_forgotten(dy, w):
    """The kernel lies the wrong way round: the first output read x[0] through w[0], so dx[0] = w[0] · dy[0].
    Forward we correlate, backward we convolve.
    """
    return np.convolve(dy, w[::-1])


def _overwriting(dy, w):
    """Where the copies of the kernel overlap they must be added; here the later one overwrites the
    earlier.
    """
    return spread(dy, w, _size(dy, w), overwrite=True)


def _only_valid(dy, w):
    """Only the inputs that all taps of the kernel had met are here (`valid`). The inputs at the ends went
    into fewer outputs, but they have a gradient too: there are n = n′ + r − 1.
    """
    shorter, longer = sorted((dy, w), key=len)
    return np.convolve(longer, shorter, "valid")


def _as_many_as_outputs(dy, w):
    """There are as many numbers as outputs. dx belongs to the inputs: n = n′ + r − 1."""
    return np.convolve(dy, w)[(len(w) - 1) // 2 :][: len(dy)]


def _kernel_left_out(dy, w):
    """The weights are missing: each output passes its dy on as it is, but the wire had multiplied by
    w[a].
    """
    return np.convolve(dy, np.ones(len(w)))


def _gradient_left_out(dy, w):
    """dy is missing: this adds copies of the kernel, and each must be multiplied by the dy of its output."""
    return np.convolve(np.ones(len(dy)), w)


def _averaging(dy, w):
    """Where the copies overlap they are averaged. Gradients that meet are added."""
    return np.convolve(dy, w) / np.convolve(np.ones(len(dy)), np.ones(len(w)))


def _copies_side_by_side(dy, w):
    """The copies of the kernel lie side by side. The windows of neighbouring outputs overlap: the copies
    start one sample apart.
    """
    return np.outer(dy, w).ravel()


def _example(dy, w):
    """This is the answer to the example of the text, whatever dy and w are."""
    return np.array([1.0, 12, 23, 30])


def _clearing_its_argument(dy, w):
    dx = np.convolve(dy, w)
    dy[:] = 0
    return dx


def _by_transpose(dy, w):
    W = np.zeros((len(dy), _size(dy, w)))
    for u in range(len(dy)):
        W[u, u : u + len(w)] = w
    return W.T @ dy


def _by_gathering(dy, w):
    n, r = _size(dy, w), len(w)
    return [sum(w[i - u] * dy[u] for u in range(len(dy)) if 0 <= i - u < r) for i in range(n)]


exercise = Exercise(
    "input_gradient",
    reference=lambda dy, w: direct.conv1d_backward(dy, np.zeros(len(dy) + len(w) - 1), w)[0],
    properties=(
        Property("the size of dx", points=1, inputs=_gradients(), compare=compare.shape),
        Property(
            "a single output",
            points=1,
            inputs=_gradients(longest=1),
            hint="One output had read r samples, x[a] through w[a]. What comes back to x[a]?",
        ),
        Property(
            "several outputs",
            points=2,
            inputs=_gradients(),
            hint="Each output paints its copy of the kernel, times dy[u], from x[u] on; overlaps add.",
        ),
    ),
    misconceptions=by_docstring(
        _flip_forgotten,
        _overwriting,
        _only_valid,
        _as_many_as_outputs,
        _kernel_left_out,
        _gradient_left_out,
        _averaging,
        _copies_side_by_side,
        _example,
    ),
    mutants=(
        _clearing_its_argument,
        lambda dy, w: np.convolve(dy, w)[::-1],
        lambda dy, w: np.convolve(dy, w[:3])[: _size(dy, w)],
        lambda dy, w: -np.convolve(dy, w),
        lambda dy, w: np.convolve(np.abs(dy), w),
        lambda dy, w: np.convolve(dy, w).astype(int),
    ),
    variants=(
        np.convolve,
        lambda dy, w: spread(dy, w, _size(dy, w)),
        _by_transpose,
        _by_gathering,
        lambda dy, w: np.convolve(dy.astype(np.float32), w.astype(np.float32)),
    ),
)
