"""The page that lists the library names every function, with the gradients and the tests that it has."""

import ast
import importlib
import re
from pathlib import Path

import pytest

from .operations import FACES, OPERATIONS
from .test_package import ROOMS

BOOK = Path(__file__).parents[2] / "book"
OVERVIEW, *PAGES = (
    (BOOK / name).read_text("utf-8") for name in ("api.md", "api_convolution.md", "api_operations.md")
)


def rows():
    """The rows of the table: operations, modules, backward, tested against."""
    lines = [line for line in OVERVIEW.splitlines() if line.startswith("| `")]
    for line in lines:
        operations, modules, backward, tested = (cell.strip() for cell in line.strip("|").split("|"))
        yield (
            re.findall(r"`(\w+)`", operations),
            re.findall(r"`(\w+)`", modules),
            backward,
            tested.split(", "),
        )


ROWS = list(rows())
every_row = pytest.mark.parametrize(
    ("operations", "rooms", "backward", "tested"), ROWS, ids=[row[0][0] for row in ROWS]
)


def public(room):
    return set(importlib.import_module(f"convbook.reference.{room}").__all__)


def asked_by_onnx():
    """What the adapter for ONNX's cases calls, as pairs of module and operation."""
    tree = ast.parse((Path(__file__).parent / "onnx_adapter.py").read_text("utf-8"))
    faces = [face.__name__.rsplit(".", 1)[1] for face in FACES]
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=room), attr=name):
                yield room, name
            case ast.Call(func=ast.Name(id="named"), args=[ast.Name(id=room), ast.Constant(value=name), _]):
                for each in faces if room == "face" else [room]:
                    yield from ((each, f"{name}{axes}d") for axes in (1, 2))


def test_every_public_name_stands_in_the_table_once():
    listed = [(room, name) for operations, rooms, *_ in ROWS for room in rooms for name in operations]
    assert len(set(listed)) == len(listed)
    there = {(room, name) for room in ROOMS for name in public(room) if not name.endswith("_backward")}
    assert set(listed) == there


@every_row
def test_backward_says_whether_there_is_one(operations, rooms, backward, tested):
    has = {f"{name}_backward" in public(room) for room in rooms for name in operations}
    assert has == {backward == "yes"}


@every_row
def test_what_it_is_tested_against(operations, rooms, backward, tested):
    """Finite differences and adjoints are tested for all of `operations`, ONNX by what its adapter calls."""
    assert ("finite differences" in tested) == (backward == "yes")
    linear = {operation.linear for operation in OPERATIONS if operation.name in operations}
    if backward:
        assert linear == {"the adjoint identity" in tested}
    calls = set(asked_by_onnx())
    assert {(room, name) in calls for room in rooms for name in operations} == {"ONNX" in tested}


def test_every_room_is_documented_on_one_page():
    documented = re.findall(r"automodule:: convbook\.reference\.(\w+)", "".join(PAGES))
    assert sorted(documented) == sorted(ROOMS)
