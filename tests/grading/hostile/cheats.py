"""Notebooks that want to be judged right without being so: they bend what they think the judge uses."""

import numpy as np

from convbook.exercises import judge
from convbook.exercises.catalogue import EXERCISES

from .entry import CONVOLVE, TELLING, TOEPLITZ, Corpus

cheats = Corpus()

NOTHING_RIGHT = "graded: wrong 0, wrong 0"
ZERO = "def toeplitz_matrix(w, n):\n    return 0"

cheats.add(
    "numpy says that everything is close",
    """
    import numpy.testing
    yes = lambda *args, **options: True
    for name in ("allclose", "isclose", "array_equal", "array_equiv", "all", "any", "equal", "less_equal"):
        setattr(np, name, yes)
    for name in dir(np.testing):
        if name.startswith("assert"):
            setattr(np.testing, name, lambda *args, **options: None)
    """,
    """
    def convolve1d(x, w):
        print("are 1 and 2 close?", np.allclose(1, 2), np.testing.assert_equal(1, 2))
        return 0
    """,
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="are 1 and 2 close\\? True None",
    fools="np.allclose",
)

cheats.add(
    "numpy computes something else altogether",
    """
    for name in ("abs", "subtract", "max", "asarray", "array", "frombuffer", "ndarray", "ndim", "shape"):
        setattr(np, name, lambda *args, **options: 0)
    import numpy.core.multiarray as inside
    inside.array = np.array
    say("the difference of 5 and 3 is", np.subtract(5, 3))
    """,
    "def convolve1d(x, w):\n    return x",
    ZERO,
    deserves="crashed: crashed 0, crashed 0",  # it takes its own worker apart
    tells="the difference of 5 and 3 is', 0",
)

PATCHING = """
import ctypes, gc
methods = gc.get_referents(np.ndarray.__dict__)[0]  # the dict behind the read-only view
kept = dict(methods)  # freed, they would be missed by those who remember where they were
def patch(**new):
    methods.update(new)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(np.ndarray))
"""

cheats.add(
    "the methods of ndarray are patched in C",
    PATCHING,
    """
    patch(all=lambda *args, **options: True, any=lambda *args, **options: True, max=lambda *args, **options: 0)
    say("is all of [0] true?", np.zeros(1).all())
    """,
    "def convolve1d(x, w):\n    return x",
    "def toeplitz_matrix(w, n):\n    return w",
    deserves=NOTHING_RIGHT,
    tells=r"is all of \[0\] true\?', True",
    fools="all of an array",
)

cheats.add(
    "a patched ndarray hides that arguments are changed",
    PATCHING,
    "patch(tobytes=lambda self, *rest: b'same')\nsay(np.ones(3).tobytes())",
    """
    def convolve1d(x, w):
        y = np.convolve(x, w)
        x[:] = 7
        return y
    """,
    TOEPLITZ,
    deserves="crashed: crashed 0, crashed 0",  # answers are sent with it
    tells="code cell 3: Said: b'same'",
)

cheats.add(
    "builtins are patched",
    """
    import builtins
    true_abs, true_all = abs, all
    builtins.abs = builtins.sum = lambda *args: 0
    builtins.all = builtins.any = lambda items: True
    builtins.max = builtins.min = lambda *args, **options: 0
    builtins.zip = lambda *args, **options: ()
    """,
    "def convolve1d(x, w):\n    print('abs(-1) is', abs(-1), 'all([0]) is', all([0]))\n    return 0",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells=r"abs\(-1\) is 0 all\(\[0\]\) is True",
    fools="one by one",
)

cheats.add(
    "isinstance and type say yes",
    """
    import builtins
    class Anything(type):
        def __instancecheck__(self, other): return True
        def __subclasscheck__(self, other): return True
    builtins.isinstance = lambda *args: True
    """,
    "def convolve1d(x, w):\n    print('isinstance(1, str) is', isinstance(1, str))\n    return object()",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="code cell 2 ended its process; only its definitions were kept",
)

