"""Try the corpus, or the entries whose names contain a word: `python -m tests.grading.hostile [WORD …]`."""

import sys
import tempfile
import time

from .corpus import CORPUS
from .outside import Outside
from .trial import Court


def main():
    """Grade the entries on both rungs, and print what is not as it should be."""
    right = tried = 0
    entries = [
        entry for entry in CORPUS if not sys.argv[1:] or any(word in entry.name for word in sys.argv[1:])
    ]
    for rung in (1, 2):
        with Outside() as outside, tempfile.TemporaryDirectory() as folder:
            court = Court(rung, outside, folder)
            for entry in entries:
                start = time.perf_counter()
                complaints = court.complaints(entry)
                print(
                    f"{time.perf_counter() - start:6.2f} s  rung {rung}  {'✗' if complaints else '✓'} {entry.name}",
                    flush=True,
                )
                print(*complaints, sep="\n", end="\n" * bool(complaints))
                right, tried = right + (not complaints), tried + 1
            court.close()
    print(f"hostile: {right} of {tried} got exactly what they deserve")
    return right < tried


if __name__ == "__main__":
    sys.exit(main())
