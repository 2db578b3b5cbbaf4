"""What every figure is made of: a display object, ids, assets, and the check of its alt text."""

import json
import re
from collections import Counter
from html import escape
from importlib.resources import files

__all__ = ["Html", "asset", "escape", "number", "script", "scrolling", "sentence", "style", "unique"]


class Html:
    """A figure: HTML in a notebook, one line of text elsewhere.

    Attributes
    ----------
    html : str
        Everything the figure needs; it loads nothing.
    alt : str
        What is seen, in a sentence.
    """

    def __init__(self, html, alt):
        self.html = html
        self.alt = alt

    def _repr_html_(self):
        return self.html

    def __repr__(self):
        return f"[figure: {self.alt}]"


_counts = Counter()


def unique(kind):
    """An id no other figure of this process has: `conv1d-1`, `conv1d-2`, … The same from build to build."""
    _counts[kind] += 1
    return f"{kind}-{_counts[kind]}"


def asset(name):
    """Text of a file in `assets/`."""
    return files("convbook.viz").joinpath("assets", name).read_text(encoding="utf-8")


def style(*names):
    """A `<style>` element of these files, after the palette."""
    return "<style>" + "".join(asset(name) for name in ("figure.css", *names)) + "</style>"


def script(id, function, data, *names):
    """A `<script>` element that calls `function(root, data)`, defined in these files, on the figure `id`.

    Several figures may carry the same id where a notebook keeps old outputs or shows one twice, so every root
    that is not yet running is started.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    source = "".join(asset(name) for name in names)
    return (
        f'<script>(() => {{\n"use strict";\n{source}'
        f'for (const root of document.querySelectorAll("#{id}:not([data-ready])")) {{\n'
        f'  root.dataset.ready = "";\n  {function}(root, {text});\n}}\n}})();</script>'
    )


def scrolling(svg):
    """Place a picture: one wider than a phone scrolls sideways there, rather than shrinking its text away."""
    if float(re.search(r' width="([\d.]+)"', svg)[1]) <= 480:
        return f'<div class="cb">{svg}</div>'
    # Focusable, so that the arrow keys can scroll it.
    svg = svg.replace("<svg ", '<svg class="cb-wide" ', 1)
    name = 'tabindex="0" role="group" aria-label="picture, scrolls sideways"'
    return f'<div class="cb cb-scroll" {name}>{svg}</div>'


def sentence(function, alt):
    """Return `alt` if it can stand for the picture, or raise.

    Raises
    ------
    ValueError
        If it is not a text of at least three words.
    """
    if not isinstance(alt, str) or len(alt.split()) < 3:
        raise ValueError(f"{function}: alt must be a sentence that says what is seen, got {alt!r}")
    return " ".join(alt.split())


def number(value):
    """A number as the figures write it: at most three digits, a true minus sign.

    >>> number(-1.0), number(0.12345), number(12)
    ('−1', '0.123', '12')
    """
    text = f"{value + 0.0:.3g}" if abs(value) < 1000 else f"{value:.0f}"  # adding 0 makes −0 plain 0
    return text.replace("-", "−")
