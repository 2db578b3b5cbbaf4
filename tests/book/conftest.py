"""The built book, served on localhost, and a browser that notes what goes wrong.

`make test` builds it first. With `CONVBOOK_BROWSER=full` the slow checks see every page instead of a sample.
"""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "_build/html"

# All pages but the first, index.html, which only leads to book/index.html.
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts and path != SITE / "index.html"
)
SAMPLE = ["book/index.html", "book/claims.html", "book/api.html", "notebooks/03_toeplitz.html"]
SAMPLE += ["exercises/02_convolution.html", "solutions/02_convolution.html"]


def pytest_generate_tests(metafunc):
    """A test that takes a `page_path` sees every page; one that takes a `sampled_path`, a few."""
    full = os.environ.get("CONVBOOK_BROWSER") == "full"
    for argument, paths in {"page_path": PAGES, "sampled_path": PAGES if full else SAMPLE}.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, paths or ["nothing built"])


@pytest.fixture(scope="session", autouse=True)
def site(missing):
    """The folder of the built pages."""
    if not PAGES:
        missing("the book is not built: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def address(site):
    """Where a plain file server shows the built pages."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Open a page, `visit("book/index.html")`; return it and the list of what goes wrong in it."""
    contexts = []

    def open(path):
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        page, problems = contexts[-1].new_page(), []
        page.on("console", lambda m: m.type == "error" and problems.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
        page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status}: {r.url}"))
        own = (address, "data:", "blob:")
        page.on("request", lambda r: r.url.startswith(own) or problems.append(f"foreign: {r.url}"))
        page.goto(address + path)  # until it is loaded: an idle network alone may be a pause while it is read
        page.wait_for_load_state("networkidle")
        # MathJax says when it is ready; a page without formulas does not load it.
        page.evaluate("() => window.MathJax?.startup?.promise")
        return page, problems

    yield open
    for context in contexts:
        context.close()
