"""The report on an answer, as accessible HTML for a notebook and as text for a terminal.

Nothing is said by colour alone, and the colours are tints over whatever background there is, so that the
report reads alike on a light and on a dark page.
"""

import re
from dataclasses import dataclass
from html import escape
from textwrap import indent

import numpy as np

from convbook.exercises import writing
from convbook.exercises.results import Result

LARGEST_PICTURE = (16, 24)  # rows and columns; what is larger is shown as text only
LINES_PRINTED, WIDEST_PRINTED = 10, 500
SEEN_BEFORE = "the same input shows it as above, for the same reason"


@dataclass(frozen=True, repr=False)
class Report:
    """What is shown for a result.

    Parameters
    ----------
    result : Result

    Notes
    -----
    Displayed as HTML in a notebook, printed as text elsewhere.
    """

    result: Result

    def __repr__(self):
        return text(self.result)

    def _repr_html_(self):
        return html(self.result)


def text(result):
    """The report as plain text.

    Parameters
    ----------
    result : Result

    Returns
    -------
    text : str
    """
    lines = [_title(result)]
    if not result.unfinished:
        for verdict in result.verdicts:
            lines.append(indent(_property_line(verdict), "  "))
            lines += [indent(part, "      ") for part in _explanation(result, verdict)]
    return "\n".join(lines)


def _title(result):
    exercise = result.exercise
    if result.unfinished:
        state = "not answered yet" if exercise.is_value else "not implemented yet"
        return f"{exercise.name} · {state} · {writing.points(0, exercise.points)}"
    return f"{exercise.name} · {writing.points(result.points, exercise.points)}"


def _property_line(verdict):
    mark = "✓" if verdict.passed else "✗"
    return f"{mark} {verdict.property.name} · {writing.points(verdict.points, verdict.property.points)}"


def _explanation(result, verdict):
    """What a student needs to see of a failure, one part after the other."""
    if verdict.passed:
        return
    if _seen_before(result, verdict):
        yield SEEN_BEFORE
        return
    exercise, trial = result.exercise, verdict.smallest
    if trial.case.inputs:
        yield "smallest input that shows it:"
        yield indent(_inputs(trial), "  ")
    yield _what_is_wrong(trial.difference)
    for label, value in _yours_and_expected(exercise, trial):
        written = writing.short(value)
        yield f"{label}\n{indent(written, '  ')}" if "\n" in written else f"{label} {written}"
    if advice := _advice(verdict):
        yield advice
    if trial.answer.printed:
        yield "your function printed:\n" + indent(_printed(trial), "  ")
    if trial.case.inputs:
        yield f"to see it again: {writing.call(exercise, trial.case.inputs)}"


def _seen_before(result, verdict):
    """Whether an earlier property failed on the same input, with the same misconception if any."""
    earlier = result.verdicts[: result.verdicts.index(verdict)]
    return any(_what_shows(other) == _what_shows(verdict) for other in earlier if not other.passed)


def _what_shows(verdict):
    trial = verdict.smallest
    return repr(trial.case.inputs), trial.difference.message, verdict.misconception


def _inputs(trial):
    written = {name: writing.short(value) for name, value in trial.case.inputs.items()}
    return "\n".join(
        f"{name} = " + value.replace("\n", "\n" + " " * (len(name) + 3)) for name, value in written.items()
    )


def _what_is_wrong(difference):
    if not difference.index:
        return difference.message
    where = ", ".join(str(i) for i in difference.index)
    return f"{difference.message}, first at index {where}"


def _yours_and_expected(exercise, trial):
    """The two values to be looked at side by side; of tuples, the item that differs."""
    yours, expected, difference = trial.answer.value, trial.case.expected, trial.difference
    if exercise.is_value:
        return [("yours", yours)]  # a prediction is not given away
    if trial.answer.error or yours is None:
        return [("expected", expected)]
    if difference.item is not None:
        yours, expected = yours[difference.item], expected[difference.item]
    if difference.index is not None:
        yours, expected = np.asarray(yours), np.asarray(expected)  # a list was as good as an array
    return [("yours", yours), ("expected", expected)]


