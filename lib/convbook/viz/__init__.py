"""Figures: one style, pictures for the chapters, steppers and explorers that run in the page.

Every figure is an object with `_repr_html_`: inline SVG or HTML with its own style and script, which loads
nothing, needs no kernel and follows a light or dark theme. As the last line of a cell it is shown; elsewhere,
`display(…)` it. Nothing here imports matplotlib until a figure needs it.
"""

from convbook.viz import explorer, plots, stepper
from convbook.viz.style import INK, INPUT, KERNEL, LINE, MUTED, OUTPUT, PAPER, WEIGHTS, show, subplots
from convbook.viz.variants import variants

__all__ = [
    "INK",
    "INPUT",
    "KERNEL",
    "LINE",
    "MUTED",
    "OUTPUT",
    "PAPER",
    "WEIGHTS",
    "explorer",
    "plots",
    "show",
    "stepper",
    "subplots",
    "variants",
]
