"""An explorer of the inception module: six numbers of maps, and what two forms of it cost."""

from convbook.reference.architectures import googlenet
from convbook.reference.layers import Inception, Pool, cost_table
from convbook.viz.explorer.figure import explorer

#: What it asks for: what the module is fed, and its six numbers.
NAMES = {
    "k": "k, maps in",
    "n": "n, size",
    "ones": "1×1",
    "reduced3": "before 3×3",
    "threes": "3×3",
    "reduced5": "before 5×5",
    "fives": "5×5",
    "pooled": "after pool",
}
SHOWN_FIRST = "5b"


def inception():
    """Draw an inception module with its costs, as it is and without the convolutions that reduce.

    Returns
    -------
    Html
        It begins with the last module of GoogLeNet; all nine can be chosen, and every number changed. The
        boxes carry their operations, the stacks on the right are the maps that come out.

    Notes
    -----
    Chapter 11, "Network in network, GoogLeNet". Counts as `reference.layers.Inception` does.
    """
    modules = _modules()
    presets = {SHOWN_FIRST: modules.pop(SHOWN_FIRST), **modules}
    data = {"presets": presets, "names": NAMES, "least": dict.fromkeys(NAMES, 1)}
    alt = "Explorer: an inception module, naive and with reductions, drawn with the operations of every part"
    return explorer("inception", data, alt, "", "counting.js")


def _modules():
    """The nine modules of GoogLeNet by their names, 3a to 5b, with what they are fed."""
    layers = googlenet()
    table = cost_table(layers, (3, 224, 224))
    modules, stage, letter = {}, 1, 0
    for layer, before in zip(layers[1:], table.rows, strict=False):
        if isinstance(layer, Pool):
            stage, letter = stage + 1, 0
        if isinstance(layer, Inception):
            k, n, _ = before.shape
            maps = (layer.ones, *layer.threes, *layer.fives, layer.pooled)
            modules[f"{stage}{'abcde'[letter]}"] = dict(zip(NAMES, (k, n, *maps), strict=True))
            letter += 1
    return modules
