"""Fetching what is not in the cache yet, from the first mirror that gives the right bytes.

Everything is written to a folder of its own, verified there, and only then moved to its place, whole and at
once: processes may fetch the same files side by side, and what is interrupted leaves nothing that counts.
"""

import os
import sys
import tarfile
import zlib
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

from convbook.data.dataset import DataError

#: Seconds without a byte after which a mirror counts as dead.
TIMEOUT = 30


def cache_folder():
    """Where fetched files stay: a folder `convbook` in the user's cache.

    Raises
    ------
    DataError
        If pooch is not installed.
    """
    return _pooch().os_cache("convbook")


def fetch(published, root):
    """Fetch the files of a data set that are not there yet.

    Parameters
    ----------
    published : Published
    root : Path
        The folder in which they go.

    Raises
    ------
    DataError
        If no mirror gives a file as published, or it cannot be stored. The message says what each one gave.
    """
    missing = [file for file in published.files if not (root / file).is_file()]
    if not missing:
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=root, prefix="fetching-") as folder:
            if archive := published.archive:
                unpack = partial(_unpack, published, root)
                _first_good(published, archive.name, archive.mirrors, archive.sha256, Path(folder), unpack)
            else:
                for file in missing:
                    urls = [mirror.format(file=file) for mirror in published.mirrors]
                    place = partial(_place, root / file)
                    _first_good(published, file, urls, published.files[file], Path(folder), place)
    except OSError as error:
        raise DataError(f"{published.name} cannot be stored in {root}: {error.strerror or error}") from None


def how_to_go_on(published):
    """What a person can do by hand: which files go where, and who has them."""
    files = [f"  FOLDER/{published.name}/{file}" for file in published.files]
    if len(files) > 6:
        files[3:] = [f"  … and {len(files) - 3} more"]
    archive = published.archive
    return "\n".join(
        [
            "Try again later, or bring the files yourself and set CONVBOOK_DATA to the FOLDER with",
            *files,
            "Unpack them from" if archive else "They can be had from",
            *(f"  {mirror}" for mirror in (archive or published).mirrors),
        ]
    )


def _first_good(published, name, urls, sha256, folder, use):
    """Download from one mirror after the other until one gives what can be used."""
    from requests.exceptions import RequestException

    reasons = []
    for url in urls:
        file = folder / Path(name).name
        file.unlink(missing_ok=True)
        try:
            _pooch().retrieve(url, sha256, fname=file.name, path=folder, downloader=_download)
            return use(file)
        except (RequestException, ValueError, BadZipFile, EOFError, zlib.error) as error:
            reasons.append(f"\n  {url}: {_root(error)}")
    raise DataError(f"{published.name}: no mirror gives {name}{''.join(reasons)}\n{how_to_go_on(published)}")


def _root(error):
    """What went wrong in the first place: the names of the layers above it help nobody."""
    while inner := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        error = inner
    return error


def _download(url, file, pooch):
    """pooch's downloader, which knows a page of apology by its first words."""
    watched = sys.stderr.isatty() and find_spec("tqdm") is not None
    # Packed files are to arrive as they are: no encoding for the journey.
    plain = {"Accept-Encoding": "identity"}
    _pooch().HTTPDownloader(progressbar=watched, timeout=TIMEOUT, headers=plain)(url, file, pooch)
    with open(file, "rb") as stream:
        start = stream.read(100).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise ValueError("a web page came instead of the file")


def _unpack(published, root, archive):
    """Verify what an archive holds, file by file, and put it in place."""
    wanted = set(published.files)
    for name, read in _members(archive):
        file = name if name in wanted else name.partition("/")[2]
        if file in wanted:
            data = read()
            try:
                published.check(file, data)
            except ValueError as error:
                raise ValueError(f"{name} in it is not as published: {error}") from None
            unpacked = archive.with_name("unpacked")
            unpacked.write_bytes(data)
            _place(root / file, unpacked)
            wanted.remove(file)
    if wanted:
        raise ValueError(f"{min(wanted)} is not in it, nor are {len(wanted) - 1} others")


def _members(archive):
    """The files in an archive: name, and a function that reads it."""
    if archive.suffix == ".zip":
        with ZipFile(archive) as members:
            for name in members.namelist():
                yield name, partial(members.read, name)
    else:
        with tarfile.open(archive) as members:
            for member in members:
                if member.isfile():
                    yield member.name, members.extractfile(member).read


def _place(path, file):
    """Move a verified file to where it belongs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(file, path)


def _pooch():
    try:
        import pooch
    except ImportError:
        raise DataError("fetching data needs the package pooch: pip install pooch") from None
    return pooch
