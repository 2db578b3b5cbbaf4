"""Paint and add."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.chapter07.copies import cut, layers, overwritten, painted, stretched
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import direct, toeplitz


def _right(x, w, *, stride=1, padding=0):
    return cut(painted(x, w, stride), padding)


def _overwriting(x, w, *, stride=1, padding=0):
    """Later copies overwrite earlier ones; where they overlap they must add."""
    return cut(overwritten(x, w, stride), padding)


def _flipping(x, w, *, stride=1, padding=0):
    """This paints the flipped kernel: each input paints w as it stands."""
    return _right(x, w[::-1], stride=stride, padding=padding)


def _stride_forgotten(x, w, *, stride=1, padding=0):
    """The stride is forgotten: copies stand `stride` places apart."""
    return _right(x, w, padding=min(padding, (len(x) + len(w) - 2) // 2))


def _padding_forgotten(x, w, *, stride=1, padding=0):
    """The padding is forgotten: cut `padding` numbers off at each end."""
    return painted(x, w, stride)


def _padding_adds(x, w, *, stride=1, padding=0):
    """Padding adds nothing here: it says how many numbers to cut off at each end."""
    return np.pad(painted(x, w, stride), padding)


def _padding_on_the_left(x, w, *, stride=1, padding=0):
    """Only the first `padding` numbers are cut off: cut the last ones as well."""
    return painted(x, w, stride)[padding:]


def _padding_cuts_the_input(x, w, *, stride=1, padding=0):
    """The padding is cut off the result, after painting, not off the input."""
    return (
        painted(x[padding : len(x) - padding], w, stride) if len(x) > 2 * padding else painted(x, w, stride)
    )


def _stretched_and_cropped(x, w, *, stride=1, padding=0):
    """Zeros are inserted between the inputs, but then the kernel must hang over by r − 1 − p at each end."""
    z = stretched(x, stride)
    return direct.conv1d(z, w[::-1], padding=(len(w) - 1) // 2)


def _repeated(x, w, *, stride=1, padding=0):
    """Between two inputs belong stride − 1 zeros, not copies of the input."""
    return cut(painted(np.repeat(x, stride)[: stride * (len(x) - 1) + 1], w, 1), padding)


def _plain_convolution(x, w, *, stride=1, padding=0):
    """This is a convolution, which makes the signal smaller: here each input *paints* a copy of w."""
    if len(w) > len(x) + 2 * padding:
        return painted(x, w, stride)[:0]
    return direct.conv1d(x, w, stride=stride, padding=padding)


def _example(x, w, *, stride=1, padding=0):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([2.0, 7, 6])


def _in_integers(x, w, *, stride=1, padding=0):
    return _right(x.astype(int), w.astype(int), stride=stride, padding=padding)


def _negative_slice(x, w, *, stride=1, padding=0):
    return painted(x, w, stride)[padding:-padding]


def _dilating(x, w, *, stride=1, padding=0):
    return cut(painted(x, stretched(w, stride), 1), padding)


def _kernel_first(x, w, *, stride=1, padding=0):
    return _right(w, x, stride=stride, padding=padding)


def _scaling_the_kernel(x, w, *, stride=1, padding=0):
    y = _right(x, w, stride=stride, padding=padding)
    w *= x[-1]
    return y


def _by_the_matrix(x, w, *, stride=1, padding=0):
    n = stride * (len(x) - 1) + len(w)
    return cut(toeplitz.conv1d_matrix(w, n, stride=stride).toarray().T @ x, padding)


def _by_zero_stuffing(x, w, *, stride=1, padding=0):
    return cut(np.convolve(stretched(x, stride), w), padding)


def _tap_by_tap(x, w, *, stride=1, padding=0):
    y = np.zeros(stride * (len(x) - 1) + len(w))
    for a, weight in enumerate(w):
        y[a : a + stride * (len(x) - 1) + 1 : stride] += weight * x
    return cut(y, padding)


def _in_float32(x, w, *, stride=1, padding=0):
    return _right(x, w, stride=stride, padding=padding).astype(np.float32)


exercise = Exercise(
    "conv_transpose1d",
    reference=lambda x, w, *, stride=1, padding=0: direct.conv_transpose1d(
        x, w, stride=stride, padding=padding
    ),
    properties=(
        Property("the size", points=1, inputs=layers(cutting=True), compare=compare.shape),
        Property(
            "stride 1",
            points=1,
            inputs=layers(largest_stride=1),
            hint="The copy of input u covers y[u], …, y[u + r − 1].",
        ),
        Property(
            "any stride",
            points=2,
            inputs=layers(),
            hint="The copy of input u covers y[stride · u], …, y[stride · u + r − 1].",
        ),
        Property(
            "any stride, any padding",
            points=1,
            inputs=layers(cutting=True),
            hint="Paint without padding first; then leave out the first and last `padding` numbers.",
        ),
    ),
    misconceptions=by_docstring(
        _overwriting,
        _flipping,
        _stride_forgotten,
        _padding_forgotten,
        _padding_adds,
        _padding_on_the_left,
        _padding_cuts_the_input,
        _stretched_and_cropped,
        _repeated,
        _plain_convolution,
        _example,
    ),
    mutants=(_in_integers, _negative_slice, _dilating, _kernel_first, _scaling_the_kernel),
    variants=(_right, _by_the_matrix, _by_zero_stuffing, _tap_by_tap, _in_float32),
)
