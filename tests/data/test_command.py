"""`convbook data`: what it prints, and what it tells the shell."""

import re

import pytest

from convbook import cli, data
from convbook.data import command

from .formats import sha256

TEXT = {"tiny-shakespeare/input.txt": b"to be, or not to be:"}


@pytest.fixture
def few(monkeypatch):
    """As if there were three data sets, so that nothing large is read."""
    monkeypatch.setattr(command, "names", lambda: ("mnist", "digits", "tiny-shakespeare"))


def test_list_says_what_there_is_and_where(own, cache, monkeypatch, capsys):
    root = cache.parent / "own"
    own(TEXT)
    monkeypatch.setenv("CONVBOOK_DATA", str(root))
    assert cli.main(["data", "list"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert tuple(lines) == data.names()
    assert lines["digits"].endswith("; built in")
    assert lines["cifar10"].endswith("; to be fetched, 170 MB")
    assert lines["tiny-shakespeare"].endswith(f"; in {root / 'tiny-shakespeare'}")


def test_verify_prints_hashes_and_passes_over_what_is_not_here(few, own, cache, monkeypatch, capsys):
    own(TEXT)
    monkeypatch.setenv("CONVBOOK_DATA", str(cache.parent / "own"))
    assert cli.main(["data", "verify", "mnist", "tiny-shakespeare"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch("mnist +not here", lines[0])
    assert re.fullmatch("tiny-shakespeare +local copy", lines[1])
    assert lines[2].split() == [sha256(TEXT["tiny-shakespeare/input.txt"]), "input.txt"]


def test_a_failure_is_told_and_the_others_go_on(few, own, capsys):
    root = own(TEXT)
    (root / "mnist").mkdir()
    assert cli.main(["data", "fetch"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"^mnist +failed: .*train-images-idx3-ubyte\.gz: No such file", said, re.MULTILINE)
    assert re.search("^digits +built in$", said, re.MULTILINE)
    assert re.search("^tiny-shakespeare +local copy$", said, re.MULTILINE)


def test_an_unknown_name_is_misuse(capsys):
    assert cli.main(["data", "verify", "imagenet"]) == 2
    assert "no data set imagenet, expected some of digits, mnist" in capsys.readouterr().out
