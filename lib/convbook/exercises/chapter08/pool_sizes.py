"""Predict what pooling leaves of a map."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "pool_sizes",
    (16, 15, 4),
    wrong={
        "The size is rounded down: a window that hangs over the edge does not count.": (16, 16, 4),
        "There is one window more than there are steps from one to the next.": (16, 14, 4),
        "A convolution without padding shrinks the map as well: 5×5 takes 4 rows and 4 columns.": (16, 15, 7),
        "Pooling by 2 halves the size; it does not take away one row and one column.": (31, 15, 18),
        "Windows of 2 with stride 2 do not overlap: half of 32 are left, not 31.": (31, 15, 4),
    },
    hint="n' = ⌊(n − r)/s⌋ + 1, for the poolings and, with s = 1, for the convolutions.",
)
