"""Honest notebooks as they are really handed in: odd, half done, broken in one place, and worth their points."""

from .entry import CONVOLVE, TELLING, TOEPLITZ, Corpus

honest = Corpus()

honest.add("as it should be", TOEPLITZ, CONVOLVE)

honest.add(
    "untouched",
    "def toeplitz_matrix(w, n):\n    raise NotImplementedError",
    "def convolve1d(x, w):\n    raise NotImplementedError",
    deserves="graded: not attempted 0, not attempted 0",
)

honest.add(
    "half done",
    "def toeplitz_matrix(w, n):\n    raise NotImplementedError",
    CONVOLVE,
    deserves="graded: not attempted 0, right 4",
)

honest.add("one exercise is missing", CONVOLVE, deserves="graded: not found 0, right 4")

honest.add("nothing but prose", deserves="graded: not found 0, not found 0")

honest.add(
    "the kernel is not flipped",
    TOEPLITZ,
    """
    def convolve1d(x, w):
        return np.convolve(x, w[::-1])
    """,
    deserves="graded: right 3, partly right 1",
)

honest.add(
    "a syntax error in one cell",
    """
    def toeplitz_matrix(w, n)
        return w
    """,
    CONVOLVE,
    deserves="graded: not found 0, right 4",
    tells="code cell 2: SyntaxError: expected ':'",
)

honest.add(
    "an error before the definition, in the same cell",
    """
    print(undefined)
    def toeplitz_matrix(w, n):
        return w
    """,
    CONVOLVE,
    deserves="graded: not found 0, right 4",
    tells="code cell 2: NameError: name 'undefined' is not defined",
)

honest.add(
    "imports what is not there",
    f"import pandas as pd\nfrom scipy import signal\nimport torch\n{TOEPLITZ}",
    CONVOLVE,
    tells=("No module named 'pandas'", "No module named 'scipy'", "No module named 'torch'"),
)

honest.add(
    "uses what may not be imported",
    TOEPLITZ,
    """
    from scipy.signal import convolve
    def convolve1d(x, w):
        return convolve(x, w)
    """,
    deserves="graded: right 3, wrong 0",
    tells="NameError: name 'convolve' is not defined",
)

honest.add(
    "the last definition counts, and it is right",
    "def convolve1d(x, w):\n    return 0",
    TOEPLITZ,
    CONVOLVE,
)

honest.add(
    "the last definition counts, and it is wrong",
    CONVOLVE,
    TOEPLITZ,
    "def convolve1d(x, w):\n    return 0",
    deserves="graded: right 3, wrong 0",
)

honest.add("every cell twice", TOEPLITZ, TOEPLITZ, CONVOLVE, CONVOLVE)

honest.add(
    "cells in the wrong order",
    "check(convolve1d)\nprint(convolve1d(y, y))",
    CONVOLVE,
    TOEPLITZ,
    "from convbook.exercises import check",
    "y = np.ones(3)",
    tells="code cell 2: NameError: name 'check' is not defined",
)

honest.add(
    "the name of a function is used for its result",
    CONVOLVE,
    TOEPLITZ,
    "convolve1d = convolve1d(np.ones(3), np.ones(2))",
    "toeplitz_matrix = toeplitz_matrix(np.ones(2), 5)",
)

honest.add(
    "functions in every shape",
    """
    from functools import partial
    def _convolve(mode, x, w):
        return np.convolve(x, w, mode)
    convolve1d = partial(_convolve, "full")
    """,
    """
    class Toeplitz:
        def __call__(self, w, n):
            row = lambda i: np.concatenate([np.zeros(i), w, np.zeros(n - len(w) - i)])
            return np.stack([row(i) for i in range(n - len(w) + 1)])
    toeplitz_matrix = Toeplitz()
    """,
)

honest.add(
    "a lambda, and a method",
    "convolve1d = lambda x, w, *rest, mode='full', **options: np.convolve(x, w, mode)",
    """
    class Matrices:
        @staticmethod
        def toeplitz(w, n):
            W = np.zeros((n - len(w) + 1, n))
            for a, weight in enumerate(w):
                W[np.arange(len(W)), np.arange(len(W)) + a] = weight
            return W
    toeplitz_matrix = Matrices().toeplitz
    """,
)

