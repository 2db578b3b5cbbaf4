"""Predict what an occlusion map costs, and what a unit can see."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "occlusion_counts",
    (169, 16, 20),
    wrong={
        "Every place is one image for the network: 13 along each side make 13·13 in all.": (13, 16, 20),
        "There is one place more than there are steps: 36 / 3 + 1 along each side.": (144, 16, 20),
        "The square never hangs over the edge: its corner stops where it still fits.": (256, 16, 20),
        "It is hidden four times along each axis, so 4·4 times in all.": (169, 4, 20),
        "With stride 3 only every third square is there: of 12 along an axis, 4.": (169, 144, 20),
        "After two poolings one step in the map is four pixels: the last kernel adds 2·4.": (169, 16, 11),
        "Every pooling doubles the step: the last kernel adds 2·4, not 2·2.": (169, 16, 16),
        "A pooling window itself lets a unit see more, as a kernel of 2 does.": (169, 16, 17),
    },
    hint="Places along a side: (48 − 12)/3 + 1. What a unit sees grows by (r − 1)·jump in each layer.",
)
