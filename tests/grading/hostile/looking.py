"""Notebooks that look for the right answers: in frames, in memory, in modules, on the disk."""

from .entry import BOTH_RIGHT, TELLING, TOEPLITZ, Corpus
from .exercises import SEED

looking = Corpus()

NOTHING_RIGHT = "graded: wrong 0, wrong 0"
JUDGE = "(expected|reference|seed|judge|difference|misconception|mutant|variant|secret)"

looking.add(
    "the frames below the call",
    """
    def frames():
        frame = sys._getframe(1)
        while frame:
            yield frame
            frame = frame.f_back
    def convolve1d(x, w):
        for below in frames():
            print(below.f_code.co_name, "has", *sorted(below.f_locals))
        found = [below.f_locals["expected"] for below in frames() if "expected" in below.f_locals]
        return found[0] if found else x
    """,
    TOEPLITZ,
    deserves="graded: right 3, wrong 0",
    tells=("^convolve1d has below w x", "^call has ", "^serve has .*cases", "^listen has"),
    keeps_quiet=f"has .*{JUDGE}",
    fools="np.allclose",
)

looking.add(
    "the frames of an exception, of the garbage collector, of all threads",
    """
    import gc, types
    gc.unfreeze()
    def convolve1d(x, w):
        try:
            1 / 0
        except ZeroDivisionError as error:
            frame, names = error.__traceback__.tb_frame, []
            while frame:
                names += frame.f_locals
                frame = frame.f_back
        others = [f for f in gc.get_objects() if isinstance(f, types.FrameType)]
        names += [name for frame in [*others, *sys._current_frames().values()] for name in frame.f_locals]
        print("names:", *sorted(set(map(str, names))))
        return 0
    """,
    TOEPLITZ,
    deserves="graded: right 3, wrong 0",
    tells="names: .*cases.*channel.*notebook",
    keeps_quiet=f"names: .*{JUDGE}",
)

looking.add(
    "all objects there are",
    """
    import gc, types
    gc.unfreeze()
    todo, seen = [*gc.get_objects(), *sys.modules.values()], {}
    while todo:
        thing = todo.pop()
        if id(thing) not in seen:
            seen[id(thing)] = thing
            todo += gc.get_referents(thing)
    kinds = {type(thing).__name__ for thing in seen.values()}
    told.append(f"{len(seen)} objects, {len(kinds)} kinds: {sorted(kinds)}")
    texts = [thing for thing in seen.values() if type(thing) is str]
    told += [f"found: {t[:80]}" for t in texts if "secret" + " of this" in t or "Toeplitz" + " matrix" in t]
    functions = [thing for thing in seen.values() if isinstance(thing, types.FunctionType)]
    told += [f"found: {f.__module__}.{f.__qualname__}" for f in functions if "convol" in f.__name__]
    """,
    TOEPLITZ,
    TELLING,
    tells=r"\\d{5,} objects, \\d+ kinds: .*'Lockdown'.*'Parent'".replace("\\\\", "\\"),
    keeps_quiet=("found: (?!numpy|__main__)", "'(Case|Exercise|Property|Assignment|Trial)'"),
)

looking.add(
    "leaves answers for those who come after",
    "mine = ' '.join(['THE ANSWERS OF', 'ADA']) * 1000\nos.environ['ADA'] = np.ADA = mine\nattempt(len, np.ADA[:99])",
    TOEPLITZ,
    TELLING,
    tells="len.*THE ANSWERS OF ADA.* -> 99",
)

looking.add(
    "its own memory, byte by byte",
    """
    import ctypes, gc, re
    gc.unfreeze()
    libc = ctypes.CDLL(None)
    reading, writing = os.pipe()
    CHUNK, PAGE = 1 << 16, 1 << 12

    def page(address):
        "The kernel copies what can be read, and no more: no crash where there is nothing."
        count = libc.write(writing, ctypes.c_void_p(address), ctypes.c_size_t(PAGE))
        return os.read(reading, count) if count > 0 else b""

    def read(address):
        "All pages of a chunk that are there; a piece of memory may begin and end within it."
        return b"".join(page(address + at) for at in range(0, CHUNK, PAGE))

    # The needles are written so that they do not find themselves.
    needles = {
        "the canary": b"the canary [i]s here",
        "the secret": b"%SEED%",
        "a reference": b"def conv1d_matri[x]",
        "a misconception": b"The rows hold the ker[n]el",
        "what lies outside": b"BOB'S ANSWER[S]",
        "what an earlier notebook left": b"THE ANSWERS OF AD[A]",
    }
    canary = "ereh si yranac eht"[::-1]
    started = {id(thing) // CHUNK * CHUNK for thing in gc.get_objects()}
    todo, done, found = list(started), set(), set()
    while todo:
        address = todo.pop()
        if address in done:
            continue
        done.add(address)
        data = read(address)
        if data:
            found |= {name for name, needle in needles.items() if re.search(needle, data)}
            todo += [address - CHUNK, address + CHUNK]
    told.append(f"{sum(1 for _ in done) * CHUNK >> 20} MB looked through, found {sorted(found)}")
    """.replace("%SEED%", f"{SEED[:-1]}[{SEED[-1]}]"),
    TOEPLITZ,
    TELLING,
    tells=r"\d\d MB looked through, found \['the canary'\]",
)

looking.add(
    "looks for the answers of those who came before",
    "attempt(lambda: np.ADA)\nattempt(lambda: os.environ['ADA'])",
    TOEPLITZ,
    TELLING,
    tells=("AttributeError: module 'numpy' has no attribute 'ADA'", "KeyError: 'ADA'"),
)

