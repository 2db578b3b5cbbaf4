"""Predict what VGG-16 makes of an image that is not square."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "vgg_shape",
    (512, 5, 7, 73404416),
    wrong={
        "Each of the *five* stages ends in a pooling, which halves the size: 160, 80, 40, 20, 10, 5.": (
            (512, 10, 14, 293605376)
        ),
        "The image is 160 high and 224 wide: height comes first.": (512, 7, 5, 73404416),
        "The image is not 224×224: its last maps have 5 rows.": (512, 7, 7, 102764544),
        "The maps are doubled from stage to stage, but stop at 512.": (1024, 5, 7, 146804736),
        "Each of the 4,096 units has a bias.": (512, 5, 7, 73400320),
        "There is one bias for each of the 4,096 units, not one for all.": (512, 5, 7, 73400321),
        "The fully connected layer is fed every number of every map, 512·5·7, not one number a map.": (
            (512, 5, 7, 2101248)
        ),
        "A convolution of 3×3 with padding 1 keeps the size; without padding each would take off 2.": (
            (512, 1, 2, 4198400)
        ),
    },
    hint="Halve both sides five times. Then (inputs + 1) · 4096.",
)
