"""Grade a submission: its answers come from a closed room, and are judged out here.

Points come from the inputs drawn from the secret seed. What a student is shown comes from the published seed,
and from a worker that has never met the secret inputs, so that nothing it says can hold any of them.
"""

import functools
import hashlib
import time
from dataclasses import dataclass

import numpy as np

from convbook.exercises import judge, report
from convbook.exercises.answers import CRASH, TIME_LIMIT, call
from convbook.exercises.diagnose import diagnose
from convbook.exercises.judge import PUBLISHED_SEED, Result, Verdict
from convbook.grading.assignment import request
from convbook.grading.frames import pack
from convbook.grading.records import ExerciseGrade, Grade, PropertyGrade
from convbook.grading.run import OutOfTime, Run
from convbook.grading.sandbox import Sandbox, SandboxUnavailable

RUNGS = {
    1: "namespaces, Landlock, seccomp and resource limits",
    2: "Landlock, seccomp and resource limits, without namespaces",
    0: "resource limits alone: students' code has the rights of whoever runs this",
}
LOST = (TIME_LIMIT, CRASH)
HIDDEN = "fails on hidden inputs"
TIME_UP = "not judged: the time for the submission was up"
REMEMBERED = 4096  # findings about wrong answers


@dataclass(frozen=True)
class Finding:
    """What is known of a wrong answer: the misconception behind it, and an input that shows it."""

    misconception: str | None
    case: judge.Case | None


class Engine:
    """Grades submissions, one after the other.

    Parameters
    ----------
    rung : int, optional
        Insist on a rung of the ladder, see `Sandbox`; otherwise the first one that this machine offers.
    unsafe : bool
        Go on where there is no protection at all. Students' code then has the rights of whoever runs this.

    Attributes
    ----------
    notices : list of str
        What an instructor should know about the protection.
    """

    def __init__(self, rung=None, unsafe=False):
        self._rungs = (1, 2, 0)[: 3 if unsafe else 2] if rung is None else (rung,)
        self._sandboxes, self._findings, self.notices = {}, {}, []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """End the parents of the workers."""
        while self._sandboxes:
            self._sandboxes.popitem()[1].close()

    def prepare(self, assignment):
        """Draw the inputs of an assignment and start its parent process, if that has not been done.

        Parameters
        ----------
        assignment : Assignment

        Raises
        ------
        SandboxUnavailable
            If this machine cannot protect itself from students' code.
        ValueError
            If the assignment cannot be put to a worker.
        """
        assignment.prepare()
        self._sandbox(assignment.packages)

    def _sandbox(self, packages):
        if packages not in self._sandboxes:
            self._sandboxes[packages] = self._open(packages)
        return self._sandboxes[packages]

    def _open(self, packages):
        reasons = []
        for rung in self._rungs:
            try:
                sandbox = Sandbox(packages, rung)
            except SandboxUnavailable as error:
                reasons.append(f"{RUNGS[rung]}: {error}")
                continue
            if rung != 1:
                self.notices += [*reasons, f"graded with {RUNGS[rung]}"]
            return sandbox
        raise SandboxUnavailable(
            "no protection from students' code on this machine (convbook grade --doctor says what to do)\n"
            + "\n".join(reasons)
        )

    def grade(self, submission, assignment):
        """Grade a submission.

        Parameters
        ----------
        submission : Submission
        assignment : Assignment

        Returns
        -------
        grade : Grade

        Raises
        ------
        SandboxUnavailable
            If this machine cannot run a worker. No submission can bring anything else about.
        """
        start = time.monotonic()
        if submission.problem:
            return Grade("not gradable", 0, assignment.points, notes=(submission.problem,))
        self.prepare(assignment)
        try:
            return self._grade(submission, assignment, start)
        except SandboxUnavailable:  # the parent may have been killed: once more, with another
            self._sandboxes.pop(assignment.packages).close()
            return self._grade(submission, assignment, start)

    def _grade(self, submission, assignment, start):
        sandbox = self._sandbox(assignment.packages)
        end = start + assignment.limits.submission
        secret = Run(sandbox, assignment, submission.cells, end)
        trials, in_time = self._secret_trials(secret)
        # What is shown comes from a worker that was never asked about anything secret.
        verdicts = self._verdicts(secret.afresh(), trials) if in_time else {}
        exercises = tuple(self._exercise_grade(secret, e, trials, verdicts) for e in assignment.exercises)
        return Grade(
            _status(exercises, trials) if in_time else "timed out",
            sum(exercise.points for exercise in exercises),
            assignment.points,
            exercises,
            tuple(secret.notes),
            time.monotonic() - start,
        )

    def _secret_trials(self, run):
        """The trials on the secret inputs, by exercise and property; and whether there was time for all."""
        trials = {}
        try:
            run.start()
            for exercise in run.assignment.exercises:
                if exercise.name in run.found:
                    for prop in exercise.properties:
                        trials[exercise, prop] = _trials(run, exercise, prop, run.assignment.seed)
        except OutOfTime:
            return trials, False
        finally:
            run.close()
        return trials, True

    def _verdicts(self, run, trials):
        """For what failed, the smallest failing input from the published seed, as far as there is one."""
        verdicts = {}
        try:
            for (exercise, prop), tried in trials.items():
                if not _passed(tried) and not _unfinished(exercise, trials):
                    verdicts[exercise, prop] = self._verdict(run, exercise, prop, tried)
        except OutOfTime:
            pass  # what fails is known; only the examples are missing
        finally:
            run.close()
        return verdicts

    def _verdict(self, run, exercise, prop, trials):
        """The verdict on a property that failed on secret inputs. It passes if no published input fails."""
        key = exercise, prop, _digest(trials)
        finding = self._findings.get(key) or self._first_finding(exercise, prop, trials)
        if finding.case is not None:
            trial = judge.assess(exercise, prop, finding.case, run.answer(exercise, finding.case.inputs))
            if trial.difference and trial.answer.error not in LOST:
                self._remember(key, finding)
                return Verdict(prop, (trial,), trial, finding.misconception)
        tried = _trials(run, exercise, prop, PUBLISHED_SEED)
        lost = tried[-1].answer.error in LOST
        verdict = judge.verdict(
            exercise, prop, tried, _nobody if lost else _asking(run, exercise), PUBLISHED_SEED
        )
        if verdict.passed:
            verdict = Verdict(prop, (), None, finding.misconception)
        elif not lost:
            self._remember(key, Finding(verdict.misconception, verdict.smallest.case))
        return verdict

    def _first_finding(self, exercise, prop, trials):
        """For a known misconception, the input on which the misconception itself was found to fail."""
        sentence = diagnose(exercise, prop, trials)
        if sentence is None:
            return Finding(None, None)
        key = exercise, prop, sentence
        if key not in self._findings:
            answer = functools.partial(call, exercise, exercise.misconceptions[sentence])
            with np.errstate(all="ignore"):
                tried = judge.attempt(exercise, prop, answer, PUBLISHED_SEED)
                smallest = judge.verdict(exercise, prop, tried, answer, PUBLISHED_SEED).smallest
            self._remember(key, Finding(sentence, smallest and smallest.case))
        return self._findings[key]

    def _remember(self, key, finding):
        self._findings[key] = finding
        if len(self._findings) > REMEMBERED:
            del self._findings[next(iter(self._findings))]

    def _exercise_grade(self, run, exercise, trials, verdicts):
        shown = Result(exercise, tuple(v for (e, _), v in verdicts.items() if e is exercise and v.smallest))
        found = exercise.name in run.found
        properties = tuple(
            _property_grade(prop, found, trials.get((exercise, prop)), verdicts.get((exercise, prop)), shown)
            for prop in exercise.properties
        )
        points = sum(prop.points for prop in properties)
        status = _exercise_status(run, exercise, trials, points)
        return ExerciseGrade(exercise.name, status, points, exercise.points, properties)


