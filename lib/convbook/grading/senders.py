"""Who handed a file in, as far as its path tells: the ways in which learning platforms name their files."""

import re
from dataclasses import dataclass

# doejane_LATE_12345_67890_hw1.ipynb: the student's number and the file's, which grows with time. What was
# typed in rather than handed in comes as doejane_12345_text.html.
CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)??(?P<late>LATE_)?(?P<id>[1-9]\d*|anon_[^\W_]+)_"
    r"(?:(?P<order>[1-9]\d{2,})_.+|(?:text|link)\.html)"
)
# Jane Doe_1234567_assignsubmission_file_, a folder; or, with the file's name behind it, a file.
MOODLE = re.compile(r"(?P<name>[^_]*)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
# Jane Doe - 03_toeplitz.ipynb, in the Drive folder of a Classroom assignment.
TITLED = re.compile(r"(?:Copy of )?(?P<left>.*\S) - (?P<right>\S.*)")


@dataclass(frozen=True)
class Sender:
    """Who handed a file in.

    Parameters
    ----------
    id, name : str
        The platform's number, and the name; "" where it does not tell.
    late : bool
        The platform says that it came late.
    order : int
        Of several files, the one with the largest number is the newest.
    folder : str
        Moodle's name for the student's folder, by which feedback finds the way back.
    """

    id: str = ""
    name: str = ""
    late: bool = False
    order: int = 0
    folder: str = ""


def senders(paths):
    """Recognise the paths of a learning platform.

    Parameters
    ----------
    paths : sequence of tuple of str
        Folders and file name of every file of a class: some patterns show only when many are seen.

    Returns
    -------
    senders : dict from tuple of str to Sender
        Without the paths that follow no pattern.
    """
    found = {path: match for path in paths if (match := _moodle(path))}
    rest = [path for path in paths if path not in found]
    return found | (_canvas(rest) or _titled(rest))


def _moodle(path):
    for part in path:
        if match := MOODLE.fullmatch(part):
            folder = f"{match['name']}_{match['id']}_assignsubmission_file_"
            return Sender(match["id"], match["name"], folder=folder)
    return None


def _canvas(paths):
    """Canvas writes names in lower case and numbers all files; lab_3_2024_x.ipynb looks much the same."""
    matches = {path: match for path in paths if (match := CANVAS.fullmatch(path[-1]))}
    names = "".join(match["name"] or "" for match in matches.values())
    numbers = [match["order"] for match in matches.values() if match["order"]]
    if names != names.lower() or (len(numbers) > 1 and 2 * len(set(numbers)) <= len(numbers)):
        return {}
    return {
        path: Sender(match["id"], match["name"] or "", bool(match["late"]), int(match["order"] or 0))
        for path, match in matches.items()
    }


def _titled(paths):
    """Of "Jane Doe - Homework 3" the person is the side that differs from file to file."""
    matches = {path: match for path in paths if (match := TITLED.fullmatch(path[-1].rsplit(".", 1)[0]))}
    side = max(("left", "right"), key=lambda side: len({match[side] for match in matches.values()}))
    return {path: Sender(name=match[side]) for path, match in matches.items()}
