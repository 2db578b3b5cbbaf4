"""The pictures of the chapters: photographs side by side, matrices of weights, signals, layers as graphs."""

from convbook.viz.plots.computations import computation
from convbook.viz.plots.fields import cone, taps
from convbook.viz.plots.layers import both_ways, layer, layer_growth
from convbook.viz.plots.mlpconv import mlpconv
from convbook.viz.plots.numbers import heatmap
from convbook.viz.plots.photographs import images
from convbook.viz.plots.regions import regions
from convbook.viz.plots.signals import signals
from convbook.viz.plots.weights import matrices, matrix

__all__ = [
    "both_ways",
    "computation",
    "cone",
    "heatmap",
    "images",
    "layer",
    "layer_growth",
    "matrices",
    "matrix",
    "mlpconv",
    "regions",
    "signals",
    "taps",
]
