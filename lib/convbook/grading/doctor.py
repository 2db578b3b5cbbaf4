"""What this machine gives to protect itself from students' code. Everything is tried, nothing is looked up.

A closed room is opened on each rung of the ladder, and a notebook that tries to get out of it is run there.
"""

import contextlib
import os
import platform
import socket
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

from convbook.exercises.limits import Limits
from convbook.grading.frames import FrameError, pack
from convbook.grading.sandbox import Sandbox, SandboxUnavailable, landlock, namespaces, seccomp
from convbook.grading.sandbox.syscalls import ARCHITECTURES, call

BREAKOUT = Path(__file__).with_name("breakout.py")
NO_NEW_PRIVS = 38  # prctl
PATIENCE = 20  # seconds for an attempt
CONTAINER = "grade on Linux, or in a Linux container: the repository's Containerfile makes one"


@dataclass(frozen=True)
class Finding:
    """A protection, and whether this machine gives it.

    Parameters
    ----------
    name : str
    works : bool
    measured : str
        What was seen when it was tried.
    remedy : str
        What to do where it is missing; "" if there is nothing to do.
    """

    name: str
    works: bool
    measured: str
    remedy: str = ""


def examine():
    """Try every protection, and both rungs of the ladder.

    Returns
    -------
    findings : list of Finding
    """
    system = f"{platform.system()} {platform.release()} on {platform.machine()}"
    if platform.system() != "Linux" or platform.machine() not in ARCHITECTURES:
        return [Finding("Linux on a processor this has been written for", False, system, CONTAINER)]
    return [
        Finding("Linux on a processor this has been written for", True, system),
        _walls("namespaces", _enter_namespaces, _remedy_for_namespaces()),
        _landlock(),
        _walls("seccomp", _install_filter, "a kernel built with CONFIG_SECCOMP_FILTER, as nearly all are"),
        _rung(1, "first rung: namespaces, Landlock, seccomp and resource limits"),
        _rung(2, "second rung: the same without namespaces"),
    ]


def _walls(name, build, remedy):
    error = _in_a_child(build)
    return Finding(name, not error, error or "works", remedy if error else "")


def _in_a_child(action):
    """Do something in a process of its own; what went wrong, or ""."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        error = ""
        try:
            action()
        except BaseException as exception:
            error = str(exception) or type(exception).__name__
        os.write(writing, error.encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as pipe:
        error = pipe.read()
    os.waitpid(child, 0)
    return error


def _enter_namespaces():
    namespaces.enter_for_children(os.open("/proc", os.O_PATH))


def _install_filter():
    call("prctl", NO_NEW_PRIVS, 1, 0, 0, 0)
    seccomp.install(seccomp.assemble(seccomp.program(os.getpid())))
    try:
        socket.socket()
    except PermissionError:
        return
    raise OSError("the filter was taken, but does not hold")


def _landlock():
    abi = landlock.abi()
    remedy = {
        True: "Linux 6.7 or newer, for the second rung; the first has enough",
        False: 'Linux 5.13 or newer, and "landlock" in lsm= on its command line; the first rung does without',
    }
    return Finding("Landlock", abi > 0, f"ABI {abi}", "" if abi >= 4 else remedy[abi > 0])


def _remedy_for_namespaces():
    settings = {
        "/proc/sys/kernel/unprivileged_userns_clone": ("0", "sysctl kernel.unprivileged_userns_clone=1"),
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
            "1",
            "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or an AppArmor profile with `userns,`",
        ),
        "/proc/sys/user/max_user_namespaces": ("0", "sysctl user.max_user_namespaces=10000"),
    }
    for file, (bad, remedy) in settings.items():
        with contextlib.suppress(OSError):
            if Path(file).read_text().strip() == bad:
                return f"as root: {remedy}"
    if any(Path(file).exists() for file in ("/.dockerenv", "/run/.containerenv")):
        return (
            "start the container with --security-opt seccomp=unconfined and, where they are in use, "
            "--security-opt apparmor=unconfined (AppArmor) or --security-opt label=disable (SELinux)"
        )
    return "ask whoever keeps this machine why user namespaces are denied; the second rung does without"


# What is tried in the room, what with, and what it would mean if it went through.
ATTEMPTS = {
    "reads the instructor's files": ("read", "secret"),
    "writes beside them": ("write", "beside"),
    "changes their rights": ("change_rights", "secret"),
    "reaches a server on this machine": ("connect", "port"),
    "starts another program": ("program", "program"),
    "starts another process": ("fork", "nothing"),
    "sends the grader a signal": ("send_signal", "pid"),
    "has the kernel send it one": ("signal_through_a_file", "pid"),
    "opens the grader's memory": ("memory_of", "pid"),
    "takes 4 GB of memory": ("memory", "gigabytes"),
    "fills the disk": ("fill", "disk"),
    "imports what is not allowed": ("package", "package"),
}


def _rung(rung, name):
    try:
        went_through = break_out(rung)
    except (SandboxUnavailable, FrameError, OSError) as error:
        return Finding(name, False, str(error), "see the lines above; one rung is enough")
    if went_through:
        return Finding(name, False, "a notebook " + ", ".join(went_through), "report this, please")
    return Finding(name, True, f"none of {len(ATTEMPTS)} ways out went through")


def break_out(rung):
    """Try all ways out of a closed room.

    Parameters
    ----------
    rung : int

    Returns
    -------
    went_through : list of str
        Those that succeeded.

    Raises
    ------
    SandboxUnavailable
        If there is no such room here.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        os.chmod(folder, 0o777)
        secret = Path(folder, "secret")
        secret.write_text("grades")
        secret.chmod(0o644)
        targets = {
            "secret": secret,
            "beside": Path(folder, "beside"),
            "port": server.getsockname()[1],
            "program": "/bin/true",
            "nothing": "",
            "pid": os.getpid(),
            "gigabytes": 4,
            "disk": "/tmp/convbook-doctor",
            "package": "hypothesis",
        }
        sandbox = Sandbox(("numpy",), rung)
        try:
            succeeded = {
                words: attempt(sandbox, what, targets[of])[0] for words, (what, of) in ATTEMPTS.items()
            }
        finally:
            sandbox.close()
    return [words for words, through in succeeded.items() if through]


def attempt(sandbox, what, target):
    """Make one attempt in a worker of its own.

    Parameters
    ----------
    sandbox : Sandbox
    what : str
        A function of `breakout`.
    target : object
        Its argument.

    Returns
    -------
    succeeded : bool
    result : str
        What it got hold of, or what stopped it.
    """
    worker = sandbox.worker(Limits())
    ask = (
        "call",
        "attempt",
        "function",
        False,
        ((("what", "target"), {"what": what, "target": str(target)}),),
    )
    try:
        worker.channel.send(pack(("cells", ((1, BREAKOUT.read_text(), False),), ("attempt",))))
        worker.channel.send(pack((*ask, True)))
        errors, _, (answer, *_) = (worker.channel.receive(time.monotonic() + PATIENCE) for _ in range(3))
        if errors or answer is None:
            raise FrameError(f"the attempt did not run: {errors}")
        return answer
    except ConnectionError:
        return False, f"the worker died, {sandbox.end()}"
    finally:
        worker.close()


def print_findings(findings):
    """Print what was found, a protection a line, and below it the remedy where one is needed.

    Parameters
    ----------
    findings : list of Finding
    """
    for finding in findings:
        print(f"{'✓' if finding.works else '✗'} {finding.name}: {finding.measured}")
        if finding.remedy:
            print(textwrap.fill(finding.remedy, 100, initial_indent="  → ", subsequent_indent="    "))
