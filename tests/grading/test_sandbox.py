"""The closed room: a notebook that demonstrably ran runs into every wall; outside, the same goes through."""

import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import pytest

from convbook.exercises.limits import Limits
from convbook.grading import breakout
from convbook.grading.doctor import attempt
from convbook.grading.frames import pack
from convbook.grading.sandbox.surroundings import OUR_FILES, is_closed, surroundings

from .conftest import alive, processes_below, wait_until

# The first column is what is tried; what stops it may depend on the rung.
PERMISSION, NOT_THERE, READ_ONLY = "PermissionError", "FileNotFoundError", "[Errno 30]"
NO_SPACE = "OSError: [Errno 2"  # 28 no space left, 27 file too large: whichever comes first
ATTEMPTS = [
    ("read", "{secret}", NOT_THERE, PERMISSION),
    ("read", "/etc/passwd", NOT_THERE, PERMISSION),
    ("read", "/proc/self/environ", NOT_THERE, PERMISSION),
    ("read", "{reference}", NOT_THERE, PERMISSION),
    ("listing", "{folder}", NOT_THERE, PERMISSION),
    ("listing", "/etc", None, PERMISSION),
    ("listing", "/proc", NOT_THERE, PERMISSION),
    ("write", "{folder}/beside", NOT_THERE, PERMISSION),
    ("write", "/beside", READ_ONLY, PERMISSION),
    ("write", "{numpy}", READ_ONLY, PERMISSION),
    ("fill", "/tmp/convbook-test", NO_SPACE, PERMISSION),
    ("many_files", "/tmp", NO_SPACE, PERMISSION),
    ("machine_code", "", PERMISSION, PERMISSION),
    ("change_rights", "{secret}", PERMISSION, PERMISSION),
    ("change_rights", "/tmp", PERMISSION, PERMISSION),
    ("signal_through_a_file", "{pid}", PERMISSION, PERMISSION),
    ("connect", "{port}", PERMISSION, PERMISSION),
    ("unix_socket", "@convbook-{pid}", PERMISSION, PERMISSION),
    ("memory", "4", "MemoryError", "MemoryError"),
    ("program", "/bin/true", PERMISSION, PERMISSION),
    ("replace", "/bin/true", PERMISSION, PERMISSION),
    ("fork", "", PERMISSION, PERMISSION),
    ("send_signal", "{pid}", PERMISSION, PERMISSION),
    ("signal_to_all", "", PERMISSION, PERMISSION),
    ("memory_of", "{pid}", NOT_THERE, PERMISSION),
    ("raise_limit", "", "ValueError", "ValueError"),
    ("become_root", "", PERMISSION, PERMISSION),
    ("package", "hypothesis", "ModuleNotFoundError", "ModuleNotFoundError"),
    ("package", "scipy", "ModuleNotFoundError", "ModuleNotFoundError"),
    ("package", "convbook.reference", "not available while grading", "not available while grading"),
    ("package", "convbook.exercises.judge", "not available while grading", "not available while grading"),
    *(("system_call", name, PERMISSION, PERMISSION) for name in breakout.CALLS),
]


