"""The columns of the first layer, in the order of the pixels."""

import numpy as np
from hypothesis import strategies as st

from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array


@st.composite
def _layers(draw):
    n = draw(st.integers(1, 5))
    order = draw(st.permutations(range(n)))
    return {"W": draw(array((draw(st.integers(1, 4)), n))), "permutation": np.array(order)}


def _right(W, permutation):
    return W[:, permutation]


def _inverse(W, permutation):
    """This is the inverse permutation: column i of the result belongs to pixel permutation[i]."""
    return W[:, np.argsort(permutation)]


def _rows(W, permutation):
    """The rows are permuted: they belong to the hidden units. Pixels belong to columns."""
    return W[permutation % len(W)]


def _unchanged(W, permutation):
    """Nothing is permuted, so each weight meets a pixel that it did not learn for."""
    return W.copy()


def _reversed(W, permutation):
    """The columns are reversed, whatever the permutation."""
    return W[:, ::-1]


def _transposed(W, permutation):
    """The result is transposed: it has the shape of W."""
    return W[:, permutation].T


def _example(W, permutation):
    """This is the answer to the example of the text, whatever comes in."""
    return np.array([[30.0, 10.0, 20.0]])


def _shifted(W, permutation):
    return np.roll(W, permutation[0], axis=1)


def _first_row(W, permutation):
    return W[:1, permutation]


def _sorted(W, permutation):
    return np.sort(W, axis=1)


def _twice(W, permutation):
    return W[:, permutation][:, permutation]


def _into_W(W, permutation):
    W[...] = W[:, permutation]
    return W


def _by_matrix(W, permutation):
    return W @ np.eye(len(permutation))[permutation].T


def _by_writing(W, permutation):
    result = np.empty_like(W)
    result[:, np.arange(len(permutation))] = W[:, permutation]
    return result


def _in_lists(W, permutation):
    return [[row[i] for i in permutation] for row in W.tolist()]


exercise = Exercise(
    "permute_weights",
    reference=lambda W, permutation: W[:, permutation],
    properties=(
        Property(
            "any permutation",
            points=1,
            inputs=_layers(),
            hint="Pixel permutation[i] has moved to place i. Which column of W must meet it there?",
        ),
    ),
    misconceptions=by_docstring(_inverse, _rows, _unchanged, _reversed, _transposed, _example),
    mutants=(_shifted, _first_row, _sorted, _twice, _into_W),
    variants=(_right, _by_matrix, _by_writing, _in_lists),
)