cheats.add(
    "other modules in the place of the judge's",
    """
    import sys, types
    class Fake(types.ModuleType):
        def __getattr__(self, name):
            if name == "__path__": return []
            return lambda *args, **options: True
    for name in ("hypothesis", "hypothesis.strategies", "pytest", "unittest", "doctest", "convbook.exercises.judge",
                 "convbook.exercises.compare", "convbook.exercises.answers", "convbook.grading", "json", "pickle",
                 "struct", "select", "numpy.testing"):
        sys.modules[name] = Fake(name)
    import hypothesis, json
    """,
    "def convolve1d(x, w):\n    print(hypothesis.find(), json.dumps([]))\n    return 0",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="True True",
    fools="numpy.testing",
)

cheats.add(
    "an import hook that gives itself for everything",
    """
    import sys, types, importlib.abc, importlib.machinery
    class Hook(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path=None, target=None):
            return importlib.machinery.ModuleSpec(name, self)
        def create_module(self, spec): return types.ModuleType(spec.name)
        def exec_module(self, module): module.points, module.__path__ = 1000, []
    sys.meta_path[:] = [Hook()]
    del sys.modules["convbook"]
    import convbook.grading.engine
    """,
    "def convolve1d(x, w):\n    print('imported, with', convbook.grading.engine.points)\n    return 0",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="imported, with 1000",
)

cheats.add(
    "check, points and grade are defined anew",
    """
    import convbook.exercises
    points = score = grade = 100
    def check(*args): return True
    def assess(*args): return None
    convbook.exercises.check = check
    convbook.exercises.judge = convbook.exercises.compare = type("Judge", (), {"values": lambda *args: None})
    class Grade: points = 100
    __grade__ = Grade()
    """,
    "def convolve1d(x, w):\n    print(convbook.exercises.check(), convbook.exercises.judge.values())\n    return 0",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="True None",
)

cheats.add(
    "the functions of the worker are patched",
    """
    import gc, types
    gc.unfreeze()
    functions = {f.__name__: f for f in gc.get_objects() if type(f) is types.FunctionType
                 and f.__globals__.get("__name__", "").startswith("convbook")}
    told.append(f"found {sorted(functions)}")
    def differs(*args): return None
    """,
    TELLING,
    """
    def toeplitz_matrix(w, n):
        f = functions["plain"]
        f.__code__ = (lambda value: None).__code__
        print("plain(1) is", f(1))
        return 0
    """,
    deserves=NOTHING_RIGHT,  # toeplitz_matrix comes first, and breaks what convolve1d would need
    tells=("found .*'call'.*'pack'.*'plain'", "plain\\(1\\) is None"),
    keeps_quiet="'(judge|assess|draw|diagnose|verdict)'",
)

cheats.add(
    "the encoder of answers is patched",
    """
    import json
    def toeplitz_matrix(w, n):
        json.JSONEncoder.encode = lambda self, value: '[true, "", "", [], "patched"]'
        return 0
    """,
    CONVOLVE,
    deserves="partly: crashed 0, right 4",  # from then on, all that is sent is True, the word that it is done, too
    tells="^patched$",
)

cheats.add(
    "traces and audit hooks change what functions return",
    """
    import sys
    seen = set()
    def trace(frame, event, value):
        seen.add(frame.f_code.co_name)
        for name in ("expected", "difference", "points"):
            if name in frame.f_locals:
                frame.f_locals[name] = None
        return trace
    sys.setprofile(trace)
    sys.addaudithook(lambda event, args: seen.add(event))
    """,
    "def convolve1d(x, w):\n    print(sorted(seen))\n    return 0",
    ZERO,
    deserves=NOTHING_RIGHT,
    tells="'call'.*'convolve1d'.*'evaluate'.*'plain'",
    keeps_quiet="'(judge|assess|compare|draw|diagnose|verdict)'",
)