@pytest.fixture(scope="module")
def outside():
    """What a notebook would be after."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as nameless,
    ):
        os.chmod(folder, 0o777)
        secret = Path(folder, "secret")
        secret.write_text("the grades")
        secret.chmod(0o644)
        nameless.bind(f"\0convbook-{os.getpid()}")
        nameless.listen()
        library = OUR_FILES[0].parents[1]
        yield {
            "folder": folder,
            "secret": secret,
            "reference": library / "reference" / "direct.py",
            "numpy": Path(surroundings(("numpy",))["path"][2], "numpy", "beside"),
            "port": server.getsockname()[1],
            "pid": os.getpid(),
        }


ids = [f"{what} {target}" for what, target, *_ in ATTEMPTS]


@pytest.mark.parametrize("what, target, first, second", ATTEMPTS, ids=ids)
def test_a_wall(sandbox, outside, what, target, first, second):
    succeeded, result = attempt(sandbox, what, target.format(**outside))
    expected = {1: first, 2: second}[sandbox.rung]
    if expected is None:
        assert succeeded
    else:
        assert not succeeded
        assert expected in result
    assert not Path(outside["folder"], "beside").exists()


@pytest.mark.parametrize("what, target, first, second", ATTEMPTS, ids=ids)
def test_where_there_is_no_wall_the_same_goes_through(outside, what, target, first, second, missing):
    if target in ("/beside", "/tmp") or what in ("fill", "many_files", "memory", "replace", "signal_to_all"):
        return  # not to be tried outside
    if os.getuid() != 0 and what in ("raise_limit", "become_root", "system_call"):
        return
    code = f"exec(open({breakout.__file__!r}).read()); print(attempt({what!r}, {target.format(**outside)!r}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    if what == "system_call":
        if "Operation not permitted" in result:
            missing(f"{target} is denied by something else on this machine")
    else:
        assert result.startswith("(True")
    Path(outside["folder"], "beside").unlink(missing_ok=True)
    Path(outside["numpy"]).unlink(missing_ok=True)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only there are there two kinds of system calls")
def test_a_foreign_system_call_is_fatal(sandbox):
    assert attempt(sandbox, "foreign_system_call", "") == (False, f"the worker died, {-signal.SIGSYS}")


def test_what_is_allowed(sandbox):
    assert attempt(sandbox, "thread", "") == (True, "a thread ran")
    assert attempt(sandbox, "package", "numpy.fft")[0]
    assert attempt(sandbox, "package", "sqlite3")[0]
    assert attempt(sandbox, "write", "/tmp/mine") == (
        (True, "written")
        if sandbox.rung == 1
        else (False, "PermissionError: [Errno 13] Permission denied: '/tmp/mine'")
    )


def test_threads_are_counted(sandbox):
    if os.getuid() != 0 and sandbox.rung == 2:
        pytest.skip("an ordinary user's processes are counted together")
    succeeded, result = attempt(sandbox, "threads", 200)
    assert not succeeded and "can't start new thread" in result


def test_nothing_is_inherited(sandbox, monkeypatch):
    monkeypatch.setenv("GRADING_TOKEN", "secret")
    assert "TOKEN" not in attempt(sandbox, "environment", "")[1]
    assert len(attempt(sandbox, "descriptors", "")[1].split()) == 1  # the socket it is asked over


def run(sandbox, *cells, ask=None, limits=None):
    """Run cells in a worker; their errors, and what `ask()` gives."""
    worker = sandbox.worker(limits or Limits())
    try:
        numbered = tuple((i, textwrap.dedent(cell), False) for i, cell in enumerate(cells))
        worker.channel.send(pack(("cells", numbered, ("ask",))))
        errors = [worker.channel.receive(time.monotonic() + 20) for _ in cells]
        worker.channel.receive(time.monotonic() + 20)
        worker.channel.send(pack(("call", "ask", "function", False, (((), {}),), True)))
        value, error, message, *_ = worker.channel.receive(time.monotonic() + 20)
        assert not error, message
        return errors, value
    finally:
        worker.close()


def test_every_tmp_is_new(sandboxes):
    first = """
        import os
        open("here", "w").close()
        def ask(): return [os.getcwd(), *os.listdir("/tmp")]
    """
    for _ in range(2):
        assert run(sandboxes(1), first)[1] == ("/tmp", "here")
    assert not Path("/tmp/here").exists()


def test_every_worker_draws_the_same_numbers(sandbox):
    cell = """
        import random
        import numpy as np
        def ask(): return random.random(), np.random.rand(), hash("a")
    """
    assert run(sandbox, cell)[1] == run(sandbox, cell)[1]


def test_what_is_printed_goes_nowhere_and_nothing_can_be_read(sandbox):
    cell = """
        import os, sys
        print("x" * 10**7)
        print("x" * 10**7, file=sys.stderr)
        os.write(1, b"x" * 10**6)
        def ask():
            try:
                return input()
            except EOFError:
                return "end of file"
    """
    assert run(sandbox, cell) == ([()], "end of file")


def test_what_a_notebook_from_colab_imports_costs_nothing(sandbox):
    cells = """
        import pandas as pd
        import numpy as np
        import convbook.viz
        from convbook.exercises import check
        before = 1

        import matplotlib.pyplot as plt
        fig, ax = plt.subplots()
        fig, axes = plt.subplots(2, 3, figsize=(8, 4))
        for i in range(2):
            axes[i, 0].imshow(np.eye(3), cmap="gray")
        plt.hist([1, 2]); plt.show(); plt.style.use("x")
        with plt.rc_context():
            display(fig)

        from matplotlib import pyplot
        _, (left, right) = pyplot.subplots(1, 2)

        from google.colab import files, drive
        drive.mount("/content/drive")
        for name in files.upload(): print(name)
        get_ipython().run_line_magic("matplotlib", "inline")
        from IPython.display import HTML, display as show
        show(HTML("x"))

        from tqdm.auto import tqdm
        total = sum(tqdm([1, 2, 3]))
        with tqdm(total=3) as bar:
            bar.update(1)
        import tqdm
        for i in tqdm.trange(2): pass

        if __name__ == "__main__":
            main = 1
        exit()

        def ask(): return before, total, main, check(ask)
    """
    errors, value = run(sandbox, *textwrap.dedent(cells).strip("\n").split("\n\n"))
    assert value == (1, 6, 1, None)
    assert errors[0] == (
        "ModuleNotFoundError: No module named 'pandas'",
        "ModuleNotFoundError: convbook.viz is not available while grading",
    )
    assert errors[1:] == [(), (), (), (), ("SystemExit: ",), ()]


def test_nothing_of_the_judge_is_in_the_worker(sandbox):
    cell = """
        import gc, sys
        def ask():
            modules = sorted(name for name in sys.modules if name.split(".")[0] in ("convbook", "hypothesis"))
            judges = [o for o in gc.get_objects() if type(o).__name__ in ("Case", "Exercise", "Property")]
            return modules, judges, sys.path
    """
    _, (modules, judges, path) = run(sandbox, cell)
    assert modules == ("convbook", "convbook.exercises") and judges == ()
    assert len(path) == 3


def test_the_folder_with_packages_holds_nothing_else(sandboxes):
    cell = """
        import os, sys
        def ask(): return sorted({name.split(".")[0].split("-")[0] for name in os.listdir(sys.path[2])})
    """
    assert run(sandboxes(1), cell)[1] == ("numpy",)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can look into a worker")
def test_no_secret_is_in_the_memory_of_worker_or_parent(sandbox):
    seed = b"a seed that is a secret"  # it is in this process, all the while
    worker = sandbox.worker(Limits())
    worker.channel.send(pack(("cells", ((1, "mark = 'the cell was' + ' here'", False),), ())))
    worker.channel.receive(time.monotonic() + 20)
    below = processes_below(os.getpid())
    others = [pid for pid in below if b"parent.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert sum(holds(pid, b"the cell was here") for pid in others) == 1
    assert holds(os.getpid(), seed)
    assert not any(holds(pid, seed) for pid in others)
    worker.close()


def holds(pid, text):
    """Whether a text is anywhere in a process's own memory."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            area, rights, *_ = line.split()
            start, end = (int(part, 16) for part in area.split("-"))
            if rights.startswith("rw") and end - start < 1 << 28:
                mem.seek(start)
                try:
                    if text in mem.read(end - start):
                        return True
                except OSError:
                    continue
    return False


