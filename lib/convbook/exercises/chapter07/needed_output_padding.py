"""Which output padding leads back to the size one started from."""

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.reference import arithmetic


@st.composite
def _layers(draw, padded=True, dilated=True):
    r, t = draw(st.integers(1, 5)), draw(st.integers(1, 3)) if dilated else 1
    p = draw(st.integers(0, 3)) if padded else 0
    n = draw(st.integers(max(1, t * (r - 1) + 1 - 2 * p), 30))
    return {"n": n, "r": r, "stride": draw(st.integers(1, 5)), "padding": p, "dilation": t}


def _right(n, r, *, stride, padding, dilation):
    return (n + 2 * padding - dilation * (r - 1) - 1) % stride


def _padding_forgotten(n, r, *, stride, padding, dilation):
    """The padding is forgotten: the convolution moved over n + 2p samples."""
    return (n - dilation * (r - 1) - 1) % stride


def _padding_once(n, r, *, stride, padding, dilation):
    """The padding counts at both ends, 2p in all."""
    return (n + padding - dilation * (r - 1) - 1) % stride


def _dilation_forgotten(n, r, *, stride, padding, dilation):
    """The dilation is forgotten: the kernel spans t(r − 1) + 1 samples."""
    return (n + 2 * padding - r) % stride


def _kernel_forgotten(n, r, *, stride, padding, dilation):
    """The kernel is forgotten: what is left over is counted after the last window, which is r̂ long."""
    return (n + 2 * padding) % stride


def _one_less_than_the_stride(n, r, *, stride, padding, dilation):
    """This is always s − 1, the most it can be; how many samples are left over depends on n."""
    return stride - 1


def _never(n, r, *, stride, padding, dilation):
    """It is 0 only where the stride comes out even; otherwise samples are left over at the end."""
    return 0


def _negative(n, r, *, stride, padding, dilation):
    """The sign is wrong: count the samples left over, not those missing for one more window."""
    return (dilation * (r - 1) + 1 - n - 2 * padding) % stride


def _example(n, r, *, stride=4, padding=0, dilation=1):
    """This is the answer to the example of the text, whatever comes in."""
    return 2


def _off_by_one(n, r, *, stride, padding, dilation):
    return (n + 2 * padding - dilation * (r - 1)) % stride


def _quotient(n, r, *, stride, padding, dilation):
    return (n + 2 * padding - dilation * (r - 1) - 1) // stride


def _in_two_strides(n, r, *, stride, padding, dilation):
    return (n + 2 * padding - dilation * (r - 1) - 1) % (2 * stride)


def _in_twos(n, r, *, stride, padding, dilation):
    return (n + 2 * padding - dilation * (r - 1) - 1) % 2


def _one_more(n, r, *, stride, padding, dilation):
    return _right(n, r, stride=stride, padding=padding, dilation=dilation) + 1


def _by_both_sizes(n, r, *, stride, padding, dilation):
    small = arithmetic.output_size(n, r, stride=stride, padding=padding, dilation=dilation)
    return n - (stride * (small - 1) + dilation * (r - 1) + 1 - 2 * padding)


def _by_counting(n, r, *, stride, padding, dilation):
    end = dilation * (r - 1) + 1
    while end + stride <= n + 2 * padding:
        end += stride
    return n + 2 * padding - end


def _as_a_float(n, r, *, stride, padding, dilation):
    return float(_right(n, r, stride=stride, padding=padding, dilation=dilation))


exercise = Exercise(
    "needed_output_padding",
    reference=_right,
    properties=(
        Property(
            "no padding, no dilation",
            points=1,
            inputs=_layers(padded=False, dilated=False),
            hint="Write down where the windows begin. How many samples come after the last one?",
        ),
        Property(
            "padding", points=1, inputs=_layers(dilated=False), hint="The windows move over n + 2p samples."
        ),
        Property("dilation", points=1, inputs=_layers(), hint="A window spans t(r − 1) + 1 samples."),
    ),
    misconceptions=by_docstring(
        _padding_forgotten,
        _padding_once,
        _dilation_forgotten,
        _kernel_forgotten,
        _one_less_than_the_stride,
        _never,
        _negative,
        _example,
    ),
    mutants=(_off_by_one, _quotient, _in_two_strides, _in_twos, _one_more),
    variants=(_right, _by_both_sizes, _by_counting, _as_a_float),
)
