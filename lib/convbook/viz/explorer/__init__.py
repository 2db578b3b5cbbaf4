"""Explorers: figures with knobs that compute in the page, with the functions of `assets/conv.js`.

They need no kernel and load nothing. The tests hold `conv.js` against the library over a grid of parameters.
"""

from convbook.viz.explorer.backward import gates, pixels_affected, wiring
from convbook.viz.explorer.costs import costs
from convbook.viz.explorer.fields import dilation, receptive_field
from convbook.viz.explorer.filters import convolution2d, gabor, impulse_probe
from convbook.viz.explorer.inception import inception
from convbook.viz.explorer.layers import feature_maps, layer_arithmetic
from convbook.viz.explorer.low_rank import low_rank
from convbook.viz.explorer.matrices import toeplitz
from convbook.viz.explorer.pooling import pooling_shift
from convbook.viz.explorer.transposed import overlap
from convbook.viz.explorer.tuning import tuning

__all__ = [
    "convolution2d",
    "costs",
    "dilation",
    "feature_maps",
    "gabor",
    "gates",
    "impulse_probe",
    "inception",
    "layer_arithmetic",
    "low_rank",
    "overlap",
    "pixels_affected",
    "pooling_shift",
    "receptive_field",
    "toeplitz",
    "tuning",
    "wiring",
]
