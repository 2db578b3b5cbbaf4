"""A closed room for code that is not trusted.

`Sandbox` starts the parent and asks it for workers; `parent` and `worker` run on the other side, and import
nothing of `convbook` but what they name. `namespaces`, `landlock`, `seccomp` and `limits` are the walls.
"""

from convbook.grading.sandbox.launch import Sandbox, SandboxUnavailable, Worker

__all__ = ["Sandbox", "SandboxUnavailable", "Worker"]
