"""The judge: the same inputs for the same seed, the smallest failing one, the misconception behind it."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import strategies as st

from convbook.exercises import judge as judge_module
from convbook.exercises.answers import Answer, call
from convbook.exercises.catalogue import EXERCISES
from convbook.exercises.judge import CALLS, PUBLISHED_SEED, assess, attempt, cases, judge
from convbook.exercises.spec import Exercise, Property, by_docstring
from convbook.exercises.strategies import array

convolve1d = EXERCISES["convolve1d"]


def written(result):
    return [
        (verdict.misconception, verdict.smallest and repr(verdict.smallest.case.inputs))
        for verdict in result.verdicts
    ]


def failing(result):
    return next(verdict for verdict in result.verdicts if not verdict.passed)


def test_a_right_answer_earns_everything():
    result = judge(convolve1d, np.convolve)
    assert result.points == convolve1d.points == 4
    assert all(verdict.smallest is None and verdict.misconception is None for verdict in result.verdicts)


def test_the_smallest_input_of_a_flipped_kernel():
    result = judge(convolve1d, lambda x, w: np.convolve(x, w[::-1]))
    verdict = failing(result)
    assert verdict.property.name == "a kernel no longer than the signal"
    assert result.points == 1  # the sizes are right
    inputs = verdict.smallest.case.inputs
    assert len(inputs["w"]) == 2 and inputs["w"][0] != inputs["w"][1]
    assert set(np.concatenate([inputs["x"], inputs["w"]])) == {1.0, 2.0}
    assert verdict.smallest.difference.index == (0,)
    assert "cross-correlation" in verdict.misconception


def test_the_same_seed_meets_the_same_inputs():
    exercise = EXERCISES["toeplitz_matrix"]
    answer = next(iter(exercise.misconceptions.values()))
    first, second = (written(judge(exercise, answer)) for _ in range(2))
    assert first == second
    cases.cache_clear()
    assert written(judge(exercise, answer)) == first


def test_another_seed_meets_other_inputs():
    prop = convolve1d.properties[1]
    drawn = {repr([case.inputs for case in cases(convolve1d, prop, seed)]) for seed in range(5)}
    assert len(drawn) == 5


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_the_drawn_arrays_are_neither_zeros_nor_ones_nor_integers_only(exercise):
    """In an exercise as a whole: one property may well be about values that tie, or about square images.

    And in one argument at least: another may be a mask, or a table of codes.
    """
    drawn = [
        (prop, name, value)
        for prop in exercise.properties
        for case in cases(exercise, prop, PUBLISHED_SEED)
        for name, value in case.inputs.items()
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ]
    if not drawn:
        return  # numbers or sizes are asked about
    generic = defaultdict(list)
    for _, name, value in drawn:
        generic[name].append(np.any(value % 1 != 0))
    assert max(map(np.mean, generic.values())) > 0.5
    images = [value for prop, _, value in drawn if "square" not in prop.name and value.ndim == 2]
    if images:
        assert np.mean([a.shape[0] != a.shape[1] for a in images]) > 0.3


def test_a_changed_argument_costs_the_property():
    def convolve1d_(x, w):
        y = np.convolve(x, w)
        w[:] = w[::-1]
        return y

    verdict = failing(judge(convolve1d, convolve1d_))
    assert verdict.smallest.answer.changed == ("w",)
    assert "the result is right, but the call changed its argument `w`" in verdict.smallest.difference.message
    assert len(verdict.smallest.case.inputs["w"]) == 2


def test_an_exception_is_a_wrong_answer_with_a_smallest_input():
    def convolve1d_(x, w):
        if len(w) > 2:
            raise RuntimeError("too long for me")
        return np.convolve(x, w)

    verdict = judge(convolve1d, convolve1d_).verdicts[1]
    assert verdict.smallest.difference.message.startswith("it raised RuntimeError: too long for me")
    assert len(verdict.smallest.case.inputs["w"]) == 3
    assert verdict.misconception is None


@pytest.mark.parametrize(
    "answer, message",
    [
        (lambda x, w: None, "nothing came back: is the `return` missing?"),
        (lambda x, w: np.convolve(x, w) * np.nan, "nan in place of a number"),
        (
            lambda x, w: np.convolve(x, w).astype(object),
            "it returned an array of dtype object; numbers were expected",
        ),
        (lambda x, w: np.convolve(x, w)[None], "shape (1, 1), where (1,) was expected"),
    ],
)
def test_other_wrong_answers(answer, message):
    assert judge(convolve1d, answer).verdicts[1].smallest.difference.message == message


def test_an_answer_that_equals_everything_is_wrong_all_the_same():
    class Liar(np.ndarray):
        __hash__ = None

        def __eq__(self, other):
            return True

        def __sub__(self, other):
            return np.zeros(self.shape)

        __rsub__ = __sub__

    result = judge(convolve1d, lambda x, w: np.ones(len(x) + len(w) - 1).view(Liar))
    assert result.points == 1


def test_unfinished():
    def convolve1d_(x, w):
        raise NotImplementedError

    assert judge(convolve1d, convolve1d_).unfinished
    assert not judge(convolve1d, np.convolve).unfinished

    def half_done(x, w):
        if len(w) > len(x):
            raise NotImplementedError
        return np.convolve(x, w)

    result = judge(convolve1d, half_done)
    assert not result.unfinished
    assert result.points == 2
    assert result.verdicts[2].smallest.difference.message == "not implemented yet for this input"


def test_a_property_that_is_not_written_at_all():
    def conv1d_matmul(x, w, *, stride=1, padding=0):
        if stride > 1 or padding > 0:
            raise NotImplementedError
        W = np.stack([np.pad(w, (u, len(x) - len(w) - u)) for u in range(len(x) - len(w) + 1)])
        return W, W @ x

    result = judge(EXERCISES["conv1d_matmul"], conv1d_matmul)
    assert [verdict.passed for verdict in result.verdicts] == [False, True, False, False]


def test_an_unsteady_function_does_not_upset_the_judge():
    calls = iter(range(10**6))
    result = judge(convolve1d, lambda x, w: np.convolve(x, w) + (next(calls) % 3 == 0))
    assert not failing(result).passed


doubling = Exercise(
    "doubling",
    reference=lambda x: 2 * x,
    properties=(Property("any", 2, st.fixed_dictionaries({"x": array((3, 4))}), hint="twice"),),
    misconceptions=by_docstring(),
)


def test_the_search_costs_at_most_so_many_calls():
    calls = []
    judge(doubling, lambda x: calls.append(1))
    assert len(calls) <= doubling.properties[0].cases + CALLS


def test_the_search_ends_in_time(monkeypatch):
    monkeypatch.setattr(judge_module, "SECONDS", 0.0)
    calls = []
    result = judge(doubling, lambda x: calls.append(1))
    assert len(calls) == doubling.properties[0].cases
    assert failing(result).smallest is not None


def test_two_seconds_are_two_seconds(monkeypatch):
    monkeypatch.setattr(judge_module, "SECONDS", 2.0)
    clock = iter(range(10**6))  # a second passes between any two looks at the clock
    monkeypatch.setattr(judge_module, "perf_counter", lambda: next(clock))
    calls = []
    judge(doubling, lambda x: calls.append(1))
    assert len(calls) - doubling.properties[0].cases == 2


def test_recorded_answers_are_judged_like_calls():
    """The judge needs no function: answers may have been given elsewhere."""
    wrong = EXERCISES["toeplitz_matrix"].misconceptions
    sentence, function = next(iter(wrong.items()))
    exercise, prop = EXERCISES["toeplitz_matrix"], EXERCISES["toeplitz_matrix"].properties[1]
    drawn = cases(exercise, prop, seed=5)
    recorded = [call(exercise, function, case.inputs) for case in drawn]
    trials = tuple(assess(exercise, prop, case, answer) for case, answer in zip(drawn, recorded, strict=True))
    assert any(trial.difference for trial in trials)
    assert judge_module.diagnose(exercise, prop, trials) == sentence
    live = attempt(exercise, prop, lambda inputs: call(exercise, function, inputs), seed=5)
    assert [trial.difference for trial in live] == [trial.difference for trial in trials]


def test_a_misconception_is_named_only_if_it_explains_every_answer():
    sentence = next(iter(convolve1d.misconceptions))

    def flipping_short_kernels(x, w):
        return np.convolve(x, w[::-1] if len(w) < 4 else w)

    verdict = failing(judge(convolve1d, flipping_short_kernels))
    assert verdict.misconception is None
    trial = verdict.smallest
    assert (
        judge_module.diagnose(convolve1d, verdict.property, [trial]) == sentence
    )  # on that input alone it fits


def test_answers_are_immutable_records():
    with pytest.raises(AttributeError):
        Answer(1).value = 2
