"""How far it has come, on a terminal and elsewhere."""

import io
import re
import sys

from convbook.grading import progress
from convbook.grading.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with Progress(3) as bar:
        bar.skip()
        bar.step()
        bar.step()
    assert re.search(r"Grading: 100%\|.*\| 2/2 .*notebooks?/s", sys.stderr.getvalue())


def test_lines_elsewhere_and_without_tqdm(monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0)
    for stderr, tqdm in ((io.StringIO(), sys.modules.get("tqdm")), (Terminal(), None)):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", stderr)
            patch.setitem(sys.modules, "tqdm", tqdm)
            with Progress(3) as lines:
                lines.skip()
                lines.step()
                lines.step()
        said = stderr.getvalue().splitlines()
        assert len(said) == 2
        assert re.fullmatch(r"2 of 2 graded, [\d.]+ a second, 0 s to go", said[1])


def test_the_time_that_remains(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    lines = Progress(1000)
    assert lines.line() == "0 of 1000 graded, 0.0 a second, 0 s to go"
    now[0] = 10.0
    for _ in range(20):
        lines.step()
    assert lines.line() == "20 of 1000 graded, 2.0 a second, 8 min 10 s to go"
