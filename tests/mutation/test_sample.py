"""A few of the bugs, and that all of them can still be put in; `python -m tests.mutation` checks all."""

import ast

import pytest

from .bugs import BUGS
from .run import ROOT, mutated, noticed

SAMPLE = {
    "conv: stride, H and W swapped",
    "max_pool: index counted in the padded map",
    "batch_norm: biased variance in the running one",
    "LSTM: gates in the order of ONNX",
}


def named(bug):
    return bug.name


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in SAMPLE], ids=named)
def test_bug_is_noticed(bug):
    assert noticed(bug.tests, bug)


@pytest.mark.parametrize("bug", BUGS, ids=named)
def test_bug_can_be_put_in(bug):
    ast.parse(mutated(bug))
    assert (ROOT / "tests" / "reference" / f"{bug.tests}.py").exists()


def test_the_sample_and_every_bug_have_a_name_of_their_own():
    names = [bug.name for bug in BUGS]
    assert len(set(names)) == len(names) >= 40
    assert set(names) >= SAMPLE
