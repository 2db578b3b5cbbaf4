"""Images side by side."""

import base64
import io

import numpy as np

from convbook.viz.html import Html, escape, sentence, style
from convbook.viz.plots.palette import ABOVE, BELOW


def images(arrays, titles=(), *, alt, cols=None, limits="own", diverging=False, size=None):
    """Show images side by side; on a narrow page they wrap.

    Parameters
    ----------
    arrays : sequence of ndarray
        Each `(H, W)` grey, or `(3, H, W)` or `(H, W, 3)` colour; floats in [0, 1] or uint8 for colour.
    titles : sequence of str
        One short text over each image.
    alt : str
        A sentence that says what is seen.
    cols : int, optional
        Images in a row; default as many as there are, at most 4.
    limits : "own", "shared" or (low, high)
        What is black and what is white: each image's own extremes (from zero, if it is all one value), the
        extremes of all, or given values.
    diverging : bool or sequence of bool
        Blue below zero, blank at zero, red above: for weights, responses and differences. One for all images
        or one for each.
    size : int, optional
        Width of one image in pixels; default what fills the page.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence, an array is not an image, or titles and images differ in number.
    """
    alt = sentence("images", alt)
    arrays = [np.asarray(a) for a in arrays]
    for i, a in enumerate(arrays):
        if not (a.ndim == 2 or (a.ndim == 3 and 3 in (a.shape[0], a.shape[2]))):
            raise ValueError(f"images: array {i} has shape {a.shape}, not (H, W), (3, H, W) or (H, W, 3)")
    if titles and len(titles) != len(arrays):
        raise ValueError(f"images: {len(titles)} titles for {len(arrays)} images")
    signed = [diverging] * len(arrays) if isinstance(diverging, bool) else list(diverging)
    if len(signed) != len(arrays):
        raise ValueError(f"images: {len(signed)} values of diverging for {len(arrays)} images")
    cols = cols or min(4, len(arrays))
    size = size or min(320, (700 - 16 * (cols - 1)) // cols)
    grey = [a for a in arrays if a.ndim == 2]
    if isinstance(limits, str) and limits not in ("own", "shared"):
        raise ValueError(f'images: limits must be "own", "shared" or (low, high), got {limits!r}')
    if limits == "shared":
        limits = min(a.min() for a in grey), max(a.max() for a in grey)
    basis = round(max(0.7 * size, min(0.9 * size, 140)))  # two stand side by side on a phone
    figures = []
    for i, a in enumerate(arrays):
        title = f'<div class="cb-title">{escape(titles[i])}</div>' if titles else ""
        h, w = a.shape[-2:] if a.ndim == 2 or a.shape[0] == 3 else a.shape[:2]
        small = 3 * w < size
        look = "width:100%;height:auto" + (";image-rendering:pixelated" if small else "")
        if small or signed[i]:  # it may be as blank as the page
            look += ";outline:1px solid var(--cb-line);outline-offset:-1px"
        address = png(a, limits, signed[i])
        image = f'<img alt="" src="{address}" width="{size}" height="{round(size * h / w)}" style="{look}">'
        figures.append(f'<div style="flex:1 1 {basis}px;max-width:{size}px">{title}{image}</div>')
    row = (
        f'<div class="cb-row" style="gap:16px;max-width:{cols * (size + 16) - 16}px">{"".join(figures)}</div>'
    )
    return Html(f'{style()}<div class="cb" role="img" aria-label="{escape(alt)}">{row}</div>', alt)


def png(a, limits="own", diverging=False):
    """An array as the data address of a PNG; zero is transparent when `diverging`."""
    from PIL import Image

    if a.ndim == 3:
        rgb = np.moveaxis(a, 0, 2) if a.shape[0] == 3 else a
        pixels = rgb if rgb.dtype == np.uint8 else np.round(255 * np.clip(rgb, 0, 1)).astype(np.uint8)
    else:
        low, high = (a.min(), a.max()) if isinstance(limits, str) else limits
        if diverging:
            signed = np.clip(a / (max(abs(low), abs(high)) or 1), -1, 1)
            pixels = np.empty((*a.shape, 4), np.uint8)
            pixels[..., :3] = np.where(signed[..., None] < 0, BELOW, ABOVE)
            pixels[..., 3] = np.round(255 * abs(signed))
        else:
            low = min(low, 0) if low == high else low  # a box filter is white, not nothing
            unit = np.clip((a - low) / ((high - low) or 1), 0, 1)
            pixels = np.round(255 * unit).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
