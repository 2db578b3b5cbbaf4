"""The engine: every submission gets what it deserves, and says nothing of the secret inputs."""

import json
import os
import signal
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from convbook.exercises import compare, judge
from convbook.exercises.catalogue import EXERCISES
from convbook.exercises.limits import Limits
from convbook.exercises.spec import Exercise, Property, by_docstring, prediction
from convbook.exercises.strategies import kernel_on_signal
from convbook.grading.assignment import Assignment
from convbook.grading.engine import HIDDEN, Engine
from convbook.grading.records import Grade, Submission
from convbook.grading.sandbox import SandboxUnavailable

from .conftest import alive, open_files, processes_below, wait_until

SECRET = "not the published one"
QUICK = Limits(call=0.5, cell=1.0, submission=20)


def flipped(x, w):
    """The kernel is not flipped."""
    return np.correlate(x, w, "valid")


convolve = Exercise(
    "convolve",
    reference=lambda x, w: np.convolve(x, w, "valid"),
    properties=(
        Property("the size", 1, kernel_on_signal(), compare.shape),
        Property("every number", 3, kernel_on_signal(), hint="Look at two samples."),
    ),
    misconceptions=by_docstring(flipped),
    limits=QUICK,
)
convolve_numbers = convolve, convolve.properties[1]
numbers = st.integers(0, 10**9)
add = Exercise(
    "add",
    reference=lambda a, b: a + b,
    properties=(Property("any two", 2, st.fixed_dictionaries({"a": numbers, "b": numbers})),),
    limits=QUICK,
)
answer = replace(prediction("answer", 42, wrong={"You took half of it.": 21}), limits=QUICK)
assignment = Assignment("three", (convolve, add, answer), SECRET)

CONVOLVE = "def convolve(x, w): return np.convolve(x, w, 'valid')"
ADD = "def add(a, b): return a + b"
ANSWER = "answer = 42"


@pytest.fixture(scope="module")
def engine(missing):
    with Engine() as engine:
        try:
            engine.prepare(assignment)
        except SandboxUnavailable as error:
            missing(str(error))
        yield engine


@pytest.fixture
def grade(engine):
    def grade(*cells, assignment=assignment):
        cells = ("import numpy as np", *map(textwrap.dedent, cells))
        got = engine.grade(Submission("ada", "ada.ipynb", "", cells), assignment)
        assert got == Grade.from_dict(json.loads(json.dumps(got.to_dict())))
        return got

    return grade


def by_exercise(grade):
    return {exercise.name: (exercise.status, exercise.points) for exercise in grade.exercises}


def test_all_right(grade):
    got = grade(CONVOLVE, ADD, ANSWER)
    assert (got.status, got.points, got.possible, got.notes) == ("graded", 7, 7, ())
    assert by_exercise(got) == {"convolve": ("right", 4), "add": ("right", 2), "answer": ("right", 1)}
    assert all(
        not prop.report and not prop.note for exercise in got.exercises for prop in exercise.properties
    )


def test_a_known_mistake_is_named_and_shown_on_the_smallest_input(grade):
    got = grade("def convolve(x, w): return np.correlate(x, w, 'valid')", ADD, ANSWER)
    assert by_exercise(got)["convolve"] == ("partly right", 1)
    size, numbers = got.exercises[0].properties
    assert (size.points, size.report, numbers.points, numbers.misconception) == (
        1,
        "",
        0,
        "The kernel is not flipped.",
    )
    assert "Smallest input that shows it" in numbers.report and "The kernel is not flipped." in numbers.report
    shown = judge.judge(convolve, flipped).verdicts[1].smallest.case.inputs
    assert f"convolve(np.array({shown['x'].tolist()})" in numbers.report
    assert got.status == "graded"


def test_an_unknown_mistake_is_shown_with_the_hint(grade):
    got = grade("def convolve(x, w): return np.convolve(x, w, 'valid') + 1", ADD)
    numbers = got.exercises[0].properties[1]
    assert numbers.misconception == "" and "Look at two samples." in numbers.report
    assert by_exercise(got)["answer"] == ("not found", 0)


def test_what_is_not_written_yet(grade):
    got = grade("def convolve(x, w): raise NotImplementedError", "def add(a, b): return ...", "answer = ...")
    assert {status for status, _ in by_exercise(got).values()} == {"not attempted"}
    assert got.status == "graded" and got.points == 0


def test_the_last_definition_counts(grade):
    wrong = "def add(a, b): return a - b"
    assert by_exercise(grade(wrong, ADD))["add"] == ("right", 2)
    assert by_exercise(grade(ADD, wrong))["add"][1] == 0
    assert by_exercise(grade(ADD, "add = add(1, 2)"))["add"] == ("right", 2)


