"""Explorers: figures with knobs that compute in the page, with the functions of `assets/conv.js`.

They need no kernel and load nothing. The tests hold `conv.js` against the library over a grid of parameters.
"""

from convbook.viz.explorer.filters import convolution2d, gabor, impulse_probe
from convbook.viz.explorer.matrices import toeplitz
from convbook.viz.explorer.pooling import pooling_shift

__all__ = ["convolution2d", "gabor", "impulse_probe", "pooling_shift", "toeplitz"]
