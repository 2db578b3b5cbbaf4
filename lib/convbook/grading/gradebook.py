"""The gradebook: what everybody handed in and every grade ever given, in one SQLite file.

A grade is one transaction, so that grading can be killed at any moment and taken up again. Grades are only
added: the newest of an owner counts, the one before it tells what has changed.
"""

import contextlib
import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from convbook.grading.records import Grade

SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS handed (
    owner TEXT PRIMARY KEY, name TEXT, email TEXT, file TEXT, passed_over TEXT, late INTEGER, folder TEXT
);
CREATE TABLE IF NOT EXISTS grades (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, round INTEGER NOT NULL, digest TEXT NOT NULL,
    code TEXT NOT NULL, time TEXT NOT NULL, status TEXT NOT NULL, points REAL, possible REAL, grade TEXT
);
CREATE INDEX IF NOT EXISTS grades_of_owner ON grades (owner, id);
"""
NEWEST = "SELECT max(id) FROM grades GROUP BY owner"

# What must be the same from the first grade to the last, and what to say where it is not.
SAME = {
    "assignment": "for another assignment",
    "seed": "with another seed, so that the others met other inputs",
    "exercises": "with other exercises of that name",
    "library": "by another version of convbook",
}


class Refused(Exception):
    """The gradebook cannot be used so; the message says why, and what to do."""


@dataclass(frozen=True)
class Entry:
    """What the gradebook knows of a student.

    Parameters
    ----------
    owner, name, email, file : str
    passed_over : tuple of str
    late : bool
    folder : str
        Moodle's name for the student's folder, or "".
    grade : Grade or None
        None if it is not graded yet.
    code : str
        A fingerprint of the code: two owners with the same one handed in the same.
    """

    owner: str
    name: str
    email: str
    file: str
    passed_over: tuple[str, ...]
    late: bool
    folder: str
    grade: Grade | None = None
    code: str = ""


@dataclass(frozen=True)
class Change:
    """A grade that is not what it was.

    Parameters
    ----------
    owner : str
    before, after : Grade
    other_file : bool
        Another file counts now.
    """

    owner: str
    before: Grade
    after: Grade
    other_file: bool

    @property
    def why(self):
        """In words."""
        return "another file counts" if self.other_file else "graded anew"

    @property
    def matters(self):
        """Whether status or points are others."""
        before, after = self.before, self.after
        return (before.status, before.points, before.possible) != (after.status, after.points, after.possible)


class Gradebook:
    """A gradebook in a file; one process at a time has it.

    Parameters
    ----------
    path : path
        Created if it does not exist.

    Raises
    ------
    Refused
        If it is in use, or something else.
    """

    def __init__(self, path):
        self._database = None
        try:
            self._database = sqlite3.connect(path, timeout=1, isolation_level=None)
            # With a lock of its own, SQLite keeps the log without shared memory, which network drives lack.
            for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
                self._database.execute(f"PRAGMA {pragma}")
            self._database.executescript(f"BEGIN IMMEDIATE; {SCHEMA}; COMMIT")
        except sqlite3.DatabaseError as error:
            self.close()
            locked = "locked" in str(error)
            why = "is in use: another convbook is grading there" if locked else f"cannot be used: {error}"
            raise Refused(f"{path} {why}") from None
        self._path, self._round, self._last = path, 1, 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        """Give the file free."""
        if self._database is not None:
            self._database.close()

    @contextlib.contextmanager
    def _transaction(self):
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def begin(self, made_with, regrade=False):
        """Begin to grade, or take it up again where it was interrupted.

        Parameters
        ----------
        made_with : dict from str to str
            Fingerprints under the keys of SAME.
        regrade : bool
            Grade everybody anew. If that was begun before and interrupted, it goes on.

        Raises
        ------
        Refused
            If earlier grades were made with something else, unless they are all made anew.
        """
        about = dict(self._database.execute("SELECT key, value FROM about"))
        differs = [key for key in SAME if about.get(key, made_with[key]) != made_with[key]]
        if differs and not regrade:
            raise Refused(
                f"{self._path} holds grades that were made {' and '.join(SAME[key] for key in differs)}. "
                "Side by side, grades of both kinds would not be fair. Choose another folder with --out, or "
                "grade everybody anew with --regrade."
            )
        self._round, unfinished = int(about.get("round", 1)), about.get("unfinished") == "yes"
        if regrade and about and (differs or not unfinished):
            self._round, unfinished = self._round + 1, True
        with self._transaction():
            self._tell(**made_with, round=self._round, unfinished="yes" if unfinished else "no")
        # What comes after this grade is new: in an interrupted regrade, all that it has done so far.
        (self._last,) = self._database.execute(
            f"SELECT coalesce(max(id), 0) FROM grades {'WHERE round < ?' if unfinished else 'WHERE 0 < ?'}",
            [self._round],
        ).fetchone()

    def _tell(self, **about):
        self._database.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())

    def hand_in(self, handed):
        """Note who handed in what. Grades of a file whose owner has got another name go with it.

        Parameters
        ----------
        handed : sequence of Handed
        """
        with self._transaction():
            owners = dict(self._database.execute("SELECT file, owner FROM handed"))
            for one in handed:
                old = owners.get(one.file.shown, one.owner)
                if old != one.owner:
                    self._database.execute("UPDATE grades SET owner = ? WHERE owner = ?", [one.owner, old])
                    self._database.execute("DELETE FROM handed WHERE owner = ?", [old])
                passed_over = json.dumps(one.passed_over)
                row = (one.owner, one.name, one.email, one.file.shown, passed_over, one.late, one.folder)
                self._database.execute("INSERT OR REPLACE INTO handed VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def has(self, owner, digest):
        """Whether this file is graded.

        Parameters
        ----------
        owner, digest : str

        Returns
        -------
        graded : bool
        """
        newest = self._database.execute(
            "SELECT digest, round FROM grades WHERE owner = ? ORDER BY id DESC LIMIT 1", [owner]
        ).fetchone()
        return newest == (digest, self._round)

    def record(self, submission, grade):
        """Add a grade.

        Parameters
        ----------
        submission : Submission
        grade : Grade
        """
        code = hashlib.sha256("\0".join(submission.cells).encode()).hexdigest()
        with self._transaction():
            self._database.execute(
                "INSERT INTO grades (owner, round, digest, code, time, status, points, possible, grade)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    submission.owner,
                    self._round,
                    submission.digest,
                    code,
                    datetime.now(UTC).isoformat(timespec="seconds"),
                    grade.status,
                    grade.points,
                    grade.possible,
                    json.dumps(grade.to_dict(), ensure_ascii=False),
                ],
            )

    def finish(self):
        """Everybody is graded."""
        with self._transaction():
            self._tell(unfinished="no")

    def entries(self):
        """What there is to report.

        Yields
        ------
        entry : Entry
            In order of owners, each with its newest grade.
        """
        rows = self._database.execute(
            "SELECT handed.*, grade, code FROM handed LEFT JOIN "
            f"(SELECT owner AS whose, grade, code FROM grades WHERE id IN ({NEWEST})) ON whose = owner "
            "ORDER BY owner"
        )
        for owner, name, email, file, passed_over, late, folder, grade, code in rows:
            grade = grade and Grade.from_dict(json.loads(grade))
            passed_over = tuple(json.loads(passed_over))
            yield Entry(owner, name, email, file, passed_over, bool(late), folder, grade, code or "")

    def changes(self):
        """The grades that this round has changed.

        Yields
        ------
        change : Change
            In order of owners.
        """
        rows = self._database.execute(
            "SELECT new.owner, old.grade, new.grade, old.digest != new.digest "
            "FROM grades AS new JOIN grades AS old "
            "ON old.id = (SELECT max(id) FROM grades WHERE owner = new.owner AND id <= ?) "
            f"WHERE new.id > ? AND new.id IN ({NEWEST}) ORDER BY new.owner",
            [self._last, self._last],
        )
        for owner, *grades, other_file in rows:
            before, after = (Grade.from_dict(json.loads(grade)) for grade in grades)
            change = Change(owner, before, after, bool(other_file))
            if change.matters:
                yield change
