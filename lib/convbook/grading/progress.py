"""How far grading has come: a bar with rate and remaining time or a line now and then."""

import sys
import time

EVERY = 10  # seconds from line to line


class Progress:
    """A bar on the standard error of a terminal; elsewhere, or without tqdm, lines.

    Parameters
    ----------
    total : int
        How many there are.
    """

    def __init__(self, total):
        self._total, self._done, self._start = total, 0, time.monotonic()
        self._said = self._start
        self._bar = _bar(total)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._bar:
            self._bar.close()

    def skip(self):
        """One that needs nothing done."""
        self._total -= 1
        if self._bar:
            self._bar.total = self._total

    def step(self):
        """One is done."""
        self._done += 1
        if self._bar:
            self._bar.update()
        elif time.monotonic() >= self._said + EVERY:
            self._said = time.monotonic()
            print(self.line(), file=sys.stderr, flush=True)

    def line(self):
        """In words: "1200 of 10000 graded, 33.1 a second, 4 min 26 s to go".

        Returns
        -------
        line : str
        """
        rate = self._done / max(time.monotonic() - self._start, 1e-9)
        left = round((self._total - self._done) / rate) if rate else 0
        wait = f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"
        return f"{self._done} of {self._total} graded, {rate:.1f} a second, {wait} to go"


def _bar(total):
    if not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ModuleNotFoundError:
        return None
    return tqdm(total=total, unit=" notebooks", desc="Grading", dynamic_ncols=True)
