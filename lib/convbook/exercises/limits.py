"""How much an answer may take while it is graded."""

from dataclasses import dataclass, fields


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
        Megabytes of files.
    answer : int
        Megabytes of all the answers to one property.

    Notes
    -----
    Used by `Exercise`; `a | b` is the more generous of two, number by number.
    """

    call: float = 3.0
    cell: float = 10.0
    submission: float = 60.0
    memory: int = 1024
    files: int = 64
    answer: int = 16

    def __or__(self, other):
        return Limits(*(max(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))
