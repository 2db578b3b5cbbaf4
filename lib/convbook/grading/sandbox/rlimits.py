"""Resource limits, set by the process itself on itself: the kernel holds it to them."""

import resource

MEGABYTE = 1 << 20
THREADS = 64


def impose(limits, used, count_processes):
    """Set the resource limits of this process; they cannot be raised again.

    Parameters
    ----------
    limits : dict
        See `exercises.limits.Limits`.
    used : int
        Bytes of address space that are taken already.
    count_processes : bool
        Limit processes and threads. The kernel counts those of the whole user, so only where this user is
        the worker alone.
    """
    bounds = {
        resource.RLIMIT_AS: used + limits["memory"] * MEGABYTE,  # a memory bomb gets a MemoryError
        resource.RLIMIT_CPU: int(limits["submission"]) + 5,  # a second clock, should the first one stop
        resource.RLIMIT_FSIZE: limits["files"] * MEGABYTE,  # no single file is larger
        resource.RLIMIT_NOFILE: 64,  # open files
        resource.RLIMIT_CORE: 0,  # no image of the memory is written after a crash
        resource.RLIMIT_MEMLOCK: 0,  # no memory is kept from being swapped
        resource.RLIMIT_MSGQUEUE: 0,  # no message queues
    }
    if count_processes:
        bounds[resource.RLIMIT_NPROC] = THREADS
    for which, most in bounds.items():
        _, hard = resource.getrlimit(which)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(which, (most, most))
