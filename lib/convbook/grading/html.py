"""HTML pages of their own: no script, nothing loaded, and every text escaped, whoever wrote it.

`element` escapes its children unless they are `Markup`, so that a student's words cannot become a page's.
The policy in the head forbids scripts and requests besides.
"""

from html import escape

from convbook.exercises.report import STYLE as REPORT_STYLE

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

STYLE = """
:root{color-scheme:light dark;--ink:#1c2127;--muted:#59626d;--line:#d3d8de;--paper:#fff;--shade:#f4f6f8;
  --blue:#0072b2;--good:#00694c;--bad:#a84600;--link:#0b5ac2}
@media (prefers-color-scheme:dark){:root{--ink:#e4e7eb;--muted:#a3adba;--line:#3d4650;--paper:#16191d;
  --shade:#20252b;--blue:#56b4e9;--good:#4fd6ab;--bad:#ffa366;--link:#74aef7}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.2rem;margin:2.25rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.5rem 0;max-width:44rem}
a{color:var(--link)}
code,pre{font:.9em/1.45 ui-monospace,monospace}
.muted{color:var(--muted)}
.points{font-size:1.35rem;font-weight:600}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5rem 0}
th,td{text-align:left;white-space:nowrap;vertical-align:top;padding:.3rem .75rem .3rem 0;
  border-bottom:1px solid var(--line)}
th{font-weight:600}
thead th{color:var(--muted);font-size:.9rem}
td.number,th.number{text-align:right}
.words{min-width:14rem;white-space:normal;overflow-wrap:anywhere}
.status{white-space:nowrap;font-weight:600}
.status.good{color:var(--good)}
.status.bad{color:var(--bad)}
.bar{display:inline-block;width:8rem;height:.8rem;margin-right:.5rem;border:1px solid var(--muted);
  background:linear-gradient(var(--blue),var(--blue)) 0/var(--share) 100% no-repeat}
ul.plain{list-style:none;padding:0;margin:.5rem 0}
ul.plain li{margin:.25rem 0}
.exercise{border-top:1px solid var(--line);margin-top:1.5rem;padding-top:.25rem}
.box{background:var(--shade);border-left:.25rem solid var(--bad);padding:.5rem .75rem;margin:.75rem 0;
  max-width:44rem;overflow-wrap:anywhere}
svg{display:block;width:100%;min-width:30rem;max-width:44rem;height:auto}
svg text{fill:currentColor;font:13px system-ui,sans-serif}
summary{cursor:pointer}
@media print{a{color:inherit}.exercise{break-inside:avoid}}
"""


class Markup(str):
    """HTML that may stand in a page as it is."""


def element(tag, *children, **attributes):
    """An element of HTML.

    Parameters
    ----------
    tag : str
    children : Markup, str, number or None
        What is not Markup is escaped; None is left out.
    attributes : str or number
        `class_` and `for_` stand for `class` and `for`, `aria_label` for `aria-label`.

    Returns
    -------
    html : Markup
    """
    given = (
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{''.join(given)}>{joined(*children)}</{tag}>")


def joined(*children):
    """Several pieces, one after the other.

    Parameters
    ----------
    children : Markup, str, number or None
        What is not Markup is escaped; None is left out.

    Returns
    -------
    html : Markup
    """
    pieces = (
        child if isinstance(child, Markup) else escape(str(child)) for child in children if child is not None
    )
    return Markup("".join(pieces))


def page(title, *children):
    """A whole page.

    Parameters
    ----------
    title : str
    children : Markup, str or None

    Returns
    -------
    html : str
    """
    head = joined(
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="robots" content="noindex">'),
        element("title", title),
        element("style", Markup(STYLE + REPORT_STYLE)),
    )
    body = element("body", element("main", element("h1", title), *children))
    return f'<!DOCTYPE html>\n<html lang="en">{element("head", head)}{body}</html>\n'


def table(header, rows, caption=None):
    """A table that scrolls sideways where it does not fit.

    Parameters
    ----------
    header : sequence of str
        Of the columns; one that begins with "#" is of numbers.
    rows : iterable of sequence
        The first cell heads its row.
    caption : str, optional
        Read out where the table gets the focus.

    Returns
    -------
    html : Markup
    """
    kinds = ["number" if name.startswith("#") else None for name in header]
    names = [name.removeprefix("#") for name in header]
    head = element(
        "tr", *(element("th", n, scope="col", class_=kind) for n, kind in zip(names, kinds, strict=True))
    )

    def row(cells):
        tags = ["th", *["td"] * (len(cells) - 1)]
        scopes = ["row", *[None] * (len(cells) - 1)]
        return element(
            "tr",
            *(
                element(tag, cell, scope=scope, class_=kind)
                for tag, cell, scope, kind in zip(tags, cells, scopes, kinds, strict=True)
            ),
        )

    inside = element("table", element("thead", head), element("tbody", *map(row, rows)))
    return element("div", inside, class_="scroll", tabindex=0, role="region", aria_label=caption or names[0])
