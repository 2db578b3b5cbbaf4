"""`convbook grade` with the fake grader: `python -m tests.grading.graded grade …`."""

import sys

from tests.grading.fakes import FakeSandboxed

from convbook import cli
from convbook.grading import command

command.Sandboxed = FakeSandboxed

if __name__ == "__main__":
    sys.exit(cli.main())
