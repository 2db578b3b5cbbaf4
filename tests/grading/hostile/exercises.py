"""The assignment that all of the corpus answers, as an instructor's own file: two exercises of chapter 3 and 2."""

from dataclasses import replace

from convbook.exercises.catalogue import EXERCISES as OF_THE_BOOK
from convbook.exercises.limits import Limits

SEED = "the secret of this class"
EXERCISES = [OF_THE_BOOK["toeplitz_matrix"], OF_THE_BOOK["convolve1d"]]
HURRIED = [replace(exercise, limits=Limits(call=0.5, cell=0.8, submission=8)) for exercise in EXERCISES]
