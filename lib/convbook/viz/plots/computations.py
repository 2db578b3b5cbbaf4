"""A computation as a graph of gates, with what flows forward and what flows back."""

from collections import Counter
from math import atan2, degrees, hypot

from convbook.viz.html import Html, escape, number, scrolling, sentence, style
from convbook.viz.svg import line, picture, text

STEP, ROW, RADIUS = 124, 92, 22  # pixels: from column to column, from row to row, of a node


def computation(gates, values, gradients, *, alt):
    """Draw a computation as gates and wires: above each wire what goes forward, below it what comes back.

    Parameters
    ----------
    gates : dict of str to tuple of str
        For each name, what its gate does and where its inputs come from, such as `("+", "a", "b")`; an empty
        tuple where the number is given. Inputs come before the gates that use them; the last is the result.
    values : dict of str to float
        What comes out of each gate.
    gradients : dict of str to float
        What comes back to the output of each gate; where several wires leave it, `(from, to)` names one.
    alt : str
        A sentence that says what is seen.

    Returns
    -------
    Html

    Raises
    ------
    ValueError
        If `alt` is not a sentence, or a gate stands before one of its inputs.

    Notes
    -----
    Chapter 6, "Backpropagation through convolution".
    """
    alt = sentence("computation", alt)
    return Html(style("plots.css") + scrolling(computation_svg(gates, values, gradients, alt)), alt)


def computation_svg(gates, values, gradients, alt):
    """The picture of `computation` alone, for a figure with more in it."""
    places = _places(gates)
    used = Counter(source for gate in gates.values() for source in gate[1:])
    wires, nodes = [], []
    for name, gate in gates.items():
        for source in gate[1:]:
            gradient = gradients.get((source, name), gradients.get(source))
            along = 0.42 if used[source] == 1 else 0.58  # away from where wires meet or part
            wires += _wire(places[source], places[name], f"{source}-{name}", values[source], gradient, along)
        nodes += _node(places[name], gate[0] if gate else name, "kernel" if gate else "input")
    x, y = places[name]
    end = x + STEP, y
    wires += _wire(places[name], end, f"{name}-", values[name], gradients[name])
    nodes += _node(end, name, "output")
    height = max(y for _, y in places.values()) + ROW / 2
    return picture(end[0] + RADIUS + 2, height, wires + nodes, alt)


def _places(gates):
    """What is given stands on the left; each gate a column right of its inputs, midway between them."""
    places, given = {}, 0
    for name, gate in gates.items():
        sources = gate[1:]
        if missing := [source for source in sources if source not in places]:
            raise ValueError(f"computation: gate {name!r} stands before its input {missing[0]!r}")
        if sources:
            x = max(places[source][0] for source in sources) + STEP
            y = sum(places[source][1] for source in sources) / len(sources)
        else:
            x, y, given = RADIUS + 2, ROW * (given + 0.5), given + 1
        places[name] = x, y
    return places


def _node(place, does, role):
    x, y = place
    return [
        f'<circle class="node {role}" cx="{x:g}" cy="{y:g}" r="{RADIUS}"/>',
        text(x, y + 6, escape(does), "mid"),
    ]


def _wire(start, end, name, value, gradient, along=0.42):
    """A wire with its two numbers, which a script may find by the wire's name."""
    (x1, y1), (x2, y2) = start, end
    length = hypot(x2 - x1, y2 - y1)
    dx, dy = (x2 - x1) / length, (y2 - y1) / length
    x, y = x1 + along * (x2 - x1), y1 + along * (y2 - y1)
    tip = f"translate({x2 - RADIUS * dx:.1f} {y2 - RADIUS * dy:.1f}) rotate({degrees(atan2(dy, dx)):.1f})"
    flows = (("value", -12, value), ("gradient", 22, gradient))
    return [
        line(x1, y1, x2, y2, "edge e0"),
        f'<path class="head k0" d="M0 0l-10 5v-10z" transform="{tip}"/>',
        *(
            text(x - off * dy, y + off * dx + 1, number(v), f"mid {flow}", f' data-{flow}="{escape(name)}"')
            for flow, off, v in flows
        ),
    ]
