"""How many windows fit."""

from math import ceil

from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring


@st.composite
def _sizes(draw, stride=1, padding=0, fits=True):
    n, p = draw(st.integers(1, 12)), draw(st.integers(0, padding))
    room = n + 2 * p
    r = draw(st.integers(1, min(room, 7)) if fits else st.integers(room + 1, room + 6))
    return {"n": n, "r": r, "stride": draw(st.integers(1, stride)), "padding": p}


def _right(n, r, *, stride=1, padding=0):
    return max((n + 2 * padding - r) // stride + 1, 0)


def _rounded_up(n, r, *, stride=1, padding=0):
    """The last window sticks out at the end: the division is rounded *down*."""
    return max(ceil((n + 2 * padding - r) / stride) + 1, 0)


def _rounded(n, r, *, stride=1, padding=0):
    """`round` goes to the nearest whole number, up or down; a window that fits only half does not fit."""
    return max(round((n + 2 * padding - r) / stride) + 1, 0)


def _cut_off(n, r, *, stride=1, padding=0):
    """`int` cuts off what stands behind the point, so it rounds a negative number *up*. A kernel that is
    larger than its padded input gives 0.
    """
    return max(int((n + 2 * padding - r) / stride) + 1, 0)


def _negative(n, r, *, stride=1, padding=0):
    """The formula is right wherever the kernel fits. Where it does not, there is no window at all: 0."""
    return (n + 2 * padding - r) // stride + 1


def _padding_once(n, r, *, stride=1, padding=0):
    """The padding counts once; it is added at *both* ends."""
    return max((n + padding - r) // stride + 1, 0)


def _padding_forgotten(n, r, *, stride=1, padding=0):
    """The padding is forgotten."""
    return max((n - r) // stride + 1, 0)


def _stride_forgotten(n, r, *, stride=1, padding=0):
    """The stride is forgotten: only every stride-th place begins a window."""
    return max(n + 2 * padding - r + 1, 0)


def _fences(n, r, *, stride=1, padding=0):
    """The + 1 is missing: (n + 2p − r)/s counts the steps, and there is one window more than steps."""
    return max((n + 2 * padding - r) // stride, 0)


def _added_before_dividing(n, r, *, stride=1, padding=0):
    """The + 1 stands inside of the division: one window is made without any step."""
    return max((n + 2 * padding - r + 1) // stride, 0)


def _divided(n, r, *, stride=1, padding=0):
    """This is n divided by the stride; the size of the kernel and the padding count as well."""
    return n // stride


def _example(n, r, *, stride=1, padding=0):
    """This is the answer to the example of the text, whatever comes in."""
    return 4


def _by_counting(n, r, *, stride=1, padding=0):
    return len(range(-padding, n + padding - r + 1, stride))


def _by_looping(n, r, *, stride=1, padding=0):
    count, start = 0, -padding
    while start + r <= n + padding:
        count, start = count + 1, start + stride
    return count


exercise = Exercise(
    "output_size",
    reference=_right,
    properties=(
        Property(
            "stride 1, no padding",
            points=1,
            inputs=_sizes(),
            hint="Slide a kernel of 3 over 5 samples on paper, and count.",
        ),
        Property(
            "stride 1, any padding",
            points=1,
            inputs=_sizes(padding=3),
            hint="With padding p, the signal is n + 2p long.",
        ),
        Property(
            "any stride, any padding",
            points=2,
            inputs=_sizes(stride=4, padding=3),
            hint="Windows begin at 0, s, 2s, … of the padded signal. The last one must not stick out.",
        ),
        Property(
            "a kernel that does not fit",
            points=1,
            inputs=_sizes(stride=4, padding=2, fits=False),
            hint="No window: the size is 0, never less.",
        ),
    ),
    misconceptions=by_docstring(
        _cut_off,
        _rounded_up,
        _rounded,
        _negative,
        _padding_once,
        _padding_forgotten,
        _stride_forgotten,
        _fences,
        _added_before_dividing,
        _divided,
        _example,
    ),
    mutants=(
        lambda n, r, *, stride=1, padding=0: max((n + 2 * padding - r) // stride + 1, 1),
        lambda n, r, *, stride=1, padding=0: _right(n, r, stride=min(stride, 2), padding=padding),
        lambda n, r, *, stride=1, padding=0: _right(n, r, stride=stride, padding=min(padding, 1)),
        lambda n, r, *, stride=1, padding=0: (n + 2 * padding - r) / stride + 1,
        lambda n, r, *, stride=1, padding=0: _right(r, n, stride=stride, padding=padding),
        lambda n, r, *, stride=1, padding=0: _right(n, r, stride=stride, padding=r // 2),
    ),
    variants=(
        _right,
        _by_counting,
        _by_looping,
        lambda n, r, *, stride=1, padding=0: max(n + 2 * padding - r + stride, 0) // stride,
        lambda n, r, *, stride=1, padding=0: float(_right(n, r, stride=stride, padding=padding)),
    ),
)
