"""Time in a run of a submission, by a clock that goes only while a worker is waited for."""

import pytest

from convbook.exercises.limits import Limits
from convbook.grading import run as runs
from convbook.grading.assignment import Assignment
from convbook.grading.run import OutOfTime, Run

from .fakes import ASSIGNMENT

NEVER = 10**6
CELL, FOUND = ((), (True, True))  # what a worker says of a cell, and in the end


class Script:
    """A sandbox, its clock and its only worker: how long each answer takes, and what it is."""

    def __init__(self, *answers):
        self.answers, self.now, self.waits, self.channel, self.silent = list(answers), 0.0, [], self, True

    def monotonic(self):
        return self.now

    def worker(self, limits):
        return self

    def send(self, frame, end):
        pass

    def receive(self, end):
        self.waits.append(end - self.now)
        seconds, answer = self.answers.pop(0)
        self.now = min(self.now + seconds, end)
        if self.now == end:
            raise TimeoutError
        return answer

    def close(self):
        pass

    def end(self):
        return None


@pytest.fixture
def start(monkeypatch):
    def start(*answers, cells=2, seconds=100.0):
        script = Script(*answers)
        monkeypatch.setattr(runs, "time", script)
        assignment = Assignment("a_sheet", ASSIGNMENT.exercises, 1)
        assert assignment.limits == Limits(call=3, cell=10)
        return script, Run(script, assignment, tuple(f"cell({i})" for i in range(cells)), seconds)

    return start


def test_what_is_found_is_unknown_until_the_cells_are_through(start):
    _, run = start(*[(NEVER, None)] * 120, cells=60)
    assert run.found is None
    with pytest.raises(OutOfTime):
        run.start()
    assert run.found is None


def test_the_limit_of_cells_that_are_hurried_is_not_that_of_the_last_answer(start):
    slow = [(6, CELL)] * 9  # together they take more than half of the time
    script, run = start(*slow, *[(0, CELL)] * 9, (5, FOUND), cells=9)
    run.start()
    assert run.found == {"f", "g"}
    assert script.waits[-2:] == [1, 10]
    assert len(run.notes) == 1 and "together" in run.notes[0]


def test_the_last_answer_is_not_part_of_the_time_of_slow_cells(start):
    _, run = start(*[(9, CELL)] * 5, (NEVER, None), *[(0, CELL)] * 5, (0, FOUND), cells=5)
    run.start()
    assert run.notes == ["code cell 5 took longer than 10 s; only its definitions were kept"]


def test_an_exercise_that_takes_long_loses_its_own_turn_alone(start):
    f, g = ASSIGNMENT.exercises
    cells = [(5, CELL), (5, CELL), (0, FOUND)]
    script, run = start(*cells, (NEVER, None), *cells, (NEVER, None))
    run.take_turn(3)  # of the 90 s that are left after the cells
    script.now = 39
    with pytest.raises(OutOfTime):
        list(run.answers(f, b"", [{}]))
    assert script.now == 40
    run.take_turn(2)  # the cells have to run again, which is not part of the turn
    script.now = 74
    with pytest.raises(OutOfTime):
        list(run.answers(g, b"", [{}]))
    assert script.now == 75
