"""Find the impulse response of a black box."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import numbers
from convbook.exercises.systems import LinearSystem


@st.composite
def _systems(draw, feedback, longest=8):
    """A system with or without feedback, and how much of its impulse response is asked for."""
    forward = draw(st.lists(numbers, min_size=1, max_size=4).filter(any))
    damping = st.sampled_from((0.5, -0.5, 0.25, -0.25))
    back = draw(st.lists(damping, min_size=1, max_size=2)) if feedback else ()
    return {"system": LinearSystem(tuple(forward), tuple(back)), "n": draw(st.integers(1, longest))}


def _impulse(n, position=0):
    return np.eye(1, n, position)[0]


def _fed_ones(system, n):
    """This is the step response: you fed ones. An impulse is a single 1 followed by zeros."""
    return system(np.ones(n))


def _impulse_at_the_end(system, n):
    """The impulse comes at the last sample, so only the first number of the answer is seen. Put it first."""
    return system(_impulse(n, n - 1))


def _impulse_in_the_middle(system, n):
    """The impulse comes in the middle, so the answer is late and half of it is cut off. Put it first."""
    return system(_impulse(n, n // 2))


def _impulse_one_late(system, n):
    """The impulse comes one sample late: in Python the first sample is x[0]."""
    return system(_impulse(n, min(1, n - 1)))


def _read_backwards(system, n):
    """This is the impulse response read backwards, as a correlation would lay it on. Time runs forward."""
    return system(_impulse(n))[::-1]


def _impulse_too_high(system, n):
    """The impulse has height n: it must be 1."""
    return system(n * _impulse(n))


def _fed_a_ramp(system, n):
    """You fed a ramp 0, 1, 2, … An impulse is a single 1 followed by zeros."""
    return system(np.arange(n))


def _example(system, n):
    """This is the answer to the example of the text, whatever the system is."""
    return np.array([1.0, 0.6, 0.36, 0.216])


def _by_any_signal(system, n):
    """Solve y = h ∗ x for h: an impulse is convenient, but any x with x[0] ≠ 0 will do."""
    x = np.cos(np.arange(n))
    matrix = np.array([[x[i - k] if i >= k else 0 for k in range(n)] for i in range(n)])
    return np.linalg.solve(matrix, system(x))


exercise = Exercise(
    "impulse_response",
    reference=lambda system, n: system(_impulse(n)),
    properties=(
        Property(
            "systems that forget",
            points=1,
            inputs=_systems(feedback=False),
            hint="Feed the system one 1 followed by zeros, n samples in all, and return what it says.",
        ),
        Property(
            "systems that feed back",
            points=2,
            inputs=_systems(feedback=True),
            hint="The answer of such a system never ends; you are asked for its first n samples.",
        ),
    ),
    misconceptions=by_docstring(
        _fed_ones,
        _impulse_at_the_end,
        _impulse_in_the_middle,
        _impulse_one_late,
        _read_backwards,
        _impulse_too_high,
        _fed_a_ramp,
        _example,
    ),
    mutants=(
        lambda system, n: system(_impulse(n + 1)),
        lambda system, n: system(_impulse(min(n, 3))),
        lambda system, n: np.pad(system(_impulse(min(n, 4))), (0, max(0, n - 4))),
        lambda system, n: np.diff(system(np.ones(n + 1))),
        lambda system, n: np.abs(system(_impulse(n))),
    ),
    variants=(
        lambda system, n: system(_impulse(n + 5))[:n],
        lambda system, n: system(4 * _impulse(n)) / 4,
        lambda system, n: np.diff(system(np.ones(n)), prepend=0),
        lambda system, n: system([1] + [0] * (n - 1)),
        lambda system, n: [float(system(_impulse(i + 1))[-1]) for i in range(n)],
        lambda system, n: system(_impulse(n)).astype(np.float32),
        _by_any_signal,
    ),
)
