"""Notebooks that take all there is: memory, processes, threads, files, disk, output, time."""

from .entry import BOTH_RIGHT, CONVOLVE, TELLING, TOEPLITZ, Corpus

exhausting = Corpus()

exhausting.add(
    "memory, in every way",
    """
    import ctypes, mmap
    def count(make):
        "How many MB there are until there are no more."
        taken = []
        try:
            while len(taken) < 8000:
                taken.append(make())
        except (MemoryError, OSError) as error:
            return f"{len(taken)} times 4 MB, then {type(error).__name__}"
        return "no end"
    def by_c():
        libc = ctypes.CDLL(None)
        libc.malloc.restype = ctypes.c_void_p
        if not libc.malloc(ctypes.c_size_t(4 << 20)):
            raise MemoryError
    attempt(count, lambda: bytearray(4 << 20))
    attempt(count, lambda: np.empty(4 << 20, np.uint8))
    attempt(count, lambda: mmap.mmap(-1, 4 << 20))
    attempt(count, by_c)
    """,
    TOEPLITZ,
    TELLING,
    tells=("[345]\\d times 4 MB, then MemoryError", "[345]\\d times 4 MB, then OSError"),
    keeps_quiet="no end",
    limits="frugal",
)

exhausting.add(
    "a memory bomb in a call",
    """
    bombs = 0
    def toeplitz_matrix(w, n):
        global bombs
        bombs += 1
        everything = []
        while bombs == 1:
            everything.append(np.ones(10**6))
        return 0
    """,
    CONVOLVE,
    deserves="graded: wrong 0, right 4",
    tells="MemoryError: Unable to allocate",
    limits="frugal",
)

exhausting.add(
    "a memory bomb of small things",
    """
    bombs = 0
    def toeplitz_matrix(w, n):
        global bombs
        bombs += 1
        bomb = []
        while bombs == 1:
            bomb = [bomb] * (2 * len(bomb) + 1)
        return 0
    """,
    CONVOLVE,
    deserves="graded: wrong 0, right 4",
    tells="^MemoryError",
    limits="frugal",
)

exhausting.add(
    "memory that is never given back",
    """
    kept = []
    def toeplitz_matrix(w, n):
        while True:
            kept.append(np.zeros(2 * 10**6))  # 16 MB
    def convolve1d(x, w):
        scratch = np.zeros(4 * 10**6)  # 32 MB
        return np.convolve(x, w) + scratch[0]
    """,
    deserves="graded: wrong 0, right 4",  # one exercise does not pay for the other
    tells="^MemoryError",
    limits="frugal",
)

exhausting.add(
    "a fork bomb",
    """
    import ctypes
    forked, denied = 0, set()
    for _ in range(1000):
        for fork in (os.fork, os.forkpty, lambda: ctypes.CDLL(None).fork(), lambda: ctypes.CDLL(None).vfork()):
            try:
                child = fork()
                if child == 0:
                    while True: pass
                forked += child != -1
            except OSError as error:
                denied.add(type(error).__name__)
    told.append(f"{forked} processes, {denied}")
    """,
    TOEPLITZ,
    TELLING,
    tells="^0 processes, \\{.*PermissionError",
)

exhausting.add(
    "a thread bomb",
    """
    import threading, time
    def wait():
        time.sleep(10**6)
    def bomb():
        count = 0
        try:
            while count < 5000:
                threading.Thread(target=wait, daemon=True).start()
                count += 1
        except (RuntimeError, MemoryError) as error:
            return f"{count} threads, then {type(error).__name__}"
        return "no end"
    attempt(bomb)
    """,
    TOEPLITZ,
    TELLING,
    tells="\\d+ threads, then RuntimeError",
    keeps_quiet="no end",
)

