"""An explorer of whole networks: what every layer costs."""

from convbook.viz.explorer.figure import explorer
from convbook.viz.html import escape


def costs(tables):
    """Parameters, operations and memory of every layer of a network as bars, and the numbers of one of them.

    Parameters
    ----------
    tables : dict of str to CostTable
        The networks by name, each as `reference.layers.cost_table` gives it; the first is shown at the start.

    Returns
    -------
    Html
        The layer under the pointer, or chosen with the arrow keys, is described in words. With several
        networks one of them is chosen, and all can be drawn on one scale. Without a script the tables are
        seen as text.

    Raises
    ------
    ValueError
        If there is no table, or one is empty.

    Notes
    -----
    Chapter 9, "Convolutional networks that learn". Memory is that of the layer's output for one image, which
    is kept for the backward pass.
    """
    if not tables or not all(table.rows for table in tables.values()):
        raise ValueError(f"explorer.costs: tables must hold cost tables with rows, got {list(tables)}")
    data = {name: [_row(row) for row in table.rows] for name, table in tables.items()}
    fallback = "".join(
        f"<p>{escape(name)}</p><pre>{escape(str(table))}</pre>" for name, table in tables.items()
    )
    alt = "Explorer: parameters, operations and memory of every layer, as bars"
    return explorer("costs", data, alt, fallback, "counting.js")


def _row(cost):
    return [cost.name, list(cost.shape), cost.parameters, cost.operations, cost.memory]
