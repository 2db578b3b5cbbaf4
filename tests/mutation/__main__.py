"""Mutation check: every bug of the list must make a test fail.

python -m tests.mutation            all of them
python -m tests.mutation LSTM       those with LSTM in their name

As many at a time as there are processors; `taskset -c 0` makes that one.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.mutation.bugs import BUGS
from tests.mutation.run import mutated, noticed


def main(word=""):
    bugs = [bug for bug in BUGS if word in bug.name]
    for bug in bugs:
        mutated(bug)  # raises now rather than after minutes, where a line to be replaced is gone
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(processors) as pool:
        suites = sorted({bug.tests for bug in bugs})
        for tests, failed in zip(suites, pool.map(noticed, suites), strict=True):
            if failed:
                sys.exit(f"{tests} fails without any bug")
        survivors = 0
        for bug, killed in zip(bugs, pool.map(lambda bug: noticed(bug.tests, bug), bugs), strict=True):
            print(f"{'killed  ' if killed else 'SURVIVED'}  {bug.module:18}  {bug.name}", flush=True)
            survivors += not killed
    print(f"killed {len(bugs) - survivors} of {len(bugs)}")
    sys.exit(survivors > 0)


main(*sys.argv[1:])
