"""Fetching: from whichever mirror is good, and whatever goes wrong leaves a clear error and a clean cache."""

import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
import zlib

import pytest

from convbook.data import DataError
from convbook.data import fetch as module
from convbook.data.fetch import fetch
from convbook.data.folder import Folder
from convbook.data.published import Archive, Published

from .formats import sha256

FILES = {"first.bin": bytes(range(256)) * 40, "sub/second.bin": b"the second" * 999}
HASHES = {file: sha256(content) for file, content in FILES.items()}


def giving(content, length=None, kind="application/octet-stream"):
    """Answer with these bytes, and claim that there are `length` of them."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content) if length is None else length))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def silent(mirror):
    """Take the call and say nothing until the test is over."""
    return lambda handler: mirror.release.wait(20)


def stalling(mirror, content):
    """Begin well, then say nothing more."""

    def answer(handler):
        giving(content[: len(content) // 2], length=len(content))(handler)
        handler.wfile.flush()
        mirror.release.wait(20)

    return answer


def moved(handler):
    """What a host does whose files are gone: lead to a page that says sorry, with the best of manners."""
    handler.send_response(302)
    handler.send_header("Location", "/sorry.html")
    handler.end_headers()


SORRY = b"\n<!DOCTYPE html>\n<html><body>We have moved.</body></html>"


def serve(mirror, root="", files=FILES):
    """Let a mirror have all files, and give its address."""
    mirror.answers |= {f"{root}/{file}": giving(content) for file, content in files.items()}
    return f"{mirror.address}{root}/{{file}}"


def left(root):
    """Every file below a folder."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


# How a mirror goes wrong → what it answers, and what is said about it
WRONG = {
    "dead": (None, "refused"),
    "silent": (silent, "timed out"),
    "stalling": (lambda mirror: stalling(mirror, FILES["first.bin"]), "timed out"),
    "cut off": (lambda _: giving(FILES["first.bin"][:99], length=len(FILES["first.bin"])), "99 bytes read"),
    "truncated": (lambda _: giving(FILES["first.bin"][:-1]), sha256(FILES["first.bin"][:-1])),
    "altered": (lambda _: giving(b"!" + FILES["first.bin"][1:]), HASHES["first.bin"]),
    "empty": (lambda _: giving(b""), sha256(b"")),
    "a page": (lambda _: moved, "a web page came instead of the file"),
    "gone": (lambda _: lambda handler: handler.send_error(404), "404"),
    "broken": (lambda _: lambda handler: handler.send_error(500), "500"),
}


@pytest.fixture
def bad(mirror, monkeypatch):
    """`bad(kind)` is the address of a mirror that goes wrong in that way."""
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    mirror.answers["/sorry.html"] = giving(SORRY, kind="text/html")

    def address(kind):
        make = WRONG[kind][0]
        if make is None:
            return "http://127.0.0.1:9/{file}"  # the discard service: nothing listens
        mirror.answers["/bad/first.bin"] = make(mirror)
        return f"{mirror.address}/bad/{{file}}"

    return address


@pytest.mark.parametrize("kind", WRONG)
def test_a_bad_mirror_alone_is_an_error_that_says_why_and_the_cache_stays_clean(bad, kind, tmp_path):
    published = Published("small", 0.1, HASHES, mirrors=(bad(kind),))
    with pytest.raises(DataError) as caught:
        fetch(published, tmp_path / "cache")
    said = str(caught.value)
    for part in (
        "small: no mirror gives first.bin",
        WRONG[kind][1],
        published.mirrors[0],
        "FOLDER/small/sub/second.bin",
    ):
        assert part in said
    assert "CONVBOOK_DATA" in said
    assert left(tmp_path / "cache") == []


@pytest.mark.parametrize("kind", WRONG)
def test_the_next_mirror_is_asked(bad, kind, mirror, tmp_path):
    published = Published("small", 0.1, HASHES, mirrors=(bad(kind), serve(mirror, "/good")))
    fetch(published, tmp_path)
    assert {file: (tmp_path / file).read_bytes() for file in left(tmp_path)} == FILES


