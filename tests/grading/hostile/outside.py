"""What hostile code is after: grades and other notebooks on the disk, servers, processes. All of it is watched."""

import contextlib
import ctypes
import hashlib
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import convbook

MARK = "convbook-hostile"  # how every file that an attack makes is called
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", "~", ".")  # where attacks try to leave one
SET_CHILD_SUBREAPER = 36  # prctl: whoever loses its parent below this process comes to this process
GRADES = "ada,7\nbob,6\n"


class Outside:
    """A folder, servers and a process like an instructor's, as long as it is entered.

    Attributes
    ----------
    facts : str
        Python code that tells a notebook where everything is.
    """

    def __enter__(self):
        self._stack = contextlib.ExitStack()
        ctypes.CDLL(None).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="class-")))
        self.folder.chmod(0o777)  # open to everybody: whatever keeps a notebook out is the sandbox
        for name, text in (("grades.csv", GRADES), ("bob.ipynb", "BOB'S ANSWERS"), ("seed", "THE SECRET")):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o666)
        self._servers = self._serve()
        self.victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(10**6)"])
        self._stack.callback(self._end_victim)
        assert wait_until(lambda: _state_of(self.victim.pid) == "S")
        name = self._servers["abstract"].getsockname().decode()
        self.facts = "\n".join(
            f"{fact} = {value!r}"
            for fact, value in {
                "OUTSIDE": str(self.folder),
                "MARK": MARK,
                "LIBRARY": str(Path(convbook.__file__).parent),
                "PACKAGES": str(Path(np.__file__).parents[1]),
                "PORT": self._servers["tcp"].getsockname()[1],
                "DATAGRAMS": self._servers["udp"].getsockname()[1],
                "SOCKET": str(self.folder / "socket"),
                "NAME": name,
                "GRADER": os.getpid(),
                "VICTIM": self.victim.pid,
            }.items()
        )
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _serve(self):
        servers = {
            "tcp": socket.create_server(("127.0.0.1", 0)),
            "udp": socket.socket(type=socket.SOCK_DGRAM),
            "path": socket.socket(socket.AF_UNIX),
            "abstract": socket.socket(socket.AF_UNIX),
        }
        servers["udp"].bind(("127.0.0.1", 0))
        servers["path"].bind(str(self.folder / "socket"))
        servers["abstract"].bind(f"\0{MARK}-{os.getpid()}")
        os.chmod(self.folder / "socket", 0o777)
        for name in ("path", "abstract"):
            servers[name].listen()
        for server in servers.values():
            self._stack.enter_context(server)
        return servers

    def _end_victim(self):
        self.victim.send_signal(signal.SIGCONT)
        self.victim.kill()
        self.victim.wait()

    def state(self):
        """Everything that an attack could have changed; the same before and after.

        Returns
        -------
        state : dict
        """
        visited = select.select(list(self._servers.values()), [], [], 0)[0]
        return {
            "files": {str(path): self._fingerprint(path) for path in sorted(self.folder.rglob("*"))},
            "files elsewhere": self._traces(),
            "visits to servers": len(visited),
            "the other process": _state_of(self.victim.pid),
            "own processes": processes_below(os.getpid()),
            "own open files": open_files(),
        }

    def _fingerprint(self, path):
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return status.st_mode, status.st_uid, status.st_mtime_ns, status.st_nlink, content

    def _traces(self):
        places = [*map(Path, PLACES), Path(np.__file__).parent, Path(convbook.__file__).parent]
        return sorted(str(path) for place in places for path in place.expanduser().glob(f"*{MARK}*"))


def _state_of(pid):
    """Whether a process sleeps, as it should, or has been stopped or killed."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return "gone"


def processes_below(pid):
    """The processes that a process has started, and those that they have, and so on; zombies do not count."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(folder.name)] = int(parent)
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {pid}


def open_files():
    """How many files this process has open."""
    return len(os.listdir("/proc/self/fd"))


def wait_until(condition, seconds=20):
    """Wait for something to become true; whether it did."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
