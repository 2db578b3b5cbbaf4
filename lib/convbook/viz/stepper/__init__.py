"""Step-through figures: grids of numbers, and frames that say what lights up, what is filled, and why.

A stepper is made of `Grid`s, drawn side by side or in one picture, perhaps of a `Matrix`, and of `Frame`s.
All numbers are computed here, by the library; the script in the page only shows one frame or another. Without
the script the last frame and every caption are seen. A new kind of stepper is a function that makes grids and
frames and calls `figure`.
"""

from convbook.viz.stepper.backward import backward_input, backward_weight
from convbook.viz.stepper.channels import multichannel
from convbook.viz.stepper.convolution import conv1d, conv2d
from convbook.viz.stepper.figure import Frame, Grid, Matrix, figure
from convbook.viz.stepper.pooling import avg_pool2d, bed_of_nails, max_pool2d, max_unpool2d, unpool_nearest
from convbook.viz.stepper.transposed import conv_transpose1d, conv_transpose2d

__all__ = [
    "Frame",
    "Grid",
    "Matrix",
    "avg_pool2d",
    "backward_input",
    "backward_weight",
    "bed_of_nails",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "figure",
    "max_pool2d",
    "max_unpool2d",
    "multichannel",
    "unpool_nearest",
]
