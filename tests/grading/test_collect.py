"""From whatever an instructor downloads to one notebook a student, and no student lost on the way."""

import hashlib
import os
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.grading.test_notebook import written

from convbook.grading import notebook
from convbook.grading.collect import collect
from convbook.grading.files import NothingToCollect, printable
from convbook.grading.roster import read


def folder(root, *names, cell="x = 1"):
    """Files of these names, each a little newer than the one before."""
    for age, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(f"{cell}  # {name}"))
        os.utime(path, (1e9 + 100 * age,) * 2)
    return root


def archive(path, *names):
    """A zip with files of these names."""
    with zipfile.ZipFile(path, "w") as file:
        for age, name in enumerate(names):
            member = zipfile.ZipInfo(name, (2024, 1, 1 + age, 0, 0, 0))
            file.writestr(member, written(f"x = 1  # {name}"))
    return path


def owners(handed):
    """Who handed in which file."""
    return {one.owner: one.file.path[-1] for one in handed}


ROSTER = """\
id,name,email
7001,Jane Doe,jd@x.edu
7002,José Núñez,jn@x.edu
7003,Max Lee,ml@x.edu
"""


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text(
        "id,name,email\n7001,Jane Doe,jd@x.edu\n7002,José Núñez,jn@x.edu\n7003,Max Lee,ml@x.edu\n"
    )
    return read(path)


CANVAS = (
    "doejane_12345_900001_hw1.ipynb",
    "nunezjose_LATE_12346_900002_hw1-1.ipynb",
    "nunezjose_LATE_12346_900007_old draft.ipynb",
    "leemax_12347_900003_report.pdf",
    "LATE_anon_Ab3cD_900004_Copy of hw1.ipynb",
    "writertext_12350_text.html",
)
CANVAS_OWNERS = {
    "12345": CANVAS[0],
    "12346": CANVAS[2],
    "12347": CANVAS[3],
    "anon_Ab3cD": CANVAS[4],
    "12350": CANVAS[5],
}
MOODLE = (
    "Jane Doe_815_assignsubmission_file_/hw1.ipynb",
    "Jane Doe_815_assignsubmission_file_/sub/newer.ipynb",
    "José Núñez_816_assignsubmission_file/Copy of hw1.ipynb",
    "Max Lee_817_assignsubmission_file_hw1.ipynb",
    "Max Lee_817_assignsubmission_onlinetext_/onlinetext.html",
)
MOODLE_OWNERS = {
    "815": "newer.ipynb",
    "816": "Copy of hw1.ipynb",
    "817": "Max Lee_817_assignsubmission_file_hw1.ipynb",
}


@pytest.mark.parametrize("names, expected", [(CANVAS, CANVAS_OWNERS), (MOODLE, MOODLE_OWNERS)])
@pytest.mark.parametrize("wrapper", ["", "all of them/"])
@pytest.mark.parametrize("make", ["zip", "folder"])
def test_platforms(tmp_path, make, wrapper, names, expected):
    names = [wrapper + name for name in names]
    place = archive(tmp_path / "all.zip", *names) if make == "zip" else folder(tmp_path / "all", *names)
    assert owners(collect([str(place)])) == expected


def test_what_canvas_and_moodle_tell_besides(tmp_path):
    canvas = {one.owner: one for one in collect([archive(tmp_path / "canvas.zip", *CANVAS)])}
    assert {owner for owner, one in canvas.items() if one.late} == {"12346", "anon_Ab3cD"}
    assert canvas["12345"].name == "doejane"
    assert canvas["12346"].passed_over == (f"{tmp_path}/canvas.zip/{CANVAS[1]}",)
    moodle = {one.owner: one for one in collect([archive(tmp_path / "moodle.zip", *MOODLE)])}
    assert moodle["816"].name == "José Núñez"
    assert {one.folder for one in moodle.values()} == {
        "Jane Doe_815_assignsubmission_file_",
        "José Núñez_816_assignsubmission_file_",
        "Max Lee_817_assignsubmission_file_",
    }


