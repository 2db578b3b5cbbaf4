"""Grading many submissions: here, in several processes, or on a Dask cluster. The task is the same.

A task is a submission and a `Setting`, both plain data. Whoever gets it opens a grader once and keeps it. If
the process dies under a task, the task is tried again, alone: nothing else is lost with it.
"""

import atexit
import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from convbook.grading.records import Grade, Submission

WAIT = 10  # seconds for a scheduler to answer, and for it to have a worker


class Setting:
    """How to grade, in plain values that can travel: what `Setting.grader` needs.

    Notes
    -----
    Subclasses are frozen dataclasses.
    """

    def grader(self):
        """Open a grader.

        Returns
        -------
        grader : context manager, giving a callable Submission -> Grade
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Outcome:
    """What came of a task.

    Parameters
    ----------
    submission : Submission
    grade : Grade or None
        None if the grader failed, through no fault of the student's.
    failure : str
        How.
    """

    submission: Submission
    grade: Grade | None = None
    failure: str = ""


class Lost(Exception):
    """Those who grade are gone. What is graded is in the gradebook."""


def outcomes(setting, submissions, jobs=1, scheduler=None):
    """Grade submissions, as they come.

    Parameters
    ----------
    setting : Setting
    submissions : iterable of Submission
        Taken only as fast as they are graded.
    jobs : int
        Processes on this machine; with 1 everything happens in this one.
    scheduler : str, optional
        Address of a Dask scheduler, to be used instead.

    Yields
    ------
    outcome : Outcome
        One for each submission, in any order.

    Raises
    ------
    Lost
        If the cluster has no workers, or is gone.
    """
    if scheduler:
        yield from _on_cluster(setting, submissions, scheduler)
    elif jobs == 1:
        try:
            yield from (_outcome(setting, submission) for submission in submissions)
        finally:
            _close(setting)
    else:
        yield from _in_processes(setting, iter(submissions), jobs)


# In every process that grades: its open graders. A grader does one thing at a time.

_graders, _lock = {}, threading.Lock()


def _grade(setting, submission):
    with _lock:
        if setting not in _graders:
            opened = contextlib.ExitStack()
            _graders[setting] = opened.enter_context(setting.grader()), opened
        try:
            return _graders[setting][0](submission)
        except Exception:
            _close(setting)  # a grader that has failed once is not trusted again
            raise


def _outcome(setting, submission):
    try:
        return Outcome(submission, _grade(setting, submission))
    except Exception as error:
        return Outcome(submission, failure=f"{type(error).__name__}: {error}")


def _close(setting):
    if opened := _graders.pop(setting, None):
        opened[1].close()


@atexit.register
def _close_all():
    for setting in list(_graders):
        _close(setting)


def _in_processes(setting, submissions, jobs):
    suspects = True
    while suspects:
        with _pool(jobs) as pool:
            suspects = yield from _until_it_breaks(pool, setting, submissions, 2 * jobs)
        for submission in suspects:
            yield _alone(setting, submission)


def _alone(setting, submission):
    for _ in range(2):
        with _pool(1) as pool, contextlib.suppress(BrokenProcessPool):
            return pool.submit(_outcome, setting, submission).result()
    return Outcome(submission, failure="every process that began to grade it died")


@contextlib.contextmanager
def _pool(jobs):
    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    try:
        yield pool
    except BaseException:  # Ctrl-C above all: do not wait for what is being graded
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()).difference(others):
            process.terminate()
        raise
    pool.shutdown()


def _end_with_parent():
    """Ctrl-C is for the parent to answer; but when it is killed, nobody shall stay behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch():
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _until_it_breaks(pool, setting, submissions, at_a_time):
    """Grade, and return what was being graded when a process died: nothing, if none did."""
    running = {}
    try:
        while True:
            for submission in itertools.islice(submissions, at_a_time - len(running)):
                try:
                    running[pool.submit(_outcome, setting, submission)] = submission
                except BrokenProcessPool:
                    return [*running.values(), submission]
            if not running:
                return []
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                outcome = future.result()
                del running[future]
                yield outcome
    except BrokenProcessPool:
        return list(running.values())


def _on_cluster(setting, submissions, scheduler):
    from dask.distributed import Client, as_completed

    submissions = iter(submissions)
    try:
        client = Client(scheduler, timeout=WAIT, set_as_default=False)
    except OSError as error:
        raise Lost(f"no Dask scheduler answers at {scheduler}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WAIT)
        except TimeoutError:
            raise Lost(f"the Dask scheduler at {scheduler} has no workers") from None
        threads = sum(client.nthreads().values())
        running, done = {}, as_completed(loop=client.loop)

        def submit(count):
            for submission in itertools.islice(submissions, count):
                # No key from the arguments: the same code twice is two tasks.
                future = client.submit(_outcome, setting, submission, pure=False)
                running[future.key] = submission
                done.add(future)

        submit(4 * threads)
        for future in done:
            error = None if future.status == "finished" else future.exception()
            if client.status != "running":
                raise Lost(f"the Dask scheduler at {scheduler} is gone")
            submission = running.pop(future.key)
            yield (
                future.result() if error is None else Outcome(submission, failure=f"on the cluster: {error}")
            )
            submit(1)
