"""Files as they are handed in, whatever was to be in them: each with what the table of grades must say of it.

They answer one exercise of chapter 3, `toeplitz_matrix`, which is worth 3 points.
"""

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from .entry import CONVOLVE, TOEPLITZ, notebook

RIGHT = ("graded", "3")
NONE = ("not gradable", "")  # no points are not 0 points
ANSWER = f"import numpy as np\n{TOEPLITZ}"
HONEST = notebook((ANSWER,))


@dataclass(frozen=True)
class Handed:
    """A file that somebody hands in.

    Parameters
    ----------
    what : str
        What is odd about it.
    file : str or bytes
        What it is called.
    content : bytes, or callable path -> None
        What is in it, or how it is made.
    deserves : tuple of str
        Status and points.
    says : str
        A pattern to be found in the notes for the instructor.
    owner : str
        Whose it is in the table, if that is not the name without its ending.
    """

    what: str
    file: str | bytes
    content: bytes | Callable = HONEST
    deserves: tuple[str, str] = RIGHT
    says: str = ""
    owner: str = ""

    @property
    def whose(self):
        """The identifier in the table."""
        return self.owner or self.file.removesuffix(".ipynb")


def unreadable(what, file, content, says, **other):
    """A file that cannot be graded, and of which the table says why."""
    return Handed(what, file, content, NONE, says, **other)


def changed(**more):
    """The honest notebook, with other contents at the top."""
    return json.dumps(json.loads(HONEST) | more).encode()


def with_cells(*cells):
    """The honest notebook, with these in front of its cell."""
    return changed(cells=[*cells, *json.loads(HONEST)["cells"]])


def code(source, **more):
    """A cell."""
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    } | more


COLAB = json.dumps(
    {
        "nbformat": 4,
        "nbformat_minor": 0,
        "metadata": {
            "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "accelerator": "GPU",
        },
        "cells": [
            {
                "cell_type": "markdown",
                "metadata": {"id": "view-in-github", "colab_type": "text"},
                "source": ["<a href='https://colab.research.google.com/'>Open</a>"],
            },
            code(
                ANSWER.splitlines(keepends=True),
                metadata={
                    "id": "aB3",
                    "colab": {"base_uri": "https://localhost:8080/", "height": 35},
                    "outputId": "c0ffee",
                    "executionInfo": {
                        "status": "ok",
                        "elapsed": 7,
                        "user": {"displayName": "Ada", "userId": "1"},
                    },
                },
            ),
        ],
    }
).encode()
OLD = json.dumps(
    {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {"cells": [{"cell_type": "code", "language": "python", "input": ANSWER, "outputs": []}]}
        ],
    }
).encode()
ACCENTS = json.dumps(json.loads(notebook((f"# café, naïve, größer\n{ANSWER}",))), ensure_ascii=False)
WRONG = json.dumps([code("def toeplitz_matrix(w, n):\n    return 0")])
STREAM = {"output_type": "stream", "name": "stdout", "text": ""}


def link(path):
    """A link to a right answer that is somebody else's."""
    (path.parents[1] / "elsewhere.ipynb").write_bytes(HONEST)
    path.symlink_to(path.parents[1] / "elsewhere.ipynb")


def sparse(path):
    """A file of 200 MB that takes no space."""
    path.touch()
    os.truncate(path, 200 << 20)


def folder(path):
    """A folder that is called like a notebook, with one in it."""
    path.mkdir()
    (path / "final.ipynb").write_bytes(HONEST)


