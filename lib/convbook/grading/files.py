"""The files of a folder, of a platform's zip, or of a pattern: their names now, their bytes on demand.

They come from strangers: nothing is unpacked to disk, no symbolic link is followed, nothing but a regular
file is opened, and no more is read than a notebook can have.
"""

import functools
import glob
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from convbook.grading.notebook import BYTES, Unreadable

NOTEBOOK = re.compile(r"(.*)\.ipynb(\.txt|\.json)?", re.IGNORECASE)  # Windows hides what it appends


class NothingToCollect(ValueError):
    """There is no notebook where one was said to be."""


@dataclass(frozen=True)
class File:
    """A file, not yet read.

    Parameters
    ----------
    path : tuple of str
        Folders and name, below what all files have in common, fit to be printed.
    shown : str
        Where it is, for people to read.
    time : float
        When it was last changed.
    read : callable () -> bytes
        Raises Unreadable.
    """

    path: tuple[str, ...]
    shown: str
    time: float
    read: Callable[[], bytes]

    @property
    def is_notebook(self):
        """Whether it is called one."""
        return bool(NOTEBOOK.fullmatch(self.path[-1]))

    @property
    def stem(self):
        """Its name without the ending."""
        name = NOTEBOOK.fullmatch(self.path[-1])
        return name[1] if name else PurePosixPath(self.path[-1]).stem


def find(places, leave_out=()):
    """All files of some places.

    Parameters
    ----------
    places : sequence of str
        Folders, zip files, files, or patterns such as `submissions/*/hw1.ipynb`.
    leave_out : sequence of path
        Folders not to look into.

    Returns
    -------
    files : list of File
        Without what an operating system or Jupyter leaves behind.

    Raises
    ------
    NothingToCollect
        If a place does not exist or is damaged, or all of them hold no notebook; the message names it.
    """
    files = list(_find(places, {Path(path).resolve() for path in leave_out}))
    if not any(file.is_notebook for file in files):
        raise NothingToCollect(f"there is no notebook in {' or '.join(map(printable, places))}")
    return files


def _find(places, leave_out):
    """All files of all places; the paths of those that came singly count as one folder's."""
    single = []
    for place in places:
        if os.path.isdir(place):
            yield from _below_what_is_common(list(_in_folder(Path(place), leave_out)), together=True)
        elif os.path.isfile(place) and str(place).lower().endswith(".zip"):
            yield from _in_zip(Path(place))
        else:
            found = [place] if os.path.lexists(place) else sorted(glob.glob(str(place), recursive=True))
            if not found:
                raise NothingToCollect(f"{printable(place)}: no such file or folder")
            single += [_file(Path(path), Path(path).parts) for path in found if not os.path.isdir(path)]
    yield from _below_what_is_common(single, together=False)


def _below_what_is_common(files, together):
    """Cut the folders that all notebooks share. If they lie in one folder `together`, it is their owner's."""
    folders = [file.path[:-1] for file in files if file.is_notebook]
    common = os.path.commonprefix(folders)  # noqa: RUF071  of tuples it compares whole names
    cut = len(common) - (together and all(folder == common for folder in folders))
    return [
        replace(file, path=file.path[max(cut, 0) :]) if file.path[: len(common)] == common else file
        for file in files
    ]


def _in_folder(root, leave_out):
    for folder, folders, names in os.walk(root):
        folder = Path(folder)
        folders[:] = sorted(
            f for f in folders if not _is_litter(f) and (folder / f).resolve() not in leave_out
        )
        for name in sorted(names):
            if not _is_litter(name):
                yield _file(folder / name, (folder / name).relative_to(root).parts)


def _is_litter(name):
    return name.startswith((".", "~$")) or name in ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini")


def _file(path, parts):
    return File(
        tuple(map(printable, parts)), printable(path), os.lstat(path).st_mtime, functools.partial(_read, path)
    )


def _read(path):
    try:
        # Neither follow a link nor wait for the other end of a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        what = "it is a symbolic link" if os.path.islink(path) else f"it cannot be opened: {error.strerror}"
        raise Unreadable(what) from None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("it is not a regular file")
        return _limited(file)


def _limited(file):
    """At most one byte more than may be read: whatever size is claimed, no more is held."""
    data = file.read(BYTES + 1)
    if len(data) > BYTES:
        raise Unreadable(f"it is larger than {BYTES // 2**20} MB")
    return data


def _in_zip(path):
    try:
        archive = zipfile.ZipFile(path)  # stays open: its files are read one by one, much later
    except (zipfile.BadZipFile, OSError) as error:
        raise NothingToCollect(f"{printable(path)}: it is not a zip file that can be read: {error}") from None
    files = []
    for member in archive.infolist():
        parts = [p for p in PurePosixPath(_zip_name(member)).parts if p not in ("/", "..")]
        if parts and not member.is_dir() and not any(map(_is_litter, parts)):
            shown = f"{printable(path)}/{printable('/'.join(parts))}"
            when = time.mktime((*member.date_time, 0, 0, -1))
            read = functools.partial(_read_member, archive, member)
            files.append(File(tuple(map(printable, parts)), shown, when, read))
    return _below_what_is_common(files, together=sum(file.is_notebook for file in files) == 1)


def _zip_name(member):
    """Names are in UTF-8 even where the archive does not say so."""
    try:
        return (
            member.filename if member.flag_bits & 0x800 else member.filename.encode("cp437").decode("utf-8")
        )
    except UnicodeError:
        return member.filename


def _read_member(archive, member):
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Unreadable("it is a symbolic link")
    try:
        with archive.open(member) as file:
            return _limited(file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise Unreadable(f"it cannot be unpacked: {error}") from None


def printable(name):
    """The name of a file as text: whatever is not UTF-8 or cannot be printed is escaped.

    Parameters
    ----------
    name : str or path

    Returns
    -------
    text : str
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return unicodedata.normalize("NFC", text)
