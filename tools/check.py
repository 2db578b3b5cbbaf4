"""Run every check, in order, and say how long each part took and what failed.

    python tools/check.py [PART …]

All parts, or those named.
"""

import os
import re
import subprocess
import sys
import time

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "-q"]
TWO_AT_A_TIME = ["-n", "2", "--dist", "loadfile"]

# name → commands; a part fails when one of its commands does
PARTS = {
    "lint": [
        [PYTHON, "-m", "ruff", "check", "--quiet", "--output-format", "concise", "."],
        [PYTHON, "-m", "ruff", "format", "--quiet", "--check", "--output-format", "concise", "."],
    ],
    "spelling": [[PYTHON, "tools/spelling.py"]],
    "project": [[*PYTEST, "tests/test_project.py"]],
    "library": [
        [
            *PYTEST,
            *TWO_AT_A_TIME,
            "tests",
            "--ignore=tests/test_project.py",
            "--ignore=tests/test_wheel.py",
            "--ignore=tests/book",
        ]
    ],
    "notebooks": [
        [*PYTEST, *TWO_AT_A_TIME, "--nbval", "--nbval-current-env", "notebooks", "exercises", "solutions"]
    ],
    "book": [[PYTHON, "tools/book.py", "--fresh"]],
    "browser": [[*PYTEST, "-n", "2", "tests/book"]],
    "wheel": [[*PYTEST, "tests/test_wheel.py"]],
}


# Lines that name a failure: pytest's summary, ruff's path:line:column, and our own tools.
NAMES_IT = re.compile(r"FAILED |ERROR |book: |spelling: |\S+:\d+:\d+: ")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SHOWN = 20


def run(command):
    """Run a command, its output passed through; return the lines that name why it failed, if it did."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = []
    for line in process.stdout:
        print(line, end="", flush=True)
        said.append(COLOUR.sub("", line.rstrip()))
    status = process.wait()
    if status == 0:
        return []
    named = [line for line in said if NAMES_IT.match(line)] or said[-1:] or [f"ended with status {status}"]
    more = len(named) - SHOWN
    return named[:SHOWN] + [f"… and {more} more (above)"] * (more > 0)


def main():
    wanted = sys.argv[1:] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        return f"check: no part named {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}"
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # two notebooks at a time, one thread each
    os.environ["COLUMNS"] = "240"  # pytest cuts the line that names a failure to this
    report, failed = [], []
    for part in wanted:
        print(f"\n=== {part}", flush=True)
        start = time.perf_counter()
        lines = [line for command in PARTS[part] for line in run(command)]
        minutes = (time.perf_counter() - start) / 60
        report.append(f"  {part:10} {minutes:5.1f} min  {'failed' if lines else 'passed'}")
        failed += [f"  {part}: {line.removeprefix(f'{part}: ')}" for line in lines]
    print("", *report, sep="\n")
    if failed:
        print("\nWhat failed:", *failed, sep="\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
