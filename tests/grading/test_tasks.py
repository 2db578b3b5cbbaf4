"""Many submissions: here, in processes, on a cluster; with graders that fail and processes that die."""

import multiprocessing
import os
import signal
import subprocess
import sys

import psutil
import pytest
from tests.grading.fakes import FakeSetting, noted

from convbook.grading import tasks
from convbook.grading.records import Submission
from convbook.grading.tasks import Lost, outcomes

WAYS = {"here": {"jobs": 1}, "processes": {"jobs": 2}}


def submissions(*commands):
    return [Submission(str(i), f"{i}.ipynb", str(i), (command,)) for i, command in enumerate(commands)]


@pytest.fixture
def setting(tmp_path):
    (tmp_path / "log").mkdir()
    return FakeSetting(str(tmp_path / "log"))


@pytest.fixture(params=[*WAYS, "cluster"])
def way(request):
    return (
        {"scheduler": request.getfixturevalue("cluster")}
        if request.param == "cluster"
        else WAYS[request.param]
    )


@pytest.fixture(scope="module")
def cluster():
    """The address of a Dask cluster of two processes."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


def test_everything_is_graded_once(setting, way):
    done = list(outcomes(setting, iter(submissions(*(f"points {i}" for i in range(40)))), **way))
    assert {int(one.submission.owner): one.grade.points for one in done} == {i: i for i in range(40)}
    assert noted(setting.log) == sorted(map(str, range(40)))
    assert not any(one.failure for one in done)


def test_a_grader_that_fails_costs_one_submission(setting, way):
    done = list(outcomes(setting, submissions("points 1", "raise no room", "points 2", "points 3"), **way))
    assert len(done) == 4
    assert [(one.submission.owner, one.failure) for one in done if one.failure] == [("1", "OSError: no room")]
    assert noted(setting.log) == ["0", "2", "3"]


def test_no_submissions(setting, way):
    assert list(outcomes(setting, [], **way)) == []


def test_submissions_are_taken_as_they_are_graded(setting, way):
    taken = []

    def many():
        for submission in submissions(*["points 1"] * 100):
            taken.append(submission)
            yield submission

    done = outcomes(setting, many(), **way)
    next(done)
    assert len(taken) < 20
    done.close()


def test_a_process_keeps_its_grader_and_closes_it(setting):
    for way in WAYS.values():
        list(outcomes(setting, submissions(*["sleep 0.02"] * 20), **way))
    assert 2 <= len(noted(setting.log, "open")) <= 3
    assert len(noted(setting.log, "open")) == len(noted(setting.log, "close"))


def test_a_process_that_dies_takes_nothing_with_it(setting, tmp_path):
    commands = ["points 1"] * 5 + ["die", f"die-once {tmp_path}/once"] + ["points 2"] * 5
    done = list(outcomes(setting, submissions(*commands), jobs=2))
    assert sorted(int(one.submission.owner) for one in done) == list(range(12))
    assert [one.submission.owner for one in done if one.failure] == ["5"]


def test_stopping_ends_the_processes(setting):
    others = set(multiprocessing.active_children())
    done = outcomes(setting, submissions("points 1", *["sleep 60"] * 5), jobs=2)
    next(done)
    ours = set(multiprocessing.active_children()) - others
    assert len(ours) == 2
    done.close()
    for process in ours:
        process.join(30)
        assert not process.is_alive()


SCRIPT = """
import sys
from convbook.grading.tasks import outcomes
from tests.grading.fakes import FakeSetting
from tests.grading.test_tasks import submissions
if __name__ == "__main__":
    commands = ["points 1"] * 2 + ["sleep 60"] * 9
    for one in outcomes(FakeSetting(sys.argv[1]), submissions(*commands), jobs=2):
        print("graded", flush=True)
"""


def test_when_the_parent_is_killed_nobody_stays_behind(setting, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(["lib", ".", os.environ.get("PYTHONPATH", "")])}
    parent = subprocess.Popen(
        [sys.executable, script, setting.log], stdout=subprocess.PIPE, env=environment, text=True
    )
    assert parent.stdout.readline() == "graded\n"
    children = psutil.Process(parent.pid).children(recursive=True)
    assert children
    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive


def test_a_worker_of_the_cluster_is_killed_and_nothing_is_lost(cluster, setting):
    commands = [f"sleep {0.02}"] * 60
    done, killed = [], False
    for one in outcomes(setting, submissions(*commands), scheduler=cluster):
        done.append(one)
        if len(done) == 10:
            workers = [path for path in os.listdir(setting.log)]
            os.kill(int(workers[0]), signal.SIGKILL)
            killed = True
    assert killed
    assert sorted(int(one.submission.owner) for one in done) == list(range(60))
    assert not any(one.failure for one in done)


def test_a_submission_that_kills_every_worker_is_given_up(cluster, setting):
    done = list(outcomes(setting, submissions("points 1", "die", "points 2"), scheduler=cluster))
    assert sorted(one.submission.owner for one in done) == ["0", "1", "2"]
    (failed,) = [one for one in done if one.failure]
    assert failed.submission.owner == "1"


def test_a_cluster_that_is_not_there(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(tasks, "WAIT", 1)
    with pytest.raises(Lost, match="no Dask scheduler answers"):
        list(outcomes(FakeSetting(""), [], scheduler="tcp://127.0.0.1:9"))


def test_a_cluster_without_workers(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(tasks, "WAIT", 1)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        with pytest.raises(Lost, match="has no workers"):
            list(outcomes(FakeSetting(""), [], scheduler=cluster.scheduler_address))