def zipped(*members):
    """A zip file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


def later(make):
    """What is large is made only when it is handed in."""
    return lambda path: path.write_bytes(make())


NAMES = [
    Handed("as it should be", "ada.ipynb"),
    Handed("as Colab calls it, with what Colab writes into it", "Copy of 03_toeplitz.ipynb", COLAB),
    Handed("as a browser calls it", "03_toeplitz (1).ipynb"),
    Handed("a name of spaces, umlauts and emoji", "größe  final 🙂 FINAL.ipynb"),
    Handed("a name of 255 bytes", f"{'very' * 62} .ipynb"),
    Handed("a name like an option", "-rf.ipynb", owner="'-rf"),
    Handed("a name like a formula", "=1+cmd|'calc'!A0.ipynb", owner="'=1+cmd|'calc'!A0"),
    Handed("a name with markup", "<img src=x onerror=alert(1)>.ipynb"),
    Handed("a name with a new line", "new\nline.ipynb", owner="new\\nline"),
    Handed("a name that is not text", b"caf\xe9.ipynb", owner="caf\\xe9"),
    Handed("a name in capitals", "BOB.IPYNB", owner="BOB"),
    Handed("a name to which Windows has appended something", "cyd.ipynb.txt", owner="cyd"),
    Handed("a folder that is called like a notebook", "dan.ipynb", folder, owner="dan.ipynb"),
]
CONTENTS = [
    Handed("in Latin-1", "latin.ipynb", ACCENTS.encode("latin-1")),
    Handed("in UTF-8 with a mark", "mark.ipynb", ACCENTS.encode("utf-8-sig")),
    Handed("in UTF-16", "utf16.ipynb", ACCENTS.encode("utf-16")),
    Handed("in the format of 2013", "old.ipynb", OLD),
    Handed("50 MB of outputs", "outputs.ipynb", later(lambda: with_cells(code("", outputs=[STREAM | {"text": "0.5, " * (10 << 20)}])))),
    Handed("keys that are there twice", "twice.ipynb", HONEST.replace(b'{"cells"', f'{{"cells": {WRONG}, "cells"'.encode(), 1)),
    Handed("NaN and infinity", "nan.ipynb", changed(metadata={"a": float("nan"), "b": [float("-inf")] * 9})),
    Handed("cells of no kind", "kinds.ipynb", with_cells(7, None, [], {}, code(5), code([None, "x = 1"]), {"cell_type": []})),
    Handed("half a letter, and a zero", "half.ipynb", with_cells(code("s = '\ud83d'"), code("x = '\0'")), says="code cell 2"),
    Handed("a hundred thousand cells of text", "text.ipynb", later(lambda: with_cells(*[{"cell_type": "markdown", "source": ""}] * 100_000))),
    Handed("half of it is missing, but not the half that counts", "order.ipynb", notebook((CONVOLVE, ANSWER, "toeplitz_matrix("))),
    Handed("a notebook without code", "prose.ipynb", changed(cells=[]), deserves=("graded", "0")),
    unreadable("a million cells", "million.ipynb", later(lambda: with_cells(*[{"cell_type": "code", "source": ""}] * 10**6)), "1000001 code cells"),
    unreadable("ten megabytes of code", "code.ipynb", later(lambda: with_cells(code("x = 1\n" * 1_700_000))), "characters of code"),
    unreadable("lists in lists in lists", "deep.ipynb", changed(metadata=0).replace(b'"metadata": 0', b'"metadata": ' + b"[" * 10**5), "nested too deeply"),
    unreadable("cut off", "cut.ipynb", HONEST[: len(HONEST) // 2], "its JSON is damaged"),
    unreadable("empty", "empty.ipynb", b"", "it is empty"),
    unreadable("a script", "script.ipynb", ANSWER.encode(), "it is not a notebook"),
    unreadable("a PDF", "pdf.ipynb", b"%PDF-1.7 \xff\xfe", "it is a PDF"),
    unreadable("a page of a portal", "portal.ipynb", b"<!DOCTYPE html><title>Sign in</title>", "it is a web page"),
    unreadable("a zip in a notebook's name", "zip.ipynb", zipped(("a.ipynb", HONEST)), "it is a zip archive"),
    unreadable("JSON of something else", "other.ipynb", b'{"points": 100, "status": "graded"}', "not a notebook"),
    unreadable("a number of 5000 digits", "digits.ipynb", changed(metadata=0).replace(b'"metadata": 0', b'"metadata": ' + b"9" * 5000), "its JSON is damaged"),
    unreadable("200 MB of nothing", "sparse.ipynb", sparse, "it is larger than 100 MB"),
    unreadable("a link to the work of somebody else", "link.ipynb", link, "it is a symbolic link"),
    unreadable("a pipe into which nobody writes", "pipe.ipynb", os.mkfifo, "it is not a regular file"),
    Handed("as it should be, and the last one", "zoe.ipynb"),
]  # fmt: skip


def member(name, **about):
    """A member of a zip file, by name and what is unusual about it."""
    info = zipfile.ZipInfo(name, (2026, 11, 24, 12, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    for attribute, value in about.items():
        setattr(info, attribute, value)
    return info


LINK = stat.S_IFLNK << 16 | 0o777 << 16
ZIPPED = [  # a folder in an archive is a student
    Handed("as it should be", "ada.ipynb"),
    Handed("a path that leads out", "../../../bob.ipynb", owner="bob"),
    Handed("a path from the root", "/etc/cyd.ipynb", owner="etc"),
    Handed("a path that leads in and out", "a/../dan.ipynb", owner="a"),
    unreadable(
        "110 MB of zeros in a hundred kilobytes", "bomb.ipynb", bytes(110 << 20), "it is larger than 100 MB"
    ),
    unreadable("a link", "link.ipynb", b"/etc/passwd", "it is a symbolic link"),
    unreadable("damaged", "damaged.ipynb", HONEST, "it cannot be unpacked"),
    unreadable("a zip in the zip", "zip.ipynb", zipped(("a.ipynb", HONEST)), "it is a zip archive"),
    Handed("as it should be, and the last one", "zoe.ipynb"),
]
