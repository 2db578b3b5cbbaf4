"""What grading leaves behind, besides the gradebook. Each file is whole or not there."""

import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

from convbook.grading import tables
from convbook.grading.feedback import feedback
from convbook.grading.rows import rows as all_rows
from convbook.grading.summary import summary


def write(folder, gradebook, assignment, roster=None, failures=None, notices=()):
    """Write the tables, everyone's feedback and the summary.

    Parameters
    ----------
    folder : path
    gradebook : Gradebook
    assignment : Assignment
    roster : Roster, optional
    failures : dict from str to str, optional
        For owners that could not be graded now, why.
    notices : sequence of str
        For the summary.

    Returns
    -------
    rows : list of Row
    """
    folder = Path(folder)
    (folder / "feedback").mkdir(exist_ok=True)
    rows = []
    for row in all_rows(gradebook.entries(), roster, failures):
        if row.grade:
            put(folder / "feedback" / row.page, feedback(row, assignment.name))
        rows.append(_light(row))
    rows.sort(key=lambda row: (row.name or row.owner).casefold())
    # For spreadsheets the mark says that it is UTF-8; the platforms expect none.
    put(folder / "grades.csv", "\ufeff" + tables.grades(rows, assignment))
    put(folder / "canvas.csv", tables.canvas(rows, assignment, roster))
    put(folder / "moodle.csv", tables.moodle(rows, assignment, roster))
    if any(row.folder for row in rows):
        put(folder / "moodle-feedback.zip", _for_moodle(rows, folder / "feedback"))
    put(folder / "summary.html", summary(rows, assignment, list(gradebook.changes()), notices))
    return rows


def _light(row):
    """Without the reports: ten thousand of them would fill the memory."""
    if row.grade is None:
        return row
    exercises = tuple(
        replace(e, properties=tuple(replace(p, report="") for p in e.properties)) for e in row.grade.exercises
    )
    return replace(row, grade=replace(row.grade, exercises=exercises))


def _for_moodle(rows, feedback):
    """A zip in which Moodle finds everyone's page, by the name of the folder that it made itself."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in rows:
            if row.folder and row.grade:
                archive.write(feedback / row.page, f"{row.folder}/feedback.html")
    return file.getvalue()


def put(path, content):
    """Write a file so that at any moment there is the old one or the new one, whole.

    Parameters
    ----------
    path : path
    content : str or bytes
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    os.replace(beside, path)