exhausting.add(
    "threads that never stop computing",
    """
    import threading
    def spin():
        while True: pass
    for _ in range(6):
        threading.Thread(target=spin, daemon=True).start()
    told.append(f"{threading.active_count()} threads")
    """,
    TOEPLITZ,
    TELLING,
    tells="7 threads",
    # Its own calls have to wait for them: each switch takes 5 ms, and there are 6 before it is their turn.
    deserves=BOTH_RIGHT,
)

exhausting.add(
    "all files that may be open",
    """
    files = []
    def bomb():
        while len(files) < 10_000:
            files.append(os.open("/dev/null", os.O_RDONLY))
    attempt(bomb)
    told.append(f"{len(files)} files are open")
    """,
    TOEPLITZ,
    TELLING,
    tells=("OSError: \\[Errno 24\\] Too many open files", "^(5|6)\\d files are open"),
)

exhausting.add(
    "the disk",
    """
    def fill(folder):
        written = 0
        try:
            for i in range(10_000):
                with open(f"{folder}/{MARK}-{i}", "wb") as file:
                    for _ in range(4):
                        written += file.write(bytes(1 << 20))
        except OSError as error:
            return f"{written >> 20} MB, then {error}"
    def names(folder):
        for i in range(10**6):
            try:
                os.mkdir(f"{folder}/{MARK}-folder-{i}")
            except OSError as error:
                return f"{i} folders, then {error}"
    for folder in ("/tmp", OUTSIDE, "/dev/shm", "/var/tmp"):
        attempt(fill, folder)
        attempt(names, folder)
    """,
    TOEPLITZ,
    TELLING,
    tells=(
        "fill\\('/tmp',\\) -> .[5-8] MB, then \\[Errno 28\\] No space",
        "fill.*class-.* -> .0 MB, then",
        "names\\('/tmp',\\) -> .\\d+ folders, then \\[Errno 28\\] No space",
        "names.*class-.* -> .0 folders, then",
    ),
    other_rung=(
        BOTH_RIGHT,
        (
            "fill\\('/tmp',\\) -> .0 MB, then \\[Errno 13\\]",
            "fill.*class-.* -> .0 MB, then \\[Errno 13\\]",
            "names.*class-.* -> .0 folders, then \\[Errno 13\\]",
        ),
    ),
    limits="frugal",
)

exhausting.add(
    "files that are removed and still take space, files full of holes",
    """
    def removed():
        files = []
        for i in range(1000):
            files.append(open(f"/tmp/{i}", "wb"))
            os.remove(f"/tmp/{i}")
            files[-1].write(bytes(8 << 20))
    def holes():
        with open("/tmp/holes", "wb") as file:
            file.truncate(1 << 45)
    def reserved():
        with open("/tmp/reserved", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 1 << 33)
    attempt(removed)
    attempt(holes)
    attempt(reserved)
    """,
    TOEPLITZ,
    TELLING,
    tells=(
        "removed.*(No space left|Permission denied)",
        "holes.*(File too large|Permission denied)",
        "reserved.*(Errno|Error)",
    ),
    keeps_quiet="-> None",
)

exhausting.add(
    "200 MB of output in every way",
    """
    import sys
    megabyte = "x" * (1 << 20)
    for _ in range(50):
        print(megabyte)
        print(megabyte, file=sys.stderr)
        os.write(1, megabyte.encode())
        os.write(2, megabyte.encode())
    """,
    """
    def convolve1d(x, w):
        for _ in range(4):
            print(megabyte)
        return np.convolve(x, w)
    """,
    TOEPLITZ,
    tells="^xxxxxxxx",
)

exhausting.add(
    "pipes full of what nobody reads",
    """
    import fcntl
    def pipes():
        held = 0
        for _ in range(30):
            reading, writing = os.pipe()
            os.set_blocking(writing, False)
            try:
                fcntl.fcntl(writing, 1031, 1 << 20)
            except OSError:
                pass
            try:
                while True:
                    held += os.write(writing, bytes(1 << 16))
            except BlockingIOError:
                pass
        return f"{held >> 20} MB held"
    attempt(pipes)
    """,
    TOEPLITZ,
    TELLING,
    tells="\\d+ MB held|Too many open files",
)

