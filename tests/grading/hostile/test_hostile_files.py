"""The whole command, given files of every kind: each gets what it deserves, and so do the honest ones beside it."""

import csv
import os
import re
import signal
import zipfile

import pytest

from convbook import cli
from convbook.grading.command import UNPROTECTED
from convbook.grading.gradebook import Gradebook

from .files import CONTENTS, LINK, NAMES, NONE, ZIPPED, member
from .trial import tags

HANDED = {"folder": [*NAMES, *CONTENTS], "zip": ZIPPED}
CASES = [(place, handed) for place, all_of_it in HANDED.items() for handed in all_of_it]


def in_a_folder(place):
    """A folder in which everybody has handed in."""
    (place / "handed in").mkdir()
    for handed in HANDED["folder"]:
        path = place / "handed in" / os.fsdecode(handed.file)
        if callable(handed.content):
            handed.content(path)
        else:
            path.write_bytes(handed.content)
    return place / "handed in"


def in_a_zip(place):
    """The zip file of a platform."""
    path = place / "handed in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for handed in ZIPPED:
            archive.writestr(
                member(handed.file, external_attr=LINK if handed.what == "a link" else 0), handed.content
            )
        at = archive.getinfo("damaged.ipynb").header_offset
    data = bytearray(path.read_bytes())
    data[at + 100] ^= 255
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def graded(tmp_path_factory, missing):
    """The folder with the grades of everything in a folder, and of everything in a zip."""
    out = {}
    for kind, hand_in in {"folder": in_a_folder, "zip": in_a_zip}.items():
        place = tmp_path_factory.mktemp(kind)
        out[kind], handed = place / "grades", hand_in(place)
        before = contents(place)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(signal, "signal", lambda *_: None)  # pytest's own stay
            status = cli.main(["grade", str(handed), "--assignment", "03_toeplitz", "--out", str(out[kind])])
        if status == UNPROTECTED:
            missing("no rung of the sandbox can be had here")
        assert status == 0
        assert contents(place) == before
    return out


def table(path):
    """The rows of a table."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def contents(place):
    """All files but the grades, with their kinds and sizes."""
    return {
        path: (path.lstat().st_mode, path.lstat().st_size)
        for path in place.rglob("*")
        if "grades" not in path.relative_to(place).parts
    }


@pytest.mark.parametrize("kind, handed", CASES, ids=[f"{kind}: {handed.what}" for kind, handed in CASES])
def test_it_gets_exactly_what_it_deserves(graded, kind, handed, record_property):
    (row,) = (row for row in table(graded[kind] / "grades.csv") if row["id"] == handed.whose)
    got = row["status"], row["points"]
    right = got == handed.deserves and re.search(handed.says, row["notes"]) is not None
    record_property("hostile … got exactly what they deserve", (right, 1))
    assert right, f"{handed.what}: it got {got}, with the notes {row['notes']!r}"


@pytest.mark.parametrize("kind", HANDED)
def test_the_batch_is_whole(graded, kind):
    grades = graded[kind]
    rows = table(grades / "grades.csv")
    assert sorted(row["id"] for row in rows) == sorted(handed.whose for handed in HANDED[kind])
    with Gradebook(grades / "gradebook.sqlite") as gradebook:
        kept = sorted((entry.grade.status, entry.grade.points) for entry in gradebook.entries())
    assert kept == sorted((row["status"], float(row["points"] or 0)) for row in rows)
    with_points = sum(handed.deserves != NONE for handed in HANDED[kind])
    assert (
        len(table(grades / "canvas.csv")) == 1 + with_points
    )  # the first one says how many points there are
    assert sum(row["Grade"] != "" for row in table(grades / "moodle.csv")) == with_points
    pages = list(grades.glob("feedback/*.html"))
    assert len(pages) == len(HANDED[kind])
    assert all(re.fullmatch(r"[a-z0-9_-]+\.html", page.name) for page in pages)
    for page in [*pages, grades / "summary.html"]:
        assert not tags(page.read_text()) & {"img", "script"}
