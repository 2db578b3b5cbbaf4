"""A folder of one's own, an empty cache, and a mirror on this machine that can misbehave."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .formats import sha256


@pytest.fixture
def own(tmp_path, monkeypatch):
    """`own({path: bytes})` writes a folder of one's own; its SHA256SUMS lists them, or those of `sums`."""
    root = tmp_path / "own"
    root.mkdir()
    monkeypatch.setenv("CONVBOOK_DATA", str(root))

    def write(files, sums=None):
        for name, data in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        listed = files if sums is None else sums
        text = "".join(f"{sha256(data)}  {name}\n" for name, data in listed.items())
        (root / "SHA256SUMS").write_text(text)
        return root

    return write


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and no folder of one's own."""
    monkeypatch.delenv("CONVBOOK_DATA", raising=False)
    folder = tmp_path / "cache"
    monkeypatch.setattr("convbook.data.folder.cache_folder", lambda: folder)
    return folder


class Mirror:
    """A web server whose answers a test decides: `mirror.answers[path] = function(handler)`."""

    def __init__(self):
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.asked.append(self.path)
                mirror.answers.get(self.path, gone)(self)

            def log_message(self, *_):
                pass

        self.answers, self.asked, self.release = {}, [], threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


def gone(handler):
    handler.send_error(404)


@pytest.fixture
def mirror():
    mirror = Mirror()
    yield mirror
    mirror.close()