def test_a_wrong_prediction_is_not_given_away(grade):
    prop = grade("answer = 21").exercises[2].properties[0]
    assert prop.misconception == "You took half of it." and "42" not in prop.report


def test_a_cell_that_fails_costs_itself(grade):
    got = grade("def oops(:", "1 / 0", CONVOLVE, "import no_such\n" + ADD, "raise KeyboardInterrupt", ANSWER)
    assert got.points == 7 and got.status == "graded"
    assert [note.split(":")[0] for note in got.notes] == [f"code cell {i}" for i in (2, 3, 5, 6)]
    assert "ModuleNotFoundError: No module named 'no_such'" in got.notes[2]


DEAF = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
SUICIDE = "import os; os._exit(0)"
SEGFAULT = "import ctypes; ctypes.string_at(0)"


@pytest.mark.parametrize("fatal", [DEAF, SUICIDE, SEGFAULT], ids=["deaf", "suicide", "segfault"])
def test_a_cell_that_hangs_or_kills_costs_itself(grade, fatal):
    got = grade(CONVOLVE, fatal, ADD, ANSWER)
    assert got.points == 7 and got.status == "graded"
    (note,) = got.notes
    assert note.startswith("code cell 3 ") and note.endswith("only its definitions were kept")


def test_what_such_a_cell_defines_is_kept(grade):
    got = grade(CONVOLVE, f"{ADD}\n{DEAF}", ANSWER)
    assert got.points == 7


def test_a_definition_that_is_itself_fatal(grade):
    got = grade(CONVOLVE, f"def add(a, b, c=__import__('os')._exit(0)): return a + b\n{ADD}", ANSWER)
    assert by_exercise(got) == {"convolve": ("right", 4), "add": ("crashed", 0), "answer": ("right", 1)}
    assert got.status == "partly"
    assert got.notes[1] == "code cell 3 ended its process; it was skipped"


@pytest.mark.parametrize(
    "fatal, status, words",
    [
        (DEAF, "timed out", "took longer than 0.5 s"),
        (SUICIDE, "crashed", "ended its process"),
        (SEGFAULT, "crashed", "(signal 11)"),
    ],
    ids=["deaf", "suicide", "segfault"],
)
def test_a_call_that_hangs_or_kills_costs_its_property(grade, fatal, status, words):
    got = grade(CONVOLVE, f"def add(a, b):\n{textwrap.indent(fatal, '    ')}", ANSWER)
    assert by_exercise(got) == {"convolve": ("right", 4), "add": (status, 0), "answer": ("right", 1)}
    assert got.status == "partly"
    assert words in got.exercises[1].properties[0].report


def test_a_call_that_hangs_for_some_inputs(grade):
    loop = textwrap.indent(DEAF, " " * 8)
    got = grade(
        f"def convolve(x, w):\n    if len(w) > 2:\n{loop}\n    return np.convolve(x, w, 'valid')", ADD
    )
    assert by_exercise(got)["convolve"] == ("timed out", 0)
    inputs = got.exercises[0].properties[0].report
    assert "took longer than 0.5 s" in inputs and "w = [" in inputs
    assert by_exercise(got)["add"] == ("right", 2)


def test_if_everything_hangs_the_submission_has_timed_out(grade):
    hang = "def {}(*args):\n" + textwrap.indent(DEAF, "    ")
    got = grade(hang.format("convolve"), hang.format("add"), assignment=Assignment("two", (convolve, add), 1))
    assert got.status == "timed out" and got.points == 0


SLOW = "import time\ndef convolve(x, w):\n    time.sleep({})\n    return np.convolve(x, w, 'valid')"


def hasty(seconds, *exercises):
    """The same exercises where a submission may take that long."""
    limits = replace(QUICK, submission=seconds)
    return Assignment("hasty", tuple(replace(e, limits=limits) for e in exercises), 1)


def test_the_time_of_a_submission_is_limited(grade):
    got = grade(SLOW.format(0.2), assignment=hasty(1.0, convolve))
    assert got.status == "timed out" and got.points == 0
    assert by_exercise(got) == {"convolve": ("timed out", 0)}
    assert "the time for this exercise was up" in got.exercises[0].properties[1].note
    assert got.seconds < 10


def test_a_slow_exercise_costs_itself_alone(grade):
    got = grade(SLOW.format(0.2), ADD, ANSWER, assignment=hasty(3.0, convolve, add, answer))
    assert by_exercise(got) == {"convolve": ("timed out", 0), "add": ("right", 2), "answer": ("right", 1)}
    assert got.status == "partly"


