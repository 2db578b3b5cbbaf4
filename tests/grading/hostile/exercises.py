"""What all of the corpus answers: two exercises of chapters 3 and 2, under limits of three kinds."""

from dataclasses import replace

from convbook.exercises.catalogue import EXERCISES as OF_THE_BOOK
from convbook.exercises.limits import Limits
from convbook.grading.assignment import Assignment

SEED = "the secret of this class"
EXERCISES = [OF_THE_BOOK["toeplitz_matrix"], OF_THE_BOOK["convolve1d"]]


def assignment(limits, properties=slice(None)):
    """The two exercises, or some of their properties, with these limits."""
    limited = (replace(e, limits=limits, properties=e.properties[properties]) for e in EXERCISES)
    return Assignment("03_toeplitz", tuple(limited), SEED)


ASSIGNMENTS = {
    "usual": assignment(Limits()),
    # For what takes too long. Each property of an answer that hangs costs seconds; one or two show it as well.
    "hurried": assignment(Limits(call=0.5, cell=0.8, submission=6), slice(1, None)),
    # For what takes too much.
    "frugal": assignment(Limits(memory=200, files=8, answer=2)),
}
