"""Put zeros around an image so that a kernel keeps its size."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _image_and_kernel(draw, odd=False, longest=5, widest=5):
    sizes = st.integers(1, widest)
    R, S = (draw(sizes.filter(lambda r: r % 2) if odd else sizes) for _ in "RS")
    H, W = draw(st.integers(1, longest)), draw(st.integers(1, longest))
    return {"x": draw(array((H, W))), "kernel_size": (R, S)}


def _padded(x, rows, columns, **how):
    return np.pad(x, (rows, columns), **how)


def _sides(r):
    return (r - 1) // 2, r // 2


def _right(x, kernel_size):
    R, S = kernel_size
    return _padded(x, _sides(R), _sides(S))


def _odd_zero_first(x, kernel_size):
    """The odd zero of an even kernel stands at the beginning; it belongs at the end, below and right."""
    R, S = kernel_size
    return _padded(x, _sides(R)[::-1], _sides(S)[::-1])


def _half_at_both_ends(x, kernel_size):
    """An even kernel gets a zero too many: r // 2 at each end makes n + 1 outputs of n."""
    R, S = kernel_size
    return _padded(x, (R // 2,) * 2, (S // 2,) * 2)


def _rounded_down_at_both_ends(x, kernel_size):
    """An even kernel gets a zero too few: (r − 1) // 2 at each end makes n − 1 outputs of n."""
    R, S = kernel_size
    return _padded(x, ((R - 1) // 2,) * 2, ((S - 1) // 2,) * 2)


def _all_at_each_end(x, kernel_size):
    """There are r − 1 zeros at each end; r − 1 is what is needed in all. (This is full mode.)"""
    R, S = kernel_size
    return _padded(x, (R - 1,) * 2, (S - 1,) * 2)


def _all_at_the_end(x, kernel_size):
    """All zeros stand at the end; half of them belong at the beginning, so that the kernel is centred."""
    R, S = kernel_size
    return _padded(x, (0, R - 1), (0, S - 1))


def _axes_swapped(x, kernel_size):
    """Height and width of the kernel are swapped: kernel_size is (R, S), rows first."""
    return _right(x, kernel_size[::-1])


def _height_for_both(x, kernel_size):
    """The kernel's height is used for both axes; its width may be another."""
    return _right(x, kernel_size[:1] * 2)


def _one_zero(x, kernel_size):
    """This is a frame of one zero, which is right for 3×3 only."""
    return np.pad(x, 1)


def _edges_repeated(x, kernel_size):
    """The frame repeats the edge of the image; it is to be of zeros."""
    R, S = kernel_size
    return _padded(x, _sides(R), _sides(S), mode="edge")


def _mirrored(x, kernel_size):
    """The frame mirrors the image; it is to be of zeros."""
    R, S = kernel_size
    return _padded(x, _sides(R), _sides(S), mode="symmetric")


def _one_too_many(x, kernel_size):
    """A kernel of r loses r − 1 places, not r."""
    R, S = kernel_size
    return _padded(x, _sides(R + 1), _sides(S + 1))


def _example(x, kernel_size):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[0.0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]])


def _written_into_zeros(x, kernel_size):
    (H, W), (R, S) = x.shape, kernel_size
    y = np.zeros((H + R - 1, W + S - 1))
    y[(R - 1) // 2 : (R - 1) // 2 + H, (S - 1) // 2 : (S - 1) // 2 + W] = x
    return y


def _stacked(x, kernel_size):
    (H, W), (R, S) = x.shape, kernel_size
    x = np.hstack([np.zeros((H, (S - 1) // 2)), x, np.zeros((H, S // 2))])
    return np.vstack([np.zeros(((R - 1) // 2, W + S - 1)), x, np.zeros((R // 2, W + S - 1))])


exercise = Exercise(
    "pad_to_preserve",
    reference=_right,
    properties=(
        Property(
            "the padded size",
            points=1,
            inputs=_image_and_kernel(),
            compare=compare.shape,
            hint="A kernel of r fits n + (r − 1) − r + 1 = n times: r − 1 zeros are needed in all.",
        ),
        Property(
            "odd kernels",
            points=1,
            inputs=_image_and_kernel(odd=True),
            hint="Half of the r − 1 zeros belong at each end.",
        ),
        Property(
            "any kernel",
            points=2,
            inputs=_image_and_kernel(),
            hint="When r − 1 is odd, the end gets the zero that is left over.",
        ),
    ),
    misconceptions=by_docstring(
        _odd_zero_first,
        _half_at_both_ends,
        _rounded_down_at_both_ends,
        _all_at_each_end,
        _all_at_the_end,
        _axes_swapped,
        _height_for_both,
        _one_zero,
        _edges_repeated,
        _mirrored,
        _one_too_many,
        _example,
    ),
    mutants=(
        lambda x, kernel_size: _padded(x, _sides(kernel_size[0]), _sides(kernel_size[1])[::-1]),
        lambda x, kernel_size: _padded(x, _sides(kernel_size[0]), (0, 0)),
        lambda x, kernel_size: _right(x, kernel_size).T,
        lambda x, kernel_size: _right(x.round(), kernel_size),
        lambda x, kernel_size: _right(x, kernel_size) + 0.5,
        lambda x, kernel_size: _right(x[::-1], kernel_size),
    ),
    variants=(
        _right,
        _written_into_zeros,
        _stacked,
        lambda x, kernel_size: _right(x, kernel_size).astype(np.float32),
    ),
)
