"""Notebooks that end, or stay when they should be gone."""

from .entry import CONVOLVE, TELLING, TOEPLITZ, Corpus

dying = Corpus()

CRASHED = "partly: crashed 0, right 4"
DEATHS = {  # what it takes, and how it is reported
    "os._exit(0)": "the call ended its process\\.",
    "ctypes.string_at(8)": "the call ended its process \\(signal 11\\)",
    "ctypes.CDLL(None).exit(3)": "the call ended its process\\.",
    "ctypes.memset(id(None), 0, 16); gc.collect(); str(None)": "the call ended its process",
}
for death, words in DEATHS.items():
    code = f"import ctypes, gc\ndef toeplitz_matrix(w, n):\n    {death}"
    dying.add(f"in a call: {death}", code, CONVOLVE, deserves=CRASHED, tells=words)

dying.add(
    "in a call: os.abort()",
    "def toeplitz_matrix(w, n):\n    os.abort()",
    CONVOLVE,
    deserves=CRASHED,
    # The first process of a pid namespace is safe from the signal 6 that it sends to itself. What abort does next
    # is an instruction that no program may use.
    tells="the call ended its process \\(signal 11\\)",
    other_rung=(CRASHED, ("the call ended its process \\(signal 6\\)",)),
)

dying.add(
    "runs over its stack",
    """
    sys.setrecursionlimit(10**9)
    class Deep:
        def __getattr__(self, name): return getattr(self, name + "x")
        def __repr__(self): return repr([self])
    def toeplitz_matrix(w, n):
        return repr(Deep())
    """,
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process \\(signal 11\\)",
)

dying.add(
    "kills itself",
    "import signal\ndef toeplitz_matrix(w, n):\n    os.kill(os.getpid(), signal.SIGKILL)\n    return 0",
    CONVOLVE,
    # The first process of a pid namespace is safe from itself.
    deserves="graded: wrong 0, right 4",
    tells="the number 0, where an array",
    other_rung=(CRASHED, ("the call ended its process \\(signal 9\\)",)),
)

dying.add(
    "dies in a cell, after its definitions",
    f"{TOEPLITZ}\nos._exit(0)",
    CONVOLVE,
    tells="code cell 2 ended its process; only its definitions were kept",
)

dying.add(
    "dies in a cell, in a definition",
    f"{TOEPLITZ}\ndef bomb(x=os._exit(0)):\n    pass",
    CONVOLVE,
    deserves="partly: crashed 0, right 4",
    tells=(
        "code cell 2 ended its process; only its definitions",
        "code cell 2 ended its process; it was skipped",
    ),
)

dying.add(
    "dies in every cell",
    *["os._exit(0)"] * 20,
    TOEPLITZ,
    CONVOLVE,
    tells=("code cell 2 ended its process", "code cell 21 ended its process"),
)

dying.add(
    "dies in the middle, after right answers",
    f"{TOEPLITZ}\nright, calls = toeplitz_matrix, 0",
    """
    def toeplitz_matrix(w, n):
        global calls
        calls += 1
        if calls == 30:
            os._exit(0)
        return right(w, n)
    """,
    CONVOLVE,
    deserves="partly: partly right 1, right 4",
    tells="the call ended its process",
)

dying.add(
    "dies of a signal that comes later",
    """
    import signal
    def now(*_):
        os._exit(5)
    signal.signal(signal.SIGALRM, now)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    def toeplitz_matrix(w, n):
        while True:
            signal.pause()
    """,
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process",
)

dying.add(
    "leaves by sys.exit and KeyboardInterrupt",
    """
    def toeplitz_matrix(w, n):
        print("leaving")
        sys.exit("all is right")
    def convolve1d(x, w):
        raise KeyboardInterrupt
    """,
    deserves="partly: wrong 0, crashed 0",
    tells=("^leaving$", "SystemExit: all is right"),
)

dying.add(
    "does something when it ends",
    """
    import atexit, signal, threading, weakref
    def last():
        for path in (f"{OUTSIDE}/{MARK}", f"/tmp/{MARK}"):
            try:
                open(path, "w").close()
            except OSError:
                pass
        while True: pass
    class Last:
        def __del__(self): last()
    atexit.register(last)
    weakref.finalize(np, last)
    keep = Last()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, lambda *_: last())
    told.append(f"{atexit._ncallbacks()} things to do at the end")
    """,
    TOEPLITZ,
    TELLING,
    tells="[1-9]\\d* things to do at the end",
)

dying.add(
    "breaks the interpreter",
    """
    import ctypes
    def nothing(event, args):
        if event.startswith(("socket", "os.", "subprocess")):
            raise RuntimeError("not here")
    sys.addaudithook(nothing)
    sys.setswitchinterval(10**-6)
    sys.setrecursionlimit(10**6)
    sys.excepthook = sys.unraisablehook = lambda *args: os._exit(1)
    sys.modules.clear()
    told.append("modules: none")
    """,
    TOEPLITZ,
    TELLING,
    tells="modules: none",
)

dying.add(
    "writes into its own memory",
    """
    import ctypes
    def toeplitz_matrix(w, n):
        ctypes.memset(id(np.ndarray), 255, 64)  # its type's own type, among others
        return np.ones(3)
    """,
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process \\(signal",
)

dying.add(
    "a small number is another one now",
    """
    import ctypes
    def toeplitz_matrix(w, n):
        ctypes.memmove(id(211) + 24, ctypes.string_at(id(212) + 24, 4), 4)
        number = 210
        print("210 + 1 is", number + 1)
        return number
    """,
    CONVOLVE,
    deserves="graded: wrong 0, right 4",
    tells="210 \\+ 1 is 212",
)