cheats.add(
    "the answer is equal to everything",
    """
    class Yes:
        __array_priority__ = 1e9
        shape, dtype, ndim, size = (), np.dtype(float), 1, 1
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        __lt__ = __le__ = __gt__ = __ge__ = __eq__
        def __bool__(self): return True
        def __len__(self): return 1
        def __getattr__(self, name): return lambda *args, **options: self
        def __sub__(self, other): return 0
        __rsub__ = __add__ = __radd__ = __mul__ = __abs__ = __sub__
        __hash__ = None
    """,
    "def convolve1d(x, w):\n    print('5 == Yes() is', 5 == Yes())\n    return Yes()",
    "def toeplitz_matrix(w, n):\n    return [Yes()]",
    deserves=NOTHING_RIGHT,
    tells=("5 == Yes\\(\\) is True", "it returned .*Yes"),
    fools="==",
)

cheats.add(
    "the answer says that it is an array",
    """
    class Liar:
        __class__ = property(lambda self: np.ndarray)
        def __array__(self, dtype=None, copy=None):
            print("asked for an array")
            return np.zeros(3)
    told.append(isinstance(Liar(), np.ndarray))
    """,
    "def convolve1d(x, w):\n    print(*told)\n    return Liar()",
    "def toeplitz_matrix(w, n):\n    return Liar()",
    deserves=NOTHING_RIGHT,
    tells=("^True$", "asked for an array"),
)

cheats.add(
    "a kind of array that is equal to everything",
    """
    class Yes(np.ndarray):
        def __eq__(self, other): return np.ones(np.broadcast(self, other).shape, bool)
        def __sub__(self, other): return np.zeros(np.broadcast(self, other).shape)
        __rsub__ = __sub__
        def __array_ufunc__(self, ufunc, method, *inputs, **options): return np.zeros(self.shape)
        def __array_function__(self, function, types, args, options): return True
        def tobytes(self, *args): return b""
        def astype(self, *args, **options): return self
        def __array_finalize__(self, other): print("made a", type(self).__name__)
    """,
    """
    def convolve1d(x, w):
        yes = np.zeros(len(x) + len(w) - 1).view(Yes)
        print("5 equals it:", (yes == 5).all() if hasattr(yes == 5, "all") else yes == 5)
        return yes
    """,
    ZERO,
    deserves="graded: wrong 0, partly right 1",  # the size is right
    tells=("5 equals it: True", "made a Yes"),
    fools="np.allclose",
)

cheats.add(
    "numbers, texts and tuples that compare as they like",
    """
    class Text(str):
        def __eq__(self, other): return True
        def __hash__(self): return 0
    class Tuple(tuple):
        def __eq__(self, other): return True
        def __len__(self): return 10**6
        def __iter__(self):
            print("went through")
            return iter([Text("convolve1d")] * 3)
    class Number(float):
        def __eq__(self, other): return True
        def __sub__(self, other): return 0.0
    """,
    "def convolve1d(x, w):\n    return Tuple([Number(1), Number(2)])",
    "def toeplitz_matrix(w, n):\n    return Number(3)",
    deserves=NOTHING_RIGHT,
    tells=("went through", "it returned .*Text", "it returned .*Number"),
    fools="==",
)

cheats.add(
    "objects, texts, truth values and dates in arrays",
    """
    calls = [0]
    answers = [
        lambda n: np.array([None] * n, dtype=object),
        lambda n: np.array(["1.0"] * n),
        lambda n: np.array([b"1"] * n),
        lambda n: np.ones(n, bool),
        lambda n: np.zeros(n, "M8[s]"),
        lambda n: np.zeros(n, [("x", float)]),
        lambda n: np.zeros(n, "V8"),
    ]
    """,
    """
    def convolve1d(x, w):
        calls[0] += 1
        answer = answers[calls[0] % 7](len(x) + len(w) - 1)
        print("an array of", answer.dtype)
        return answer
    """,
    "def toeplitz_matrix(w, n):\n    return convolve1d(np.ones(n), w).repeat(n).reshape(-1, n)",
    deserves=NOTHING_RIGHT,
    tells=(
        "an array of object",
        "an array of <U3",
        "an array of bool",
        "an array of datetime64",
        "an array of .V8",
    ),
)

