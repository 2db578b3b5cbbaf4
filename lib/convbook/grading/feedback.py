"""What a student gets back: a page that says what each exercise earned and, of what failed, why."""

from pathlib import PurePosixPath

from convbook.exercises.report import marked_up
from convbook.grading.html import Markup, element, joined, page
from convbook.grading.rows import out_of

EXERCISES = {
    "not attempted": "It still says that it is not implemented.",
    "not found": "Nothing of this name is defined, or an error came first in the cell that defines it.",
    "crashed": "It ended the process that ran it.",
    "timed out": "It took longer than it may.",
}
SUBMISSIONS = {
    "partly": "Something in it took too long or ended its process. The rest was graded.",
    "timed out": "Your notebook took longer than it may; what it had earned by then counts.",
    "crashed": "Your notebook ended every process that ran it.",
    "not gradable": "Your file could not be read as a notebook.",
}


def feedback(row, title):
    """The page for a student.

    Parameters
    ----------
    row : Row
        With a grade.
    title : str
        Of the assignment.

    Returns
    -------
    html : str
        Of what a student wrote, every character is escaped; nothing in it comes from the secret inputs.
    """
    grade = row.grade
    return page(
        title,
        element("p", row.label),
        element("p", _points(row), class_="points"),
        element("p", SUBMISSIONS[grade.status]) if grade.status in SUBMISSIONS else None,
        _file(row),
        _notes(grade.notes),
        *map(_exercise, grade.exercises),
        element("h2", "How this was graded"),
        element(
            "p",
            "Your functions were called with many inputs, the same for everyone in the class. An input shown "
            "here is one of those that the check in your notebook uses, made as small as possible; run the "
            "check to see it there. What fails only on hidden inputs is named, but they are not shown.",
        ),
    )


def _points(row):
    if not row.has_points:
        return row.status
    return out_of(row.grade.points, row.grade.possible)


def _file(row):
    others = [element("code", PurePosixPath(file).name) for file in row.passed_over]
    listed = [piece for name in others for piece in (", ", name)][1:]
    return element(
        "p",
        "Graded from ",
        element("code", PurePosixPath(row.file).name),
        ", handed in late" if row.late else None,
        ".",
        *((" Newer than, and counted instead of, ", *listed, ".") if others else ()),
        class_="muted",
    )


def _notes(notes):
    if not notes:
        return None
    items = (element("li", note) for note in notes)
    return element("div", element("p", "While your notebook ran:"), element("ul", *items), class_="box")


def _exercise(exercise):
    return element(
        "section",
        element(
            "h2",
            element("code", exercise.name),
            f" · {exercise.status} · {out_of(exercise.points, exercise.possible)}",
        ),
        element("p", EXERCISES[exercise.status]) if exercise.status in EXERCISES else None,
        element("ul", *map(_property, exercise.properties), class_="plain")
        if _was_judged(exercise)
        else None,
        class_="exercise convbook-check",
    )


def _was_judged(exercise):
    return exercise.status not in ("not attempted", "not found")


def _property(prop):
    passed = prop.points == prop.possible
    explained = Markup(prop.report)
    if not passed and not explained:
        sentence = Markup(marked_up(prop.misconception)) if prop.misconception else None
        explained = joined(
            element("p", _sentence(prop.note)) if prop.note else None,
            element("p", sentence, class_="advice") if sentence else None,
        )
    mark = "✓" if passed else "✗"
    line = element("p", f"{mark} {prop.name} · {out_of(prop.points, prop.possible)}")
    return element("li", line, explained, class_="right" if passed else "wrong")


def _sentence(note):
    return f"{note[:1].upper()}{note[1:].rstrip('.')}."
