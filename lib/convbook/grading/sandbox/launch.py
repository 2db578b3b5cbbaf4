"""Start the parent, and have workers made."""

import json
import os
import platform
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

from convbook.exercises.limits import Limits
from convbook.grading.frames import Channel
from convbook.grading.sandbox import landlock
from convbook.grading.sandbox.surroundings import surroundings
from convbook.grading.sandbox.syscalls import ARCHITECTURES

ENVIRONMENT = {  # nothing of the grader's own, but what the interpreter itself may need to start
    **{name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
    "HOME": "/tmp",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # sets come in the same order in every worker
}
OPTIONS = ("-s", "-S", "-P", "-B")  # nothing on the path but what is put there, and no .pyc written
PATIENCE = 120  # seconds for the parent to import its packages, and for a worker to be born


class SandboxUnavailable(RuntimeError):
    """This machine does not give what it takes to run code that is not trusted."""


class Sandbox:
    """The parent of all workers with the same packages, from the side that is trusted.

    Parameters
    ----------
    packages : tuple of str
        What students may import besides numpy; it is imported beforehand.
    rung : int
        1: namespaces, Landlock where the kernel has it, seccomp, resource limits.
        2: no namespaces; Landlock must know about TCP, ABI 4.
        0: nothing but resource limits, and so no protection.

    Raises
    ------
    SandboxUnavailable
        If a worker does not come up on this rung; the message says what failed.
    ValueError
        If a package is not installed.
    """

    def __init__(self, packages=("numpy",), rung=1):
        if platform.system() != "Linux" or platform.machine() not in ARCHITECTURES:
            raise SandboxUnavailable(f"it needs Linux on {' or '.join(ARCHITECTURES)}")
        if rung == 2 and landlock.abi() < 4:
            raise SandboxUnavailable(
                f"Landlock has ABI {landlock.abi()}, and ABI 4 is needed, from Linux 6.7"
            )
        self.rung = rung
        packages = tuple(dict.fromkeys(("numpy", *packages)))
        config = surroundings(packages) | {"rung": rung, "packages": packages}
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(PATIENCE)
        command = [sys.executable, *OPTIONS, str(Path(__file__).with_name("parent.py")), json.dumps(config)]
        with theirs:
            self._process = subprocess.Popen(
                command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
            )
        try:
            word = self._control.recv(4096)
            if word != b"ready":
                raise SandboxUnavailable(word.decode() or "the parent of the workers died")
            self.worker(Limits()).close()  # the proof of the pudding
            self.end()
        except BaseException:
            self.close()
            raise

    def worker(self, limits):
        """Have a worker made, locked down and ready. The one before it is gone, with everything it started.

        Parameters
        ----------
        limits : Limits

        Returns
        -------
        worker : Worker

        Raises
        ------
        SandboxUnavailable
            If any step of the lock-down failed, or the parent is gone.
        """
        ours, theirs = socket.socketpair()
        worker = Worker(ours)
        try:
            with theirs:
                socket.send_fds(self._control, [json.dumps(asdict(limits)).encode()], [theirs.fileno()])
            word = worker.channel.receive(time.monotonic() + PATIENCE)
        except OSError as error:
            worker.close()
            raise SandboxUnavailable(f"no worker came up: {error}") from error
        if word != ("ready",):
            worker.close()
            raise SandboxUnavailable(f"a worker was not locked down: {word[1]}")
        return worker

    def end(self):
        """Kill the present worker.

        Returns
        -------
        status : int or None
            Its exit status, or minus the signal that ended it; −9 if it was still alive.

        Raises
        ------
        SandboxUnavailable
            If the parent is gone.
        """
        try:
            self._control.send(b"end")
            return json.loads(self._control.recv(4096))
        except (OSError, ValueError) as error:
            raise SandboxUnavailable("the parent of the workers is gone") from error

    def close(self):
        """End the parent, and the worker with it."""
        self._control.close()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Worker:
    """A process for one notebook, as seen from here.

    Attributes
    ----------
    channel : Channel
        Over which it is asked.
    """

    def __init__(self, sock):
        self._socket = sock
        self.channel = Channel(sock.fileno())

    def close(self):
        """Hang up; that does not end it."""
        self._socket.close()
