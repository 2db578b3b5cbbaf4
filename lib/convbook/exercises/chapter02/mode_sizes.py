"""Predict the sizes of a convolution in its three modes."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "mode_sizes",
    (46, 40, 34),
    wrong={
        "`full` counts every position where at least one sample of the kernel touches the signal: n + r − 1. "
        "And `valid` counts those where all of it does: n − r + 1.": (47, 40, 33),
        "The order asked for is full, same, valid: the longest comes first.": (34, 40, 46),
        "`valid` loses r − 1 samples, one fewer than the kernel has: a kernel of one sample loses none.": (
            (46, 40, 33)
        ),
        "`full` gains r − 1 samples, one fewer than the kernel has: a kernel of one sample gains none.": (
            (47, 40, 34)
        ),
    },
    hint="Slide a kernel of 3 over a signal of 5 on paper and count; then put n for 5 and r for 3.",
)
