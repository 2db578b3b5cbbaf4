"""One look for every figure: the palette, matplotlib in the house style, pictures that follow the theme.

Matplotlib draws with the light palette and with one ink for text and axes. `show` turns those colours into
the variables of `assets/figure.css`, so the same picture is right on a light and on a dark page.
"""

import hashlib
import io
import re
import sys

from convbook.viz.html import Html, escape, scrolling, sentence, style

__all__ = ["INK", "INPUT", "KERNEL", "LINE", "MUTED", "OUTPUT", "PAPER", "WEIGHTS", "show", "subplots"]

#: The book's three colours (colour-blind safe): what goes in, what it meets, what comes out.
INPUT, KERNEL, OUTPUT = "#0072b2", "#d55e00", "#009e73"
#: Text and axes, secondary text, thin lines, the page behind. Stand-ins: on the page they follow the theme.
INK, MUTED, LINE, PAPER = "#000000", "#5d6570", "#b9c0c9", "#fefefe"
#: One colour per weight, w₁ … w₉.
WEIGHTS = ("#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2", "#d55e00", "#8a8f98", "#d9cb12", "#7a5ac2")

_VARIABLES = {
    INPUT: "var(--cb-input)",
    KERNEL: "var(--cb-kernel)",
    OUTPUT: "var(--cb-output)",
    INK: "currentColor",
    MUTED: "var(--cb-muted)",
    LINE: "var(--cb-line)",
    PAPER: "var(--cb-paper)",
}

_RC = {
    "figure.dpi": 72,  # one point is one pixel of the page
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 15,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 15,
    "grid.color": LINE,
    "hatch.linewidth": 1.5,
    "image.cmap": "gray",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "lines.markersize": 8,
    "mathtext.fontset": "dejavusans",
    "patch.edgecolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "convbook",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


def subplots(rows=1, cols=1, *, width=700, height=300, **kwargs):
    """Make a figure and its axes in the house style, sized in pixels of the page.

    Parameters
    ----------
    rows, cols : int
        Number of axes down and across.
    width, height : int
        Of the whole figure in pixels; at most 700 wide.
    **kwargs
        Passed on to `matplotlib.figure.Figure.subplots`: `sharex`, `width_ratios`, `squeeze`, …

    Returns
    -------
    fig, axes
        As `matplotlib.pyplot.subplots` returns them. Colours and dashes cycle: input, kernel, output, then
        three more.

    Raises
    ------
    ValueError
        If the figure is wider than 700 pixels.

    Notes
    -----
    The first call sets matplotlib's defaults for the session: one book, one style.
    """
    if not 0 < width <= 700:
        raise ValueError(f"subplots: width must be at most 700 pixels, got {width}")
    import matplotlib
    from cycler import cycler
    from matplotlib.figure import Figure

    colours = [INPUT, KERNEL, OUTPUT, WEIGHTS[3], WEIGHTS[0], MUTED]
    cycle = cycler(color=colours, linestyle=["-", "--", "-.", ":", (0, (8, 2)), (0, (3, 1, 1, 1))])
    matplotlib.rcParams.update(_RC | {"axes.prop_cycle": cycle})
    fig = Figure(figsize=(width / 72, height / 72))
    return fig, fig.subplots(rows, cols, **kwargs)


def show(fig, *, alt):
    """Turn a matplotlib figure into a picture for the page, and close it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Any figure; `subplots` makes one in the house style.
    alt : str
        A sentence that says what is seen and what to conclude.

    Returns
    -------
    Html
        Inline SVG whose text and palette colours follow the theme. The same figure gives the same bytes.
        As the last line of a cell it is shown; elsewhere, `display(show(…))`.

    Raises
    ------
    ValueError
        If `alt` is not a sentence.
    """
    alt = sentence("show", alt)
    import matplotlib

    buffer = io.BytesIO()
    settings = {key: _RC[key] for key in ("svg.fonttype", "svg.hashsalt", "savefig.facecolor")}
    with matplotlib.rc_context(settings):
        fig.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(fig)
    return Html(style() + scrolling(_adapt(buffer.getvalue().decode(), alt)), alt)


def _adapt(svg, alt):
    """Matplotlib's SVG as part of a page: themed colours, the page's font, ids of its own, a name."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<style.*?</style>", "", svg, count=1, flags=re.S)  # it would restyle the whole page
    svg = re.sub(r"<!--.*?-->\s*", "", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    # Before 3.10 matplotlib writes one `font: italic 700 15px families`; an empty part of it is ignored.
    one = r"font: (italic |oblique )?(\w+ )?([\d.]+px) [^;\"]*"
    svg = re.sub(one, r"font-style: \1; font-weight: \2; font-size: \3", svg)
    svg = re.sub(r"(base64,)\s+", r"\1", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    for colour, variable in _VARIABLES.items():
        svg = re.sub(rf"(fill|stroke): {colour}", rf"\1: {variable}", svg)
    prefix = "p" + hashlib.sha256(svg.encode()).hexdigest()[:8] + "-"
    svg = re.sub(r'( id="|url\(#|href="#)', rf"\1{prefix}", svg)
    width, height = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg).groups()
    # Matplotlib leaves black out, so that what has no colour takes the text's.
    look = 'style="fill: currentColor; stroke-linejoin: round; stroke-linecap: butt"'
    head = f'<svg role="img" aria-label="{escape(alt)}" width="{width}" height="{height}" {look}'
    svg = re.sub(r'<svg([^>]*?) width="[^"]*" height="[^"]*"', rf"{head}\1", svg, count=1)
    return svg.strip()
