"""The judge: draw inputs, let the function answer, compare, and find the smallest input that fails.

The function is seen only through `answer`, a callable from inputs to `Answer`: in a notebook it calls the
student's function, elsewhere it may look recorded answers up.
"""

import functools
from random import Random
from time import perf_counter

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.errors import HypothesisException

from convbook.exercises.answers import call, copied, evaluate
from convbook.exercises.diagnose import diagnose
from convbook.exercises.drawing import draw
from convbook.exercises.results import Case, Result, Verdict, assess

PUBLISHED_SEED = 1989
CALLS, SECONDS = 300, 2.0  # what the search for the smallest failing input may cost


def judge(exercise, function, seed=PUBLISHED_SEED):
    """Judge a function: every property, with the smallest failing input and a diagnosis.

    Parameters
    ----------
    exercise : Exercise
    function : callable
        The student's answer.
    seed : int
        The same seed draws the same inputs.

    Returns
    -------
    result : Result
    """
    answer = functools.partial(call, exercise, function)
    return Result(
        exercise,
        tuple(
            verdict(exercise, prop, attempt(exercise, prop, answer, seed), answer, seed)
            for prop in exercise.properties
        ),
    )


def verdict(exercise, prop, trials, answer, seed):
    """Find the smallest failing input behind some trials, and what explains them.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    trials : tuple of Trial
        Of cases of that seed.
    answer : callable inputs -> Answer
        Whom to ask in the search.
    seed : int

    Returns
    -------
    verdict : Verdict
    """
    failing = [trial for trial in trials if trial.difference]
    if not failing:
        return Verdict(prop, trials)
    if all(trial.answer.unfinished for trial in trials):
        return Verdict(prop, trials, smallest=trials[0])
    smallest = shrink(exercise, prop, answer, seed, known=min(failing, key=lambda trial: trial.size))
    return Verdict(prop, trials, smallest, diagnose(exercise, prop, (smallest, *trials)))


def attempt(exercise, prop, answer, seed):
    """Let a function answer all drawn cases of a property, without searching for a smaller one.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    answer : callable inputs -> Answer
    seed : int

    Returns
    -------
    trials : tuple of Trial
    """
    return tuple(assess(exercise, prop, case, answer(case.inputs)) for case in cases(exercise, prop, seed))


@functools.lru_cache(maxsize=512)
def cases(exercise, prop, seed):
    """The cases of a property: drawn inputs and what the reference says.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    seed : int

    Returns
    -------
    cases : tuple of Case
        To be copied before anyone may change them; `answers.call` does.
    """
    drawn = draw(prop.inputs, prop.cases, f"{seed} {exercise.name} {prop.name}")
    return tuple(case_of(exercise, inputs) for inputs in drawn)


def case_of(exercise, inputs):
    """The case some inputs make.

    Parameters
    ----------
    exercise : Exercise
    inputs : dict

    Returns
    -------
    case : Case
    """
    return Case(inputs, evaluate(exercise, exercise.reference, copied(inputs)))


class Enough(BaseException):
    """The search has cost what it may; `answer` may say so, too.

    A BaseException, because Hypothesis keeps an Exception for itself.
    """


def shrink(exercise, prop, answer, seed, known):
    """The smallest input on which a function fails, as far as 300 calls and 2 seconds reach.

    Parameters
    ----------
    exercise : Exercise
    prop : Property
    answer : callable inputs -> Answer
    seed : int
    known : Trial
        A failing one; returned if nothing smaller is found.

    Returns
    -------
    smallest : Trial
    """
    smallest, calls, end = known, 0, perf_counter() + SECONDS

    def fails(inputs):
        nonlocal smallest, calls
        if calls == CALLS or perf_counter() > end:
            raise Enough
        calls += 1
        trial = assess(exercise, prop, case_of(exercise, inputs), answer(inputs))
        if trial.difference and trial.size <= smallest.size:
            smallest = trial
        return trial.difference is not None

    try:
        find(prop.inputs, fails, settings=_SEARCH, random=Random(seed))
    except (Enough, HypothesisException):  # enough; or nothing more was found, or it is not steady
        pass
    return smallest


_SEARCH = settings(
    max_examples=CALLS,
    derandomize=False,  # the seed decides
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