honest.add(
    "decorated",
    """
    import functools, time
    def timed(function):
        @functools.wraps(function)
        def wrapper(*args):
            start = time.time()
            result = function(*args)
            print(f"{function.__name__}: {time.time() - start} s")
            return result
        return wrapper
    """,
    f"@timed{CONVOLVE}",
    f"@timed{TOEPLITZ}",
    tells="convolve1d: .* s",
)

honest.add(
    "annotations that are never evaluated",
    """
    from __future__ import annotations
    """,
    """
    def convolve1d(x: NDArray[float], w: Kernel) -> Signal | None:
        return np.convolve(x, w)
    """,
    TOEPLITZ,
)

honest.add(
    "float32",
    "def convolve1d(x, w):\n    return np.convolve(x.astype(np.float32), w.astype(np.float32))",
    TOEPLITZ.replace("np.array", "np.float32"),
)

honest.add(
    "long double",
    "def convolve1d(x, w):\n    return np.convolve(x.astype(np.longdouble), w)",
    TOEPLITZ,
)

honest.add(
    "lists, and rows as tuples",
    "def convolve1d(x, w):\n    return np.convolve(x, w).tolist()",
    TOEPLITZ,
    "matrix = toeplitz_matrix\ndef toeplitz_matrix(w, n):\n    return [tuple(row) for row in matrix(w, n)]",
)

honest.add(
    "arrays of every make",
    """
    def convolve1d(x, w):
        y = np.convolve(x, w)
        y.setflags(write=False)
        return np.repeat(y, 2)[::-2][::-1].view(np.recarray)
    """,
    TOEPLITZ,
    """
    import warnings
    matrix = toeplitz_matrix
    def toeplitz_matrix(w, n):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.matrix(np.asfortranarray(matrix(w, n)))
    """,
)

honest.add(
    "whole numbers, where fractions are asked for",
    "def convolve1d(x, w):\n    return np.convolve(x, w).astype(int)",
    TOEPLITZ,
    deserves="graded: right 3, partly right 1",
)

honest.add(
    "prints while it computes",
    """
    def convolve1d(x, w):
        print("x is", x)
        y = np.convolve(x, w)
        print("y is", y)
        return y
    """,
    TOEPLITZ,
    tells="x is .*",
)

honest.add(
    "prints and returns nothing",
    "def convolve1d(x, w):\n    print(np.convolve(x, w))",
    TOEPLITZ,
    deserves="graded: right 3, wrong 0",
)

honest.add(
    "warnings, and errors on stderr",
    """
    import logging, sys, warnings
    warnings.simplefilter("always")
    warnings.warn("deprecated")
    logging.basicConfig(level="DEBUG")
    print("a traceback", file=sys.stderr)
    """,
    """
    def convolve1d(x, w):
        warnings.warn("slow")
        logging.warning("slower")
        print("slowest", file=sys.stderr)
        np.float64(1) / 0
        return np.convolve(x, w)
    """,
    TOEPLITZ,
)

honest.add(
    "asks the user",
    "n = int(input('n = '))",
    "def convolve1d(x, w):\n    return np.convolve(x, w)\nname = input()",
    TOEPLITZ,
    tells=("code cell 2: EOFError", "code cell 3: EOFError"),
)

honest.add(
    "a slow training cell",
    f"{CONVOLVE}\nimport time\nfor epoch in range(1000):\n    time.sleep(1)\n{TOEPLITZ}",
    deserves="graded: right 2, right 3",
    limits="hurried",
    tells=r"code cell 2 took longer than 0.8 s; only its definitions were kept",
)

honest.add(
    "many cells, none of them too slow",
    "import time",
    CONVOLVE,
    *["time.sleep(0.7)"] * 8,
    TOEPLITZ,
    deserves="graded: right 2, right 3",
    limits="hurried",
    tells=r"code cell \d+ .*only its definitions were kept",
)

honest.add(
    "50 MB of output while it runs",
    "for _ in range(50):\n    print('x' * 10**6)",
    CONVOLVE.replace("    return", "    print('y' * 10**6)\n    return"),
    TOEPLITZ,
    tells="yyyyyyyyyy",
)

