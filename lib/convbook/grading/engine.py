"""Grade a submission: its answers come from a closed room, and are judged out here.

Points come from the inputs drawn from the secret seed. What a student is shown comes from the published seed,
and from a worker that has never met the secret inputs, so that nothing it says can hold any of them.
"""

import contextlib
import time

from convbook.exercises import report
from convbook.exercises.answers import CRASH, TIME_LIMIT
from convbook.exercises.judge import Result
from convbook.grading.findings import Findings
from convbook.grading.records import ExerciseGrade, Grade, PropertyGrade
from convbook.grading.run import LOST, OutOfTime, Run
from convbook.grading.sandbox import Sandbox, SandboxUnavailable

RUNGS = {
    1: "namespaces, Landlock, seccomp and resource limits",
    2: "Landlock, seccomp and resource limits, without namespaces",
    0: "resource limits alone: students' code has the rights of whoever runs this",
}
HIDDEN = "fails on hidden inputs"
TIME_UP = "not judged: the time for this exercise was up"


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
        self._sandboxes, self._findings, self.notices = {}, Findings(), []

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
                news = [*reasons, f"graded with {RUNGS[rung]}"]
                self.notices += [notice for notice in news if notice not in self.notices]
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
        trials = self._secret_trials(secret)
        # What is shown comes from a worker that was never asked about anything secret.
        verdicts = self._verdicts(secret.afresh(), trials)
        exercises = tuple(
            _exercise_grade(secret, exercise, trials.get(exercise), verdicts.get(exercise, {}))
            for exercise in assignment.exercises
        )
        return Grade(
            _status(exercises, trials),
            sum(exercise.points for exercise in exercises),
            assignment.points,
            exercises,
            tuple(secret.notes),
            time.monotonic() - start,
        )

    def _secret_trials(self, run):
        """The trials on the secret inputs, by exercise and property, as far as there was time for them."""
        trials = {}
        with contextlib.closing(run):
            with contextlib.suppress(OutOfTime):
                run.start()
            there = [e for e in run.assignment.exercises if run.found is None or e.name in run.found]
            for i, exercise in enumerate(there):
                trials[exercise] = {}
                with contextlib.suppress(OutOfTime):
                    run.take_turn(len(there) - i)
                    for prop in exercise.properties:
                        trials[exercise][prop] = run.trials(exercise, prop, run.assignment.seed)
        return trials

    def _verdicts(self, run, trials):
        """For what failed, what can be shown of it from the published seed, by exercise and property."""
        failed = {
            exercise: props
            for exercise, tried in trials.items()
            if not _unfinished(tried) and (props := [prop for prop in tried if not _passed(tried[prop])])
        }
        verdicts = {exercise: {} for exercise in failed}
        with contextlib.closing(run):
            for i, (exercise, props) in enumerate(failed.items()):
                with contextlib.suppress(OutOfTime):  # what fails is known; only examples are missing
                    run.take_turn(len(failed) - i)
                    for prop in props:
                        tried = trials[exercise][prop]
                        verdicts[exercise][prop] = self._findings.verdict(run, exercise, prop, tried)
        return verdicts


def _passed(trials):
    return all(trial.difference is None for trial in trials)


def _unfinished(tried):
    """Whether an answer says, for every input, that it is not written yet."""
    return all(trial.answer.unfinished for trials in tried.values() for trial in trials)


def _lost(tried):
    """How calls were lost: some of `LOST`. After such a call, no other of its property is made."""
    return {trials[-1].answer.error for trials in tried.values()} & set(LOST)


def _exercise_grade(run, exercise, tried, verdicts):
    if tried is None:
        words = {TIME_LIMIT: "timed out", CRASH: "crashed"}
        status = words.get(run.what_became_of(exercise.name), "not found")
        return ExerciseGrade(exercise.name, status, 0, exercise.points, _nothing_earned(exercise))
    shown = Result(exercise, tuple(verdict for verdict in verdicts.values() if verdict.smallest))
    properties = tuple(
        _property_grade(prop, tried.get(prop), verdicts.get(prop), shown) for prop in exercise.properties
    )
    points = sum(prop.points for prop in properties)
    return ExerciseGrade(
        exercise.name, _exercise_status(exercise, tried, points), points, exercise.points, properties
    )


def _nothing_earned(exercise):
    return tuple(PropertyGrade(prop.name, 0, prop.points) for prop in exercise.properties)


def _exercise_status(exercise, tried, points):
    if points == exercise.points:
        return "right"
    if len(tried) < len(exercise.properties):
        return "timed out"
    if points:
        return "partly right"
    if TIME_LIMIT in _lost(tried):
        return "timed out"
    if _unfinished(tried):
        return "not attempted"
    return "crashed" if _lost(tried) else "wrong"


def _property_grade(prop, trials, verdict, shown):
    if trials is None:
        return PropertyGrade(prop.name, 0, prop.points, note=TIME_UP)
    if _passed(trials):
        return PropertyGrade(prop.name, prop.points, prop.points)
    html = report.explanation(shown, verdict) if verdict and verdict.smallest else ""
    last = trials[-1].answer
    note = "" if html else f"on a hidden input, {last.message}" if last.error in LOST else HIDDEN
    return PropertyGrade(prop.name, 0, prop.points, (verdict and verdict.misconception) or "", html, note)


def _status(exercises, trials):
    """The status of a submission, from those of its exercises."""
    statuses = {exercise.status for exercise in exercises}
    if statuses in ({"timed out"}, {"crashed"}):
        return statuses.pop()
    lost = any(map(_lost, trials.values())) or statuses & {"timed out", "crashed"}
    return "partly" if lost else "graded"