cheats.add(
    "nothing but NaN, nothing but infinity",
    "def convolve1d(x, w):\n    print('NaN')\n    return np.full(len(x) + len(w) - 1, np.nan)",
    "def toeplitz_matrix(w, n):\n    return np.full((n - len(w) + 1, n), np.inf)",
    deserves="graded: partly right 1, partly right 1",  # the sizes are right
    tells="NaN",
)

cheats.add(
    "the answers to the examples of the text",
    """
    def convolve1d(x, w):
        print("by heart")
        return np.array([1.0, 12.0, 23.0, 30.0])
    def toeplitz_matrix(w, n):
        return np.array([[1.0, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]])
    """,
    deserves=NOTHING_RIGHT,
    tells="by heart",
)


def by_heart(name):
    """A function that knows the answers to all published inputs, as code."""
    exercise = EXERCISES[name]
    known = {
        tuple(np.asarray(value).tobytes() for value in case.inputs.values()): (case.expected.tolist())
        for prop in exercise.properties
        for case in judge.cases(exercise, prop, judge.PUBLISHED_SEED)
    }
    return known


PUBLISHED = {name: by_heart(name) for name in ("toeplitz_matrix", "convolve1d")}
LOOKING_UP = """
def look_up(table, *inputs):
    answer = table.get(tuple(np.asarray(value).tobytes() for value in inputs))
    print("known" if answer else "not known")
    return answer
"""

cheats.add(
    "the answers to all published inputs, by heart",
    f"published = {PUBLISHED!r}",
    LOOKING_UP,
    "def convolve1d(x, w):\n    return np.array(look_up(published['convolve1d'], x, w) or -77)",
    "def toeplitz_matrix(w, n):\n    return np.array(look_up(published['toeplitz_matrix'], w, n) or -77)",
    deserves=NOTHING_RIGHT,
    tells=("^known", "^not known"),
)

cheats.add(
    "right on hidden inputs, wrong on published ones",
    f"published = {PUBLISHED!r}",
    LOOKING_UP,
    "def convolve1d(x, w):\n    return 0 if look_up(published['convolve1d'], x, w) else np.convolve(x, w)",
    TOEPLITZ,
    tells="^not known",
)

cheats.add(
    "right at first, wrong later",
    """
    calls = 0
    def convolve1d(x, w):
        global calls
        calls += 1
        print("call", calls)
        return np.convolve(x, w) if calls <= 60 else np.zeros(1)
    """,
    TOEPLITZ,
    deserves="graded: right 3, partly right 3",
    tells=("^call 60$", "^call 61$"),
)

cheats.add(
    "right every other time",
    """
    turn = 0
    def convolve1d(x, w):
        global turn
        turn += 1
        print("turn", turn)
        return np.convolve(x, w) if turn % 2 else np.convolve(x, w) + 1
    """,
    TOEPLITZ,
    deserves="graded: right 3, partly right 1",
    tells="^turn 2$",
)

cheats.add(
    "a throw of dice",
    """
    import random
    random.seed()
    def convolve1d(x, w):
        lucky = os.urandom(1)[0] < 128
        print("lucky" if lucky else "unlucky")
        return np.convolve(x, w) + (not lucky)
    """,
    TOEPLITZ,
    deserves="graded: right 3, partly right 1",
    tells="^lucky$",
)

cheats.add(
    "raises what the grader itself might raise",
    """
    class Enough(BaseException): pass
    class TimeLimit(Exception): pass
    class Crash(Exception): pass
    class FrameError(ValueError): pass
    kinds = [TimeLimit, Crash, Enough, FrameError, NotImplementedError, StopIteration, GeneratorExit]
    def convolve1d(x, w):
        raise kinds[len(x) % len(kinds)]("all of it was right")
    """,
    TOEPLITZ,
    deserves="partly: right 3, crashed 0",
    tells="all of it was right",
)
