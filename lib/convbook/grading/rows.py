"""One row for everyone: those who handed in, and those on the roster who did not."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

from convbook.grading.records import Grade
from convbook.grading.roster import Student, simplified

NOT_HANDED_IN, NOT_GRADED = "not handed in", "not graded yet"
STATUSES = ("graded", "partly", "timed out", "crashed", "not gradable", NOT_GRADED, NOT_HANDED_IN)


@dataclass(frozen=True)
class Row:
    """What is reported of a student.

    Parameters
    ----------
    owner, name, email : str
        "" where unknown.
    grade : Grade or None
    file : str
    passed_over : tuple of str
    late : bool
    folder : str
        Moodle's name for the student's folder, or "".
    code : str
        A fingerprint of the code, or "".
    student : Student or None
        The row of the roster.
    failure : str
        Why the grader failed, or "".
    """

    owner: str
    name: str
    email: str
    grade: Grade | None = None
    file: str = ""
    passed_over: tuple[str, ...] = ()
    late: bool = False
    folder: str = ""
    code: str = ""
    student: Student | None = None
    failure: str = ""

    @property
    def status(self):
        """In words, never a number."""
        return self.grade.status if self.grade else NOT_GRADED if self.file else NOT_HANDED_IN

    @property
    def has_points(self):
        """Whether the points say something: a file that cannot be read has no 0, it has none."""
        return self.grade is not None and self.grade.status != "not gradable"

    @property
    def label(self):
        """The name with the identifier, or whichever there is."""
        same = simplified(self.name) in ("", simplified(self.owner))
        return self.owner if same else f"{self.name} ({self.owner})"

    @property
    def page(self):
        """A file name for the feedback, on any disk: the owner, or something like it with a fingerprint."""
        plain = re.sub(r"[^a-z0-9_-]+", "-", self.owner.lower()).strip("-")[:40]
        if plain and plain == self.owner:
            return f"{plain}.html"
        return f"{plain or 'student'}-{hashlib.sha256(self.owner.encode()).hexdigest()[:8]}.html"


def rows(entries, roster=None, failures=None):
    """A row for everyone, by name.

    Parameters
    ----------
    entries : iterable of Entry
    roster : Roster, optional
    failures : dict from str to str, optional
        For owners that could not be graded now, why.

    Yields
    ------
    row : Row
    """
    missing = {student.key: student for student in roster.students} if roster else {}
    failures = failures or {}
    for entry in entries:
        student = missing.pop(entry.owner, None)
        yield Row(
            entry.owner,
            (student.name if student else "") or entry.name,
            (student.email if student else "") or entry.email,
            entry.grade,
            entry.file,
            entry.passed_over,
            entry.late,
            entry.folder,
            entry.code,
            student,
            failures.get(entry.owner, ""),
        )
    for student in missing.values():
        yield Row(student.key, student.name, student.email, student=student)


def out_of(points, possible):
    """How many of how many points, in words.

    Parameters
    ----------
    points, possible : float

    Returns
    -------
    words : str
    """
    return f"{points:g} of {possible:g} {'point' if possible == 1 else 'points'}"


def in_words(grade):
    """A grade in a line.

    Parameters
    ----------
    grade : Grade

    Returns
    -------
    words : str
    """
    if grade.status == "not gradable":
        return grade.status
    return f"{out_of(grade.points, grade.possible)}, {grade.status}"


def counted(rows):
    """How many there are of each status, in words.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    words : str
    """
    counts = Counter(row.status for row in rows)
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