def test_the_roster_says_whose_the_platforms_files_are(tmp_path, roster):
    canvas = collect([archive(tmp_path / "canvas.zip", *CANVAS)], roster)
    assert set(owners(canvas)) == {"7001", "7002", "7003", "12350", "anon_Ab3cD"}
    moodle = collect([archive(tmp_path / "moodle.zip", *MOODLE)], roster)
    assert [(one.owner, one.name, one.email) for one in moodle][:2] == [
        ("7001", "Jane Doe", "jd@x.edu"),
        ("7002", "José Núñez", "jn@x.edu"),
    ]


@pytest.mark.parametrize(
    "title", ["{} - Homework 3.ipynb", "Copy of {} - Homework 3.ipynb", "Homework 3 - {}.ipynb"]
)
def test_google_classroom(tmp_path, title):
    names = [title.format(name) for name in ("Jane Doe", "José Núñez", "Max Lee-Smith")]
    handed = collect([archive(tmp_path / "drive.zip", *(f"Homework 3/{name}" for name in names))])
    assert owners(handed) == dict(zip(["Jane Doe", "José Núñez", "Max Lee-Smith"], names, strict=True))
    assert [one.name for one in handed] == ["Jane Doe", "José Núñez", "Max Lee-Smith"]


@pytest.mark.parametrize("wrapper", ["", "nested/deeper/"])
def test_a_folder_for_each_student(tmp_path, wrapper):
    names = ["jane/hw1.ipynb", "jane/hw1 (1).ipynb", "max/part/hw1.ipynb", "jo/report.pdf", "readme.txt"]
    folder(tmp_path / "all", *(wrapper + name for name in names))
    assert owners(collect([tmp_path / "all"])) == {
        "jane": "hw1 (1).ipynb",
        "max": "hw1.ipynb",
        "jo": "report.pdf",
    }
    (jane,) = [one for one in collect([tmp_path / "all"]) if one.owner == "jane"]
    assert [Path(name).name for name in jane.passed_over] == ["hw1.ipynb"]


def test_plain_files(tmp_path):
    names = ["jane.ipynb", "max.v2.IPYNB", "jo.ipynb.txt", "notes.txt", "roster.csv", ".hidden.ipynb"]
    folder(tmp_path, *names, ".ipynb_checkpoints/jane-checkpoint.ipynb", "__MACOSX/._jane.ipynb")
    expected = {"jane": "jane.ipynb", "max.v2": "max.v2.IPYNB", "jo": "jo.ipynb.txt"}
    assert owners(collect([tmp_path])) == expected
    assert owners(collect([tmp_path / name for name in names[:3]])) == expected


def test_names_that_only_look_like_canvas(tmp_path):
    names = ["lab_3_2024_jane.ipynb", "lab_3_2024_max.ipynb", "lab_3_2024_jo.ipynb"]
    assert set(owners(collect([folder(tmp_path, *names)]))) == {name[:-6] for name in names}


def test_patterns_and_lists_of_files(tmp_path):
    folder(tmp_path, "subs/jane/hw1.ipynb", "subs/jane/hw2.ipynb", "subs/max/hw1.ipynb", "subs/jo.ipynb")
    expected = {"jane": "hw1.ipynb", "max": "hw1.ipynb"}
    assert owners(collect([f"{tmp_path}/subs/*/hw1.ipynb"])) == expected
    assert owners(collect(sorted((tmp_path / "subs").glob("*/hw1.ipynb")))) == expected
    assert set(owners(collect([f"{tmp_path}/subs/**/*.ipynb"]))) == {"jane", "max", "jo"}
    assert owners(collect([tmp_path / "subs/jo.ipynb"])) == {"jo": "jo.ipynb"}


def test_the_roster_finds_students_in_the_names_of_files_and_folders(tmp_path, roster):
    names = ["Jane Doe/Copy of hw1.ipynb", "hw1_7002_final.ipynb", "hw1-lee-max.ipynb", "stranger.ipynb"]
    assert owners(collect([folder(tmp_path / "all", *names)], roster)) == {
        "7001": "Copy of hw1.ipynb",
        "7002": "hw1_7002_final.ipynb",
        "7003": "hw1-lee-max.ipynb",
        "stranger": "stranger.ipynb",
    }


def test_of_files_of_one_moment_the_later_copy_counts(tmp_path):
    folder(tmp_path, "jane/hw1 (2).ipynb", "jane/hw1.ipynb", "jane/hw1 (1).ipynb", "max/hw1.ipynb")
    for path in tmp_path.rglob("*.ipynb"):
        os.utime(path, (1e9, 1e9))
    assert owners(collect([tmp_path]))["jane"] == "hw1 (2).ipynb"


