"""The process all workers are forked from: small, without a secret, and with the packages already imported.

It is started by path, in a fresh interpreter, and told on its command line what to make ready. It listens on
its standard input, a socket: with "fork" comes a descriptor, and the worker that answers on it is born; "end"
ends the worker and says how it died. When the other side is gone, it goes, and every worker with it.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
from types import ModuleType

LIBRARY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))


def use_our_modules_alone():
    """Let `convbook.…` be imported from its files, without what the packages themselves would import."""
    for name in ("convbook", "convbook.exercises", "convbook.grading", "convbook.grading.sandbox"):
        package = ModuleType(name)
        package.__path__ = [os.path.join(LIBRARY, *name.split("."))]
        sys.modules[name] = package


def forget_our_modules():
    """Leave a student nothing of `convbook` to import but what the stand-ins offer."""
    for name in [name for name in sys.modules if name.split(".")[0] == "convbook"]:
        del sys.modules[name]


def main():
    """Make ready, say so, and fork whenever asked."""
    use_our_modules_alone()
    config = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    try:
        parent = Parent(control, **config)
    except BaseException as error:
        control.send(f"{type(error).__name__}: {error}".encode())
        raise
    control.send(b"ready")
    parent.listen()


class Parent:
    """Forks workers.

    Parameters
    ----------
    control : socket
    rung : int
        1: namespaces and a root of its own. 2: without them. 0: nothing but resource limits.
    packages : list of str
        What is imported beforehand.
    readable, masked, path : list of str
        The files of the interpreter and the packages; see `namespaces.build_root`. `path` becomes sys.path.
    landlock : bool
        Whether the kernel has it.
    """

    def __init__(self, control, rung, packages, readable, masked, path, landlock):
        from convbook.grading.sandbox import landlock as ll
        from convbook.grading.sandbox import limits, namespaces, seccomp, syscalls

        self.control, self.rung = control, rung
        self.limits, self.namespaces, self.seccomp, self.landlock = limits, namespaces, seccomp, ll
        self.syscalls = syscalls
        self.proc = os.open("/proc", os.O_PATH | os.O_CLOEXEC)
        self.worker = None
        self.uid = self.own_uid()
        if rung == 1:
            self.move_in(readable, masked)
        sys.path[:] = path
        for package in packages:
            __import__(package)
        from convbook.grading.sandbox import stubs, worker

        self.work = worker
        self.ruleset = None
        if landlock and rung == 1:
            self.ruleset = ll.ruleset(readable=["/"], writable=["/tmp", "/dev/null"])
        elif landlock and rung == 2:
            self.ruleset = ll.ruleset(readable, path, ["/dev/null"])
        forget_our_modules()
        stubs.install()
        self.used = self.address_space()
        gc.collect()
        gc.freeze()  # what is here already is not gone through again, and so not copied, in every worker

    def own_uid(self):
        """As root, a user id that belongs to nobody: what others may have to themselves counts for them alone."""
        return 2_000_000_000 - os.getpid() if os.getuid() == 0 else None

    def move_in(self, readable, masked):
        ns = self.namespaces
        flags = ns.NEWNS | ns.NEWPID | ns.NEWNET | ns.NEWIPC | ns.NEWUTS
        if os.getuid() != 0:
            flags |= ns.NEWUSER
        ns.enter(flags, self.proc, os.getuid())
        child = os.fork()
        if child:  # stay behind, waiting: whoever started us sees one process
            self.control.close()
            os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0)
        ns.build_root(readable, masked)
        self.pid_namespace = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.proc)

    def address_space(self):
        fd = os.open("self/statm", os.O_RDONLY, dir_fd=self.proc)
        pages = int(os.read(fd, 100).split()[0])
        os.close(fd)
        return pages * resource.getpagesize()

    def listen(self):
        while True:
            message, fds, _, _ = socket.recv_fds(self.control, 4096, 1)
            if not message:
                self.end()
                os._exit(0)
            if fds:
                self.end()
                self.fork(fds[0], self.limits.Limits(**json.loads(message)))
                os.close(fds[0])
            else:
                self.control.send(json.dumps(self.end()).encode())

    def end(self):
        """Kill the worker, if there is one, and everything it started; say with which status it ended."""
        if self.worker is None:
            return None
        os.kill(self.worker, signal.SIGKILL)
        status = os.waitpid(self.worker, 0)[1]
        self.worker = None
        return os.waitstatus_to_exitcode(status)

    def fork(self, fd, limits):
        if self.rung == 1:
            # The next child becomes process 1 of a new pid namespace, and this process stays where it is.
            self.syscalls.call("unshare", self.namespaces.NEWPID)
        self.worker = os.fork()
        if self.worker == 0:
            try:
                self.lock_down(fd, limits)
                self.work.serve(3)
            finally:
                os._exit(1)
        if self.rung == 1:
            self.syscalls.call("setns", self.pid_namespace, self.namespaces.NEWPID)

    def lock_down(self, fd, limits):
        ns = self.namespaces
        prctl = lambda *a: self.syscalls.call("prctl", *a, *[0] * (5 - len(a)))
        if self.uid:
            os.setgroups([])
            os.setresgid(self.uid, self.uid, self.uid)
            os.setresuid(self.uid, self.uid, self.uid)
            prctl(4, 1)
        if self.rung == 1:
            ns.enter(ns.NEWUSER | ns.NEWNS | ns.NEWNET | ns.NEWIPC | ns.NEWUTS, self.proc, ns.INNER_ID)
            ns.own_tmp(limits.files)
        else:
            os.chdir("/")
        self.limits.impose(limits, self.used, 64 if self.uid or self.rung == 1 else None)
        ns.drop_capabilities()
        prctl(1, 9)
        prctl(4, 0)
        prctl(38, 1)
        if self.ruleset is not None:
            self.landlock.restrict(self.ruleset)
        os.dup2(fd, 3)
        os.closerange(4, 1 << 20)
        if self.rung:
            self.seccomp.install(self.seccomp.program(os.getpid()))


if __name__ == "__main__":
    main()
