"""Predict how many numbers a classifier learns."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "count_weights",
    (30730, 308310, 79510),
    wrong={
        "The biases are missing: one for every class, and one for every hidden unit.": (30720, 308200, 79400),
        "The hidden layer has biases too.": (30730, 308210, 79410),
        "The second layer is missing: from 100 hidden units to 10 classes.": (30730, 307300, 78500),
        "A colour image has three numbers a pixel: 32 · 32 · 3 = 3072.": (10250, 103510, 79510),
        "A digit of MNIST has 28 · 28 pixels.": (30730, 308310, 103510),
    },
    hint="A layer from n to k numbers has n · k weights and k biases.",
)
