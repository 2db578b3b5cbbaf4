"""Grade the notebooks of a class.

SUBMISSIONS are a folder, the zip that Canvas or Moodle gives, a pattern in quotes, or notebooks. Afterwards
you find, in the folder named by --out:

  summary.html     the class: points, pass rates, misconceptions, and what a person should look at
  grades.csv       a row for everyone
  canvas.csv, moodle.csv, moodle-feedback.zip     to be uploaded there
  feedback/        a page for each student
  gradebook.sqlite every grade ever given. Interrupted, by whatever, the same command goes on where it was.
  seed             the secret from which the hidden inputs are drawn. Keep it: it gives the same grades again.

The command ends with status 0 if everyone was graded; 1 if some could not be, through no fault of theirs; 2
if it cannot be done as asked; 3 if this machine cannot protect itself from students' code; 130 after Ctrl-C.
"""

import argparse
import signal
import sys
from pathlib import Path

from convbook.grading import fingerprints, outputs
from convbook.grading import roster as rosters
from convbook.grading.collect import collect, digest
from convbook.grading.files import NothingToCollect
from convbook.grading.gradebook import Gradebook, Refused
from convbook.grading.progress import Progress
from convbook.grading.records import Grade
from convbook.grading.rows import counted, in_words
from convbook.grading.sandbox import SandboxUnavailable
from convbook.grading.secret import seed
from convbook.grading.setting import Sandboxed
from convbook.grading.tasks import Lost, outcomes

DONE, INCOMPLETE, REFUSED, UNPROTECTED, INTERRUPTED = 0, 1, 2, 3, 130
GIVE_UP = 10  # failures, with nothing graded
LISTED = 20  # lines of each kind; the summary has them all


def add_arguments(parser):
    """Tell the parser what this command takes."""
    parser.add_argument("submissions", metavar="SUBMISSIONS", nargs="*", help="where the notebooks are")
    parser.add_argument("--assignment", metavar="NAME", help="exercises of the book, such as 03_toeplitz")
    parser.add_argument("--exercises", metavar="FILE", help="exercises of your own, a Python file")
    parser.add_argument("--out", metavar="FOLDER", default="grades", help="default: grades")
    parser.add_argument("--roster", metavar="CSV", help="the class: columns such as id, name, email")
    parser.add_argument("--seed-file", metavar="FILE", help="the secret; made if missing; default: OUT/seed")
    parser.add_argument("--jobs", metavar="N", type=_count, default=1, help="processes on this machine")
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="grade on a Dask cluster, such as tcp://host:8786"
    )
    parser.add_argument("--regrade", action="store_true", help="grade everybody anew, and list what changes")
    parser.add_argument("--doctor", action="store_true", help="tell how this machine protects itself")
    parser.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="grade without protection: students' code may then do whatever you may",
    )


def _count(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes")
    return int(text)


def run(options):
    """Grade, and say what came of it.

    Parameters
    ----------
    options : Namespace

    Returns
    -------
    status : int
    """
    if options.doctor:
        return _doctor()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _grade(options)
    except KeyboardInterrupt:
        print("\nInterrupted. What is graded is kept; the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    except SandboxUnavailable as error:
        print(f"convbook grade: {error}", file=sys.stderr)
        return UNPROTECTED
    except (NothingToCollect, rosters.BadRoster, Refused, Lost) as error:
        print(f"convbook grade: {error}", file=sys.stderr)
        return REFUSED


def _doctor():
    from convbook.grading import doctor

    findings = doctor.examine()
    doctor.print_findings(findings)
    return DONE if any("rung" in finding.name and finding.works for finding in findings) else UNPROTECTED


def _interrupt(*_):
    raise KeyboardInterrupt


def _grade(options):
    if not options.submissions or not (options.assignment or options.exercises):
        raise Refused("say where the SUBMISSIONS are, and which --assignment or --exercises they answer")
    out = Path(options.out)
    roster = rosters.read(options.roster) if options.roster else None
    handed = collect(options.submissions, roster, leave_out=[out])
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{out}: {error.strerror}") from None
    with Gradebook(out / "gradebook.sqlite") as gradebook:
        setting, notices = _setting(options, out)
        gradebook.begin(setting.made_with(), options.regrade)
        gradebook.hand_in(handed)
        failures = _fill(gradebook, handed, setting, options, notices)
        if not failures:
            gradebook.finish()
        rows = outputs.write(out, gradebook, setting.assignment(), roster, failures, notices)
        _tell(rows, list(gradebook.changes()), failures, notices)
    print(f"Look at {out / 'summary.html'}")
    return INCOMPLETE if failures else DONE


def _setting(options, out):
    """The setting, ready for use, and what is to be said about it."""
    secret, notice = seed(options.seed_file or out / "seed")
    path, name, source = options.exercises or "", options.assignment or Path(options.exercises).stem, None
    try:
        if path:
            source = Path(path).read_bytes()
        setting = Sandboxed(name, secret, path, source, options.unsafe_no_sandbox, fingerprints.library())
        setting.assignment()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Refused(error) from None
    return setting, [notice] if notice else []


def _fill(gradebook, handed, setting, options, notices):
    """Grade whoever is not graded yet; return whose grader failed, and how."""
    failures, graded = {}, 0
    with Progress(len(handed)) as progress:
        todo = _todo(gradebook, handed, setting.assignment().points, progress)
        if options.scheduler is None:
            todo = _protected(todo, setting, notices)
        for outcome in outcomes(setting, todo, options.jobs, options.scheduler):
            progress.step()
            if outcome.grade:
                gradebook.record(outcome.submission, outcome.grade)
                graded += 1
            else:
                failures[outcome.submission.owner] = outcome.failure
                if not graded and len(failures) >= GIVE_UP:
                    raise Lost(f"nothing could be graded; the last failure was {outcome.failure}")
    return failures


def _todo(gradebook, handed, possible, progress):
    """The submissions that need a grader. What cannot be read is put down at once."""
    for one in handed:
        data, problem = one.data()
        if gradebook.has(one.owner, digest(data)):
            progress.skip()
            continue
        submission = one.submission(data, problem)
        if not submission.problem:
            yield submission
            continue
        grade = Grade("not gradable", 0, possible, notes=(submission.problem,))
        gradebook.record(submission, grade)
        progress.step()


def _protected(submissions, setting, notices):
    """The same, but before the first one the sandbox has to prove itself."""
    for i, submission in enumerate(submissions):
        if i == 0:
            try:
                notices += setting.notices()
            except ValueError as error:  # the exercises cannot be put to a worker
                raise Refused(error) from None
        yield submission


def _tell(rows, changes, failures, notices):
    for notice in notices:
        print(notice)
    print(counted(rows))
    names = {row.owner: row.label for row in rows}
    for title, lines in (
        ("changed", [f"{names[c.owner]}: {in_words(c.before)} → {in_words(c.after)}" for c in changes]),
        ("could not be graded", [f"{names[owner]}: {why}" for owner, why in failures.items()]),
    ):
        if lines:
            print(f"{len(lines)} {title}:", *lines[:LISTED], sep="\n  ")
            if len(lines) > LISTED:
                print(f"  … and {len(lines) - LISTED} more")
