"""What a student is shown of a failure: the smallest input for it, and the misconception behind it.

Searching takes longer than everything else together, and a class makes the same mistakes. So what was found
is remembered under the wrong answers themselves, and verified by asking the next one who gives them.

The misconception is the one behind the answers on secret inputs. On published ones a notebook may pretend,
so all that is kept of those is the input of the example, on which the next one has to fail, too.
"""

import functools
import hashlib
from dataclasses import dataclass, replace

import numpy as np

from convbook.exercises import judge
from convbook.exercises.answers import call
from convbook.exercises.diagnose import diagnose
from convbook.exercises.judge import PUBLISHED_SEED, Verdict
from convbook.grading.frames import pack
from convbook.grading.run import LOST

REMEMBERED = 4096


@dataclass(frozen=True)
class Finding:
    """What is known of wrong answers: the misconception that gives them, and a case that shows it."""

    misconception: str | None
    case: judge.Case | None


class Findings:
    """What was found about wrong answers so far."""

    def __init__(self):
        self._known = {}

    def verdict(self, run, exercise, prop, trials):
        """Say what is wrong with an answer, from the published seed.

        Parameters
        ----------
        run : Run
            A worker that has never met the secret inputs.
        exercise : Exercise
        prop : Property
        trials : tuple of Trial
            On the secret inputs; some failed.

        Returns
        -------
        verdict : Verdict
            Without a smallest failing input if no published one fails.

        Raises
        ------
        OutOfTime
            If the submission's time is up.
        """
        key = exercise, prop, digest(trials)
        known = self._known.get(key) or self._of_misconception(exercise, prop, trials)
        if known.case is not None:
            trial = judge.assess(exercise, prop, known.case, run.answer(exercise, known.case.inputs))
            if trial.difference and trial.answer.error not in LOST:
                self._remember(key, known)
                return Verdict(prop, (trial,), trial, known.misconception)
        tried = run.trials(exercise, prop, PUBLISHED_SEED)
        verdict = judge.verdict(exercise, prop, tried, functools.partial(_ask, run, exercise), PUBLISHED_SEED)
        if verdict.smallest and verdict.smallest.answer.error not in LOST:
            self._remember(key, replace(known, case=verdict.smallest.case))
        return replace(verdict, misconception=known.misconception)

    def _of_misconception(self, exercise, prop, trials):
        """If a misconception gives these answers, the smallest input on which it fails itself."""
        sentence = diagnose(exercise, prop, trials)
        if sentence is None:
            return Finding(None, None)
        key = exercise, prop, sentence
        if key not in self._known:
            answer = functools.partial(call, exercise, exercise.misconceptions[sentence])
            with np.errstate(all="ignore"):
                tried = judge.attempt(exercise, prop, answer, PUBLISHED_SEED)
                smallest = judge.verdict(exercise, prop, tried, answer, PUBLISHED_SEED).smallest
            self._remember(key, Finding(sentence, smallest and smallest.case))
        return self._known[key]

    def _remember(self, key, finding):
        self._known[key] = finding
        if len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]


def digest(trials):
    """What tells wrong answers apart, and is the same for two functions that answer alike.

    Parameters
    ----------
    trials : tuple of Trial

    Returns
    -------
    digest : bytes
    """
    answers = tuple((trial.answer.value, trial.answer.error, trial.answer.changed) for trial in trials)
    return hashlib.sha256(pack(answers)).digest()


def _ask(run, exercise, inputs):
    """One more answer, for the search, which ends where a call is lost."""
    answer = run.answer(exercise, inputs)
    if answer.error in LOST:
        raise judge.Enough
    return answer
