"""Predict the sizes of a backward pass."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "backward_sizes",
    (16, 6, 1),
    wrong={
        "The windows begin at 0, 2, 4, … and the last one at 30, since 36 − 5 = 31: that is ⌊31/2⌋ + 1 = 16 "
        "outputs, the first one included.": (15, 6, 1),
        "The number of outputs is rounded *down*: the window that begins at 32 would need a sample "
        "number 36.": (17, 6, 1),
        "The padding is forgotten: with two zeros at each end the layer reads 36 samples.": (14, 6, 1),
        "`dy` fits in more places than the kernel has weights: it spans 31 of the 36 samples. The sixth "
        "value belongs to no weight.": (16, 5, 1),
        "`dy` lies on the input with its samples 2 apart, so it spans 2·15 + 1 = 31 samples, not 16.": (
            (16, 21, 1)
        ),
        "`dy` lies on the *padded* input: 36 samples, not 32.": (16, 2, 1),
        "36 − 5 = 31 is not a multiple of 2: one sample at the end is never read, and `dx` needs a zero "
        "there.": (16, 6, 0),
    },
    hint="Do it for n = 8, r = 3, stride 2 first, on paper: draw the three windows, then lay dy over x.",
)
