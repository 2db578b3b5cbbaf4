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
        self.root, self.own = find(published.name)
        self.sums = read_sums(self.root.parent / SUMS, published.name) if self.own else {}
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
            raise DataError(f"{path}: {error.strerror}.\n{how_to_go_on(self.published)}") from None
        except ValueError as error:
            if self.own:
                raise DataError(f"{path} is altered: {error}.\n{how_to_go_on(self.published)}") from None
            path.unlink(missing_ok=True)  # to be fetched anew
            raise DataError(f"{path} was altered, and is removed: {error}. Load again.") from None
        return value

    def provenance(self):
        """What has been read: where it came from, and its hashes."""
        source = "published" if self.hashes == self.published.files else "local copy"
        return {"source": source, "sha256": dict(sorted(self.hashes.items()))}


def find(name):
    """The folder of a data set, and whether it is one's own: below `CONVBOOK_DATA`, if it is there."""
    root = os.environ.get("CONVBOOK_DATA")
    if root:
        if not Path(root).is_dir():
            raise DataError(f"CONVBOOK_DATA names {root}, which is not a folder")
        if Path(root, name).is_dir():
            return Path(root, name), True
    return cache_folder() / name, False


def read_sums(path, name):
    """The hashes that a `SHA256SUMS` lists for one data set, by path in its folder; none without the file."""
    if not path.exists():
        return {}
    sums = {}
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        sha256, _, file = line.partition(" ")
        if len(sha256) != 64 or not file:
            raise DataError(f"{path}, line {number}: expected a sha256 and a file, got {line[:80]!r}")
        file = file.lstrip(" *").removeprefix("./")
        if file.startswith(f"{name}/"):
            sums[file.removeprefix(f"{name}/")] = sha256.lower()
    return sums
