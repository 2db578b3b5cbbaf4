"""Predict two rows of a cost table."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "table_rows",
    (51264, 34654464, 43264, 1081700),
    wrong={
        "The biases are missing: each kernel has one, and each row of the matrix.": (
            (51200, 34611200, 43264, 1081600)
        ),
        "A kernel looks at all the maps that its layer is fed, here 32.": (1664, 1124864, 43264, 1081700),
        "The second convolution is fed the 32 maps of the first, not the three colours.": (
            (4864, 3288064, 43264, 1081700)
        ),
        "Without padding, a 5×5 kernel leaves 4 fewer places along each side: 64, 60, 30, 26, 13.": (
            (51264, 52494336, 65536, 1638500)
        ),
        "A weight is used once for each place of the *output*, 26·26, not of the input.": (
            (51264, 46137600, 43264, 1081700)
        ),
        "The matrix is fed every number of every map, 64·13·13, not one number a map.": (
            (51264, 34654464, 43264, 6500)
        ),
        "There is a pooling between the second convolution and the matrix: 26 becomes 13.": (
            (51264, 34654464, 43264, 4326500)
        ),
    },
    hint="Follow the side of the maps through the network first: 64, then after each of the four layers.",
)
