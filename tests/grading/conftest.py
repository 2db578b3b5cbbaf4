"""Closed rooms to test in: on both rungs of the ladder, and on machines that deny one thing or another."""

from pathlib import Path

import pytest

from convbook.grading.sandbox import Sandbox, SandboxUnavailable

from .hostile.outside import open_files as open_files
from .hostile.outside import processes_below as processes_below
from .hostile.outside import wait_until as wait_until


@pytest.fixture(scope="session")
def sandboxes(missing):
    """A sandbox by its rung, opened on the first use."""
    opened = {}

    def sandbox(rung):
        if rung not in opened:
            try:
                opened[rung] = Sandbox(("numpy",), rung)
            except SandboxUnavailable as error:
                missing(f"rung {rung} of the sandbox cannot be had here: {error}")
        return opened[rung]

    yield sandbox
    for sandbox in opened.values():
        sandbox.close()


@pytest.fixture(params=[1, 2], ids=["namespaces", "no namespaces"])
def sandbox(request, sandboxes):
    """A sandbox, on each rung."""
    return sandboxes(request.param)


def alive(pid):
    """Whether a process is there, and not only its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