def test_what_a_slow_exercise_has_earned_by_then_counts(grade):
    tiring = SLOW.format("0.2 if len(calls) > 25 else 0").replace("\n    time", "\n    calls.append(x); time")
    got = grade("calls = []\n" + tiring, assignment=hasty(2.0, convolve))
    assert by_exercise(got) == {"convolve": ("timed out", 1)}
    assert got.status == "timed out" and got.points == 1


def test_a_slow_exercise_leaves_time_to_explain_the_others(grade):
    wrong = "def add(a, b): return a - b"
    got = grade(SLOW.format(0.2), wrong, assignment=hasty(3.0, convolve, add))
    assert by_exercise(got) == {"convolve": ("timed out", 0), "add": ("wrong", 0)}
    assert "Smallest input that shows it" in got.exercises[1].properties[0].report


def test_where_the_cells_take_all_the_time_nothing_is_said_to_be_missing(grade):
    got = grade(CONVOLVE, *["while True: pass"] * 20, assignment=hasty(1.0, convolve, add))
    assert by_exercise(got) == {"convolve": ("timed out", 0), "add": ("timed out", 0)}
    assert got.status == "timed out"


def test_a_training_cell_that_takes_too_long(grade):
    got = grade(
        CONVOLVE, "import time\nlosses = []\nfor epoch in range(100):\n    time.sleep(0.2)", ADD, ANSWER
    )
    assert got.points == 7 and "took longer than 1 s" in got.notes[0]


def test_a_mistake_that_only_a_secret_input_shows(grade):
    secret = judge.cases(add, add.properties[0], SECRET)[3].inputs
    leak = "raise ValueError(f'leaked {a} {b}')"
    got = grade(f"def add(a, b):\n    if a == {secret['a']}: {leak}\n    return a + b")
    (prop,) = got.exercises[1].properties
    assert (prop.points, prop.note, prop.report) == (0, HIDDEN, "")
    assert "leaked" not in json.dumps(got.to_dict()) and str(secret["b"]) not in json.dumps(got.to_dict())


LEAKY = """
seen = []
def add(a, b):
    seen.append((a, b))
    open('/tmp/seen', 'a').write(f'{a} {b} ')
    print(seen, open('/tmp/seen').read())
    import sys
    sys.stderr.write(str(seen))
    if len(seen) % 2:
        raise ValueError(f'{seen} {open("/tmp/seen").read()}')
    return seen[0][0]
"""


def test_nothing_a_worker_has_seen_of_the_secret_comes_out(grade):
    got = json.dumps(grade(CONVOLVE, LEAKY).to_dict())
    secret = {
        str(value) for case in judge.cases(add, add.properties[0], SECRET) for value in case.inputs.values()
    }
    published = {
        str(value)
        for case in judge.cases(add, add.properties[0], judge.PUBLISHED_SEED)
        for value in case.inputs.values()
    }
    long = {number for number in secret - published if len(number) > 5}
    assert len(long) > 10
    assert not [number for number in long if number in got]
    assert "What your function printed" in got  # it did run, and had something to say


@pytest.mark.parametrize("name", ["TimeLimit", "Crash", "UnsuitableAnswer"])
def test_a_worker_cannot_speak_for_the_grader(grade, name):
    """What the grader says of a lost call is shown even where the input is secret."""
    secret = judge.cases(add, add.properties[0], SECRET)[3].inputs
    code = f"class {name}(Exception): pass\ndef add(a, b):\n    if a == {secret['a']}: "
    got = grade(code + f"raise {name}(f'leaked {{a}} {{b}}')\n    return a + b")
    assert by_exercise(got)["add"] == ("wrong", 0) and got.status == "graded"
    assert "leaked" not in json.dumps(got.to_dict())


def test_without_cells(engine):
    assert engine.grade(Submission("ada", "ada.ipynb", ""), assignment).points == 0


