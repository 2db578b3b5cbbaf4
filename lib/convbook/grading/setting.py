"""What it takes to grade with the real engine, in plain values that can travel to another process."""

import contextlib
import functools
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from convbook.grading import fingerprints
from convbook.grading.assignment import Assignment
from convbook.grading.engine import Engine
from convbook.grading.tasks import Setting


@dataclass(frozen=True)
class Sandboxed(Setting):
    """Grading in the sandbox.

    Parameters
    ----------
    name : str
        Of the assignment: of a chapter of the book, unless there is a `source`.
    seed : str
        The secret.
    path, source : str and bytes or None
        The file with exercises of the instructor's own, and what is in it.
    unsafe : bool
        Go on where there is no protection.
    library : str
        The fingerprint of convbook: a process with another one does not grade.
    """

    name: str
    seed: str
    path: str = ""
    source: bytes | None = None
    unsafe: bool = False
    library: str = ""

    @contextlib.contextmanager
    def grader(self):
        """Open an engine; see `Setting.grader`."""
        if self.library and self.library != fingerprints.library():
            raise RuntimeError("another version of convbook is installed here")
        assignment = self.assignment()
        with Engine(unsafe=self.unsafe) as engine:
            engine.prepare(assignment)
            yield lambda submission: engine.grade(submission, assignment)

    def assignment(self):
        """The exercises.

        Returns
        -------
        assignment : Assignment
            In one process always the same one, so that its inputs are drawn once.
        """
        return _assignment(self)

    def notices(self):
        """Try the sandbox.

        Returns
        -------
        notices : list of str
            What an instructor should know about the protection.

        Raises
        ------
        SandboxUnavailable
            If there is none.
        """
        with Engine(unsafe=self.unsafe) as engine:
            engine.prepare(self.assignment())
            return engine.notices

    def made_with(self):
        """What must be the same for all grades.

        Returns
        -------
        fingerprints : dict from str to str
            For `Gradebook.begin`.
        """
        return {
            "assignment": self.name,
            "seed": fingerprints.of(self.seed.encode()),
            "exercises": fingerprints.of(self.source) if self.source else "of the book",
            "library": fingerprints.library(),
        }


@functools.cache
def _assignment(setting):
    if setting.source is None:
        return Assignment.load(setting.name, setting.seed)
    path = Path(setting.path)
    with tempfile.TemporaryDirectory() as folder:
        if not (path.is_file() and path.read_bytes() == setting.source):  # on another machine
            path = Path(folder, path.name)
            path.write_bytes(setting.source)
        return replace(Assignment.from_file(path, setting.seed), name=setting.name)
