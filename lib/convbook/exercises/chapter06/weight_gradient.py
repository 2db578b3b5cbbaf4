"""The gradient of the kernel of a plain layer."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter06.wires import gather
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, st
from convbook.reference import direct


@st.composite
def _gradients(draw, longest=8):
    n = draw(st.integers(1, longest))
    return {"dy": draw(array(draw(st.integers(1, n)))), "x": draw(array(n))}


def _size(dy, x):
    return len(x) - len(dy) + 1


def _right(dy, x):
    return np.correlate(x, dy, "valid")


def _convolving(dy, x):
    """dy lies on the input the wrong way round: dy[0] belongs to the first window. This is a convolution, and
    dw is a correlation.
    """
    return np.convolve(x, dy, "valid")


def _reversed(dy, x):
    """The weights come in reverse order: dw[0] belongs to w[0], which the first output multiplied with
    x[0].
    """
    return _right(dy, x)[::-1]


def _full(dy, x):
    """This slides dy over the ends of the input (`full`). Each weight was used inside only: there are
    r = n − n′ + 1 of them.
    """
    return np.correlate(x, dy, "full")


def _averaging(dy, x):
    """The contributions of the outputs are averaged. A weight that is shared by n′ outputs gets the sum."""
    return _right(dy, x) / len(dy)


def _first_output_only(dy, x):
    """Only the first output is here. The kernel was used by all of them, and their contributions add."""
    return dy[0] * x[: _size(dy, x)]


def _last_output_only(dy, x):
    """Only the last output is here: each one overwrites what was there. Their contributions must be
    added.
    """
    return dy[-1] * x[len(dy) - 1 :]


def _not_summed(dy, x):
    """These are the contributions of all outputs, one in each row. They must be added."""
    return np.stack([dy[u] * x[u : u + _size(dy, x)] for u in range(len(dy))])


def _dense(dy, x):
    """This is dy·xᵀ, the gradient of a dense layer. The weights of a convolution are shared along the
    diagonals of that matrix, so its entries must be added there.
    """
    return np.outer(dy, x)


def _window_sums(dy, x):
    """dy is missing: this adds the windows as if every output mattered alike."""
    return _right(np.ones(len(dy)), x)


def _example(dy, x):
    """This is the answer to the example of the text, whatever dy and x are."""
    return np.array([21.0, 32.0, 43.0])


def _changing_its_argument(dy, x):
    dw = _right(dy, x)
    x[0] += 1
    return dw


def _by_windows(dy, x):
    X = np.lib.stride_tricks.sliding_window_view(x, _size(dy, x))
    return X.T @ dy


def _along_diagonals(dy, x):
    outer = np.outer(dy, x)
    return [np.trace(outer, offset=a) for a in range(_size(dy, x))]


exercise = Exercise(
    "weight_gradient",
    reference=lambda dy, x: direct.conv1d_backward(dy, x, np.zeros(len(x) - len(dy) + 1))[1],
    properties=(
        Property("the size of dw", points=1, inputs=_gradients(), compare=compare.shape),
        Property(
            "every weight",
            points=2,
            inputs=_gradients(),
            hint="w[a] met x[u + a] in output u. Add dy[u] · x[u + a] over all outputs.",
        ),
    ),
    misconceptions=by_docstring(
        _convolving,
        _reversed,
        _full,
        _averaging,
        _first_output_only,
        _last_output_only,
        _not_summed,
        _dense,
        _window_sums,
        _example,
    ),
    mutants=(
        _changing_its_argument,
        lambda dy, x: _right(dy, x) + 0.5 * x[-1],
        lambda dy, x: -_right(dy, x),
        lambda dy, x: _right(np.abs(dy), x),
        lambda dy, x: _right(dy, np.abs(x)),
        lambda dy, x: _right(dy, x).astype(int),
    ),
    variants=(
        _right,
        lambda dy, x: gather(dy, x, _size(dy, x)),
        _by_windows,
        _along_diagonals,
        lambda dy, x: np.correlate(x.astype(np.float32), dy.astype(np.float32), "valid"),
    ),
)
