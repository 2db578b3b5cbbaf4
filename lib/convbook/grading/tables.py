"""The grades as CSV: a plain table, and what Canvas and Moodle import.

A spreadsheet runs a cell that begins like a formula, and a student chooses what a file is called: such cells
get an apostrophe in front.
"""

import csv
import io
import re

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠].")
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
MOODLE = (
    *("Identifier", "Full name", "Email address", "Grade", "Maximum Grade"),
    *("Last modified (grade)", "Feedback comments"),
)


def safe(cell):
    """A cell that no spreadsheet takes for a formula, and that is one line of text.

    Parameters
    ----------
    cell : str

    Returns
    -------
    cell : str
    """
    cell = "".join(c if c.isprintable() else " " for c in cell)
    return f"'{cell}" if FORMULA.match(cell) else cell


def table(header, lines):
    """A CSV file.

    Parameters
    ----------
    header : sequence of str
    lines : iterable of sequence of str

    Returns
    -------
    text : str
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(map(safe, header))
    writer.writerows(map(safe, line) for line in lines)
    return file.getvalue()


def grades(rows, assignment):
    """The table for people: a row for everyone, and for every exercise its points and how it went.

    Parameters
    ----------
    rows : sequence of Row
    assignment : Assignment

    Returns
    -------
    text : str
    """
    names = assignment.names
    header = ["id", "name", "email", "status", "points", "possible"]
    header += [column for name in names for column in (name, f"{name} status")]
    header += ["late", "file", "other files", "notes"]
    return table(header, (_line(row, names, assignment.points) for row in rows))


def _line(row, names, possible):
    exercises = {exercise.name: exercise for exercise in row.grade.exercises} if row.grade else {}
    line = [row.owner, row.name, row.email, row.status, _points(row), f"{possible:g}"]
    for name in names:
        exercise = exercises.get(name)
        line += [f"{exercise.points:g}", exercise.status] if exercise else ["", ""]
    notes = [row.failure] * bool(row.failure) + list(row.grade.notes if row.grade else ())
    return [*line, "yes" if row.late else "", row.file, "; ".join(row.passed_over), "; ".join(notes)]


def _points(row):
    return f"{row.grade.points:g}" if row.has_points else ""


def canvas(rows, assignment, roster=None):
    """What Canvas imports under Grades: only those with points, because an empty cell would delete a grade.

    Parameters
    ----------
    rows : sequence of Row
    assignment : Assignment
    roster : Roster, optional
        If it is Canvas's own export, its columns are given back, and the assignment's is recognised.

    Returns
    -------
    text : str
    """
    theirs = roster is not None and {"Student", "ID"} <= set(roster.columns)
    columns = [name for name in roster.columns if name in CANVAS] if theirs else list(CANVAS)
    titles = [name for name in (roster.columns if theirs else ()) if _is_titled(name, assignment.name)]
    worth = ["    Points Possible", *[""] * (len(columns) - 1), f"{assignment.points:g}"]
    lines = [
        [*(_canvas_cell(row, column, theirs) for column in columns), _points(row)]
        for row in rows
        if row.has_points and (row.student or not theirs)
    ]
    return table([*columns, titles[0] if titles else assignment.name], [worth, *lines])


def _is_titled(column, name):
    return re.sub(r" \(\d+\)$", "", column) == name


def _canvas_cell(row, column, theirs):
    if theirs:
        return row.student.row[column]
    number = row.owner if row.owner.isdigit() else ""
    cells = {"Student": row.name or row.owner, "ID": number, "SIS User ID": "" if number else row.owner}
    return cells.get(column, "")


def moodle(rows, assignment, roster=None):
    """What Moodle imports as a grading worksheet.

    Parameters
    ----------
    rows : sequence of Row
    assignment : Assignment
    roster : Roster, optional
        If it is Moodle's own worksheet, it comes back with the grades filled in.

    Returns
    -------
    text : str
    """
    theirs = roster is not None and {"Identifier", "Grade"} <= set(roster.columns)
    columns = roster.columns if theirs else MOODLE
    lines = []
    for row in rows:
        cells = _moodle_cells(row, assignment)
        if theirs and row.student:
            lines.append([cells.get(c, row.student.row[c]) for c in columns])
        elif not theirs:
            lines.append([cells.get(c, "") for c in columns])
    return table(columns, lines)


def _moodle_cells(row, assignment):
    if row.student and "Identifier" in row.student.row:
        cells = {}
    else:
        cells = {
            "Identifier": f"Participant {row.owner}" if row.folder and row.owner.isdigit() else row.owner,
            "Full name": row.name,
            "Email address": row.email,
            "Maximum Grade": f"{assignment.points:g}",
        }
    if row.has_points:
        cells["Grade"] = _points(row)
        cells["Feedback comments"] = "; ".join(f"{e.name}: {e.status}" for e in row.grade.exercises)
    return cells
