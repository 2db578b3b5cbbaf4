"""The attacks are real, and the traps close: where nothing guards, the same code does what it is after.

What runs here without walls does no harm: it reads, calls servers that are its own, and changes the grades of a
class that is none. No bomb is among it, and nothing that kills.
"""

import re
from pathlib import Path

import pytest

from .corpus import CORPUS
from .entry import Corpus
from .honest import honest
from .naive import TESTS, passes, run
from .outside import MARK, Outside

UNGUARDED = [entry for entry in CORPUS if entry.unguarded]
FOOLING = [entry for entry in CORPUS if entry.fools]
DAEMON = """
if os.fork() == 0:
    os.setsid()
    os.closerange(0, 3)
    import time
    time.sleep(5)
    os._exit(0)
"""
TRAPS = {  # by name, and what they are for
    "files": "open(f'{OUTSIDE}/grades.csv', 'a').write('me,7')",
    "files elsewhere": "open(f'/var/tmp/{MARK}', 'w').close()",
    "visits to servers": "import socket\nsocket.create_connection(('127.0.0.1', PORT))",
    "the other process": "import signal\nos.kill(VICTIM, signal.SIGSTOP)",
    "own processes": DAEMON,
}


@pytest.fixture
def outside():
    """Things that may be changed."""
    with Outside() as outside:
        yield outside
        for trace in outside.state()["files elsewhere"]:
            Path(trace).unlink()


@pytest.mark.parametrize("entry", [e for e in CORPUS if e not in honest], ids=lambda entry: entry.name)
def test_it_has_to_prove_that_it_ran(entry):
    assert entry.tells


@pytest.mark.parametrize("entry", UNGUARDED, ids=[entry.name for entry in UNGUARDED])
def test_it_goes_through_where_nothing_guards(outside, tmp_path, entry):
    _, told = run(entry.cells[:1], outside.facts, tmp_path)
    assert not [pattern for pattern in entry.unguarded if not re.search(pattern, told, re.MULTILINE)]
    walls = [pattern for pattern in entry.tells if not re.search(pattern, told, re.MULTILINE)]
    walls += [pattern for pattern in entry.keeps_quiet if re.search(pattern, told, re.MULTILINE)]
    assert walls, "what it tells does not depend on the walls"


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap_closes(outside, tmp_path, trap):
    before = outside.state()
    passed, _ = run([TRAPS[trap]], outside.facts, tmp_path)
    assert passed
    after = outside.state()
    assert [name for name in before if before[name] != after[name]] == [trap]


def test_whoever_unpickles_does_what_the_pickle_says(outside, tmp_path):
    (entry,) = (entry for entry in CORPUS if entry.name == "a pickle in an array of objects")
    before = outside.state()
    passed, _ = run(
        [*entry.cells[1:2], "np.load(io.BytesIO(file.getvalue()), allow_pickle=True)"],
        outside.facts,
        tmp_path,
    )
    assert passed
    assert outside.state()["files"].keys() - before["files"].keys() == {f"{outside.folder}/{MARK}"}


@pytest.mark.parametrize("entry", FOOLING, ids=[entry.name for entry in FOOLING])
def test_it_would_be_paid_for_in_its_own_process(entry):
    assert passes(entry, entry.fools)


@pytest.mark.parametrize("test", TESTS)
def test_the_tests_that_are_fooled_are_tests(test):
    wrong = Corpus()
    wrong.add("wrong", "def convolve1d(x, w):\n    return [0.0, 0.0, 0.0]")
    assert not passes(wrong[0], test)
    right = Corpus()
    right.add("right", "def convolve1d(x, w):\n    return list(np.convolve(x, w))")
    assert passes(right[0], test)