exhausting.add(
    "a cell that Python's own parser does not survive, or survives only just",
    "x = " + "(" * 100_000 + ")" * 100_000,
    "x = " + "-" * 100_000 + "1",
    "x = " + "[" * 90 + "]" * 90 + "; " + "+".join(["1"] * 50_000),
    "lambda: " * 50_000 + "0",
    TOEPLITZ,
    CONVOLVE,
    tells="code cell 2",
)

exhausting.add(
    "a whole number that takes for ever",
    "def toeplitz_matrix(w, n):\n    return 10 ** 10**9 % 7",  # in C, where no signal is heard
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "a regular expression that takes for ever",
    "import re\ndef toeplitz_matrix(w, n):\n    return re.match('(a+)+$', 'a' * 60 + 'b')",
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "an endless loop in a call",
    "def toeplitz_matrix(w, n):\n    while True:\n        pass",
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "an endless loop for some inputs only",
    "def convolve1d(x, w):\n    while len(w) > len(x):\n        pass\n    return np.convolve(x, w)",
    TOEPLITZ,
    deserves="partly: right 2, partly right 2",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "an endless loop in a cell",
    "step = 2\nwhile True:\n    pass",
    TOEPLITZ,
    CONVOLVE,
    tells="code cell 2 took longer than 0.8 s; only its definitions were kept",
    deserves="graded: right 2, right 3",
    limits="hurried",
)

exhausting.add(
    "a loop that is deaf to everything",
    """
    import signal, time
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            told.append(f"cannot ignore {number}")
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    def toeplitz_matrix(w, n):
        while True:
            try:
                while True:
                    time.sleep(1)
            except BaseException:
                pass
    """,
    TELLING,
    deserves="partly: timed out 0, right 3",
    tells=("the call took longer than 0.5 s", "cannot ignore 9"),
    limits="hurried",
)

exhausting.add(
    "a long sleep, in a cell and in a call",
    "import time\ntime.sleep(10**6)",
    TOEPLITZ,
    "def convolve1d(x, w):\n    time.sleep(10**6)",
    deserves="partly: right 2, timed out 0",
    tells=("code cell 2 took longer than 0.8 s", "the call took longer than 0.5 s"),
    limits="hurried",
)

exhausting.add(
    "just as slow as it may be",
    "import time\ndef toeplitz_matrix(w, n):\n    time.sleep(0.45)\n    return 0",
    CONVOLVE,
    deserves="partly: timed out 0, right 3",  # it has used up its own share of the time, and no more
    tells="not judged: the time for this exercise was up",
    limits="hurried",
)

exhausting.add(
    "everything hangs",
    "def toeplitz_matrix(w, n):\n    while True: pass\ndef convolve1d(x, w):\n    while True: pass",
    deserves="timed out: timed out 0, timed out 0",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "a clock that stands still, a clock that runs",
    """
    import time
    time.monotonic = time.time = time.perf_counter = lambda: 0.0
    time.sleep = lambda seconds: None
    def toeplitz_matrix(w, n):
        print("it is", time.monotonic())
        while time.monotonic() < 1:
            pass
    """,
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="the call took longer than 0.5 s",
    limits="hurried",
)

exhausting.add(
    "stops itself",
    "import signal\ndef toeplitz_matrix(w, n):\n    signal.raise_signal(signal.SIGSTOP)\n    return 0",
    CONVOLVE,
    # The first process of a pid namespace cannot be stopped, so there it goes on, to be wrong.
    deserves="graded: wrong 0, right 3",
    tells="the number 0, where an array",
    other_rung=("partly: timed out 0, right 3", ("the call took longer than 0.5 s",)),
    limits="hurried",
)
