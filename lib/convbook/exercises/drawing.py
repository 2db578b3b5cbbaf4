"""Drawing inputs: the same seed gives the same inputs, whatever else is installed or imported."""

import random

from hypothesis import given, settings

ENTROPY = 2048  # bytes for one case; what a strategy leaves over is thrown away
PATIENCE = 20  # tries per case that is wanted


def draw(inputs, count, seed):
    """Draw cases from a strategy.

    The random bytes are ours and Hypothesis turns them into values. Its own generator would not do: it
    mixes in constants from whatever modules happen to be loaded.

    Parameters
    ----------
    inputs : SearchStrategy
        What to draw from.
    count : int
        How many.
    seed : int or str
        Where the bytes come from.

    Returns
    -------
    cases : list, of length count

    Raises
    ------
    ValueError
        If the strategy rejects nearly everything.
    """
    cases = []

    @settings(database=None)
    @given(inputs)
    def collect(case):
        cases.append(case)

    turn_into_a_case = collect.hypothesis.fuzz_one_input
    source = random.Random(seed)
    for _ in range(PATIENCE * count):
        if len(cases) == count:
            return cases
        turn_into_a_case(source.randbytes(ENTROPY))
    raise ValueError(f"draw: only {len(cases)} of {count} cases after {PATIENCE * count} tries from {inputs}")
