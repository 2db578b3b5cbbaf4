"""A notebook without a wall around it, and the tests in its own process, as most graders have them.

They show that an attack is one: it would have got what it is after, and a cheat would have been paid.
"""

import subprocess
import sys

from .entry import PRELUDE

# By name, a test of `convolve1d` as it is often written, which is meant to fail if the answer is wrong.
TESTS = {
    "np.allclose": "assert np.allclose(convolve1d(x, w), expected)",
    "numpy.testing": "from numpy.testing import assert_allclose\nassert_allclose(convolve1d(x, w), expected)",
    "==": "assert convolve1d(x, w) == list(expected)",
    "all of an array": "assert (convolve1d(x, w) == expected).all()",
    "one by one": "assert all(abs(a - b) < 1e-9 for a, b in zip(convolve1d(x, w), expected))",
}
INPUTS = "x, w, expected = np.array([1.0, 2.0, 3.0]), np.array([5.0]), np.array([5.0, 10.0, 15.0])"
NOTEBOOK = """
names = {{}}
def run(cell):
    try:
        exec(cell, names)
        return True
    except BaseException:
        return False
passed = [run(cell) for cell in {cells!r}][-1]
run("print(*told, sep='\\\\n', flush=True)")
names["os"]._exit(not passed)
"""


def run(cells, facts="", folder=None):
    """Run a notebook as anyone might, with all the rights of whoever calls this.

    Parameters
    ----------
    cells : iterable of str
    facts : str
        Where everything is, see `Outside`.
    folder : path, optional
        Where to run it.

    Returns
    -------
    passed : bool
        The last cell ran without an error.
    told : str
    """
    code = NOTEBOOK.format(cells=(PRELUDE.replace("$facts", facts), *cells))
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, timeout=60
    )
    return done.returncode == 0, done.stdout


def passes(entry, test):
    """Whether a test in the notebook's own process lets an answer pass.

    Parameters
    ----------
    entry : Entry
    test : str
        One of TESTS.

    Returns
    -------
    passes : bool
    """
    return run([INPUTS, *entry.cells, TESTS[test]])[0]
