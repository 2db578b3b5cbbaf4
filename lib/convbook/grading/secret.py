"""The secret seed from which hidden inputs are drawn, in a file that only its owner can read."""

import os
import secrets
import stat
from pathlib import Path

from convbook.grading.gradebook import Refused


def seed(path):
    """Read the seed, or make one.

    Parameters
    ----------
    path : path
        Its first line is the seed, any text. If there is no such file, one is written.

    Returns
    -------
    seed : str
    notice : str
        What an instructor should know about the file, or "".

    Raises
    ------
    Refused
        If the file is empty, or cannot be read or written.
    """
    path = Path(path)
    try:
        if not path.exists():
            _make(path)
        text = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        shared = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    if not text:
        raise Refused(f"{path}: the seed is missing; write one line of your choice, or delete the file")
    return text, f"Others on this machine can read the seed: chmod 600 {path}" if shared else ""


def _make(path):
    """Write a seed, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(16) + "\n")
    os.replace(beside, path)