def _advice(verdict):
    """The misconception's sentence, or else the hint."""
    return verdict.misconception or verdict.property.hint


def _printed(trial):
    lines = trial.answer.printed.rstrip("\n").split("\n")
    shown = [line[:WIDEST_PRINTED] for line in lines[:LINES_PRINTED]]
    return "\n".join(shown + ["…"] * (len(lines) > LINES_PRINTED))


def html(result):
    """The report as HTML, complete with its style: an output in Colab is a page of its own.

    Parameters
    ----------
    result : Result

    Returns
    -------
    html : str
    """
    body = f'<p class="title">{_title_html(result)}</p>'
    if not result.unfinished:
        body += "<ul>" + "".join(_property_html(result, verdict) for verdict in result.verdicts) + "</ul>"
    label = escape(f"Check of {result.exercise.name}")
    return f'<div class="convbook-check" role="group" aria-label="{label}"><style>{STYLE}</style>{body}</div>'


def _title_html(result):
    name, rest = _title(result).split(" ", 1)
    return f"<code>{escape(name)}</code> {escape(rest)}"


def _property_html(result, verdict):
    state = "right" if verdict.passed else "wrong"
    line = escape(_property_line(verdict))
    return f'<li class="{state}"><p>{line}</p>{explanation(result, verdict)}</li>'


def explanation(result, verdict):
    """Why a property failed, as HTML, to be read below `STYLE` in an element of the class `convbook-check`.

    Parameters
    ----------
    result : Result
        Of the exercise; what an earlier verdict has shown is not shown again.
    verdict : Verdict
        One of its verdicts.

    Returns
    -------
    html : str
        "" if it did not fail.
    """
    if verdict.passed:
        return ""
    if _seen_before(result, verdict):
        return f"<p>{SEEN_BEFORE.capitalize()}.</p>"
    exercise, trial = result.exercise, verdict.smallest
    parts = []
    if trial.case.inputs:
        parts.append(f"<p>Smallest input that shows it:</p>{_block(_inputs(trial))}")
    parts.append(f"<p>What is wrong: {marked_up(_what_is_wrong(trial.difference))}.</p>")
    parts.append(_pictures(exercise, trial))
    if advice := _advice(verdict):
        parts.append(f'<p class="advice">{marked_up(advice)}</p>')
    if trial.answer.printed:
        parts.append(_fold("What your function printed", _printed(trial)))
    if trial.case.inputs:
        parts.append(_fold("See it again in a cell", writing.call(exercise, trial.case.inputs)))
    return "".join(parts)


def _fold(summary, content):
    return f"<details><summary>{summary}</summary>{_block(content)}</details>"


def _block(content):
    return f'<pre tabindex="0">{escape(content)}</pre>'


def marked_up(sentence):
    """Escape a sentence; between back-ticks stands code, between asterisks what is to be stressed.

    Parameters
    ----------
    sentence : str

    Returns
    -------
    html : str
    """
    pieces = escape(sentence, quote=False).split("`")
    pieces[::2] = [re.sub(r"\*(\w[^*]*)\*", r"<em>\1</em>", piece) for piece in pieces[::2]]
    return "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))


def _pictures(exercise, trial):
    """Yours, the expected and their difference as tables of numbers, what differs marked and tinted."""
    shown = _yours_and_expected(exercise, trial)
    if len(shown) < 2 or trial.difference.index is None or np.iscomplexobj(shown[0][1]):
        tables = [_table(label, value) for label, value in shown]
    else:
        (_, yours), (_, expected) = shown
        difference = np.subtract(yours, expected, dtype=float)
        tint = _tint(difference)
        tables = [
            _table("yours", yours, tint),
            _table("expected", expected),
            _table("yours − expected", difference, tint),
        ]
    return f'<div class="pictures">{"".join(tables)}</div>'


