"""What pyproject.toml cannot say: the recorded results, which belong to the book, go into the wheel too."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithResults(build_py):
    """Copy `book/results/*.json` to `convbook/recorded`, where `convbook.results` finds them."""

    def run(self):
        super().run()
        if not self.editable_mode:  # a checkout has them where they are
            recorded = Path(self.build_lib, "convbook", "recorded")
            self.mkpath(str(recorded))
            for path in sorted(Path("book/results").glob("*.json")):
                self.copy_file(str(path), str(recorded))


setup(cmdclass={"build_py": WithResults})
