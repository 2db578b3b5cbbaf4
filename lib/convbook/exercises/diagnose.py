"""Diagnosis: a misconception is named when the wrong solution gives exactly the student's answers."""

import numpy as np

from convbook.exercises import compare
from convbook.exercises.answers import call


def diagnose(exercise, prop, trials):
    """Find the misconception that explains a student's answers.

    It must reproduce every one of them, the right and the wrong: on the smallest failing input alone,
    different misconceptions often agree.

    Parameters
    ----------
    exercise : Exercise
        Its misconceptions are tried in order.
    prop : Property
        The failing one.
    trials : sequence of Trial
        Inputs and the student's answers, among them a wrong one.

    Returns
    -------
    sentence : str or None
    """
    for sentence, wrong in exercise.misconceptions.items():
        if all(_reproduces(exercise, prop, wrong, trial) for trial in trials):
            return sentence
    return None


def _reproduces(exercise, prop, wrong, trial):
    # Many mistakes give the same wrong size: where only that is judged, the numbers tell them apart.
    same = prop.compare if prop.compare not in (None, compare.shape) else exercise.compare
    with np.errstate(all="ignore"):
        answer = call(exercise, wrong, trial.case.inputs)
        if answer.error or trial.answer.error:
            return answer.error == trial.answer.error
        return compare.safely(same, answer.value, trial.answer.value) is None
