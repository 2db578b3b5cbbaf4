"""Measure the book: how long its commands take, what its pages weigh, what it proves.

    .venv/bin/python benchmarks/book.py

Works in a fresh copy of what git has or would take, about half an hour on two cores. The tables go into
`benchmarks/README.md`.
"""

import gzip
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "benchmarks/README.md"


def fresh_copy(folder):
    """The files of the checkout without what was built or installed in it."""
    listed = subprocess.check_output(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def make(target, folder):
    """Run `make target`; return the seconds it took and what it said."""
    start = time.perf_counter()
    done = subprocess.run(
        ["make", target], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(f"make {target} failed:\n{done.stdout[-3000:]}")
    return time.perf_counter() - start, done.stdout


def change_one_cell(path):
    """Add a comment to a notebook's last code cell: new code, same result."""
    notebook = json.loads(path.read_text("utf-8"))
    cell = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][-1]
    cell["source"] = "".join(cell["source"]) + "\n# changed"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")


def times(folder):
    """Seconds or minutes of each command, in the order in which a newcomer gives them."""
    rows = [("`make book`, first time, with the installation", make("book", folder)[0])]
    rows += [("`make book`, nothing changed", make("book", folder)[0])]
    chapter = folder / "notebooks/03_toeplitz.ipynb"
    original = chapter.read_bytes()
    change_one_cell(chapter)
    rows += [("`make book`, one cell of chapter 3 changed", make("book", folder)[0])]
    chapter.write_bytes(original)
    seconds, said = make("test", folder)
    rows += [("`make test`", seconds)]
    for part, minutes in re.findall(r"^  (\w+) +([\d.]+) min  passed$", said, re.MULTILINE):
        rows.append((f"— {part}", 60 * float(minutes)))
    return [(what, f"{s / 60:.1f} min" if s >= 60 else f"{s:.0f} s") for what, s in rows]


def weights(site):
    """Per page: its own HTML, and everything that a browser fetches for it, as sent with gzip."""
    from playwright.sync_api import sync_playwright

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for path in sorted(p for p in site.glob("*/*.html") if p.parent.name != "_static"):
            fetched = []
            page = browser.new_page()
            page.on("response", lambda response, fetched=fetched: fetched.append(response))
            page.goto(
                f"http://127.0.0.1:{server.server_port}/{path.relative_to(site)}", wait_until="networkidle"
            )
            sent = sum(min(len(gzip.compress(r.body())), len(r.body())) for r in fetched)
            rows.append(
                (f"`{path.relative_to(site)}`", f"{path.stat().st_size / 1e3:.0f} kB", f"{sent / 1e3:.0f} kB")
            )
            page.close()
        browser.close()
    server.shutdown()
    return rows


def proofs(site):
    """How much the book proves, and how well its checks are checked."""
    from convbook.exercises.catalogue import EXERCISES
    from convbook.exercises.verify import verify

    boxes = sum(
        page.read_text("utf-8").count('<div class="claim" id=') for page in site.glob("notebooks/*.html")
    )
    runs = [verify(exercise, seed) for exercise in EXERCISES.values() for seed in range(20)]
    wrong, right = sum(r.wrong for r in runs), sum(r.right for r in runs)
    killed, accepted = wrong - sum(len(r.survivors) for r in runs), right - sum(len(r.refused) for r in runs)
    return [
        ("claims proved", f"{boxes}"),
        ("exercises", f"{len(EXERCISES)}"),
        ("wrong solutions rejected, 20 seeds each", f"{killed} of {wrong}"),
        ("right solutions accepted, 20 seeds each", f"{accepted} of {right}"),
    ]


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "convbook")
        fresh_copy(copy)
        measured = "\n\n".join(
            [
                f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores.",
                table(["command", "time"], times(copy)),
                table(["page", "own HTML", "transferred, gzip"], weights(copy / "_build/html")),
                table(["", ""], proofs(copy / "_build/html")),
            ]
        )
    print(measured)
    marked = r"(<!-- book.py -->\n).*(<!-- end -->)"
    text = re.sub(
        marked, lambda m: f"{m[1]}\n{measured}\n\n{m[2]}", README.read_text("utf-8"), flags=re.DOTALL
    )
    README.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
