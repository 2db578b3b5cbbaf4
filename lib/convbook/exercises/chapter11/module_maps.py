"""Predict how many maps inception modules make."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "module_maps",
    (928, 512, 1376, 7696),
    wrong={
        "The naive module has no 1×1 convolution after its pooling: all 480 maps come out again.": (
            (512, 512, 576, 7696)
        ),
        "The pooling makes maps too: 480 of them, stacked upon those of the three convolutions.": (
            (448, 512, 448, 7696)
        ),
        "The maps of the reductions, 96 and 16, stay inside the module: they are fed to the large kernels.": (
            (928, 624, 1376, 7696)
        ),
        "The second naive module adds its 448 maps to the 928 that it is fed; it does not double them.": (
            (928, 512, 1856, 7696)
        ),
        "Each of the 16 kernels has a bias.": (928, 512, 1376, 7680),
        "The kernels that reduce are 1×1: 480 weights each, and no 25 times 480.": (928, 512, 1376, 192016),
        "The reduction before the 5×5 convolution makes 16 maps, not 48.": (928, 512, 1376, 23088),
    },
    hint="Add up what the four branches make; the pooling of the naive module is a branch like the others.",
)
