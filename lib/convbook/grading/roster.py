"""The roster: who is in the class, and whose a name, a number or a file name is."""

import csv
import io
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

# What a column may be called, in lower case and without punctuation. The first that exists is the key.
IDENTIFIERS = (
    *("id", "student id", "user id", "student number", "id number", "matriculation number", "identifier"),
    *("sis user id", "sis login id", "login id", "login", "username", "user name", "netid", "integration id"),
)
EMAILS = ("email", "email address", "e mail", "e mail address", "mail")
NAMES = ("name", "full name", "fullname", "student", "student name")
FIRST_NAMES = ("first name", "firstname", "given name")
LAST_NAMES = ("last name", "lastname", "surname", "family name")

LONGEST = 5  # pieces of a file name that may form a name together


class BadRoster(ValueError):
    """The roster cannot be used; the message says what is wrong with it."""


@dataclass(frozen=True)
class Student:
    """A row of the roster.

    Parameters
    ----------
    key : str
        What stands for the student in the gradebook: the first identifier, else the email, else the name.
    name, email : str
        As in the roster, or "".
    known_as : frozenset of str
        Every identifier, email and name, simplified.
    row : dict from str to str
        The whole row, for exports that must give it back.
    """

    key: str
    name: str
    email: str = ""
    known_as: frozenset[str] = frozenset()
    row: dict = field(default_factory=dict, compare=False)


class Roster:
    """Everyone in the class.

    Parameters
    ----------
    students : sequence of Student
    columns : sequence of str
        The file's, in order.
    """

    def __init__(self, students, columns=()):
        self.students = tuple(students)
        self.columns = tuple(columns)
        self._known = defaultdict(set)
        for student in self.students:
            for name in student.known_as:
                self._known[name].add(student)

    def find(self, *words):
        """The student known under one of these words, the first one that fits a single student.

        Parameters
        ----------
        words : str

        Returns
        -------
        student : Student or None
        """
        for word in words:
            students = self._known.get(simplified(word), ())
            if len(students) == 1:
                return next(iter(students))
        return None

    def find_within(self, text):
        """The student whose name, number or address stands somewhere in a file's name.

        Parameters
        ----------
        text : str
            Such as "hw3_Jane-Doe (2)".

        Returns
        -------
        student : Student or None
            None if there is nobody, or more than one.
        """
        if student := self.find(text):
            return student
        pieces = re.findall(r"[^\W_]+", text)
        for length in range(min(LONGEST, len(pieces)), 0, -1):
            runs = ("".join(pieces[i : i + length]) for i in range(len(pieces) - length + 1))
            # A lone short number is rather the assignment's than a student's.
            found = {self.find(run) for run in runs if not (run.isdigit() and len(run) < 4)} - {None}
            if found:
                return found.pop() if len(found) == 1 else None
        return None


def read(path):
    """Read a roster.

    Parameters
    ----------
    path : path
        A CSV file with a header: a Canvas gradebook, a Moodle grading worksheet, or any table that has a
        column for an identifier, an email or a name. Comma, semicolon or tab; UTF-8, UTF-16 or Latin-1.

    Returns
    -------
    roster : Roster

    Raises
    ------
    BadRoster
        If there is no such file or column, nobody is listed, or two students have the same key.
    """
    try:
        text = _decoded(Path(path).read_bytes())
    except OSError as error:
        raise BadRoster(f"{path}: {error.strerror}") from None
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    columns = {_plain(name): name for name in reversed(rows.fieldnames or ())}
    if not columns.keys() & {*IDENTIFIERS, *EMAILS, *NAMES, *LAST_NAMES}:
        raise BadRoster(
            f"{path}: its columns are {', '.join(map(repr, rows.fieldnames or ['none']))}; "
            "expected one called id, email or name"
        )
    students = {}
    for student in _students(path, rows, columns):
        other = students.setdefault(student.key, student)
        if (other.name, other.email) != (student.name, student.email):
            raise BadRoster(f"{path}: {other.name!r} and {student.name!r} are both called {student.key!r}")
    if not students:
        raise BadRoster(f"{path}: it lists nobody")
    return Roster(students.values(), rows.fieldnames)


def _students(path, rows, columns):
    try:
        for row in rows:
            row.pop(None, None)  # what stands beyond the last column
            if student := _student(row, columns):
                yield student
    except csv.Error as error:
        raise BadRoster(f"{path}, after line {rows.line_num}: {error}") from None


def _decoded(data):
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _plain(header):
    return " ".join(re.findall(r"[^\W_]+", header or "")).lower()


def _student(row, columns):
    """The student of a row, or None if it is another kind of row."""

    def values(names):
        return [
            row[columns[name]].strip() for name in names if name in columns and row[columns[name]].strip()
        ]

    identifiers, emails = values(IDENTIFIERS), values(EMAILS)
    names = values(NAMES) or [" ".join(values(FIRST_NAMES) + values(LAST_NAMES))]
    name = names[0]
    # In Canvas's file the second line tells what an assignment is worth.
    if not (identifiers or emails or name) or (name.endswith("Points Possible") and not identifiers):
        return None
    # Moodle: "Participant 1234567", and only the number in the names of its folders.
    numbers = [match[1] for word in identifiers if (match := re.fullmatch(r"\D+ (\d+)", word))]
    known_as = {simplified(word) for word in (*identifiers, *numbers, *emails)}
    known_as |= {simplified(email.split("@")[0]) for email in emails}
    known_as |= turned(name)
    key = (identifiers + emails + [name])[0]
    return Student(key, name, emails[0] if emails else "", frozenset(known_as - {""}), dict(row))


def simplified(text):
    """A name as it is compared: "Doe, José" and "doe jose" are the same.

    Parameters
    ----------
    text : str

    Returns
    -------
    text : str
        Letters and digits only, in lower case and without accents.
    """
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in letters if c.isalnum())


def turned(name):
    """A full name beginning with any of its parts, simplified: "Jane Doe" is also "Doe, Jane".

    Parameters
    ----------
    name : str

    Returns
    -------
    names : set of str
    """
    parts = re.findall(r"[^\s,]+", name)
    return {simplified("".join(parts[i:] + parts[:i])) for i in range(len(parts))}
