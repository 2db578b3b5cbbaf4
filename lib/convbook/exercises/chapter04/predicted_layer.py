"""Predict what a layer makes of an image, and what it learns."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "predicted_layer",
    (20, 31, 23, 1520),
    wrong={
        "Where the division does not come out, round *down*: a window that sticks out does not count.": (
            (20, 31, 24, 1520)
        ),
        "Padding adds a zero at *both* ends, so it counts twice.": (20, 30, 23, 1520),
        "A window at the very start counts too: do not forget the + 1.": (20, 30, 22, 1520),
        "With stride 2 the window stops at every second place only.": (20, 61, 46, 1520),
        "Every filter has a bias, which is learned as well.": (20, 31, 23, 1500),
        "The layer has one bias for each filter, not one for all.": (20, 31, 23, 1501),
        "A filter is as deep as its input: 5·5 weights for each of the three maps.": (20, 31, 23, 520),
        "A filter sees all three maps and adds what it finds, so it makes one map, not three.": (
            (60, 31, 23, 1520)
        ),
        "The output has a map for every filter, however many maps come in.": (3, 31, 23, 1520),
        "The order asked for is maps, height, width, parameters.": (31, 23, 20, 1520),
    },
    hint="Size: ⌊(n + 2p − r)/s⌋ + 1, down and across. Parameters: weights and bias of a filter, times 20.",
)
