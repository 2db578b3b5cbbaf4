"""Start the parent, and have workers made."""

import json
import socket
import subprocess
import sys
from pathlib import Path

from convbook.grading.frames import Channel
from convbook.grading.sandbox import landlock
from convbook.grading.sandbox.limits import MEGABYTE
from convbook.grading.sandbox.surroundings import surroundings

HERE = Path(__file__).parent
ENVIRONMENT = {  # nothing of the grader's own
    "HOME": "/tmp",
    "LC_ALL": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",  # sets come in the same order in every worker
}
PATIENCE = 120  # seconds for the parent to import its packages


class SandboxUnavailable(RuntimeError):
    """This machine does not offer what is needed to run untrusted code."""


class Worker:
    """A process of its own for one notebook.

    Attributes
    ----------
    channel : Channel
    """

    def __init__(self, sock, largest):
        self._sock = sock
        self.channel = Channel(sock.fileno(), largest)

    def close(self):
        self._sock.close()


class Sandbox:
    """The parent of all workers that have the same packages.

    Parameters
    ----------
    packages : tuple of str
        What students may import; it is imported beforehand.
    rung : int
        1: namespaces, Landlock, seccomp and resource limits. 2: the same without namespaces. 0: limits only.
    """

    def __init__(self, packages=("numpy",), rung=1):
        self.rung = rung
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        config = surroundings(packages) | {
            "rung": rung,
            "packages": list(packages),
            "landlock": landlock.abi() > 0,
        }
        command = [sys.executable, "-s", "-S", "-P", "-B", str(HERE / "parent.py"), json.dumps(config)]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT
        )
        theirs.close()
        self._control = ours
        self._control.settimeout(PATIENCE)
        answer = self._control.recv(4096).decode()
        if answer != "ready":
            self.close()
            raise SandboxUnavailable(answer or "the parent died")

    def worker(self, limits):
        """A new worker. The one before it is gone by then, with everything it started.

        Parameters
        ----------
        limits : Limits

        Returns
        -------
        worker : Worker
        """
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [json.dumps(limits.to_dict()).encode()], [theirs.fileno()])
        return Worker(ours, limits.answer * MEGABYTE)

    def end(self):
        """Kill the present worker.

        Returns
        -------
        status : int or None
            How it had ended or, if it was still alive, −9.
        """
        self._control.send(b"end")
        return json.loads(self._control.recv(4096))

    def close(self):
        """End the parent, and every worker with it."""
        self._control.close()
        self._process.wait()
