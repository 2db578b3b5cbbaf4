"""The Containerfile, as far as it can be held without building it."""

import argparse
import json
import re
import shlex
import tomllib
from pathlib import Path

from convbook.grading import command as command_line

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text("utf-8")
PAGE = (ROOT / "book/instructors.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def instructions(word):
    return [line.removeprefix(f"{word} ") for line in TEXT.splitlines() if line.startswith(f"{word} ")]


def test_what_it_copies_is_there_and_is_all_that_an_installation_takes():
    copied = {path for line in instructions("COPY") for path in line.split()[:-1]}
    assert all((ROOT / path).exists() for path in copied)
    assert copied >= {"pyproject.toml", "setup.py", "MANIFEST.in", PROJECT["readme"], "lib", "book/results"}


def test_it_installs_an_extra_that_there_is():
    (extra,) = re.findall(r"pip install .*\[(\w+)\]", TEXT)
    assert extra in PROJECT["optional-dependencies"]


def test_it_is_based_on_a_python_that_is_supported():
    (version,) = re.findall(r"^FROM python:(\d\.\d+)-slim$", TEXT, re.MULTILINE)
    assert version in ("3.11", "3.12", "3.13") and ">=3.11" in PROJECT["requires-python"]


def test_it_does_not_run_as_root():
    assert instructions("USER") == ["grader"]
    assert TEXT.index("useradd --uid 1000") < TEXT.index("USER grader") < TEXT.index("ENTRYPOINT")


def test_the_commands_that_it_and_the_page_show_are_ones_that_it_takes():
    entry = json.loads(instructions("ENTRYPOINT")[0])
    assert entry[0] in PROJECT["scripts"] and entry[1:] == ["grade"]
    parser = argparse.ArgumentParser()
    command_line.add_arguments(parser)
    shown = re.findall(r"podman (build|run) (.*)", TEXT)
    assert shown and shown == re.findall(r"^podman (build|run) (.*)", PAGE, re.MULTILINE)
    for command, arguments in shown:
        arguments = shlex.split(arguments)
        if command == "run":
            options = parser.parse_args(arguments[arguments.index("convbook") + 1 :])
            assert options.doctor or options.assignment == "03_toeplitz"
            mounted = [text.rpartition(":")[2] for text in arguments if text.startswith("$PWD")]
            assert mounted in ([], instructions("WORKDIR")[-1:])
            assert not any(text.startswith("keep-id") and "uid=1000" not in text for text in arguments)
        else:
            assert (ROOT / arguments[arguments.index("-f") + 1]).samefile(ROOT / "Containerfile")
