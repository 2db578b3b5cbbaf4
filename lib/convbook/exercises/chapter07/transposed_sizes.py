"""Predict how large transposed convolutions make a signal."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "transposed_sizes",
    (12, 19, 20, 19),
    wrong={
        "Padding cuts p numbers off at each end here; it does not add any.": (12, 23, 24, 19),
        "The last copy begins s(n' − 1) places after the first: n' copies are n' − 1 steps apart.": (
            (13, 21, 22, 21)
        ),
        "The padding is cut off at both ends, 2p in all.": (12, 20, 21, 19),
        "These are the sizes of convolutions: a transposed one makes the signal longer.": ((8, 5, 5, 2)),
        "A dilated kernel of 3 with t = 2 spans 5 places.": (12, 19, 20, 17),
        "Output padding adds its places at the end, once.": (12, 19, 21, 19),
    },
    hint="n = s(n' − 1) + r̂ − 2p + output_padding, with r̂ = r + (r − 1)(t − 1). Paint it for two inputs.",
)
