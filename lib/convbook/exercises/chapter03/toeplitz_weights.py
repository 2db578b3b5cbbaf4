"""Predict how many weights are left when a layer becomes sparse, and when it shares."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "toeplitz_weights",
    (9600, 480, 5),
    wrong={
        "`valid` has n − r + 1 outputs, here 96, not n.": (10000, 500, 5),
        "`valid` has n − r + 1 outputs, here 96, not n − r.": (9500, 475, 5),
        "Sharing means that all rows use the *same* five weights: count each of them once.": (9600, 480, 480),
        "Each of the 96 outputs has five weights of its own when nothing is shared: 96 · 5.": (9600, 5, 5),
        "The order asked for is dense, sparse, shared: the largest comes first.": (5, 480, 9600),
    },
    hint="Do it for n = 7 and r = 3 first: a 5×7 matrix has 35 entries, three of each row are not zero.",
)