def _trials(run, exercise, prop, seed):
    """The trials of a property; where a call was fatal, it is the last one."""
    cases = judge.cases(exercise, prop, seed)
    answers = run.answers(exercise, request(exercise, prop, seed), len(cases))
    return tuple(
        judge.assess(exercise, prop, case, answer) for case, answer in zip(cases, answers, strict=False)
    )


def _asking(run, exercise):
    """An answer that is asked for in the worker; the search ends when that is lost."""

    def answer(inputs):
        got = run.answer(exercise, inputs)
        if got.error in LOST:
            raise judge.Enough
        return got

    return answer


def _nobody(inputs):
    raise judge.Enough


def _passed(trials):
    return all(trial.difference is None for trial in trials)


def _unfinished(exercise, trials):
    """Whether the answer says, for every input, that it is not written yet."""
    mine = [trial for (other, _), tried in trials.items() if other is exercise for trial in tried]
    return bool(mine) and all(trial.answer.unfinished for trial in mine)


def _lost(exercise, trials):
    """How calls of an exercise were lost: some of `LOST`."""
    return {t[-1].answer.error for (other, _), t in trials.items() if other is exercise} & set(LOST)


def _digest(trials):
    """What tells wrong answers apart, and is the same for two functions that answer alike."""
    answers = tuple((trial.answer.value, trial.answer.error, trial.answer.changed) for trial in trials)
    return hashlib.sha256(pack(answers)).digest()


def _property_grade(prop, found, trials, verdict, shown):
    if trials is None:
        return PropertyGrade(prop.name, 0, prop.points, note=TIME_UP if found else "")
    if _passed(trials):
        return PropertyGrade(prop.name, prop.points, prop.points)
    html = report.explanation(shown, verdict) if verdict and verdict.smallest else ""
    last = trials[-1].answer
    note = "" if html else f"on a hidden input, {last.message}" if last.error in LOST else HIDDEN
    return PropertyGrade(prop.name, 0, prop.points, (verdict and verdict.misconception) or "", html, note)


def _exercise_status(run, exercise, trials, points):
    if exercise.name not in run.found:
        words = {TIME_LIMIT: "timed out", CRASH: "crashed"}
        return words.get(run.what_became_of(exercise.name), "not found")
    if _unfinished(exercise, trials):
        return "not attempted"
    if points == exercise.points:
        return "right"
    if points:
        return "partly right"
    lost = _lost(exercise, trials)
    if TIME_LIMIT in lost or any((exercise, prop) not in trials for prop in exercise.properties):
        return "timed out"
    return "crashed" if CRASH in lost else "wrong"


def _status(exercises, trials):
    """The status of a submission that was gone through to its end."""
    statuses = {exercise.status for exercise in exercises}
    if len(statuses) == 1 and statuses <= {"timed out", "crashed"}:
        return statuses.pop()
    lost = any(tried[-1].answer.error in LOST for tried in trials.values())
    return "partly" if lost or statuses & {"timed out", "crashed"} else "graded"
