"""The class at a glance: its points, what was hard, which mistakes were made, and what a person must see."""

import statistics
from collections import Counter, defaultdict

from convbook.exercises.report import marked_up
from convbook.grading.html import Markup, element, joined, page, table
from convbook.grading.rows import NOT_HANDED_IN, counted, in_words, out_of

OUTCOMES = ("right", "partly right", "wrong", "not attempted", "not found", "timed out", "crashed")
BARS = 24  # at most, in the histogram
MANY_FILES = 5  # of one owner: perhaps they are several students'
FOLDED = 10  # longer lists are folded
REASONS = (
    *("The grader failed", "Not gradable", "Crashed", "Timed out", "Partly"),
    *("Many files under one name", "Not on the roster", "The same code, to the letter", "Late"),
    "Cells that did not run through",
)


def summary(rows, assignment, changes=(), notices=()):
    """The page for the instructor.

    Parameters
    ----------
    rows : sequence of Row
    assignment : Assignment
    changes : sequence of Change
        Grades that are not what they were.
    notices : sequence of str
        What is to be said about the run itself.

    Returns
    -------
    html : str
    """
    return page(
        f"{assignment.name}: class summary",
        *(element("p", notice, class_="box") for notice in notices),
        *_at_a_glance(rows, assignment),
        *_histogram([row.grade.points for row in rows if row.has_points], assignment.points),
        *_look_at(rows),
        *_changes(changes, rows),
        *_exercises(rows, assignment),
        *_misconceptions(rows),
        *_everyone(rows),
    )


def _at_a_glance(rows, assignment):
    handed_in = sum(row.status != NOT_HANDED_IN for row in rows)
    yield element("p", f"{handed_in} of {len(rows)} handed in: {counted(rows)}.")
    if points := [row.grade.points for row in rows if row.has_points]:
        mean = out_of(round(statistics.mean(points), 1), assignment.points)
        median = f"{statistics.median(points):g}"
        yield element("p", f"On average {mean}; half of the class has {median} or more.", class_="points")