def test_the_results_are_not_collected(tmp_path):
    folder(tmp_path, "jane.ipynb", "grades/feedback/jane.ipynb")
    assert set(owners(collect([tmp_path], leave_out=[tmp_path / "grades"]))) == {"jane"}


def test_nothing_there(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04")
    for place, problem in {
        "nowhere": "no such file",
        "empty": "no notebook",
        "damaged.zip": "not a zip",
    }.items():
        with pytest.raises(NothingToCollect, match=problem):
            collect([tmp_path / place])


def graded(handed):
    """The submission of the only one who handed in."""
    (one,) = handed
    return one.submission(*one.data())


def test_a_submission(tmp_path):
    submission = graded(collect([folder(tmp_path, "jane.ipynb")]))
    assert submission.cells == ("x = 1  # jane.ipynb",)
    assert submission.digest == hashlib.sha256((tmp_path / "jane.ipynb").read_bytes()).hexdigest()
    assert (submission.owner, submission.file, submission.problem) == ("jane", f"{tmp_path}/jane.ipynb", "")


def test_links_pipes_and_what_cannot_be_opened(tmp_path):
    (tmp_path / "secret").write_text(written("secret"))
    (tmp_path / "all").mkdir()
    (tmp_path / "all/link.ipynb").symlink_to(tmp_path / "secret")
    (tmp_path / "all/dangling.ipynb").symlink_to("nowhere")
    (tmp_path / "all/linked").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "all/pipe.ipynb")
    problems = {one.owner: one.data()[1] for one in collect([tmp_path / "all"])}
    assert problems == {
        "link": "it is a symbolic link",
        "dangling": "it is a symbolic link",
        "pipe": "it is not a regular file",
    }


def test_a_file_that_is_too_large(tmp_path):
    with open(tmp_path / "huge.ipynb", "wb") as file:
        file.truncate(notebook.BYTES + 1)
    submission = graded(collect([tmp_path]))
    assert submission.problem == "it is larger than 100 MB"


def test_a_zip_is_never_unpacked_to_disk(tmp_path):
    path = archive(tmp_path / "all.zip", "../../jane.ipynb", "/etc/max.ipynb", "a/../jo.ipynb")
    before = sorted(tmp_path.rglob("*"))
    handed = collect([path])
    assert len(handed) == 3
    assert all(one.submission(*one.data()).cells for one in handed)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as file:
        with file.open("bomb.ipynb", "w") as member:
            for _ in range(notebook.BYTES // 2**20 + 1):
                member.write(bytes(2**20))
        file.writestr("jane.ipynb", written("x = 1"))
    assert (tmp_path / "all.zip").stat().st_size < 2**20
    submissions = {one.owner: one.submission(*one.data()) for one in collect([tmp_path / "all.zip"])}
    assert submissions["bomb"].problem == "it is larger than 100 MB"
    assert submissions["jane"].cells == ("x = 1",)


def test_links_and_damage_in_a_zip(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
        file.writestr("damaged.ipynb", written("damage me"))
    path.write_bytes(path.read_bytes().replace(b"damage me", b"damage ME"))
    problems = {one.owner: one.data()[1] for one in collect([path])}
    assert problems["link"] == "it is a symbolic link"
    assert problems["damaged"].startswith("it cannot be unpacked: Bad CRC-32")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_file_names_of_any_bytes(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9\n\xff.ipynb"
    with open(path, "w") as file:
        file.write(written("x = 1"))
    (one,) = collect([tmp_path])
    assert one.owner == r"caf\xe9\n\xff"
    assert one.submission(*one.data()).cells == ("x = 1",)


def test_names_in_a_zip_that_does_not_say_utf_8(tmp_path):
    path = archive(tmp_path / "all.zip", "jose.ipynb")
    path.write_bytes(path.read_bytes().replace(b"jose", "né2".encode()))
    assert owners(collect([path])) == {"né2": "né2.ipynb"}


@given(st.binary(min_size=1, max_size=20))
def test_any_name_can_be_printed(name):
    assert printable(os.fsdecode(name)).isprintable()
