"""How a worker gives up all that it does not need, step by step, before a student's first line runs."""

import os
import signal

from convbook.grading.sandbox import landlock, namespaces, rlimits, seccomp
from convbook.grading.sandbox.syscalls import call

SET_PDEATHSIG, SET_DUMPABLE, SET_KEEPCAPS, SET_NO_NEW_PRIVS = 1, 4, 8, 38  # prctl


class Lockdown:
    """What all workers of a parent submit to.

    Parameters
    ----------
    rung : int
        See `parent.Parent`.
    proc : int
        An open /proc.
    stranger : int or None
        The user to become.
    keep_reading : bool
        Keep the right to read below folders that only root may enter. For the second rung, where the files
        lie there; Landlock lists which.

    Attributes
    ----------
    ruleset : int or None
        In the second rung, what Landlock allows.
    used : int
        Bytes of address space that are taken already.
    """

    def __init__(self, rung, proc, stranger, keep_reading):
        self.rung, self.proc, self.stranger, self.keep_reading = rung, proc, stranger, keep_reading
        self.ruleset, self.used = None, 0
        seccomp.of_worker(
            1
        )  # as which a worker knows itself in its own namespace: no need to wait for it then

    def submit(self, fd, limits):
        """Lock this process down.

        Parameters
        ----------
        fd : int
            The only descriptor it keeps, besides the standard ones.
        limits : dict
            See `exercises.limits.Limits`.

        Raises
        ------
        OSError
            If any of it fails; then nothing of a student's may run.
        """
        namespaces.write(self.proc, "self/oom_score_adj", "1000")  # the first to die when memory runs out
        if self.rung == 1:
            namespaces.enter_own(self.proc, self.stranger, limits["files"])
        else:
            os.chdir("/")
        if self.stranger is not None:
            self._become(self.stranger)
        alone = self.stranger is not None or self.rung == 1
        rlimits.impose(limits, self.used, count_processes=alone)
        namespaces.drop_capabilities(keep_reading=self.keep_reading)
        call("prctl", SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # when the parent dies, so does this
        call("prctl", SET_DUMPABLE, 0, 0, 0, 0)  # nobody may look into this process
        call("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # nothing that is ever executed gets more rights
        if self.rung == 1 and landlock.abi():
            self.ruleset = landlock.ruleset(readable=["/"], writable=["/tmp", "/dev/null"])
        if self.ruleset is not None:
            landlock.restrict(self.ruleset)
        os.closerange(3, fd)
        os.closerange(fd + 1, 1 << 20)
        if self.rung:
            seccomp.install(seccomp.of_worker(os.getpid()))

    def _become(self, uid):
        if self.keep_reading:
            call("prctl", SET_KEEPCAPS, 1, 0, 0, 0)  # changing the user would take all capabilities away
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        if self.rung == 1:
            namespaces.enter_user_namespace()
