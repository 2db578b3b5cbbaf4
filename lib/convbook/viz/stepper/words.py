"""How captions write numbers, indices and hyperparameters."""

import numpy as np

from convbook.viz.html import number


def factor(role, value):
    """A coloured number in a sum, in parentheses if negative."""
    text = number(value)
    return f"<b class={role}>{f'({text})' if value < 0 else text}</b>"


def exact(value):
    """Whether the text of a number is all of it, but for rounding in the last binary digit."""
    return np.isclose(float(number(value).replace("−", "-")), value, rtol=1e-12, atol=1e-12)


def pair(values):
    """`2` for (2, 2), `2×1` for (2, 1)."""
    return "×".join(map(str, values if len(set(values)) > 1 else values[:1]))


def size(shape):
    """`4×4` for (4, 4)."""
    return "×".join(map(str, shape))


def index(i):
    """An index with a true minus sign."""
    return str(i).replace("-", "−")
