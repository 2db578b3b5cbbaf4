"""Hide one place after another, and ask a small classifier each time."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises import compare
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array, nonzero


@st.composite
def _questions(draw, square=False):
    h = draw(st.integers(2, 4))
    w = h if square else draw(st.integers(2, 5))
    classes = draw(st.integers(2, 3))
    return {
        "x": draw(array((h, w), nonzero)),
        "weights": draw(array((classes, h, w), nonzero)) / 4,
        "label": draw(st.integers(0, classes - 1)),
        "size": draw(st.integers(1, min(h, w))),
        "fill": draw(st.sampled_from((0.5, 0.0, 0.25))),
    }


def _softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def _ask(x, weights):
    return _softmax((weights * x).sum((1, 2)))


def _slide(x, size, answer, hide):
    places = tuple(max(n - size + 1, 0) for n in x.shape)
    out = np.zeros(places)
    for u, v in np.ndindex(*places):
        out[u, v] = answer(hide(x, np.s_[u : u + size, v : v + size]))
    return out


def _hidden(fill):
    def hide(x, window):
        x = x.copy()
        x[window] = fill
        return x

    return hide


def _right(x, weights, label, size, fill):
    return _slide(x, size, lambda x: _ask(x, weights)[label], _hidden(fill))


def _left_hidden(x, weights, label, size, fill):
    """The squares stay where they were: each time the image must be hidden in one place alone. Copy it."""
    x = x.copy()

    def hide(x, window):
        x[window] = fill
        return x

    return _slide(x, size, lambda x: _ask(x, weights)[label], hide)


def _black(x, weights, label, size, fill):
    """The square is black; it is to be painted with `fill`."""
    return _right(x, weights, label, size, 0.0)


def _score(x, weights, label, size, fill):
    """These are scores; asked for are probabilities, so a softmax is missing."""
    return _slide(x, size, lambda x: (weights[label] * x).sum(), _hidden(fill))


def _winner(x, weights, label, size, fill):
    """This is the probability of whatever class wins; asked for is that of the right class."""
    return _slide(x, size, lambda x: _ask(x, weights).max(), _hidden(fill))


def _drop(x, weights, label, size, fill):
    """This is what the square takes away; asked for is what is left."""
    return _ask(x, weights)[label] - _right(x, weights, label, size, fill)


def _keyhole(x, weights, label, size, fill):
    """All but the square is hidden, a keyhole: the square itself is to be hidden."""

    def show(x, window):
        seen = np.full_like(x, fill)
        seen[window] = x[window]
        return seen

    return _slide(x, size, lambda x: _ask(x, weights)[label], show)


def _hanging_over(x, weights, label, size, fill):
    """The square hangs over the edge: the last place is where it just fits, n − size."""
    out = np.zeros(x.shape)
    for u, v in np.ndindex(*x.shape):
        out[u, v] = _ask(_hidden(fill)(x, np.s_[u : u + size, v : v + size]), weights)[label]
    return out


def _one_too_few(x, weights, label, size, fill):
    """The last place is missing along each side: there are n − size + 1."""
    return _right(x, weights, label, size, fill)[:-1, :-1]


def _transposed(x, weights, label, size, fill):
    """Rows and columns are exchanged."""
    return _right(x, weights, label, size, fill).T


def _in_place(x, weights, label, size, fill):
    p = _right(x, weights, label, size, fill)
    x[:size, :size] = fill
    return p


def _by_windows(x, weights, label, size, fill):
    """Nothing is hidden: each score loses what the window gave, and gains the fill's share."""
    whole = (weights * x).sum((1, 2))
    gained = weights * (fill - x)
    windows = np.lib.stride_tricks.sliding_window_view(gained, (size, size), axis=(1, 2))
    powers = np.exp(whole[:, None, None] + windows.sum((3, 4)))
    return powers[label] / powers.sum(0)


def _by_masks(x, weights, label, size, fill):
    h, w = (n - size + 1 for n in x.shape)
    masks = np.zeros((h, w, *x.shape))
    for u, v in np.ndindex(h, w):
        masks[u, v, u : u + size, v : v + size] = 1
    scores = np.einsum("uvij,kij->uvk", x * (1 - masks) + fill * masks, weights)
    powers = np.exp(scores)
    return (powers / powers.sum(2, keepdims=True))[..., label]


def _in_lists(x, weights, label, size, fill):
    rows, columns = (range(n - size + 1) for n in x.shape)
    one = lambda u, v: _ask(_hidden(fill)(x, np.s_[u : u + size, v : v + size]), weights)[label]  # noqa: E731
    return [[float(one(u, v)) for v in columns] for u in rows]


exercise = Exercise(
    "occlusion_map",
    reference=_right,
    properties=(
        Property("the shape", points=1, inputs=_questions(), compare=compare.shape, cases=10),
        Property(
            "square images",
            points=1,
            inputs=_questions(square=True),
            hint="Hide one window in a copy of the image, compute scores, softmax, and take entry `label`.",
        ),
        Property(
            "any image",
            points=1,
            inputs=_questions(),
            hint="Hide one window in a copy of the image, compute scores, softmax, and take entry `label`.",
        ),
    ),
    misconceptions=by_docstring(
        _left_hidden,
        _black,
        _score,
        _winner,
        _drop,
        _keyhole,
        _hanging_over,
        _one_too_few,
        _transposed,
    ),
    mutants=(
        _in_place,
        lambda x, weights, label, size, fill: _right(x, weights, 0, size, fill),
        lambda x, weights, label, size, fill: _right(x, weights, label, 1, fill),
        lambda x, weights, label, size, fill: _right(x, weights, label, size, x.mean()),
        lambda x, weights, label, size, fill: np.log(_right(x, weights, label, size, fill)),
    ),
    variants=(_right, _by_windows, _by_masks, _in_lists),
)