def _tint(difference):
    """How strongly each entry is marked: 0 where it is right, up to 1 at the largest difference."""
    amount = np.abs(np.nan_to_num(difference, nan=np.inf))
    largest = amount[np.isfinite(amount)].max(initial=0) or 1.0
    return np.where(amount > 1e-9, 0.3 + 0.7 * np.minimum(amount / largest, 1), 0)


def _table(label, value, tint=None):
    if not isinstance(value, np.ndarray) or not 1 <= value.ndim <= 2 or value.size == 0:
        return f'<div><p class="label">{label}</p>{_block(writing.short(value))}</div>'
    rows = np.atleast_2d(value)
    if np.any(np.array(rows.shape) > LARGEST_PICTURE):
        return f'<div><p class="label">{label}</p>{_block(writing.short(value))}</div>'
    tint = np.zeros(rows.shape) if tint is None else np.atleast_2d(tint)
    corner = "<td></td>" if value.ndim == 2 else ""
    columns = "".join(f'<th scope="col">{j}</th>' for j in range(rows.shape[1]))
    body = "".join(
        "<tr>"
        + (f'<th scope="row">{i}</th>' if value.ndim == 2 else "")
        + "".join(map(_cell, rows[i], tint[i]))
        + "</tr>"
        for i in range(len(rows))
    )
    table = f"<table><caption>{label}</caption><tr>{corner}{columns}</tr>{body}</table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">{table}</div>'


def _cell(value, tint):
    number = writing.number(value)
    if not tint:
        return f"<td>{number}</td>"
    return f'<td class="differs" style="--tint:{50 * tint:.0f}%"><b>{number}</b></td>'


STYLE = """
.convbook-check{--good:#009e73;--bad:#d55e00;--shade:rgba(127,127,127,.14);--line:rgba(127,127,127,.45);
  color:inherit;line-height:1.45;max-width:46rem}
.convbook-check p,.convbook-check ul{margin:.3rem 0}
.convbook-check p.title{font-weight:600}
.convbook-check ul{list-style:none;padding:0}
.convbook-check li{border-left:.25rem solid var(--good);padding:.1rem 0 .1rem .75rem;margin:.5rem 0}
.convbook-check li.wrong{border-left-style:double;border-left-width:.4rem;border-left-color:var(--bad)}
.convbook-check li.wrong>p:first-child,.convbook-check .advice{font-weight:600}
.convbook-check .advice{border:1px solid var(--line);border-radius:.3rem;padding:.4rem .6rem;
  background:var(--shade)}
.convbook-check.convbook-check code,.convbook-check.convbook-check pre{color:inherit;background:var(--shade);
  border:0;border-radius:.2rem;font-size:.9em}
.convbook-check.convbook-check code{padding:.05rem .25rem}
.convbook-check.convbook-check pre{padding:.4rem .6rem;margin:.3rem 0;overflow-x:auto;white-space:pre}
.convbook-check .pictures{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:flex-start}
.convbook-check .pictures>div{max-width:100%}
.convbook-check .scroll{overflow-x:auto}
.convbook-check.convbook-check table{border-collapse:collapse;margin:.2rem 0;width:auto;border:0;
  color:inherit;font-variant-numeric:tabular-nums;font-size:.9em}
.convbook-check.convbook-check tr{background:transparent}
.convbook-check caption,.convbook-check .label{caption-side:top;text-align:left;font-size:.9em;color:inherit;
  white-space:nowrap;padding:0;margin:.2rem 0}
.convbook-check.convbook-check td,.convbook-check.convbook-check th{color:inherit;background:transparent;
  text-align:right;padding:.15rem .45rem;min-width:1.6rem}
.convbook-check.convbook-check td{border:1px solid var(--line)}
.convbook-check.convbook-check td:empty,.convbook-check.convbook-check th{border:0;font-weight:400;
  font-size:.85em}
.convbook-check.convbook-check td.differs{outline:2px solid var(--bad);outline-offset:-2px;
  background:color-mix(in srgb,var(--bad) var(--tint),transparent)}
.convbook-check details{margin:.3rem 0}
.convbook-check summary{cursor:pointer}
"""
