"""Claims: what the lectures state, and the cell that proves it.

Every statement the course takes from a lecture has an id in `claims.yml`. The chapter that owns it computes
whether it holds and says so:

    claim("toeplitz.matmul", np.allclose(W @ x, conv1d(x, w)), error=abs(W @ x - conv1d(x, w)).max())

The reader sees the statement and the measured numbers in a box; a false claim raises, and with it fail the
notebook, the tests and the book.

Where the proof is hours of training, the claim names the results it rests on, and the cell is given them:

    claim("vectors.linear-38", lambda linear: linear.mean("test_accuracy") > 0.38)

As long as nobody has made them, or once their recipe has changed, the box says so, with the command.
"""

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

import numpy as np

from convbook import results

__all__ = ["Claim", "ClaimFailed", "anchor", "chapters", "claim", "claims"]

#: The lectures' keys in `claims.yml`, and who gave them.
LECTURES = {
    "INR": "Avrithis 2018",
    "CTU": "Shekhovtsov",
    "GT1": "Batra 2017a",
    "GT2": "Batra 2017b",
    "GT3": "Batra 2019",
    "LUO": "Luo et al. 2016",  # a paper, whose term the lectures use for something else
}


class ClaimFailed(AssertionError):
    """The condition that should prove a claim is false."""


@dataclass(frozen=True)
class Claim:
    """One statement, in the book's words.

    Attributes
    ----------
    id : str
        `chapter.name`, stable for ever: pages link to it.
    statement : str
        Plain text; `back-ticks` mark code.
    lecture : str
        Keys of the lectures that state it ("INR, CTU"), see `LECTURES`.
    chapter : str
        Number of the chapter that proves it, "02".
    recorded : str
        Names of the recorded results that it rests on ("mnist-convnet, mnist-convnet-permuted"); none for a
        claim that its cell proves by itself.
    """

    id: str
    statement: str
    lecture: str
    chapter: str
    recorded: str = ""

    @property
    def results(self):
        """The names of the recorded results, as a list."""
        return self.recorded.split(", ") if self.recorded else []

    @property
    def state(self):
        """How it stands, "live", or by its results "recorded", "outdated" or "not yet measured"."""
        if not self.recorded:
            return "live"
        if not set(self.results) <= set(results.names()):
            return "not yet measured"
        return "outdated" if any(results.load(name).outdated for name in self.results) else "recorded"

    @property
    def commands(self):
        """What makes its results anew, as a list of commands."""
        return [f"convbook train {name} --full" for name in self.results]

    @property
    def lecturers(self):
        """Who stated it, "Avrithis 2018, Shekhovtsov"; the bibliography has the lectures."""
        return ", ".join(LECTURES[key] for key in self.lecture.split(", "))


@cache
def chapters():
    """Read the chapters and their claims from `claims.yml`.

    Returns
    -------
    dict
        `{"02": {"title": …, "notebook": …, "claims": [Claim, …]}, …}` in the order of the book.
    """
    import yaml

    text = files("convbook").joinpath("claims.yml").read_text(encoding="utf-8")
    return {
        number: {
            "title": chapter["title"],
            "notebook": chapter["notebook"],
            "claims": [Claim(id, chapter=number, **entry) for id, entry in chapter["claims"].items()],
        }
        for number, chapter in yaml.safe_load(text).items()
    }


def claims():
    """All claims of the book by id, as a dict in the order of the book."""
    return {c.id: c for chapter in chapters().values() for c in chapter["claims"]}


def anchor(id):
    """Name of the place in a chapter's page where the claim's box stands: `claim-toeplitz-matmul`."""
    return "claim-" + "".join(c if c.isalnum() else "-" for c in id)