def test_a_file_that_is_there_is_not_fetched_again(mirror, tmp_path):
    published = Published("small", 0.1, HASHES, mirrors=(serve(mirror),))
    fetch(published, tmp_path)
    fetch(published, tmp_path)
    assert mirror.asked == ["/first.bin", "/sub/second.bin"]
    (tmp_path / "first.bin").unlink()
    fetch(published, tmp_path)
    assert mirror.asked[2:] == ["/first.bin"]


def test_what_is_altered_in_the_cache_is_named_removed_and_fetched_anew(mirror, cache):
    published = Published("small", 0.1, HASHES, mirrors=(serve(mirror),))
    assert Folder(published).read("first.bin") == FILES["first.bin"]
    path = cache / "small/first.bin"
    path.write_bytes(b"altered")
    with pytest.raises(DataError) as caught:
        Folder(published).read("first.bin")
    for part in (str(path), sha256(b"altered"), HASHES["first.bin"], "is removed"):
        assert part in str(caught.value)
    assert not path.exists()
    folder = Folder(published)
    assert [folder.read(file) for file in FILES] == list(FILES.values())
    assert folder.provenance() == {"source": "published", "sha256": HASHES}


def test_no_encoding_is_asked_for_the_journey(mirror, tmp_path):
    """A text that a server packs for the journey would arrive with another hash where nobody unpacks it."""
    asked = []

    def answer(handler):
        asked.append(handler.headers["Accept-Encoding"])
        giving(FILES["first.bin"])(handler)

    mirror.answers["/first.bin"] = answer
    files = {"first.bin": HASHES["first.bin"]}
    fetch(Published("small", 0.1, files, mirrors=(f"{mirror.address}/{{file}}",)), tmp_path)
    assert asked == ["identity"]


# Archives


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a folder"))
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def packed(mirror, name, *contents, fixed=True):
    """A data set whose archive the mirror gives in several versions; the first is the published one."""
    urls = []
    for i, content in enumerate(contents):
        mirror.answers[f"/{i}/{name}"] = giving(content)
        urls.append(f"{mirror.address}/{i}/{name}")
    archive = Archive(name, tuple(urls), sha256(contents[0]) if fixed else None)
    return Published("small", 0.1, HASHES, archive=archive)


@pytest.mark.parametrize("name, pack", [("all.tar.gz", tar), ("all.zip", zipped)])
@pytest.mark.parametrize("top", ["", "version-1/"])
def test_an_archive_is_unpacked_with_or_without_a_folder_at_its_top(mirror, tmp_path, name, pack, top):
    files = {f"{top}{file}": content for file, content in FILES.items()} | {f"{top}README": b"more"}
    fetch(packed(mirror, name, pack(files)), tmp_path)
    assert {file: (tmp_path / file).read_bytes() for file in left(tmp_path)} == FILES


def test_an_archive_with_another_hash_is_refused(mirror, tmp_path):
    good, other = tar(FILES), tar(FILES | {"first.bin": b"altered"})
    published = packed(mirror, "all.tar.gz", good, other)
    mirror.answers["/0/all.tar.gz"] = giving(good[:-5])
    with pytest.raises(DataError) as caught:
        fetch(published, tmp_path)
    for part in ("no mirror gives all.tar.gz", sha256(good[:-5]), sha256(other), sha256(good)):
        assert part in str(caught.value)
    assert left(tmp_path) == []


def broken_member(files):
    """A zip whose directory is whole and whose first file is not."""
    content = bytearray(zipped(files))
    content[60] ^= 255
    return bytes(content)


