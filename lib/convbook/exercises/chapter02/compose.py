"""Replace two filters by one."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array
from convbook.reference import direct


@st.composite
def _two_kernels(draw, symmetric=False, longest=3):
    kernels = {}
    for name in ("u", "w"):
        kernel = draw(array((draw(st.integers(1, longest)), draw(st.integers(1, longest)))))
        kernels[name] = kernel + kernel[::-1, ::-1] if symmetric else kernel
    return kernels


def _convolved(u, w):
    return direct.convolve2d(u, w, mode="full")


def _u_correlated(u, w):
    """You cross-correlated u with w. Even where the layers correlate, their kernels compose by
    convolution: in u ⋆ (w ⋆ x) the weight u[a]·w[b] meets x[a + b].
    """
    return _convolved(u, w[::-1, ::-1])


def _w_correlated(u, w):
    """You cross-correlated w with u. Even where the layers correlate, their kernels compose by
    convolution: in u ⋆ (w ⋆ x) the weight u[a]·w[b] meets x[a + b].
    """
    return _convolved(u[::-1, ::-1], w)


def _turned_round(u, w):
    """The kernel came out turned round: no flip is needed on top of the convolution of u and w."""
    return _convolved(u, w)[::-1, ::-1]


def _only_where_it_fits(u, w):
    """This keeps only the part where w fits into u. One filter after the other sees more than each
    of them: A + R − 1 rows.
    """
    return direct.convolve2d(u, w, mode="valid")


def _size_of_u(u, w):
    """This keeps the size of u. One filter after the other sees more than each of them: A + R − 1 rows."""
    return direct.convolve2d(u, w, mode="same")


def _kronecker(u, w):
    """This is the Kronecker product: it sets copies of w side by side, where they must overlap and add."""
    return np.kron(u, w)


def _entry_by_entry(u, w):
    """This multiplies the kernels entry by entry, which is what their *spectra* do."""
    return u * w


def _side_by_side(u, w):
    """This adds the kernels: that is both filters side by side, not one after the other."""
    return u + w


def _example(u, w):
    """This is the answer to the example of the text, whatever u and w are."""
    return np.array([[1.0, 1, -2]])


def _in_the_argument(u, w):
    u += 1
    return _convolved(u - 1, w)


def _filtering_an_impulse(u, w):
    """Filter a single 1 with both and read the kernel off: correlating turns it round."""
    (A, E), (R, S) = u.shape, w.shape
    impulse = np.zeros((2 * (A + R) - 3, 2 * (E + S) - 3))
    impulse[A + R - 2, E + S - 2] = 1
    once = direct.correlate2d(impulse, w, mode="valid")
    return direct.correlate2d(once, u, mode="valid")[::-1, ::-1]


def _by_spectra(u, w):
    shape = u.shape[0] + w.shape[0] - 1, u.shape[1] + w.shape[1] - 1
    return np.fft.irfft2(np.fft.rfft2(u, shape) * np.fft.rfft2(w, shape), shape)


def _scattering(u, w):
    y = np.zeros((u.shape[0] + w.shape[0] - 1, u.shape[1] + w.shape[1] - 1))
    for (a, e), weight in np.ndenumerate(u):
        y[a : a + w.shape[0], e : e + w.shape[1]] += weight * w
    return y


exercise = Exercise(
    "compose",
    reference=_convolved,
    properties=(
        Property("the size of the kernel", points=1, inputs=_two_kernels(), compare=compare.shape),
        Property(
            "kernels that look the same upside down",
            points=1,
            inputs=_two_kernels(symmetric=True),
            hint="Filter a picture of one white pixel with w, then with u. What do you see?",
        ),
        Property(
            "any two kernels",
            points=2,
            inputs=_two_kernels(),
            hint="Filter a 1-D signal by w = [w0, w1], then by u = [u0, u1], and write out y[0]. Which "
            "weights meet x[0], x[1] and x[2]?",
        ),
    ),
    misconceptions=by_docstring(
        _u_correlated,
        _w_correlated,
        _turned_round,
        _only_where_it_fits,
        _size_of_u,
        _kronecker,
        _entry_by_entry,
        _side_by_side,
        _example,
    ),
    mutants=(
        _in_the_argument,
        lambda u, w: _convolved(u, w).T,
        lambda u, w: _convolved(u.T, w.T),
        lambda u, w: _convolved(u, w)[:-1, :-1],
        lambda u, w: _convolved(u, w[::-1]),
        lambda u, w: _convolved(u[:, ::-1], w),
        lambda u, w: _convolved(np.abs(u), w),
    ),
    variants=(
        lambda u, w: _convolved(w, u),
        _filtering_an_impulse,
        _by_spectra,
        _scattering,
        lambda u, w: _convolved(u.astype(np.float32), w.astype(np.float32)),
    ),
)
