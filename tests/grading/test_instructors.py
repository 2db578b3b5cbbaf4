"""The page for instructors: what it shows is what the commands make."""

import json
import re
import shlex
import signal

import pytest
from tests.grading import sample_class

from convbook import cli
from convbook.grading.sandbox import Sandbox, SandboxUnavailable

# What differs from machine to machine, or will soon be more: the doctor's lines, a compressed file's size.
OF_THE_MACHINE = re.compile(r"(?<=for: )Linux .*|ABI \d+|\d+ ways|\d+ kB")


def shown():
    """The commands of the page that have an output below them, and the output."""
    page = sample_class.PAGE.read_text("utf-8")
    return re.findall(r"```sh\nconvbook ([^\n]*)\n```\n\n```text\n([^`]*)```", page)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    sample_class.write(folder)
    return folder


@pytest.mark.parametrize("command, output", shown(), ids=[command for command, _ in shown()])
def test_an_output_is_what_the_command_prints(place, missing, monkeypatch, capsys, command, output):
    if command.startswith("grade"):
        try:
            Sandbox().close()
        except SandboxUnavailable as error:
            missing(f"no sandbox on this machine: {error}")
    monkeypatch.chdir(place)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert cli.main(shlex.split(command)) == 0
    assert OF_THE_MACHINE.sub("…", capsys.readouterr().out) == OF_THE_MACHINE.sub("…", output)


def test_the_pages_below_show_that_class(place):
    if not (place / "grades/gradebook.sqlite").exists():
        pytest.skip("the class was not graded")
    recorded = json.loads(sample_class.RESULT.read_text("utf-8"))
    assert json.loads(json.dumps(sample_class.result(place))) == recorded, (
        "if that is meant: python -m tests.grading.sample_class"
    )


def test_there_are_outputs():
    assert [command.split()[0] for command, _ in shown()] == ["grade", "grade", "exercises", "exercises"]