@pytest.mark.skipif(os.getuid() != 0, reason="only root can look at a worker's namespaces")
def test_what_the_kernel_says_of_a_worker(sandbox):
    worker = sandbox.worker(Limits())
    (pid,) = (pid for pid in processes_below(sandbox._process.pid) if not processes_below(pid))
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    spaces = {
        name: os.readlink(f"/proc/{pid}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")
        for name in ("user", "mnt", "pid", "net", "ipc", "uts")
    }
    worker.close()
    assert int(status["Uid"].split()[0]) > 60_000 and not status["Groups"].strip()
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    reading = 1 << 2 if sandbox.rung == 2 and surroundings(("numpy",))["closed"] else 0
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == reading
    assert set(spaces.values()) == {sandbox.rung == 1}
    if sandbox.rung == 1:
        assert status["NSpid"].split()[-1] == "1"


DEAF = """
while True:
    try:
        while True: pass
    except BaseException:
        pass
"""


def start_deaf(sandbox):
    """A worker in a loop that nothing but a kill ends."""
    worker = sandbox.worker(Limits())
    worker.channel.send(pack(("cells", ((1, DEAF, False),), ())))
    return worker


def test_a_deaf_worker_is_ended(sandbox):
    worker = start_deaf(sandbox)
    assert sandbox.end() == -signal.SIGKILL
    with pytest.raises(ConnectionError):
        worker.channel.receive(time.monotonic() + 20)
    worker.close()
    assert sandbox.end() is None
    assert run(sandbox, "def ask(): return 1")[1] == 1


