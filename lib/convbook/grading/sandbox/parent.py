"""The process all workers are forked from: small, without a secret, and with the packages already imported.

It is started by path, in a fresh interpreter, and told on its command line what to make ready. It listens on
its standard input, a socket: with a request comes a descriptor, and the worker that answers there is born;
"end" ends the worker and says how it died. When the other side is gone, it goes, and every worker with it.
"""

import gc
import importlib
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType

LIBRARY = Path(__file__).resolve().parents[3]  # where the folder `convbook` lies

# What a package imports only when it is first used: once here, not in every worker.
LATE = {
    "numpy": ("numpy.fft", "numpy.lib.stride_tricks", "numpy.linalg", "numpy.polynomial", "numpy.random"),
    "scipy": ("scipy.fft", "scipy.linalg", "scipy.ndimage", "scipy.signal", "scipy.sparse.linalg"),
    "torch": ("torch.nn.functional",),
}


def main():
    """Make ready, say so, and fork whenever asked."""
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):  # nothing a student prints is read by anyone
        os.dup2(null, standard)
    try:
        use_our_files_alone()
        parent = Parent(control, **json.loads(sys.argv[1]))
    except BaseException as error:
        control.send(f"{type(error).__name__}: {error}".encode()[:4000])
        raise
    control.send(b"ready")
    parent.listen()
    os._exit(0)  # without tidying up, which nobody would notice


def use_our_files_alone():
    """Let `convbook.…` be imported file by file, without what its packages would import as a whole."""
    for name in ("convbook", "convbook.exercises", "convbook.grading", "convbook.grading.sandbox"):
        package = ModuleType(name)
        package.__path__ = [str(LIBRARY.joinpath(*name.split(".")))]
        sys.modules[name] = package


class Parent:
    """Forks workers, one at a time.

    Parameters
    ----------
    control : socket
    rung : int
        1: namespaces, Landlock where the kernel has it, seccomp, resource limits. 2: no namespaces.
        0: nothing but resource limits.
    packages : list of str
        What is imported beforehand.
    readable, masked, path : list of str
        See `surroundings`.
    closed : bool
        Only root can get at these files by their paths.
    """

    def __init__(self, control, rung, packages, readable, masked, path, closed):
        from convbook.grading.sandbox import landlock, libraries, lockdown, namespaces

        readable += libraries.shared_libraries(path[0])
        self.control, self.rung = control, rung
        self.proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC)  # to be found again where there is no /proc
        self.lockdown = lockdown.Lockdown(rung, self.proc, stranger(), keep_reading=closed and rung == 2)
        self.namespaces = namespaces
        if rung == 1:
            namespaces.enter_for_children(self.proc)
            wait_for_child_if_not_it(control)
            namespaces.build_root(readable, masked)
            self.pid_namespace = namespaces.own_pid_namespace(self.proc)
        sys.path[:] = path
        for package in packages:
            for name in (package, *LATE.get(package, ())):
                importlib.import_module(name)
        from convbook.grading.sandbox import stubs, worker

        self.serve, self.pack = worker.serve, worker.pack
        if rung == 2:  # in the first rung, what is there is what may be read
            self.lockdown.ruleset = landlock.ruleset(around(readable, masked), path, ["/dev/null"])
        worker.rehearse()
        for name in [name for name in sys.modules if name.split(".")[0] == "convbook"]:
            del sys.modules[name]  # a student finds the stand-ins
        stubs.install(folders=path[2:], allowed=readable)
        importlib.import_module("convbook.exercises")  # every notebook does
        self.lockdown.used = address_space(self.proc)
        self.worker = None
        gc.collect()
        gc.freeze()  # what is here already is not gone through again, and so not copied, in every worker

    def listen(self):
        """Do what is asked, until nobody is there to ask."""
        while True:
            request, fds, _, _ = socket.recv_fds(self.control, 4096, 1)
            if not request:
                self.end()
                return
            if fds:
                self.end()
                self.fork(fds[0], json.loads(request))
                os.close(fds[0])
            else:
                self.control.send(json.dumps(self.end()).encode())

    def fork(self, fd, limits):
        """Make a worker that answers on `fd`."""
        if self.rung == 1:  # the next child is the first process of a new pid namespace
            self.namespaces.new_pids_for_next_child()
        self.worker = os.fork()
        if self.worker == 0:
            try:
                self.lockdown.submit(fd, limits)
            except BaseException as error:
                os.write(fd, self.pack(("failed", f"{type(error).__name__}: {error}")))
                os._exit(1)
            try:
                self.serve(fd)
            finally:
                os._exit(1)
        if self.rung == 1:
            self.namespaces.back_to_own_pids(self.pid_namespace)

    def end(self):
        """Kill the worker, if there is one; with it, everything in its pid namespace dies."""
        if self.worker is None:
            return None
        os.kill(self.worker, signal.SIGKILL)
        _, status = os.waitpid(self.worker, 0)
        self.worker = None
        return os.waitstatus_to_exitcode(status)


def stranger():
    """As root, a user id that is nobody's: a worker has no rights, and its processes are counted apart.

    Returns
    -------
    uid : int or None
        None for an ordinary user, or where root is the only user there is.
    """
    if os.getuid() != 0:
        return None
    ranges = [line.split() for line in Path("/proc/self/uid_map").read_text().splitlines()]
    highest = max(int(first) + int(count) for first, _, count in ranges) - 2
    return min(2_000_000_000, highest) - os.getpid() % 30_000 if highest > 60_000 else None


def wait_for_child_if_not_it(control):
    """Go on in a child, which is the first process of the new namespaces: with it, all in them will die."""
    child = os.fork()
    if child:
        control.close()
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) != 0)


def around(readable, masked):
    """The same files without what is masked: a folder with that in it is replaced by what else it holds."""
    for path in readable:
        if any(os.path.dirname(hidden) == path for hidden in masked):
            yield from (entry.path for entry in os.scandir(path) if entry.path not in masked)
        else:
            yield path


def address_space(proc):
    """The bytes of address space this process takes."""
    fd = os.open("self/statm", os.O_RDONLY, dir_fd=proc)
    pages = int(os.read(fd, 100).split()[0])
    os.close(fd)
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
