"""A closed room for code that is not trusted.

`launch` starts the parent and asks it for workers; `parent`, `lockdown` and `worker` run on the other side,
and import of `convbook` what they name and nothing else. The walls are `namespaces`, `landlock`, `seccomp`
and `rlimits`; `stubs` furnishes the room.

What comes in: the packages, the cells, the inputs of one property after the other. What comes out: frames,
decoded with suspicion. What is never inside: a reference, an expected value, the seed, another submission.

What this does not keep out: errors in the kernel or the processor; whoever can already act as the user that
grades; a solution that somebody else has written. On the second rung a worker has no /tmp, and may learn
of a file whose path it guesses that it exists, and how large it is.
"""

from convbook.grading.sandbox.launch import Sandbox, SandboxUnavailable, Worker

__all__ = ["Sandbox", "SandboxUnavailable", "Worker"]
