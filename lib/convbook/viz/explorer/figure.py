"""What an explorer is made of: its place in the page, a picture for where no script runs, and its script."""

import numpy as np

from convbook.viz.html import Html, escape, script, style, unique
from convbook.viz.plots.photographs import png

MAX_IMAGE = 30_000  # bytes of an embedded photograph


def embed(function, image, colour=False):
    """A grey or colour image as the data address of a PNG, black 0 and white 1."""
    image = np.asarray(image)
    if image.ndim != (3 if colour else 2) or (colour and len(image) != 3):
        kind = "in colours, (3, H, W)" if colour else "grey, (H, W)"
        raise ValueError(f"explorer.{function}: image must be {kind}, got shape {image.shape}")
    address = png(image, (0, 1))
    size = len(address) * 3 // 4
    if size > MAX_IMAGE:
        h, w = image.shape[-2:]
        raise ValueError(
            f"explorer.{function}: image {h}×{w} takes {size} bytes as PNG, at most {MAX_IMAGE} are embedded"
        )
    return address


def photo(address):
    return f'<img alt="" src="{address}" width="300">'


def within(function, start, limits):
    """Check that every slider starts where it can stand."""
    for name, (low, high) in limits.items():
        if not low <= start[name] <= high:
            raise ValueError(f"explorer.{function}: {name} must be from {low} to {high}, got {start[name]}")


def explorer(kind, data, alt, fallback="", *parts):
    """The figure's place, a picture for where no script runs, and the script that takes its place over.

    `parts` are further files that the script of this kind needs.
    """
    id = unique(kind.replace("_", "-"))
    note = "<p>The controls appear where scripts run: on the published page, or after running the cell.</p>"
    root = f'<div class="cb cb-explorer" id="{id}" role="group" aria-label="{escape(alt)}">'
    html = f"{style('plots.css', 'explorer.css')}{root}{fallback}{note}</div>"
    return Html(html + script(id, kind, data, "conv.js", "controls.js", *parts, f"{kind}.js"), alt)
