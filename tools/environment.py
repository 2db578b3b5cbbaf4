"""Create `.venv` with the pinned requirements and the library. Runs on the system's Python, any age."""

import subprocess
import sys


def main():
    if sys.version_info < (3, 11):  # noqa: UP036  this file is what says so
        version = ".".join(map(str, sys.version_info[:2]))
        return (
            f"Python 3.11 or newer is needed and this is {version}. Name another: make PYTHON=python3.12 book"
        )
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        return "This Python cannot make environments. On Debian and Ubuntu: sudo apt install python3-venv"

    print("Setting up .venv: once, a few minutes, 1.5 GB …", flush=True)
    venv.create(".venv", with_pip=True)
    pip = [".venv/bin/python", "-m", "pip", "--disable-pip-version-check"]
    if subprocess.call([*pip, "install", "-r", "requirements.txt", "-e", "."]):
        return "pip could not install requirements.txt; its message stands above."
    return subprocess.call([*pip, "check"])


if __name__ == "__main__":
    sys.exit(main())
