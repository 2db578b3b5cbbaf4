"""Reading a notebook that may be anything: the code cells come back, or why there are none.

A file is hostile until it is read. It is decoded and parsed as JSON, no more; outputs, metadata and cell ids
are not looked at.
"""

import gc
import json
import resource
import subprocess
import sys

from convbook.grading.magics import plain

BYTES = 100 * 2**20  # of a file, outputs included
CODE = 2**20  # characters, in all cells
CELLS = 5_000
# A few bytes of JSON can stand for a hundred in memory, so a large file is read by a process with limits.
SMALL = 4 * 2**20
MEMORY, SECONDS = 2**30, 20

KINDS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!do": "a web page",
    b"<htm": "a web page",
    b"\x7fELF": "a program",
}


class Unreadable(Exception):
    """Why a file cannot be graded, in words for a person."""


def code_cells(data):
    """The code of a notebook, cell by cell.

    Parameters
    ----------
    data : bytes
        The file: nbformat 2, 3 or 4, in UTF-8 with or without a mark, UTF-16, or Latin-1.

    Returns
    -------
    cells : tuple of str
        In order, without magics.

    Raises
    ------
    Unreadable
        If it is no notebook, or larger than a notebook can be; the message says which.
    """
    if len(data) > BYTES:
        raise Unreadable(f"it is larger than {BYTES // 2**20} MB")
    return _code_cells(data) if len(data) <= SMALL else _code_cells_apart(data)


def _code_cells(data):
    cells = [
        plain(_source(cell))
        for cell in _cells(_parsed(data))
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]
    length = sum(map(len, cells))
    if len(cells) > CELLS:
        raise Unreadable(f"it has {len(cells)} code cells; at most {CELLS} are graded")
    if length > CODE:
        raise Unreadable(f"it holds {length} characters of code; at most {CODE} are graded")
    return tuple(cells)


def _code_cells_apart(data):
    command = [sys.executable, "-m", __spec__.name]
    reader = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if reader.returncode:
        raise Unreadable("it takes more memory or time to read than a notebook does")
    answer = json.loads(reader.stdout)
    if isinstance(answer, str):
        raise Unreadable(answer)
    return tuple(answer)


def _parsed(data):
    if not data.strip():
        raise Unreadable("it is empty")
    try:
        notebook = json.loads(_decoded(data), strict=False)
    except RecursionError:
        raise Unreadable("its JSON is nested too deeply") from None
    except ValueError as error:
        raise Unreadable(_not_json(data, error)) from None
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but not a notebook")
    return notebook


def _decoded(data):
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return data.decode("latin-1")
    return None


def _not_json(data, error):
    start = data.lstrip()[:4].lower()
    for mark, kind in KINDS.items():
        if start.startswith(mark.lower()):
            return f"it is {kind}, not a notebook"
    if start.startswith(b"{"):
        return f"its JSON is damaged: {error}"
    return "it is not a notebook"


def _cells(notebook):
    """The cells of nbformat 4, or those in the worksheets of 2 and 3."""
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    worksheets = notebook.get("worksheets")
    if isinstance(worksheets, list):
        sheets = (sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict))
        return [cell for cells in sheets if isinstance(cells, list) for cell in cells]
    raise Unreadable("it has no cells: it is JSON, but not a notebook")


def _source(cell):
    """A cell's code: `source` in nbformat 4, `input` before; one text or a list of lines."""
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    # Half a surrogate pair can be written in JSON, but not passed on.
    return source.encode("utf-8", "replace").decode("utf-8") if isinstance(source, str) else ""


def main():
    """Read a notebook from standard input, within limits; answer with its cells, or why there are none."""
    gc.disable()  # it would look through millions of lists again and again
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        answer = _code_cells(sys.stdin.buffer.read())
    except Unreadable as problem:
        answer = str(problem)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
