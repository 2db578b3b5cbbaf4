"""Step-through figures: grids of numbers, and frames that say what lights up, what is filled, and why.

A stepper is made of `Grid`s, drawn side by side or in one picture, and of `Frame`s. All numbers are computed
here, by the library; the script in the page only shows one frame or another. Without the script the last
frame and every caption are seen. A new kind of stepper is a function that makes grids and frames and calls
`figure`.
"""

from convbook.viz.stepper.convolution import conv1d, conv2d
from convbook.viz.stepper.figure import Frame, Grid, figure
from convbook.viz.stepper.pooling import avg_pool2d, bed_of_nails, max_pool2d, max_unpool2d, unpool_nearest

__all__ = [
    "Frame",
    "Grid",
    "avg_pool2d",
    "bed_of_nails",
    "conv1d",
    "conv2d",
    "figure",
    "max_pool2d",
    "max_unpool2d",
    "unpool_nearest",
]
