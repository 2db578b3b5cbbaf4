"""What counts as the same answer."""

import numpy as np
import pytest

from convbook.exercises import compare
from convbook.exercises.answers import plain

x = np.array([[1.5, -2.25, 0.125], [3.0, 4.75, -1.0]])


def says(expected, got):
    return compare.values(expected, plain(got)).message


@pytest.mark.parametrize(
    "got",
    [
        x,
        x.tolist(),
        tuple(map(tuple, x)),
        x + 1e-12,
        x.astype(np.float32),
        np.asfortranarray(x),
        x[::-1][::-1],
    ],
)
def test_the_same_numbers_in_another_form_are_right(got):
    assert compare.values(x, plain(got)) is None


@pytest.mark.parametrize("dtype, error", [(float, 1e-7), (np.float32, 1e-3), (np.float16, 0.1)])
def test_the_tolerance_follows_the_precision(dtype, error):
    wrong = x.astype(dtype)
    wrong[1, 2] += error
    assert compare.values(x, wrong).index == (1, 2)
    wrong[1, 2] -= error * 0.999
    assert compare.values(x, wrong) is None


def test_integers_are_right_where_they_are_right():
    assert compare.values(np.array([2.0, -3.0]), np.array([2, -3])) is None
    assert "fractions were cut off" in says(np.array([2.5, -3.0]), np.array([2, -3]))
    assert "fractions" not in says(np.array([2.0, -3.0]), np.array([1, -3]))


@pytest.mark.parametrize(
    "got, message",
    [
        (None, "nothing came back: is the `return` missing?"),
        (x.T, "shape (3, 2), where (2, 3) was expected"),
        (x[None], "shape (1, 2, 3), where (2, 3) was expected"),
        (1.5, "the number 1.5, where an array of shape (2, 3) was expected"),
        (True, "True, where an array of shape (2, 3) was expected"),
        ([[1.0], [1.0, 2.0]], "a tuple of 2, where an array of shape (2, 3) was expected"),
        (x > 0, "truth values, where numbers were expected"),
        (x + 0j, "complex numbers, where real ones were expected: take the real part"),
    ],
)
def test_another_kind_of_answer(got, message):
    assert says(x, got) == message


@pytest.mark.parametrize("bad, word", [(np.nan, "nan"), (np.inf, "inf")])
def test_what_is_not_finite_is_wrong(bad, word):
    got = x.copy()
    got[0, 1] = bad
    difference = compare.values(x, got)
    assert difference.index == (0, 1)
    assert difference.message == f"{word} in place of a number"


def test_the_first_difference_is_found_in_reading_order():
    got = x.copy()
    got[1, 0] += 1
    got[0, 2] += 1
    assert compare.values(x, got).index == (0, 2)


def test_truth_values_are_no_numbers():
    assert compare.values(True, plain(np.True_)) is None
    assert says(True, 1) == "the number 1, where True was expected"
    assert says(True, False) == "False, where True was expected"
    assert says(False, np.array([False])) == "an array of shape (1,), where False was expected"


def test_scalars():
    assert compare.values(3, plain(np.float64(3))) is None
    assert compare.values(3, plain(np.array(3.0))) is None
    assert compare.values(3, 4).index == ()
    assert says(3, [3]) == "a tuple of 1, where the number 3 was expected"
    assert says(3, 10**30) == "a whole number too large to compare"
    assert says(3, True) == "truth values, where numbers were expected"


def test_tuples_item_by_item():
    expected = (x, np.array([1.0, 2.0]))
    assert compare.values(expected, plain([x, [1, 2]])) is None
    difference = compare.values(expected, (x, np.array([1.0, 3.0])))
    assert (difference.item, difference.index) == (1, (1,))
    assert difference.message == "item 1 of the tuple: the numbers differ"
    assert says(expected, (x,)) == "a tuple of 1, where a tuple of 2 was expected"
    assert says(expected, x) == "an array of shape (2, 3), where a tuple of 2 was expected"


def test_texts_and_dicts():
    assert compare.values(("conv", 3), plain(["conv", 3])) is None
    assert says(("conv", 3), ("pool", 3)) == "item 0 of the tuple: the texts differ"
    assert says("conv", 3) == "the number 3, where the text 'conv' was expected"
    assert says(x, "conv") == "the text 'conv', where an array of shape (2, 3) was expected"
    assert says(x, {"y": x}) == "a dict with the keys 'y', where an array of shape (2, 3) was expected"
    gradients = {"w": x, "b": np.ones(2)}
    assert compare.values(gradients, plain({"b": [1, 1], "w": x.tolist()})) is None
    difference = compare.values(gradients, {"w": x, "b": np.array([1.0, 2.0])})
    assert (difference.item, difference.index) == ("b", (1,))
    assert says(gradients, {}) == "a dict of 0, where a dict with the keys 'w', 'b' was expected"


def test_shape_looks_at_nothing_else():
    assert compare.shape(x, x * np.nan) is None
    assert compare.shape(x, x[:1]).message == "shape (1, 3), where (2, 3) was expected"
    assert compare.shape((x, x), (x, x[:1])).item == 1