FORGE = """
import os, struct
PREFIX = struct.Struct(">IQ")
h = b'[true,"","",[],""]'
odd = b'[{"system":[[1],[]]},"","",[],""]'
novel = b'[1,"%s","%s",["%s"],"%s"]' % tuple(letter * 200_000 for letter in (b"a", b"b", b"c", b"d"))
def forge():
    for fd in range(3, 1024):
        try: os.fstat(fd)
        except OSError: continue
        FORGERY
        global ran
        ran = True
"""
FORGERIES = {
    "replies of its own": "[os.write(fd, PREFIX.pack(len(h), 0) + h) for _ in range(100)]",
    "a black box": "[os.write(fd, PREFIX.pack(len(odd), 0) + odd) for _ in range(9)]",
    "a novel": "[os.write(fd, PREFIX.pack(len(novel), 0) + novel) for _ in range(2)]",
    "a huge header": "os.write(fd, PREFIX.pack(0xFFFFFFFF, 0) + b'[' * 1000)",
    "a huge body": "os.write(fd, PREFIX.pack(10, 1 << 60) + b'[' * 1000)",
    "nonsense": "os.write(fd, os.urandom(1000))",
    "nothing any more": "os.close(fd)",
    "what is asked": "os.read(fd, 1 << 20)",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("when", ["in a cell", "in a call"])
def test_forged_replies_earn_nothing_and_cost_their_own_exercise(grade, forgery, when):
    code = FORGE.replace("FORGERY", forgery)
    use = (
        "forge()\nassert ran"
        if when == "in a cell"
        else "def add(a, b):\n    forge()\n    assert ran\n    return -1"
    )
    got = grade(code, use, CONVOLVE, ANSWER)
    assert by_exercise(got)["add"][1] == 0
    assert by_exercise(got)["convolve"] == ("right", 4) and by_exercise(got)["answer"] == ("right", 1)
    assert len(json.dumps(got.to_dict())) < 100_000


LIAR = """
class Liar{base}:
    __eq__ = lambda self, other: True
    __sub__ = __rsub__ = lambda self, other: 0
    __array__ = lambda self, *args, **kwargs: np.zeros(1)
    __hash__ = None
def add(a, b): return {made}
"""
LIARS = {
    "equal to everything": LIAR.format(base="", made="Liar()"),
    "a subclass of ndarray": LIAR.format(base="(np.ndarray)", made="np.zeros(()).view(Liar)"),
    "a subclass of int": LIAR.format(base="(int)", made="Liar(0)"),
    "patched numpy": "np.allclose = np.isclose = np.abs = lambda *a, **k: True\ndef add(a, b): return 0",
    "patched builtins": "import builtins\nbuiltins.abs = lambda x: 0\ndef add(a, b): return 0",
    "NaN": "def add(a, b): return float('nan')",
    "true": "def add(a, b): return True",
    "a text": "def add(a, b): return str(a + b)",
    "a pickle": "class L:\n    __reduce__ = lambda self: (exit, ())\ndef add(a, b): return np.array([L()])",
    "everything at once": "def add(a, b): return [a + b, 0]",
    "deep": "def add(a, b):\n    x = 1\n    for _ in range(500): x = [x]\n    return x",
    "itself": "def add(a, b):\n    x = []\n    x.append(x)\n    return x",
    "5000 digits": "def add(a, b): return 10 ** 5000",
    "a hundred megabytes": "def add(a, b): return np.zeros(13 << 20)",
    "more than there is": "def add(a, b): return np.zeros(10 ** 10)",
    "a million texts": "def add(a, b): return ['x'] * 10 ** 6",
    "many axes": "def add(a, b): return np.zeros((2,) * 16)",
}


@pytest.mark.parametrize("code", LIARS.values(), ids=LIARS)
def test_answers_that_are_none(grade, code):
    got = grade(code, CONVOLVE, ANSWER)
    assert by_exercise(got)["add"][1] == 0
    assert by_exercise(got)["convolve"] == ("right", 4) and by_exercise(got)["answer"] == ("right", 1)
    assert len(json.dumps(got.to_dict())) < 100_000


def test_much_output_costs_nothing(grade):
    noisy = "def add(a, b):\n    print('x' * 10 ** 6)\n    return a + b"
    assert grade("print('x' * 10 ** 8)", noisy, CONVOLVE, ANSWER).points == 7


def test_numbers_that_are_right_in_another_form(grade):
    assert by_exercise(grade("def add(a, b): return np.int64(a) + b"))["add"] == ("right", 2)
    assert by_exercise(grade("def add(a, b): return np.array(a + b)"))["add"] == ("right", 2)
    lists = "def convolve(x, w): return np.convolve(x, w, 'valid').tolist()"
    assert by_exercise(grade(lists))["convolve"] == ("right", 4)


def test_a_changed_argument_is_noticed(grade):
    got = grade("def convolve(x, w):\n    y = np.convolve(x, w, 'valid')\n    w[:] = 0\n    return y")
    assert by_exercise(got)["convolve"][1] == 0
    assert "changed its argument" in got.exercises[0].properties[0].report


def test_what_is_not_gradable(engine):
    got = engine.grade(Submission("ada", "ada.ipynb", "", problem="no notebook"), assignment)
    assert (got.status, got.points, got.possible, got.notes) == ("not gradable", 0, 7, ("no notebook",))


def test_the_same_seed_gives_the_same_grade(engine, grade):
    cells = (
        "def convolve(x, w): return np.convolve(x, w, 'valid') * (len(w) < 3)",
        "def add(a, b): return a",
    )
    first = grade(*cells)
    with Engine() as other:
        again = other.grade(
            Submission("ada", "", "", ("import numpy as np", *cells)),
            Assignment("", assignment.exercises, SECRET),
        )
    assert replace(first, seconds=0) == replace(again, seconds=0)


def test_what_was_found_for_one_is_verified_for_the_next(engine, grade):
    """Two functions may agree on all secret inputs and differ on what was found for the first."""
    first = grade("def add(a, b): return a - b")
    (prop,) = first.exercises[1].properties
    shown = prop.report.split("See it again in a cell")[1].split("add(")[1].split(")")[0]
    got = grade(f"def add(a, b): return a + b if (a, b) == ({shown}) else a - b")
    assert (
        got.exercises[1].properties[0].report and f"add({shown})" not in got.exercises[1].properties[0].report
    )


def test_what_one_student_pretends_is_not_said_of_another(grade):
    """Published inputs are known: whoever meets one first is being looked at for an example."""
    published = [case.inputs["x"].tobytes() for case in judge.cases(*convolve_numbers, judge.PUBLISHED_SEED)]
    pretends = f"""
        published, first = {published}, []
        def convolve(x, w):
            first.append(x.tobytes())
            if first[0] in published:
                return np.correlate(x, w, 'valid')
            return np.convolve(x, w, 'valid') - 3
    """
    pretender, other = (
        grade(code).exercises[0].properties[1]
        for code in (pretends, "def convolve(x, w): return np.convolve(x, w, 'valid') - 3")
    )
    assert other.misconception == "" and "not flipped" not in other.report
    assert "Smallest input that shows it" in other.report
    assert pretender.misconception == ""  # these were not its answers where it counts


def test_the_inputs_are_black_boxes(grade):
    boxes = Assignment("boxes", (EXERCISES["impulse_response"],), SECRET)
    right = "def impulse_response(system, n): return system([1] + [0] * (n - 1))"
    wrong = "def impulse_response(system, n): return system(np.ones(n))"
    assert grade(right, assignment=boxes).points == 3
    got = grade(wrong, assignment=boxes)
    assert got.points == 0 and "step response" in got.exercises[0].properties[0].misconception


def test_nothing_grows(engine, grade):
    cells = [CONVOLVE, "def add(a, b): return a", SUICIDE]
    grade(*cells)
    files, below = open_files(), processes_below(os.getpid())
    for _ in range(30):
        grade(*cells)
    assert open_files() == files
    assert len(processes_below(os.getpid())) == len(below)


def test_a_parent_that_was_killed_is_replaced(grade):
    before = grade(CONVOLVE, ADD, ANSWER)
    for pid in processes_below(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    assert replace(grade(CONVOLVE, ADD, ANSWER), seconds=0) == replace(before, seconds=0)


def test_nothing_is_left_when_it_is_closed():
    with Engine() as engine:
        engine.grade(Submission("ada", "", "", (ADD,)), assignment)
        mine = processes_below(os.getpid())
    assert wait_until(lambda: sum(map(alive, mine)) < len(mine))


def test_torch_modules_and_tensors(grade):
    pytest.importorskip("torch")
    from tests.exercises.test_modules import correlate, net

    course = Assignment("torch", (net, correlate), SECRET)
    assert course.packages == ("numpy", "torch")
    right = """
        import torch
        from torch import nn
        class Net(nn.Module):
            def __init__(self, channels, *, bias=True):
                super().__init__()
                self.out = nn.Conv1d(channels, 1, 3, padding=1, bias=bias)
                self.body = nn.Sequential(
                    nn.Conv1d(1, channels, 3, padding=1, bias=bias), nn.BatchNorm1d(channels), nn.ReLU())
            def forward(self, x):
                return self.out(self.body(x))
        def correlate(x, w):
            return torch.nn.functional.conv1d(x[None, None], w[None, None])[0, 0]
    """
    assert grade(right, assignment=course).points == 4
    got = grade(right.replace(", nn.ReLU()", ""), assignment=course)
    assert by_exercise(got)["Net"] == ("partly right", 1)
    assert "two linear maps" in got.exercises[0].properties[1].misconception
    leaky = "import torch\ndef correlate(x, w):\n    return x.unfold(0, len(w), 1) @ w.requires_grad_()"
    assert by_exercise(grade(leaky, assignment=course))["correlate"][1] == 1
