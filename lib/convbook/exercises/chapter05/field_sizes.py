"""Predict how the receptive field grows through four layers."""

from convbook.exercises.spec import prediction

exercise = prediction(
    "field_sizes",
    (5, 6, 14, 18),
    wrong={
        "After the pooling, neighbours stand 2 inputs apart: every step of a kernel is a jump of 2.": (
            (5, 6, 10, 12)
        ),
        "The third layer is dilated: its taps stand two units apart, and its kernel takes 2 · 2 steps.": (
            (5, 6, 10, 14)
        ),
        "A stride moves the windows of its own layer apart, not what they see: it counts from the next layer "
        "on.": (5, 7, 15, 19),
        "A kernel of r takes r − 1 steps. The field begins at 1, since an input sees itself.": (6, 8, 20, 26),
        "Fields overlap, so they do not multiply: each layer adds its steps, times the jump.": (
            5,
            10,
            50,
            150,
        ),
    },
    hint="Draw the wires from one unit of the last layer back to the input, as the chapter does.",
)
