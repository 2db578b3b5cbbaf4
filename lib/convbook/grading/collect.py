"""From the files of a class to one notebook a student."""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass

from convbook.grading import notebook
from convbook.grading.files import File, find
from convbook.grading.notebook import Unreadable
from convbook.grading.records import Submission
from convbook.grading.roster import Roster, Student
from convbook.grading.senders import Sender, senders

COPY = re.compile(r"[ _-]\(?(\d{1,2})\)?$")  # hw1 (2), hw1-2


@dataclass(frozen=True)
class Handed:
    """What one student handed in.

    Parameters
    ----------
    owner : str
        An identifier of the roster or the platform, else a name, else the file's name.
    name, email : str
        "" where unknown.
    file : File
        The one that counts.
    passed_over : tuple of str
        The others.
    late : bool
        The platform says so.
    folder : str
        Moodle's name for the student's folder, or "".
    student : Student or None
        The row of the roster.
    """

    owner: str
    name: str
    email: str
    file: File
    passed_over: tuple[str, ...] = ()
    late: bool = False
    folder: str = ""
    student: Student | None = None

    def data(self):
        """The file's bytes, or why they cannot be had.

        Returns
        -------
        data : bytes
            Empty if there is a problem.
        problem : str
        """
        try:
            return self.file.read(), ""
        except Unreadable as problem:
            return b"", str(problem)

    def submission(self, data, problem=""):
        """What is graded.

        Parameters
        ----------
        data, problem
            As `data` gave them.

        Returns
        -------
        submission : Submission
        """
        cells = ()
        try:
            cells = () if problem else notebook.code_cells(data)
        except Unreadable as unreadable:
            problem = str(unreadable)
        return Submission(self.owner, self.file.shown, digest(data), cells, problem, self.passed_over)


def digest(data):
    """What stands for a file's bytes.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    digest : str
        sha256.
    """
    return hashlib.sha256(data).hexdigest()


def collect(places, roster=None, leave_out=()):
    """Find what everybody handed in.

    Parameters
    ----------
    places, leave_out
        As for `files.find`, which raises the errors, too.
    roster : Roster, optional
        Tells whose a file is, where the platform's name for it does not.

    Returns
    -------
    handed : list of Handed
        One for each owner, in order of owners. The newest notebook counts.
    """
    roster = roster or Roster(())
    files = find(places, leave_out)
    by_path = senders([file.path for file in files])
    by_folder = any(file.is_notebook and len(file.path) > 1 for file in files)
    handed_in = defaultdict(list)
    for file in files:
        sender = by_path.get(file.path)
        student = _student(file, sender, roster)
        # What is not a notebook may still be all that somebody handed in.
        if file.is_notebook or sender or student or (by_folder and len(file.path) > 1):
            handed_in[_owner(file, sender, student)].append((file, sender or Sender(), student))
    return [_handed(owner, handed_in[owner]) for owner in sorted(handed_in)]


def _student(file, sender, roster):
    if sender and (student := roster.find(sender.id, sender.name)):
        return student
    *folders, _ = file.path
    words = [*folders, file.stem] if not sender else [sender.name]
    return next((student for word in words if (student := roster.find_within(word))), None)


def _owner(file, sender, student):
    if student:
        return student.key
    if sender:
        return sender.id or sender.name
    return file.path[0] if len(file.path) > 1 else file.stem


def _handed(owner, candidates):
    newest, sender, student = max(candidates, key=lambda found: _newness(*found[:2]))
    return Handed(
        owner,
        student.name if student else sender.name,
        student.email if student else "",
        newest,
        passed_over=tuple(sorted(file.shown for file, *_ in candidates if file is not newest)),
        late=sender.late,
        folder=sender.folder,
        student=student,
    )


def _newness(file, sender):
    copy = COPY.search(file.stem)
    return file.is_notebook, sender.order, file.time, int(copy[1]) if copy else 0, file.path
