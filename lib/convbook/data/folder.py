"""The files of a data set, verified whenever they are read."""

import os
from pathlib import Path

from convbook.data.dataset import DataError
from convbook.data.fetch import cache_folder, fetch, how_to_go_on

SUMS = "SHA256SUMS"


class Folder:
    """Where the files of one data set lie: below the folder that `CONVBOOK_DATA` names, or in the cache.

    A folder of one's own may bring its own `SHA256SUMS`, in the format of `sha256sum`. What that lists is
    verified against it, everything else against the published hashes.

    Parameters
    ----------
    published : Published

    Raises
    ------
    DataError
        If `CONVBOOK_DATA` names no folder, its `SHA256SUMS` cannot be read, or a file cannot be fetched.
    """

    def __init__(self, published):
        self.published = published
        self.own = own_folder(published.name)
        self.root = self.own or cache_folder() / published.name
        self.sums = read_sums(self.own.parent / SUMS, published.name) if self.own else {}
        self.hashes = {}
        if not self.own:
            fetch(published, self.root)

    @property
    def files(self):
        """What is there to read: what `SHA256SUMS` lists, else what is published."""
        return tuple(self.sums or self.published.files)

    def read(self, file):
        """Read a file and verify it.

        Returns
        -------
        bytes or ndarray
            What `published.decode` makes of it.

        Raises
        ------
        DataError
            If it is missing or altered. In the cache an altered file is removed, to be fetched anew.
        """
        path = self.root / file
        try:
            value, self.hashes[file] = self.published.check(file, path.read_bytes(), self.sums.get(file))
        except OSError as error:
            raise DataError(f"{path}: {error.strerror}. {how_to_go_on(self.published)}") from None
        except ValueError as error:
            if self.own:
                raise DataError(f"{path} is not as it was: {error}. {how_to_go_on(self.published)}") from None
            path.unlink(missing_ok=True)
            raise DataError(
                f"{path} was not as published: {error}. It is removed; load again to fetch it."
            ) from None
        return value

    def provenance(self):
        """What has been read: where it came from, and its hashes."""
        exact = all(self.published.files.get(file) == found for file, found in self.hashes.items())
        return {"source": "published" if exact else "local copy", "sha256": dict(sorted(self.hashes.items()))}


def own_folder(name):
    """The folder of one data set below the one that `CONVBOOK_DATA` names, or None."""
    root = os.environ.get("CONVBOOK_DATA")
    if not root:
        return None
    if not Path(root).is_dir():
        raise DataError(f"CONVBOOK_DATA names {root}, which is not a folder")
    folder = Path(root, name)
    return folder if folder.is_dir() else None


def read_sums(path, name):
    """The hashes that a `SHA256SUMS` lists for one data set, by path in its folder; none without the file."""
    if not path.exists():
        return {}
    sums = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        sha256, _, file = line.partition(" ")
        if len(sha256) != 64 or not file:
            raise DataError(f"{path}, line {number}: expected a sha256 and a file, got {line[:80]!r}")
        file = file.lstrip(" *").removeprefix("./")
        if file.startswith(f"{name}/"):
            sums[file.removeprefix(f"{name}/")] = sha256.lower()
    return sums
