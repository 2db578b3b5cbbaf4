"""Mend a deconvnet of one stage: a wrong function is given."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero
from convbook.reference import direct


@st.composite
def _stages(draw, elements=nonzero):
    """A pooled signal, the places of its maxima in a map of this size, and the kernel before."""
    rows, columns = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    size = (2 * rows + draw(st.integers(0, 1)), 2 * columns + draw(st.integers(0, 1)))
    inside = [
        draw(st.integers(0, 3)) for _ in range(rows * columns)
    ]  # which cell of each 2×2 window was the largest
    switches = [
        (2 * (i // columns) + cell // 2) * size[1] + 2 * (i % columns) + cell % 2
        for i, cell in enumerate(inside)
    ]
    return {
        "signal": draw(array((rows, columns), elements)),
        "switches": np.array(switches).reshape(rows, columns),
        "w": draw(array((draw(st.integers(1, 3)), draw(st.integers(2, 3))), nonzero)),
        "size": size,
    }


POSITIVE = st.sampled_from((1.0, 2.0, 3.0, 0.5, 1.5))


def _unpool(signal, switches, size):
    maps = np.zeros(size)
    maps.flat[switches.ravel()] = signal.ravel()
    return maps


def _paint(maps, w):
    return direct.convolve2d(maps, w, mode="full")


def _right(signal, switches, w, size):
    return _paint(np.maximum(_unpool(signal, switches, size), 0), w)


def _as_given(signal, switches, w, size):
    """This does what the given function does. Try a kernel that is not symmetric, and a negative signal."""
    return np.maximum(_paint(_unpool(signal, switches, size), w[::-1, ::-1]), 0)


def _still_flipped(signal, switches, w, size):
    """The rectification is in its place now; but the padded correlation still has the kernel upright.
    Each number must paint the kernel as it is, and for that the correlation needs it turned round.
    """
    return _paint(np.maximum(_unpool(signal, switches, size), 0), w[::-1, ::-1])


def _still_rectified_last(signal, switches, w, size):
    """The kernel is right now; but the ReLU still comes last. On the way back the order is turned round:
    unpool, rectify, filter.
    """
    return np.maximum(_paint(_unpool(signal, switches, size), w), 0)


def _rectified_twice(signal, switches, w, size):
    """The image is rectified, too: there was no ReLU before the convolution, so dark stays dark."""
    return np.maximum(_right(signal, switches, w, size), 0)


def _not_rectified(signal, switches, w, size):
    """The ReLU has been taken out; it belongs between unpooling and filter."""
    return _paint(_unpool(signal, switches, size), w)


def _half_flipped(signal, switches, w, size):
    """The kernel is turned round along one axis only; it takes both."""
    return _right(signal, switches, w[::-1], size)


def _transposed_kernel(signal, switches, w, size):
    """The kernel is reflected at its diagonal: the *matrix* of the layer is transposed, not the kernel."""
    return _right(signal, switches, w.T, size)


def _corners(signal, switches, w, size):
    """The signal stands in the corners of its windows: the switches say where each maximum was."""
    maps = np.zeros(size)
    rows, columns = signal.shape
    maps[: 2 * rows : 2, : 2 * columns : 2] = signal
    return _paint(np.maximum(maps, 0), w)


def _clearing(signal, switches, w, size):
    image = _right(signal, switches, w, size)
    signal[...] = 0
    return image


def _by_painting(signal, switches, w, size):
    image = np.zeros([n + r - 1 for n, r in zip(size, w.shape, strict=True)])
    for value, k in zip(signal.ravel(), switches.ravel(), strict=True):
        u, v = divmod(int(k), size[1])
        image[u : u + w.shape[0], v : v + w.shape[1]] += max(value, 0.0) * w
    return image


def _rectified_first(signal, switches, w, size):
    """Rectifying before unpooling is the same: zeros stay zeros."""
    return _paint(_unpool(np.maximum(signal, 0), switches, size), w)


def _by_transposed_convolution(signal, switches, w, size):
    return direct.conv_transpose2d(np.maximum(_unpool(signal, switches, size), 0), w)


exercise = Exercise(
    "mended_deconvnet",
    reference=_right,
    properties=(
        Property("the shape", points=1, inputs=_stages(), compare=compare.shape, cases=10),
        Property(
            "signals above zero",
            points=1,
            inputs=_stages(POSITIVE),
            hint="One number above zero: what should the image be? And what does the function make of it?",
        ),
        Property(
            "any signal",
            points=2,
            inputs=_stages(),
            hint="On the way forward: filter, rectify, pool. What is the order on the way back?",
        ),
    ),
    misconceptions=by_docstring(
        _as_given,
        _still_flipped,
        _still_rectified_last,
        _rectified_twice,
        _not_rectified,
        _half_flipped,
        _transposed_kernel,
        _corners,
    ),
    mutants=(
        _clearing,
        lambda signal, switches, w, size: _right(abs(signal), switches, w, size),
        lambda signal, switches, w, size: _right(signal, np.sort(switches, axis=None), w[:, ::-1], size),
        lambda signal, switches, w, size: _right(-signal, switches, w, size),
        lambda signal, switches, w, size: _right(signal, switches, abs(w), size),
    ),
    variants=(_right, _by_painting, _rectified_first, _by_transposed_convolution),
)
