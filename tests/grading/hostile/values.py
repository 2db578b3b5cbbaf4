"""Answers that are none: too large, too deep, too strange, or exceptions that do not want to be described."""

from .entry import BOTH_RIGHT, CONVOLVE, TOEPLITZ, Corpus

values = Corpus()

WRONG = "graded: wrong 0, right 4"

values.add(
    "whole numbers of hundreds and of thousands of digits",
    """
    def toeplitz_matrix(w, n):
        return 10 ** (400 if n % 2 else 4000)
    """,
    """
    def convolve1d(x, w):
        print("a number of 10001 digits")
        return [10**10000]
    """,
    deserves="graded: wrong 0, wrong 0",
    tells="a number of 10001 digits",
)

values.add(
    "a list in itself, a list of twenty thousand lists",
    """
    def toeplitz_matrix(w, n):
        endless = []
        endless.append(endless)
        for _ in range(0 if n % 2 else 20_000):
            endless = [endless]
        return endless
    """,
    CONVOLVE,
    deserves=WRONG,
    tells="RecursionError",
)

values.add(
    "a million numbers in a tuple, a million texts in a dict",
    """
    def toeplitz_matrix(w, n):
        return tuple(range(3 * 10**5)) if n % 2 else {str(i): i for i in range(10**5)}
    """,
    CONVOLVE,
    deserves="partly: crashed 0, right 4",
    tells="sent what is no answer",
)

values.add(
    "texts: long, with half characters, with a zero byte, with markup",
    """
    texts = ["x" * 500_000, "\\ud800\\udfff \\ud800", "\\0", "<script>alert(1)</script><img src=x onerror=alert(1)>"]
    def toeplitz_matrix(w, n):
        return texts[n % 4]
    """,
    CONVOLVE,
    deserves=WRONG,
    tells=("xxxxxxxx", "<script>alert"),
)

values.add(
    "markup wherever a text may stand",
    """
    evil = "</pre></details><script>alert(1)</script><img src=x onerror=alert(1)>`<b>` *<i>*"
    Evil = type(evil, (Exception,), {})
    def toeplitz_matrix(w, n):
        print(evil)
        raise Evil(evil)
    def convolve1d(x, w):
        print(evil)
        return {evil: evil}
    raise Evil(evil)
    """,
    deserves="graded: wrong 0, wrong 0",
    tells=("code cell 2: </pre>.*<script>", "^</pre></details><script>"),
)

values.add(
    "more than any answer may take",
    """
    def toeplitz_matrix(w, n):
        return np.zeros(3 * 10**6)  # 24 MB
    """,
    CONVOLVE,
    deserves="partly: crashed 0, right 4",
    tells="sent what is no answer",
)

values.add(
    "every answer as large as it may be",
    """
    def toeplitz_matrix(w, n):
        print("a large one")
        return np.zeros((80, 1000))  # 25 of them are 16 MB
    def convolve1d(x, w):
        return toeplitz_matrix(x, w)
    """,
    deserves="graded: wrong 0, wrong 0",
    tells="a large one",
)

values.add(
    "arrays of no size, of no dimension, of 64 dimensions",
    """
    shapes = [(0,), (0, 10**15), (), (1,) * 64]
    def toeplitz_matrix(w, n):
        return np.zeros(shapes[n % 3])
    def convolve1d(x, w):
        print("64 dimensions")
        return np.zeros(shapes[3])
    """,
    deserves="partly: wrong 0, crashed 0",
    tells="sent what is no answer",
)

values.add(
    "half precision, and complex numbers",
    "def convolve1d(x, w):\n    print('half')\n    return np.convolve(x, w).astype(np.float16)",
    f"{TOEPLITZ}\nreal = toeplitz_matrix\ndef toeplitz_matrix(w, n):\n    return real(w, n) + 0j",
    deserves="graded: wrong 0, right 4",
    tells="half",
)

values.add(
    "exceptions that do not want to be described",
    """
    class Silent(Exception):
        def __str__(self): raise ValueError("no")
    class Endless(Exception):
        def __str__(self): return str(self)
    class Loud(Exception):
        def __str__(self): return "loud " * 10**6
    class Nobody(Exception):
        __name__ = property(lambda self: 1 / 0)
        def __str__(self): return 5
    """,
    "raise Silent",
    "raise Endless",
    "raise Loud",
    "raise Nobody",
    """
    def toeplitz_matrix(w, n):
        raise [Silent, Endless, Loud, Nobody][n % 4]
    """,
    CONVOLVE,
    deserves=WRONG,
    tells=("loud loud loud", "code cell 3: an exception that cannot be described", "^Silent: "),
)

values.add(
    "exceptions that are none",
    """
    kinds = [KeyboardInterrupt, SystemExit, MemoryError, StopAsyncIteration]
    def toeplitz_matrix(w, n):
        raise kinds[n % 4]("out of here")
    class Deep(BaseException):
        def __str__(self): raise self
    """,
    CONVOLVE,
    "raise KeyboardInterrupt",
    "raise Deep",
    "raise GeneratorExit",
    deserves="partly: crashed 0, right 4",
    tells=(
        "code cell 4: KeyboardInterrupt",
        "code cell 5: an exception that cannot",
        "code cell 6: GeneratorExit",
    ),
)

values.add(
    "an exception with a name of a million letters",
    """
    Long = type("L" + "o" * 10**6 + "ng", (Exception,), {})
    def toeplitz_matrix(w, n):
        print("long")
        raise Long
    """,
    CONVOLVE,
    "raise Long",
    deserves=WRONG,
    tells=("^long$", "code cell 4: Looooo"),
)

values.add(
    "a list that never ends",
    """
    class Endless(list):
        def __iter__(self):
            while True:
                yield 1.0
    def toeplitz_matrix(w, n):
        return Endless()
    """,
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="took longer than 0.5 s",
    limits="hurried",
)

values.add(
    "an answer that runs code when it is copied and when it is forgotten",
    """
    class Array(np.ndarray):
        def __array_finalize__(self, other):
            print("copied")
        def __del__(self):
            print("forgotten")
            raise ValueError
        def __reduce__(self): return os._exit, (1,)
        def __deepcopy__(self, memo): os._exit(1)
    def convolve1d(x, w):
        return np.convolve(x, w).view(Array)
    """,
    TOEPLITZ,
    deserves=BOTH_RIGHT,
    tells=("^copied$", "^forgotten$"),
)
