"""Check the spelling of the prose: pages, notebooks' Markdown, docstrings and comments.

codespell's list of common misspellings, and in prose `british.txt` too: the book says colour and neighbour.
Code, formulas, links and quoted names are not prose.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROSE = [
    "*.md",
    "book/*.md",
    "benchmarks/*.md",
    "notebooks/*.ipynb",
    "exercises/*.ipynb",
    "solutions/*.ipynb",
]
CODE = ["lib", "tests", "tools", "book/_ext", "book/_static", "Makefile", "pyproject.toml", "_config.yml"]
NOT_PROSE = re.compile(
    r"^ *(```|~~~).*?^ *\1|\$\$.*?\$\$|\$[^$\n]+\$|`[^`\n]+`"  # code and formulas
    r"|\]\([^)\n]*\)|<[^>\n]+>|https?://\S+|^ *:[\w-]+:.*?$",  # links, tags, options of directives
    re.MULTILINE | re.DOTALL,
)


def prose(path):
    """The prose of a page, or of each Markdown cell of a notebook, as (where, text)."""
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        pieces = [
            (f"{path}, cell {i} ({cell['id']})", "".join(cell["source"]))
            for i, cell in enumerate(cells, 1)
            if cell["cell_type"] == "markdown"
        ]
    else:
        pieces = [(str(path), text)]
    # Blank what is not prose, but keep the lines, so that numbers stay right.
    return [(where, NOT_PROSE.sub(lambda m: "\n" * m[0].count("\n"), text)) for where, text in pieces]


def codespell(*arguments):
    command = [sys.executable, "-m", "codespell_lib", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True).stdout.splitlines()


def main():
    pieces = [piece for pattern in PROSE for path in sorted(Path().glob(pattern)) for piece in prose(path)]
    with tempfile.TemporaryDirectory() as folder:
        for i, (_, text) in enumerate(pieces):
            Path(folder, f"{i}.md").write_text(text, "utf-8")
        found = codespell("-D", "-", "-D", HERE / "british.txt", "-I", HERE / "words.txt", folder)
    wrong = []
    for line in found:
        file, number, what = line.split(":", 2)
        wrong.append(f"{pieces[int(Path(file).stem)][0]}, line {number}:{what}")
    wrong += codespell("-I", HERE / "words.txt", *CODE)
    for line in wrong:
        print(f"spelling: {line}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