def _histogram(points, possible):
    """A picture of how many have how many points; the numbers stand below it, folded."""
    if not points:
        return
    width = max(1, -(-possible // BARS))  # points to a bar
    counts = Counter(int(min(p, possible) // width) for p in points)
    bars = [(_range(i * width, width, possible), counts[i]) for i in range(int(possible // width) + 1)]
    highest = max(counts.values())
    fullest = " and ".join(label for label, count in bars if count == highest)
    alt = f"Histogram of points. Of {len(points)} students, most have {fullest} points: {highest}."
    yield element("h2", "Points")
    yield element(
        "div", _bars(bars, highest, alt), class_="scroll", tabindex=0, role="group", aria_label="points"
    )
    yield element(
        "details", element("summary", "The same in numbers"), table(["Points", "#Students"], bars, "points")
    )


def _range(start, width, possible):
    end = min(start + width - 1, possible)
    return f"{start:g}" if end <= start else f"{start:g}–{end:g}"


def _bars(bars, highest, alt):
    step, height = 640 / len(bars), 150
    drawn = []
    for i, (label, count) in enumerate(bars):
        middle, top = (i + 0.5) * step, 20 + height * (1 - count / highest)
        box = {"x": f"{i * step + 2:.1f}", "y": f"{top:.1f}", "width": f"{step - 4:.1f}"}
        if count:
            drawn.append(element("rect", **box, height=f"{height + 20 - top:.1f}", fill="var(--blue)"))
            drawn.append(element("text", count, x=f"{middle:.1f}", y=f"{top - 4:.1f}", text_anchor="middle"))
        drawn.append(element("text", label, x=f"{middle:.1f}", y=height + 38, text_anchor="middle"))
    axis = element("path", d=f"M0 {height + 20.5}H640", stroke="currentColor")
    return element("svg", *drawn, axis, viewBox=f"0 0 640 {height + 45}", role="img", aria_label=alt)


def _look_at(rows):
    """What needs a person's eye, under what for."""
    found = defaultdict(list)
    same_code = defaultdict(list)
    there_is_a_roster = any(row.student for row in rows)
    for row in rows:
        if row.failure:
            found["The grader failed"].append((row, row.failure))
        if row.status in ("not gradable", "crashed", "timed out", "partly"):
            found[row.status.capitalize()].append((row, "; ".join((*_lost(row), *row.grade.notes))))
        elif row.grade and row.grade.notes:
            found["Cells that did not run through"].append((row, "; ".join(row.grade.notes)))
        if row.file and row.student is None and there_is_a_roster:
            found["Not on the roster"].append((row, row.file))
        if row.late:
            found["Late"].append((row, row.file))
        if len(row.passed_over) >= MANY_FILES:
            found["Many files under one name"].append((row, f"{len(row.passed_over) + 1} files"))
        if row.has_points and row.grade.points:
            same_code[row.code].append(row)
    for alike in same_code.values():
        if len(alike) > 1:
            names = ", ".join(row.label for row in alike[1:])
            found["The same code, to the letter"].append((alike[0], f"as {names}"))
    if not found:
        return
    yield element("h2", "For your eyes")
    for reason in sorted(found, key=REASONS.index):
        items = [element("li", _link(row), f": {why}" if why else None) for row, why in found[reason]]
        title, listed = f"{reason} · {len(items)}", element("ul", *items, class_="words")
        if len(items) > FOLDED:
            yield element("details", element("summary", title), listed)
        else:
            yield joined(element("h3", title), listed)


def _lost(row):
    """Which exercises were not judged to the end, and why."""
    for exercise in row.grade.exercises:
        notes = {prop.note for prop in exercise.properties if "hidden input, " in prop.note}
        if exercise.status in ("crashed", "timed out"):
            yield f"{exercise.name} {exercise.status}"
        elif notes:
            yield f"{exercise.name}: {' and '.join(sorted(notes))}"


def _changes(changes, rows):
    if not changes:
        return
    by_owner = {row.owner: row for row in rows}
    yield element("h2", f"What changed · {len(changes)}")
    lines = (
        (_link(by_owner[change.owner]), in_words(change.before), in_words(change.after), change.why)
        for change in changes
    )
    yield table(["Student", "Before", "Now", "Because"], lines, "what changed")


def _exercises(rows, assignment):
    yield element("h2", "Exercises")
    by_name = defaultdict(list)
    for row in rows:
        for exercise in row.grade.exercises if row.has_points else ():
            by_name[exercise.name].append(exercise)
    seen = {exercise.status for done in by_name.values() for exercise in done}
    columns = [outcome for outcome in OUTCOMES if outcome in seen]
    lines = []
    for exercise in assignment.exercises:
        done = by_name[exercise.name]
        statuses = Counter(e.status for e in done)
        mean = f"{statistics.mean(e.points for e in done):.1f} of {exercise.points:g}" if done else "–"
        lines.append([element("code", exercise.name), mean, *(statuses[column] for column in columns)])
    header = ["Exercise", "#Mean", *(f"#{column}" for column in columns)]
    yield table(header, lines, "how the exercises went")
    yield element("h3", "What was right how often")
    yield table(
        ["Exercise", "Property", "#Right", "Share"],
        (
            _property(prop.name, exercise.name, by_name[exercise.name])
            for exercise in assignment.exercises
            for prop in exercise.properties
        ),
        "pass rates",
    )


def _property(name, exercise, done):
    passed = sum(p.points == p.possible for e in done for p in e.properties if p.name == name)
    share = f"{passed / len(done):.0%}" if done else "0%"
    bar = element("span", class_="bar", style=f"--share:{share}", aria_hidden="true")
    return element("code", exercise), name, f"{passed} of {len(done)}", joined(bar, share)


def _misconceptions(rows):
    """The sentences, the most frequent first; each student counts once for each."""
    made = Counter(
        pair
        for row in rows
        if row.grade
        for pair in {(e.name, p.misconception) for e in row.grade.exercises for p in e.properties}
    )
    lines = [
        (element("code", exercise), count, element("div", Markup(marked_up(sentence)), class_="words"))
        for (exercise, sentence), count in made.most_common()
        if sentence
    ]
    if lines:
        yield element("h2", "Misconceptions")
        yield element("p", "Answers that were, on every input, exactly those of a known mistake.")
        yield table(["Exercise", "#Students", "What the students were told"], lines, "misconceptions")


def _everyone(rows):
    yield element("h2", "Everyone")
    lines = ((_link(row), row.status, _points(row), element("div", row.file, class_="words")) for row in rows)
    yield table(["Student", "Status", "#Points", "File"], lines, "everyone")


def _link(row):
    return element("a", row.label, href=f"feedback/{row.page}") if row.grade else joined(row.label)


def _points(row):
    return f"{row.grade.points:g}" if row.has_points else ""