honest.add(
    "magics and shell commands",
    "%matplotlib inline\n!pip install -q numpy\nfiles = !ls\n%load_ext autoreload\nnp.ones?",
    "%%time\n" + CONVOLVE,
    "%%bash\nls | wc -l",
    "%%html\n<b>convolve1d = 0</b>",
    TOEPLITZ,
)

honest.add(
    "plots, widgets, progress bars, Colab",
    """
    import matplotlib.pyplot as plt
    import seaborn as sns
    from google.colab import drive, files
    from ipywidgets import interact
    from tqdm.notebook import tqdm
    drive.mount("/content/drive")
    fig, (left, right) = plt.subplots(1, 2)
    for i in tqdm(range(3)):
        left.plot(np.arange(3), label="x")
    plt.show()
    display(fig)
    interact(print, x=(0, 3))
    files.download("x.png")
    """,
    CONVOLVE,
    TOEPLITZ,
    tells="^$",
)

honest.add(
    "calls itself for ever",
    "def convolve1d(x, w):\n    return convolve1d(x, w)",
    TOEPLITZ,
    deserves="graded: right 3, wrong 0",
    tells="RecursionError",
)

honest.add(
    "changes its arguments",
    "def convolve1d(x, w):\n    w[:] = w[::-1].copy()\n    return np.convolve(x, w[::-1])",
    TOEPLITZ,
    deserves="graded: right 3, wrong 0",
)

honest.add(
    "warnings as errors",
    "import warnings\nwarnings.simplefilter('error')\nnp.seterr(all='raise')",
    CONVOLVE,
    TOEPLITZ,
)

honest.add(
    "leaves in the middle",
    CONVOLVE,
    "exit()",
    "import sys\nsys.exit('done')",
    TOEPLITZ,
    tells=("code cell 3: SystemExit", "code cell 4: SystemExit: done"),
)

honest.add(
    "forgets the return, forgets the array",
    "def convolve1d(x, w):\n    y = np.convolve(x, w)",
    "def toeplitz_matrix(w, n):\n    return (w, n)",
    deserves="graded: wrong 0, wrong 0",
)

honest.add(
    "a generator, and a coroutine",
    "def convolve1d(x, w):\n    yield from np.convolve(x, w)",
    "async def toeplitz_matrix(w, n):\n    return w",
    deserves="graded: wrong 0, wrong 0",
    tells=("it returned a generator", "it returned a coroutine"),
)

honest.add(
    "letters from everywhere",
    """
    größe, 核, η = len, np.convolve, "🙂"
    def convolve1d(x, w):
        "Faltung – «свёртка» – 畳み込み"
        print(η)
        return 核(x, w)
    """,
    TOEPLITZ.replace("    ", "\t"),
    tells="🙂",
)

honest.add(
    "carriage returns and form feeds",
    CONVOLVE.replace("\n", "\r\n"),
    "\f" + TOEPLITZ.lstrip("\n").replace("\n", "\r"),
)

honest.add(
    "counts its own calls and keeps its results",
    """
    calls, results = 0, {}
    def convolve1d(x, w):
        global calls
        calls += 1
        return results.setdefault((x.tobytes(), w.tobytes()), np.convolve(x, w))
    """,
    TOEPLITZ,
)

honest.add(
    "in threads of its own",
    """
    from concurrent.futures import ThreadPoolExecutor
    def convolve1d(x, w):
        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(lambda k: np.pad(w[k] * x, (k, len(w) - 1 - k)), range(len(w))))
    """,
    TOEPLITZ,
)

honest.add(
    "reads a file that was in Colab, and writes one",
    "data = np.load('/content/drive/MyDrive/signal.npy')",
    "np.save('mine.npy', np.ones(3))",
    CONVOLVE,
    TOEPLITZ,
    tells="code cell 2: (FileNotFound|Permission)Error",
)

honest.add(
    "a main block",
    f"{CONVOLVE}\nif __name__ == '__main__':\n    told.append('as a main program')",
    TOEPLITZ,
    TELLING,
    tells="as a main program",
)
