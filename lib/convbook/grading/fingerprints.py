"""What a grade was made with, in a few letters: grades with other fingerprints are not to be compared."""

import functools
import hashlib
from pathlib import Path

import hypothesis

import convbook

# What decides on points. The rest of the library may change under a gradebook.
DECIDES = ("exercises/**/*.py", "reference/*.py", "grading/**/*.py", "metrics.py")


def of(data):
    """A fingerprint of some bytes.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    fingerprint : str
        Sixteen hexadecimal digits.
    """
    return hashlib.sha256(data).hexdigest()[:16]


@functools.cache
def library():
    """A fingerprint of the code that draws inputs and judges, and of the Hypothesis under it.

    Returns
    -------
    fingerprint : str
    """
    root = Path(convbook.__file__).parent
    digest = hashlib.sha256(hypothesis.__version__.encode())
    for file in sorted(file for part in DECIDES for file in root.glob(part)):
        digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
