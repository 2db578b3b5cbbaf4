"""How much a submission may take: the numbers, and the resource limits of the kernel."""

import resource
from dataclasses import asdict, dataclass, fields

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What a submission may take of time and space.

    Parameters
    ----------
    call, cell, submission : float
        Seconds for one call of a function, for one cell, and for everything together.
    memory : int
        Megabytes of address space, on top of what the imported packages take.
    files : int
        Megabytes in the worker's /tmp.
    answer : int
        Megabytes of one answer.
    """

    call: float = 3.0
    cell: float = 10.0
    submission: float = 60.0
    memory: int = 1024
    files: int = 64
    answer: int = 16

    def __or__(self, other):
        """The more generous of two, number by number."""
        return Limits(*(max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))

    def to_dict(self):
        """As a dict, for JSON."""
        return asdict(self)


def impose(limits, used, threads=None):
    """Set the resource limits of this process; they cannot be raised again.

    Parameters
    ----------
    limits : Limits
    used : int
        Bytes of address space that are taken already.
    threads : int, optional
        How many threads and processes this user may have here. To be given only where the user is the
        worker's own: otherwise everybody else's processes count.
    """
    bounds = {
        resource.RLIMIT_AS: used + limits.memory * MEGABYTE,  # a memory bomb gets a MemoryError
        resource.RLIMIT_CPU: int(limits.submission) + 5,  # a second clock, should the first one stop
        resource.RLIMIT_FSIZE: limits.files * MEGABYTE,  # no single file is larger
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,  # no image of the memory is written after a crash
        resource.RLIMIT_MEMLOCK: 0,  # nothing is kept from being swapped
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if threads is not None:
        bounds[resource.RLIMIT_NPROC] = threads
    for which, most in bounds.items():
        hard = resource.getrlimit(which)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)  # noqa: PLW2901
        resource.setrlimit(which, (most, most))
