"""What one unit of a network sees: the wires that lead to it, and the places where its taps look."""

import numpy as np

from convbook.viz import style as house
from convbook.viz.html import Html, scrolling, sentence, style
from convbook.viz.svg import line, picture, text

STEP, RISE = 44, 78  # pixels from one input to the next, at most, and from row to row
READABLE = 24  # pixels from input to input, below which no numbers are written


def cone(layers, n):
    """Draw the wires that lead to one unit: row by row what it sees, and how often it reads each input.

    Parameters
    ----------
    layers : sequence of Layer
        Of `convbook.reference.layers`; every number of a window an int.
    n : int
        Inputs to draw. The unit is the one in the middle of the output.

    Returns
    -------
    Html
        Inputs above, outputs below, each unit over the middle of what it sees. The number in an input is the
        number of ways from there to the unit.

    Raises
    ------
    TypeError, ValueError
        As `convbook.reference.receptive_field.input_gradient`.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    svg, alt = cone_svg(layers, n)
    return Html(style("plots.css") + scrolling(svg), alt)


def cone_svg(layers, n):
    """The picture of `cone` and its words."""
    from convbook.reference.arithmetic import output_size
    from convbook.reference.receptive_field import Field, input_gradient, receptive_field

    fields = [Field(1, 1, 0), *receptive_field(layers)]
    sizes = [n]
    for r, s, p, t in (layer.window for layer in layers):
        sizes.append(output_size(sizes[-1], r, stride=s, padding=p, dilation=t))
    # What the unit sees of every row; of its own row, itself.
    seen = [np.flatnonzero(input_gradient(layers[row:], sizes[row])) for row in range(len(layers))]
    seen.append([sizes[-1] // 2])
    ways = np.rint(input_gradient(layers, n) * np.prod([float(layer.window[0]) for layer in layers]))

    names = ["input", *map(str, layers)]
    left = 20 + 8.5 * max(12, *map(len, names))
    step = min(STEP, (700 - left) / n)
    radius = min(15, 0.42 * step)

    def place(row, unit):
        size, jump, start = fields[row]
        return left + step * (start + jump * unit + size / 2), 20 + RISE * row

    wires, nodes, labels = [], [], []
    for row, units in enumerate(seen):
        role = "output" if row else "input"
        note = f"a unit sees {fields[row].size}" if row else f"{len(seen[0])} of {fields[-1].size} are read"
        labels += [text(0, 16 + RISE * row, names[row]), text(0, 34 + RISE * row, note, "small")]
        for unit in range(sizes[row]):
            x, y = place(row, unit)
            look = role if unit in units else f"{role} unseen"
            nodes.append(f'<circle class="node {look}" cx="{x:g}" cy="{y}" r="{radius:.3g}"/>')
            if unit in units and row == 0 and step >= READABLE:
                nodes.append(text(x, y + 5, f"{ways[unit]:.0f}", "mid small-node"))
        if row:
            r, s, p, t = layers[row - 1].window
            for unit, a in np.ndindex(sizes[row], r):
                if unit in units and 0 <= s * unit + t * a - p < sizes[row - 1]:
                    wires.append(line(*place(row - 1, s * unit + t * a - p), *place(row, unit), "way"))
    svg = picture(left + step * n + 2, 20 + RISE * len(layers) + 22, wires + nodes + labels)
    stack = ", ".join(map(str, layers))
    alt = (
        f"Rows of units, inputs above, one row for each layer: {stack}. The unit in the middle of the last "
        f"row is joined to {len(seen[0])} of the {fields[-1].size} inputs in its receptive field"
    )
    return svg, alt


def taps(image, windows, titles, *, alt):
    """Mark on an image where the taps of a kernel look, one picture for each window.

    Parameters
    ----------
    image : ndarray, (H, W)
        Grey levels in [0, 1].
    windows : sequence of array_like, (m, 2)
        Row and column of every tap; they need not be whole.
    titles : sequence of str
        One short text over each picture.
    alt : str
        A sentence that says what is seen.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence, or windows and titles differ in number.

    Notes
    -----
    Chapter 5, "Dilated convolution and receptive fields".
    """
    alt = sentence("taps", alt)
    if len(titles) != len(windows):
        raise ValueError(f"taps: {len(titles)} titles for {len(windows)} windows")
    h, w = image.shape
    height = round((700 / len(windows) - 16) * h / w) + 44
    fig, axes = house.subplots(1, len(windows), height=height, squeeze=False)
    for ax, window, title in zip(axes[0], windows, titles, strict=True):
        rows, columns = np.asarray(window, float).T
        ax.imshow(image, vmin=0, vmax=1)
        ax.plot(columns, rows, "s", color=house.KERNEL, markeredgecolor=house.PAPER)
        ax.set_title(title)
        ax.set_axis_off()
    return house.show(fig, alt=alt)