@pytest.mark.parametrize(
    "archive, said",
    [
        (
            zipped(FILES | {"first.bin": b"altered"}),
            f"{sha256(b'altered')}, but {HASHES['first.bin']} was published",
        ),
        (zipped({"sub/second.bin": FILES["sub/second.bin"]}), "first.bin is not in it"),
        (zipped(FILES)[:-30], "File is not a zip file"),
        (broken_member(FILES), ""),
    ],
    ids=["altered", "incomplete", "truncated", "broken"],
)
def test_an_archive_that_is_packed_afresh_for_everyone_is_verified_by_what_it_holds(
    mirror, tmp_path, archive, said
):
    alone = packed(mirror, "all.zip", archive, fixed=False)
    with pytest.raises(DataError, match=r"no mirror gives all\.zip") as caught:
        fetch(alone, tmp_path / "alone")
    assert said in str(caught.value)
    assert set(left(tmp_path / "alone")) <= {"sub/second.bin"}  # it is as published
    fetch(packed(mirror, "all.zip", archive, zipped(FILES), fixed=False), tmp_path / "both")
    assert {file: (tmp_path / "both" / file).read_bytes() for file in left(tmp_path / "both")} == FILES


def test_broken_members_are_of_the_kinds_that_are_caught():
    with pytest.raises((zipfile.BadZipFile, zlib.error)):
        zipfile.ZipFile(io.BytesIO(broken_member(FILES))).read("first.bin")


# The machine


FETCH = """
import sys
from pathlib import Path
from convbook.data.fetch import fetch
from convbook.data.published import Published

name, mirror, root, limit = sys.argv[1:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
fetch(Published("small", 0.1, {hashes}, mirrors=(mirror,)), Path(root))
print("fetched")
""".replace("{hashes}", repr(HASHES))


def in_another_process(mirror, root, limit=0):
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, "small", mirror, str(root), str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_full_disk_is_named_and_nothing_half_written_stays(mirror, tmp_path):
    """The limit on the size of a file stands for the disk: writing fails in the middle."""
    _, said = in_another_process(serve(mirror), tmp_path, limit=4096).communicate(timeout=60)
    assert f"small cannot be stored in {tmp_path}: File too large" in said
    assert left(tmp_path) == []
    assert mirror.asked == ["/first.bin"]  # other mirrors would not help


def test_a_cache_that_cannot_be_written_is_named(mirror, tmp_path):
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(DataError, match=r"small cannot be stored in .*cache: File exists"):
        fetch(Published("small", 0.1, HASHES, mirrors=(serve(mirror),)), tmp_path / "cache")


def test_two_processes_may_fetch_the_same_files(mirror, tmp_path):
    """Each is held up until the other has asked too, so that they truly overlap."""

    def together(handler):
        deadline = time.monotonic() + 20
        while mirror.asked.count("/first.bin") < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        giving(FILES["first.bin"])(handler)

    address = serve(mirror)
    mirror.answers["/first.bin"] = together
    processes = [in_another_process(address, tmp_path) for _ in range(2)]
    for process in processes:
        said, error = process.communicate(timeout=60)
        assert said == "fetched\n", error
    assert mirror.asked.count("/first.bin") == 2
    assert {file: (tmp_path / file).read_bytes() for file in left(tmp_path)} == FILES


@pytest.mark.skipif(os.name != "posix", reason="needs a signal that cannot be handled")
def test_a_process_killed_in_the_middle_leaves_nothing_that_counts(mirror, tmp_path):
    address = serve(mirror)
    mirror.answers["/sub/second.bin"] = stalling(mirror, FILES["sub/second.bin"])
    process = in_another_process(address, tmp_path)
    deadline = time.monotonic() + 30
    while not list(tmp_path.glob("fetching-*/*")) or "/sub/second.bin" not in mirror.asked:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (tmp_path / "first.bin").read_bytes() == FILES["first.bin"]
    assert not (tmp_path / "sub/second.bin").exists()
    mirror.answers["/sub/second.bin"] = giving(FILES["sub/second.bin"])
    fetch(Published("small", 0.1, HASHES, mirrors=(address,)), tmp_path)
    assert (tmp_path / "sub/second.bin").read_bytes() == FILES["sub/second.bin"]


def test_without_pooch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    monkeypatch.delenv("CONVBOOK_DATA", raising=False)
    with pytest.raises(DataError, match="fetching data needs the package pooch: pip install pooch"):
        Folder(Published("small", 0.1, HASHES))
