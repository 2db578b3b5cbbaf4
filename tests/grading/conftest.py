"""Closed rooms to test in: on both rungs of the ladder, and on machines that deny one thing or another."""

import os
import time
from pathlib import Path

import pytest

from convbook.grading.sandbox import Sandbox, SandboxUnavailable


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


def processes_below(pid):
    """The processes that a process has started, and those that they have, and so on."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents[int(folder.name)] = int(parent)
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {pid}


def wait_until(condition, seconds=20):
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def alive(pid):
    """Whether a process is there, and not only its remains."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def open_files():
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))
