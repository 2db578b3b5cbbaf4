"""`convbook grade`, with a fake grader: what it leaves behind, what it says, and that it can be killed."""

import csv
import io
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from tests.grading.fakes import LOG, FakeSandboxed, noted
from tests.grading.test_notebook import written

from convbook import cli
from convbook.grading import command

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, with the fake grader in place of the sandbox."""
    (tmp_path / "log").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    monkeypatch.setattr(command, "Sandboxed", FakeSandboxed)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # pytest's own stay
    return tmp_path


def hand_in(place, **commands):
    for owner, cell in commands.items():
        path = place / "subs" / f"{owner}.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(cell))


def grade(*more):
    return cli.main(["grade", "subs", "--assignment", "a_sheet", *map(str, more)])


def table(path="grades/grades.csv"):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_everything_is_there(place, capsys):
    hand_in(place, jane="points 4", max="points 2", jo="points 0")
    assert grade() == 0
    assert sorted(path.name for path in (place / "grades").iterdir()) == [
        "canvas.csv",
        "feedback",
        "gradebook.sqlite",
        "grades.csv",
        "moodle.csv",
        "seed",
        "summary.html",
    ]
    assert {path.name for path in (place / "grades/feedback").iterdir()} == {
        "jane.html",
        "max.html",
        "jo.html",
    }
    said = capsys.readouterr().out
    assert said == "A notice about the sandbox.\n3 graded\nLook at grades/summary.html\n"
    assert {owner: row["points"] for owner, row in table().items()} == {"jane": "4", "max": "2", "jo": "0"}
    assert table()["max"] | {"file": ""} == {
        "id": "max",
        "name": "",
        "email": "",
        "status": "graded",
        "points": "2",
        "possible": "4",
        "f": "2",
        "f status": "partly right",
        "g": "0",
        "g status": "wrong",
        "late": "",
        "file": "",
        "other files": "",
        "notes": "",
    }


def test_the_second_time_nothing_is_graded(place, capsys):
    hand_in(place, jane="points 4", max="points 2")
    assert grade() == 0
    before = {path: path.read_bytes() for path in (place / "grades").rglob("*.*ml")}
    assert grade() == 0
    assert noted(place / "log") == ["jane", "max"]
    assert len(noted(place / "log", "tried")) == 1
    assert {path: path.read_bytes() for path in (place / "grades").rglob("*.*ml")}.keys() == before.keys()


def test_a_file_that_changed_is_graded_again_and_listed(place, capsys):
    hand_in(place, jane="points 1", max="points 2")
    grade()
    hand_in(place, jane="points 3")
    grade()
    assert noted(place / "log") == ["jane", "jane", "max"]
    said = capsys.readouterr().out
    assert "1 changed:\n  jane: 1 of 4 points, graded → 3 of 4 points, graded\n" in said
    assert "another file counts" in (place / "grades/summary.html").read_text()


def test_everyone_on_the_roster_has_a_row_and_words_for_a_status(place):
    (place / "roster.csv").write_text("id,name\njane,Jane Doe\nlazy,Lazy Bones\nodd,Odd One\n")
    hand_in(place, jane="points 0", stranger="points 1")
    (place / "subs/odd.ipynb").write_text("<html>")
    assert grade("--roster", "roster.csv") == 0
    rows = table()
    assert {owner: (row["status"], row["points"]) for owner, row in rows.items()} == {
        "jane": ("graded", "0"),
        "lazy": ("not handed in", ""),
        "odd": ("not gradable", ""),
        "stranger": ("graded", "1"),
    }
    assert rows["odd"]["notes"] == "it is a web page, not a notebook"
    assert (rows["jane"]["name"], rows["stranger"]["name"]) == ("Jane Doe", "")


def test_the_seed_is_made_once_and_secret(place):
    hand_in(place, jane="points 1")
    grade()
    seed = place / "grades/seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    first = seed.read_text()
    assert len(first.strip()) == 32
    grade()
    assert seed.read_text() == first


def test_another_seed_is_refused(place, capsys):
    hand_in(place, jane="points 1")
    (place / "mine").write_text("my secret\n")
    assert grade("--seed-file", "mine") == 0
    assert "Others on this machine can read the seed: chmod 600 mine" in capsys.readouterr().out
    (place / "mine").write_text("another\n")
    assert grade("--seed-file", "mine") == 2
    assert "made with another seed" in capsys.readouterr().err
    assert grade("--seed-file", "mine", "--regrade") == 0
    (place / "mine").write_text("\n")
    assert grade("--seed-file", "mine") == 2
    assert "mine: the seed is missing" in capsys.readouterr().err


def test_what_the_grader_could_not_do_is_said_and_tried_again(place, capsys):
    hand_in(place, jane="points 1", max="raise no room")
    assert grade() == 1
    assert "1 could not be graded:\n  max: OSError: no room\n" in capsys.readouterr().out
    assert (table()["max"]["status"], table()["max"]["notes"]) == ("not graded yet", "OSError: no room")
    hand_in(place, max="points 2")
    assert grade() == 0
    assert noted(place / "log") == ["jane", "max"]


def test_it_gives_up_when_nothing_goes(place, capsys):
    hand_in(place, **{f"s{i}": "raise no room" for i in range(30)})
    assert grade() == 2
    assert "nothing could be graded; the last failure was OSError: no room" in capsys.readouterr().err


def test_ctrl_c(place, monkeypatch, capsys):
    hand_in(place, a="points 1", b="points 2", c="points 3")
    outcomes = command.outcomes

    def interrupted(*args):
        for i, outcome in enumerate(outcomes(*args)):
            yield outcome
            if i == 1:
                raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "outcomes", interrupted)
        assert grade() == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert grade() == 0
    assert noted(place / "log") == ["a", "b", "c"]


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([], "say where the SUBMISSIONS are"),
        (["subs"], "which --assignment or --exercises they answer"),
        (["nowhere", "--assignment", "a"], "nowhere: no such file or folder"),
        (["subs", "--assignment", "a", "--roster", "nowhere.csv"], "nowhere.csv"),
        (["subs", "--exercises", "nowhere.py"], "nowhere.py: No such file"),
        (["subs", "--assignment", "a", "--seed-file", "nowhere/seed"], "nowhere/seed: No such file"),
        (["subs", "--assignment", "a", "--out", "subs/jane.ipynb"], "subs/jane.ipynb: File exists"),
    ],
)
def test_misuse(place, capsys, arguments, said):
    hand_in(place, jane="points 1")
    assert cli.main(["grade", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_a_number_of_processes(jobs, capsys):
    with pytest.raises(SystemExit):
        cli.main(["grade", "subs", "--jobs", jobs])
    assert f"{jobs!r} is not a number of processes" in capsys.readouterr().err


def test_an_assignment_that_does_not_exist(place, monkeypatch, capsys):
    monkeypatch.undo()
    monkeypatch.chdir(place)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    hand_in(place, jane="points 1")
    assert cli.main(["grade", "subs", "--assignment", "99_nothing"]) == 2
    assert "99_nothing" in capsys.readouterr().err


def test_canvas_gets_back_its_columns_and_only_those_with_points(place):
    (place / "roster.csv").write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section,a_sheet (77),b (78)\n"    Points Possible",,,,,9,9\n'
        '"Doe, Jane",4711,s1,jane,A,,\n"Lee, Max",4712,s2,max,A,,\n"Ho, Jo",4713,s3,jo,B,,\n'
    )
    hand_in(place, jane="points 3")
    (place / "subs/jo.ipynb").write_text("")
    assert grade("--roster", "roster.csv") == 0
    assert (place / "grades/canvas.csv").read_text().splitlines() == [
        "Student,ID,SIS User ID,SIS Login ID,Section,a_sheet (77)",
        "    Points Possible,,,,,4",
        '"Doe, Jane",4711,s1,jane,A,3',
    ]


def test_moodle_gets_its_worksheet_back_and_feedback_by_its_own_names(place):
    columns = "Identifier,Full name,Email address,Status,Grade,Maximum Grade"
    (place / "roster.csv").write_text(
        f"{columns},Last modified (grade),Feedback comments\n"
        "Participant 815,Jane Doe,j@x,Submitted,,4.00,-,\nParticipant 816,Max Lee,m@x,None,,4.00,-,\n"
    )
    name = "subs/Jane Doe_815_assignsubmission_file_/hw.ipynb"
    (place / name).parent.mkdir(parents=True)
    (place / name).write_text(written("points 3"))
    assert grade("--roster", "roster.csv") == 0
    rows = list(csv.DictReader(io.StringIO((place / "grades/moodle.csv").read_text())))
    assert [(row["Identifier"], row["Grade"], row["Last modified (grade)"]) for row in rows] == [
        ("Participant 815", "3", "-"),
        ("Participant 816", "", "-"),
    ]
    assert rows[0]["Feedback comments"] == "f: right; g: wrong"
    with zipfile.ZipFile(place / "grades/moodle-feedback.zip") as archive:
        assert archive.namelist() == ["Jane Doe_815_assignsubmission_file_/feedback.html"]


def process(place, *more):
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'lib'}{os.pathsep}{ROOT}", LOG: str(place / "log")}
    arguments = ["-m", "tests.grading.graded", "grade", "subs", "--assignment", "a_sheet", *more]
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_at_any_moment_and_run_again(place, jobs):
    owners = [f"s{i:02}" for i in range(40)]
    hand_in(place, **{owner: f"sleep {0.01}" for owner in owners})
    chance = random.Random(int(jobs))
    kills = 0
    for _ in range(3):
        running = process(place, "--jobs", jobs)
        before = len(noted(place / "log"))
        while running.poll() is None and len(noted(place / "log")) < before + 3:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.15))
        running.kill()
        kills += running.wait() == -signal.SIGKILL
        running.communicate()
    assert kills >= 2
    last = process(place, "--jobs", jobs)
    said, problems = last.communicate(timeout=300)
    assert last.returncode == 0, problems
    assert f"{len(owners)} graded" in said.decode()
    with closing(sqlite3.connect(place / "grades/gradebook.sqlite")) as database:
        assert sorted(owner for (owner,) in database.execute("SELECT owner FROM grades")) == owners
    # Graded but not yet put down when the process was killed: at most what was under way.
    again = sum(Counter(noted(place / "log")).values()) - len(owners)
    assert again <= kills * 4 * int(jobs)
    assert {
        owner: row["status"] for owner, row in table(place / "grades/grades.csv").items()
    } == dict.fromkeys(owners, "graded")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_stopped_by_a_signal(place, stop):
    hand_in(place, **{f"s{i:02}": "sleep 0.05" for i in range(60)})
    running = process(place, "--jobs", "2")
    while len(noted(place / "log")) < 5:
        time.sleep(0.01)
    running.send_signal(stop)
    _, problems = running.communicate(timeout=60)
    assert running.returncode == 130
    assert problems.decode().strip().endswith("the same command goes on from there.")
    assert "Traceback" not in problems.decode()


def test_ten_thousand_rows(place):
    hand_in(place, **{f"s{i}": f"points {i % 5}" for i in range(300)})
    (place / "roster.csv").write_text("id\n" + "".join(f"s{i}\n" for i in range(10_000)))
    assert grade("--roster", "roster.csv") == 0
    assert Counter(row["status"] for row in table().values()) == {"graded": 300, "not handed in": 9700}