HARNESS = """
import os, sys, time
sys.path.insert(0, {tests!r})
from convbook.grading.sandbox import Sandbox
from grading.test_sandbox import start_deaf
sandbox = Sandbox(("numpy",), {rung})
start_deaf(sandbox)
print("started", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("victim", ["the grader", "the parent"])
def test_when_somebody_is_killed_nothing_is_left(sandbox, victim):
    code = HARNESS.format(tests=str(Path(__file__).parents[1]), rung=sandbox.rung)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as grader:
        try:
            assert grader.stdout.readline() == "started\n"
            below = processes_below(grader.pid)
            assert len(below) == {1: 3, 2: 2}[sandbox.rung]  # in the first rung, one waits for the parent
            if victim == "the parent":
                workers = {pid for pid in below if not processes_below(pid)}
                (parent,) = {
                    int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
                    for pid in workers
                }
                os.kill(parent, signal.SIGKILL)
                assert wait_until(lambda: not any(map(alive, workers)))
        finally:
            grader.kill()
    assert wait_until(lambda: not any(map(alive, below)))


def on_a_machine_that_denies(*names, code):
    """Run code where some system calls fail, as on a kernel or in a container without them."""
    deny = f"""
        import os
        from convbook.grading.sandbox import seccomp
        from convbook.grading.sandbox.syscalls import call, number
        lines = [(seccomp.LOAD, 0, 0, seccomp.NUMBER)]
        for name in {names!r}:
            lines += seccomp._if(seccomp.EQUAL, number(name), seccomp.refuse(seccomp.EPERM))
        call("prctl", 38, 1, 0, 0, 0)
        seccomp.install(seccomp.assemble([*lines, (seccomp.RETURN, 0, 0, seccomp.ALLOW)]))
    """
    code = textwrap.dedent(deny) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


GRADE = """
    import json
    from convbook.exercises.catalogue import EXERCISES
    from convbook.grading.assignment import Assignment
    from convbook.grading.engine import Engine
    from convbook.grading.records import Submission
    from convbook.grading.sandbox import SandboxUnavailable
    assignment = Assignment("one", (EXERCISES["mode_sizes"],), 0)
    submission = Submission("a", "a.ipynb", "", ("mode_sizes = (46, 40, 34)",))
    try:
        with Engine(unsafe={unsafe}) as engine:
            print(json.dumps([engine.grade(submission, assignment).points, engine.notices]))
    except SandboxUnavailable as error:
        print(json.dumps(str(error)))
"""


def test_without_namespaces_the_second_rung_is_taken_and_said_so(sandboxes):
    sandboxes(2)
    points, notices = on_a_machine_that_denies("unshare", code=GRADE.format(unsafe=False))
    assert points == 1
    assert "unshare: Operation not permitted" in notices[0]
    assert notices[1] == "graded with Landlock, seccomp and resource limits, without namespaces"


def test_without_landlock_the_first_rung_holds(sandboxes):
    sandboxes(1)
    points, notices = on_a_machine_that_denies("landlock_create_ruleset", code=GRADE.format(unsafe=False))
    assert points == 1 and notices == []


def test_without_both_it_refuses():
    message = on_a_machine_that_denies("unshare", "landlock_create_ruleset", code=GRADE.format(unsafe=False))
    assert "no protection from students' code" in message and "--doctor" in message
    assert "unshare: Operation not permitted" in message and "Landlock has ABI 0" in message


def test_without_both_it_can_be_told_to_go_on():
    denied = "unshare", "landlock_create_ruleset"
    points, notices = on_a_machine_that_denies(*denied, code=GRADE.format(unsafe=True))
    assert points == 1
    assert notices[-1].startswith("graded with resource limits alone")


@pytest.mark.parametrize("step", ["capset", "landlock_restrict_self", "prlimit64"])
def test_if_a_step_of_the_lock_down_fails_nothing_runs(step):
    message = on_a_machine_that_denies(step, code=GRADE.format(unsafe=False))
    assert message.count("a worker was not locked down") == 2  # once on each rung


def test_a_package_that_is_not_installed():
    with pytest.raises(ValueError, match="the package 'no_such_thing', which students may import"):
        surroundings(("no_such_thing",))


def test_the_surroundings_hold_no_answer():
    found = surroundings(("numpy",))
    ours = {Path(path).name for path in found["readable"] if "convbook" in path}
    assert ours == {"answers.py", "modules.py", "systems.py", "frames.py", "worker.py", "stubs.py"}
    assert not any(Path(path).is_dir() and Path(path, "convbook").exists() for path in found["readable"])


def test_a_folder_that_not_everybody_may_enter():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        inner = Path(folder, "a", "b")
        os.makedirs(inner)
        os.chmod(folder, 0o755)
        assert not is_closed(inner)
        os.chmod(folder, 0o700)
        assert is_closed(inner)
