"""A grader in the midst of what it has to protect."""

import sys

import pytest

from convbook.grading.sandbox import SandboxUnavailable

from .outside import Outside
from .trial import Court


@pytest.fixture(scope="module", autouse=True)
def linux(missing):
    """What is attacked here is Linux."""
    if sys.platform != "linux":
        missing("only Linux can protect itself from hostile notebooks")


@pytest.fixture(scope="module")
def outside():
    """What hostile code is after."""
    with Outside() as outside:
        yield outside


@pytest.fixture(scope="module")
def court(request, outside, tmp_path_factory, missing):
    """A court on the rung that the module names as `RUNG`."""
    try:
        court = Court(request.module.RUNG, outside, tmp_path_factory.mktemp("handed in"))
    except SandboxUnavailable as error:
        missing(f"rung {request.module.RUNG} of the sandbox cannot be had here: {error}")
    yield court
    court.close()