def claim(id, holds, **measured):
    """Show a claim with its measured numbers, or raise if it does not hold.

    Parameters
    ----------
    id : str
        Id in `claims.yml`.
    holds : bool, or callable
        The condition that proves the statement; a single truth value, not an array. For a recorded claim, a
        function of its results, in the order in which it names them.
    **measured
        Numbers or short strings to show in the box, such as `error=3e-16` or `size="5×7"`; for a recorded
        claim, functions of its results too.

    Raises
    ------
    ClaimFailed
        If `holds` is false; the message has the statement and the measured numbers.
    KeyError
        If no claim has this id; the message names the nearest ones.
    TypeError
        If `holds` is not a single truth value, or for a recorded claim not a function.

    Notes
    -----
    "How to use this book" says what the boxes mean.
    """
    known = claims()
    if id not in known:
        from difflib import get_close_matches

        near = ", ".join(get_close_matches(id, known, n=3)) or "none is near"
        raise KeyError(f"claim: no claim has the id {id!r} in claims.yml (nearest: {near})")
    provenance = ""
    if known[id].recorded:
        if not callable(holds):
            raise TypeError(f"claim {id}: holds must be a function of its results, got {holds!r:.60}")
        if known[id].state != "recorded":
            return _show(_Box(known[id], {}))
        found = [results.load(name) for name in known[id].results]
        provenance = "; ".join(result.provenance for result in found)
        holds = holds(*found)
        measured = {name: value(*found) if callable(value) else value for name, value in measured.items()}
    if not isinstance(holds, bool | np.bool_):
        raise TypeError(f"claim {id}: holds must be True or False, got {type(holds).__name__} {holds!r:.60}")
    numbers = {name.replace("_", " "): _format(value) for name, value in measured.items()}
    if not holds:
        shown = ", ".join(f"{name} = {value}" for name, value in numbers.items()) or "no numbers given"
        raise ClaimFailed(f"{id}: “{known[id].statement}” does not hold; measured: {shown}")
    _show(_Box(known[id], numbers, provenance))


def _show(box):
    """As HTML in a notebook, as text elsewhere."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        get_ipython = None
    if get_ipython and get_ipython():
        display(box)
    else:
        print(box)


def _format(value):
    """A number with three digits, anything else as text."""
    if isinstance(value, float | np.floating):
        return f"{value:.3g}"
    return str(value)


class _Box:
    """What `claim` shows: HTML where it can be drawn, a line of text elsewhere."""

    # Repeated in every box, because in Colab each output is a page of its own.
    style = (
        "border:1px solid #0a7a5a;border-left-width:5px;border-radius:4px;padding:.5em .9em;"
        "margin:.3em 0;max-width:44rem;line-height:1.45"
    )

    pending = style.replace("#0a7a5a", "#8a6100").replace("solid", "dashed", 1)

    def __init__(self, claim, numbers, provenance=""):
        self.claim = claim
        self.numbers = numbers
        self.provenance = provenance

    @property
    def how(self):
        """What stands behind the claim: a mark, and words."""
        if self.claim.state == "live":
            return "✓", "proved by the cell above"
        if self.claim.state == "recorded":
            return "✓", f"recorded: {self.provenance}"
        return "○", f"{self.claim.state}: {'; '.join(self.claim.commands)}"

    def __repr__(self):
        mark, how = self.how
        recorded = f"\n    {how}" if self.claim.recorded else ""
        numbers = "".join(f"\n    {name} = {value}" for name, value in self.numbers.items())
        return f"{mark} {self.claim.id}: {self.claim.statement}{recorded}{numbers}"

    def _repr_html_(self):
        numbers = "".join(
            f'<span style="white-space:nowrap;margin-right:1.4em">{escape(name)} = '
            f"<strong>{escape(value)}</strong></span> "
            for name, value in self.numbers.items()
        )
        measured = (
            f'<div style="font-size:.9em;margin-top:.25em">measured: {numbers}</div>' if numbers else ""
        )
        mark, how = self.how
        style = self.style if mark == "✓" else self.pending
        return (
            f'<div class="claim" id="{anchor(self.claim.id)}" role="note" '
            f'aria-label="Claim {escape(self.claim.id)}, {escape(how)}" style="{style}">'
            f'<div style="font-size:.8em"><span aria-hidden="true">{mark}</span> claim '
            f"<code>{escape(self.claim.id)}</code> · {escape(how)} · "
            f"stated by {escape(self.claim.lecturers)}</div>"
            f"<div>{statement_html(self.claim.statement)}</div>{measured}</div>"
        )


def statement_html(statement):
    """The statement as HTML: escaped, with `back-ticks` as code."""
    parts = escape(statement).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
