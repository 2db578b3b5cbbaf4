"""Try the corpus, or the entries whose names contain a word: `python -m tests.grading.hostile [WORD …]`."""

import sys
import tempfile
import time
from collections import defaultdict

from .corpus import CORPUS, SUBJECTS
from .outside import Outside
from .trial import Court


def main(words):
    """Grade the entries on both rungs, and print what is not as it should be, and how long it took."""
    entries = [entry for entry in CORPUS if not words or any(word in entry.name for word in words)]
    seconds, right = defaultdict(float), 0
    for rung in (1, 2):
        with Outside() as outside, tempfile.TemporaryDirectory() as folder:
            court = Court(rung, outside, folder)
            for entry in entries:
                start = time.perf_counter()
                complaints = court.complaints(entry)
                seconds[entry, rung] = time.perf_counter() - start
                sign = "✗" if complaints else "✓"
                print(f"{seconds[entry, rung]:6.2f} s  rung {rung}  {sign} {entry.name}", flush=True)
                print(*complaints, sep="\n", end="\n" * bool(complaints))
                right += not complaints
            court.close()
    for name, subject in SUBJECTS.items():
        tried = [entry for entry in subject if entry in entries]
        took = [f"{sum(seconds[entry, rung] for entry in tried):6.1f} s" for rung in (1, 2)]
        print(f"{name:12}{len(tried):4} entries", *took)
    tried = 2 * len(entries)
    print(f"hostile: {right} of {tried} got exactly what they deserve")
    return right < tried


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
