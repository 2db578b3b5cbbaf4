"""The checks are checked: every wrong solution is rejected, every right one accepted, under 20 seeds."""

import pytest

from convbook.exercises.catalogue import CHAPTERS, EXERCISES, exercise
from convbook.exercises.judge import judge
from convbook.exercises.verify import recognised, verify

SEEDS = range(20)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))


def test_names_are_unique():
    assert len(EXERCISES) == sum(len(chapter.EXERCISES) for chapter in CHAPTERS) >= 16


@every_exercise
def test_wrong_solutions_are_rejected_and_right_ones_accepted(exercise, record_property):
    verifications = [verify(exercise, seed) for seed in SEEDS]
    wrong, right = (sum(getattr(v, kind) for v in verifications) for kind in ("wrong", "right"))
    killed = wrong - sum(len(v.survivors) for v in verifications)
    accepted = right - sum(len(v.refused) for v in verifications)
    record_property("wrong solutions rejected", (killed, wrong))  # counted at the end of the run
    record_property("right solutions accepted", (accepted, right))
    assert {name for v in verifications for name in v.survivors} == set()
    assert {name for v in verifications for name in v.refused} == set()


@every_exercise
def test_misconceptions_are_recognised(exercise):
    unnamed = [s for s in exercise.misconceptions for seed in range(3) if not recognised(exercise, s, seed)]
    assert unnamed == []


@every_exercise
def test_every_exercise_has_something_to_be_wrong_about(exercise):
    assert len(exercise.misconceptions) >= 4
    assert exercise.is_value or (len(exercise.mutants) >= 5 and len(exercise.variants) >= 4)
    assert all(prop.hint or prop.compare for prop in exercise.properties)


@pytest.mark.parametrize("name", ["convolve1d", "correlate2d", "toeplitz_matrix"])
def test_a_misconception_is_still_named_on_the_smallest_input(name):
    exercise = EXERCISES[name]
    for sentence, wrong in exercise.misconceptions.items():
        assert sentence in [verdict.misconception for verdict in judge(exercise, wrong).verdicts]


def test_an_unknown_exercise():
    with pytest.raises(
        ValueError, match="check: no exercise is called 'convolv1d'; did you mean 'convolve1d'"
    ):
        exercise("convolv1d")
    with pytest.raises(ValueError, match="there are: count_weights, softmax_cross_entropy"):
        exercise("sort")
