"""Whatever a student's function does, an answer comes back."""

import numpy as np
import pytest
from hypothesis import strategies as st

from convbook.exercises.answers import call, plain
from convbook.exercises.spec import Exercise, Property

exercise = Exercise(
    "scaled", reference=lambda x, *, by=1: by * x, properties=(Property("any", 1, st.nothing()),)
)
inputs = {"x": np.array([1.0, 2.0, -3.0]), "by": 2}


class Liar(np.ndarray):
    """Equal to everything, close to everything, without a difference to anything."""

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__
    __hash__ = None

    def __array__(self, dtype=None, copy=None):
        return np.array([2.0, 4.0, -6.0])


def test_a_value_is_passed_as_the_signature_says():
    def scaled(signal, *, by):
        return signal * by

    assert np.array_equal(call(exercise, scaled, inputs).value, [2, 4, -6])


def test_an_exception_comes_with_its_line():
    def scaled(x, *, by):
        y = np.zeros(3)
        y[3] = x[0]  # one too far
        return y

    answer = call(exercise, scaled, inputs)
    assert answer.error == "IndexError"
    assert "index 3 is out of bounds" in answer.message
    assert "(in the line `y[3] = x[0]  # one too far`)" in answer.message


@pytest.mark.parametrize("exception", [SystemExit(3), RecursionError("too deep"), KeyError("x")])
def test_exceptions_of_all_kinds(exception):
    def scaled(x, *, by):
        raise exception

    assert call(exercise, scaled, inputs).error == type(exception).__name__


def test_a_wrong_signature_is_an_exception_too():
    answer = call(exercise, lambda x: x, inputs)
    assert answer.error == "TypeError"
    assert "by" in answer.message


def test_not_implemented_and_three_dots_are_unfinished():
    def scaled(x, *, by):
        raise NotImplementedError

    assert call(exercise, scaled, inputs).unfinished
    assert call(exercise, lambda x, *, by: ..., inputs).unfinished
    assert not call(exercise, lambda x, *, by: None, inputs).unfinished


def test_a_changed_argument_is_noticed_and_changes_nothing_else():
    def scaled(x, *, by):
        x *= by
        return x

    before = inputs["x"].copy()
    assert call(exercise, scaled, inputs).changed == ("x",)
    assert np.array_equal(inputs["x"], before)
    assert call(exercise, lambda x, *, by: x, inputs).changed == ()


def test_prints_are_kept_apart(capsys):
    def scaled(x, *, by):
        print("here")
        return x

    assert call(exercise, scaled, inputs).printed == "here\n"
    assert capsys.readouterr().out == ""


def test_an_answer_does_not_change_afterwards():
    buffer = np.zeros(3)

    def scaled(x, *, by):
        buffer[:] += 1
        return buffer

    first = call(exercise, scaled, inputs)
    call(exercise, scaled, inputs)
    assert np.array_equal(first.value, [1, 1, 1])


def test_a_subclass_that_lies_becomes_an_array():
    value = plain(np.array([7.0, 7.0, 7.0]).view(Liar))
    assert type(value) is np.ndarray
    assert value.tolist() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize(
    "value, message",
    [
        ({1, 2}, "it returned a set"),
        ({1: 2}, "it returned a dict"),
        (np.array([1, "a"], dtype=object), "it returned an array of dtype object"),
        (np.array(["a"]), "it returned an array of dtype <U1"),
        (lambda: 1, "it returned a function"),
        ([1.0, b"a"], "it returned a bytes"),
    ],
)
def test_what_is_no_number_is_refused(value, message):
    answer = call(exercise, lambda x, *, by: value, inputs)
    assert answer.error == "UnsuitableAnswer"
    assert answer.message.startswith(message)


def test_texts_and_names_are_plain_too():
    assert plain([("conv", 3), {"stride": np.int64(2)}]) == (("conv", 3), {"stride": 2})


def test_an_exception_that_cannot_be_described():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def scaled(x, *, by):
        raise Mute

    assert call(exercise, scaled, inputs).error == "Mute"


def test_nobody_reads_all_of_it():
    def scaled(x, *, by):
        for _ in range(300):
            print("x" * 1000)
        raise ValueError("y" * 10**6)

    answer = call(exercise, scaled, inputs)
    assert len(answer.printed) < 70_000
    assert len(answer.message) < 2100


@pytest.mark.parametrize(
    "value, change",
    [
        ({"w": np.ones(2)}, lambda params: params["w"].__setitem__(0, 5)),
        ([(3, 1), (2, 2)], lambda layers: layers.append((1, 1))),
        ((np.ones(2), 3), lambda pair: pair[0].fill(0)),
    ],
)
def test_a_change_deep_inside_an_argument_is_noticed(value, change):
    asked = Exercise("f", reference=lambda a: a, properties=(Property("any", 1, st.nothing()),))
    assert call(asked, change, {"a": value}).changed == ("a",)
    assert call(asked, lambda a: 1, {"a": value}).changed == ()


def test_plain_values():
    assert plain(np.float32(2)) == 2.0 and type(plain(np.float32(2))) is float
    assert plain(np.array(True)) is True
    assert plain([1, (2.5, None)]) == (1, (2.5, None))