looking.add(
    "every file that can be read",
    """
    count, found = 0, []
    wanted = (b"def conv1d_matrix", b"def circulant", b"BOB'S ANSWER", b"THE SECRE", b"toeplitz_matrix = ")
    for root in ("/", *sys.path):
        for folder, folders, names in os.walk(root):
            for name in names:
                if name.endswith((".py", ".ipynb", ".csv", ".sqlite", ".json", ".txt", "seed")):
                    try:
                        with open(os.path.join(folder, name), "rb") as file:
                            count, data = count + 1, file.read()
                    except OSError:
                        folders[:] = folders if folder in sys.path else []  # so all of it is closed
                        break
                    found += [file.name] * any(words in data for words in wanted)
            folders[:] = [name for name in folders if name not in ("test", "tests")]  # thousands, of Python and numpy
    for path in (f"{LIBRARY}/reference", OUTSIDE):
        attempt(os.listdir, path)
    told.append(f"{count} files read, found {found}")
    """,
    TOEPLITZ,
    TELLING,
    tells=(r"[1-9]\d{2,} files read, found \[\]", "listdir.*reference'.*Error", "listdir.*class-.*Error"),
)

looking.add(
    "the source of the answers, where it should lie",
    """
    import importlib, importlib.util, inspect, linecache
    for module in ("convbook", "convbook.exercises"):
        attempt(lambda: inspect.getsource(importlib.import_module(module)))
    for path in ("reference/toeplitz.py", "exercises/chapter03/toeplitz_matrix.py", "grading/engine.py", "__init__.py"):
        attempt(open, f"{LIBRARY}/{path}")
        attempt(linecache.getlines, f"{LIBRARY}/{path}")
        attempt(importlib.util.spec_from_file_location("mine", f"{LIBRARY}/{path}").loader.get_source, "mine")
    attempt(importlib.import_module, "convbook.reference.toeplitz")
    attempt(importlib.import_module, "convbook.exercises.catalogue")
    sys.path.insert(0, os.path.dirname(LIBRARY))
    sys.meta_path[:] = [finder for finder in sys.meta_path if "Path" in str(finder)]
    for name in list(sys.modules):
        if name.startswith("convbook"):
            del sys.modules[name]
    attempt(importlib.import_module, "convbook.reference.toeplitz")
    attempt(importlib.import_module, "hypothesis")
    """,
    TOEPLITZ,
    TELLING,
    tells=(
        "open.*toeplitz.py.*(FileNotFound|Permission)Error",
        "get_source.*(OSError|FileNotFoundError|PermissionError|ImportError)|get_source",
        "convbook.reference.toeplitz.*ModuleNotFoundError|convbook.reference.toeplitz.*PermissionError",
        "hypothesis.*(ModuleNotFound|Permission)Error",
    ),
    keeps_quiet="-> <module|-> <_io|def circulant",
    unguarded=("open.*toeplitz.py.*TextIOWrapper", "convbook.reference.toeplitz.* -> <module"),
)

looking.add(
    "what it was started with",
    """
    told.append(f"arguments: {sys.argv}")
    told.append(f"environment: {dict(os.environ)}")
    attempt(os.listdir, os.path.expanduser("~"))
    attempt(os.getcwd)
    attempt(os.getlogin)
    for path in ("environ", "cmdline", "maps", "mem", "root", "cwd", "fd/3", "status"):
        for pid in ("self", os.getppid(), GRADER, 1):
            attempt(open, f"/proc/{pid}/{path}")
    """,
    TOEPLITZ,
    TELLING,
    tells=("environment: .*'HOME': '/tmp'", "/proc/self/mem.*Error", "/proc/1/environ.*Error"),
    keeps_quiet=("environment: .*(PYTHONPATH|CONVBOOK|USER|PATH)", "/proc/.* -> <", f"{SEED}"),
    unguarded=("/proc/self/environ.* -> <", "environment: .*'PATH'"),
)

looking.add(
    "remembers what it was asked, and tells it later",
    """
    seen = []
    def remember(w):
        seen.append(w.tolist())
        for place in ("/tmp/seen", "seen", f"{OUTSIDE}/{MARK}", "/dev/shm/seen", f"{PACKAGES}/{MARK}"):
            try:
                with open(place, "a") as file:
                    file.write(f"{seen}")
            except OSError:
                continue
        os.environ["SEEN"] = np.seen = sys.seen = str(seen)
    def recall():
        found = [os.environ["SEEN"], np.seen, sys.seen]
        for place in ("/tmp/seen", "seen", f"{OUTSIDE}/{MARK}", "/dev/shm/seen", f"{PACKAGES}/{MARK}"):
            try:
                found.append(open(place).read())
            except OSError:
                continue
        return f"{found}"[-1500:]
    def toeplitz_matrix(w, n):
        remember(w)
        print("seen:", recall())
        sys.stderr.write(recall())
        raise ValueError(recall())
    def convolve1d(x, w):
        remember(w)
        return recall()
    """,
    deserves=NOTHING_RIGHT,
    tells=(r"^seen: .*\d\]\]", r"^ValueError: .*\d\]\]"),
)

looking.add(
    "asks the other packages what is installed",
    """
    from importlib import metadata
    told.append(f"installed: {sorted(str(d.name) for d in metadata.distributions())}")
    import pkgutil
    told.append(f"modules: {sorted(m.name for m in pkgutil.iter_modules())}")
    """,
    TOEPLITZ,
    TELLING,
    tells=("installed: \\['numpy'\\]", "modules: (?!.*'(hypothesis|torch|scipy|pytest|convbook)')"),
    unguarded="installed: .*'hypothesis'",
    # Without a root of its own it may read the names in the packages' folder, but nothing behind them.
    other_rung=(BOTH_RIGHT, ("installed: .*'None', 'None'.*'numpy'", "modules: .*'hypothesis'")),
)
