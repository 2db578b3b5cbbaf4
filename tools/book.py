"""Build the book: execute what changed, in parallel, then render with every warning an error.

    python tools/book.py [--fresh]

Outputs are kept in `_build/.jupyter_cache` under the code of each notebook. They depend on more, so the
cache is emptied when `lib/`, `book/results/` or `requirements.txt` changes. `--fresh` renders every page
anew, as `make test` needs: Sphinx does not look at a page again when only one that it links to has changed.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

sys.path.append("book/_ext")
import digests

BUILD = Path("_build")
CACHE = BUILD / ".jupyter_cache"
CELL_SECONDS = 300


def sources():
    """The notebooks whose outputs the book shows; exercises are shown as the student meets them."""
    pages = [p for p in Path("book").glob("*.md") if is_myst_markdown_notebook(p.read_text("utf-8"))]
    return sorted([*Path("notebooks").glob("*.ipynb"), *Path("solutions").glob("*.ipynb"), *pages])


def read(path):
    """A notebook, or a page of MyST Markdown with code cells."""
    if path.suffix == ".ipynb":
        return nbformat.read(path, as_version=4)
    return read_myst_markdown_notebook(path.read_text("utf-8"), MdParserConfig(), add_source_map=True)


def execute(path):
    """Run one notebook in its folder; return it with its outputs, the seconds it took, and what failed."""
    notebook = read(path)
    running = []
    start, failure = time.perf_counter(), None
    with TemporaryDirectory() as sockets:
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            coalesce_streams=True,  # of a progress bar, what is left to be seen
            resources={"metadata": {"path": path.parent}},
            # Kernels that start side by side may be handed the same TCP port; sockets in files cannot clash.
            config=Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"}),
            record_timing=False,  # it would go into the cells' metadata, which are part of the cache's key
            on_cell_start=lambda cell, cell_index: running.append(cell_index),
        )
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            failure = f"{path}, cell {running[-1] + 1}", error
    return path, notebook, time.perf_counter() - start, failure


def last_line(error):
    """An exception of nbclient in one line: for a cell that raised, what it raised."""
    return (
        f"{error.ename}: {error.evalue}"
        if isinstance(error, CellExecutionError)
        else str(error).split("\n")[0]
    )


def execute_all():
    """Execute every notebook whose outputs are not in the cache; return the failures."""
    CACHE.mkdir(parents=True, exist_ok=True)
    stamp = CACHE / "digest"
    digest = digests.of_outputs(".") + sys.version
    if not stamp.exists() or stamp.read_text() != digest:
        shutil.rmtree(CACHE)
        CACHE.mkdir()
        stamp.write_text(digest)
    cache = get_cache(CACHE)
    todo = []
    for path in sources():
        try:
            cache.match_cache_notebook(read(path))
        except KeyError:
            todo.append(path)
    if not todo:
        print("All notebooks are up to date.", flush=True)
        return []
    failures = []
    workers = min(len(todo), os.cpu_count() or 1)
    print(f"Executing {len(todo)} notebooks, {workers} at a time …", flush=True)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a processor for each: more threads would wait by spinning
    with ProcessPoolExecutor(workers) as pool:
        for job in as_completed([pool.submit(execute, path) for path in todo]):
            path, notebook, seconds, failure = job.result()
            print(f"  {'✗' if failure else '✓'} {path}  {seconds:.1f} s", flush=True)
            if failure:
                failures.append(failure)
            else:
                bundle = CacheBundleIn(notebook, str(path.resolve()), data={"execution_seconds": seconds})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    return failures


def render(fresh):
    """Write `_build/html`; return what went wrong, one line each."""
    doctrees = BUILD / ".doctrees"
    if fresh:
        for folder in (doctrees, BUILD / "html"):
            shutil.rmtree(folder, ignore_errors=True)
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [jupyter_book, "build", ".", "-W", "-n", "--keep-going", "-q"]
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if run.returncode == 0:
        return []
    # Sphinx reports a warning once, when it reads the page: without this a second run would pass.
    shutil.rmtree(doctrees, ignore_errors=True)
    said = re.sub(r"\x1b\[[0-9;]*m", "", run.stderr).replace(f"{Path.cwd()}/", "")
    # The "line" of a notebook is 10,000 times the number of the cell, plus the line.
    said = re.sub(r"(\.ipynb):(\d+)\d{4}:", r"\1, cell \2:", said)
    print(said, file=sys.stderr)
    warnings = [line for line in said.splitlines() if "WARNING: " in line or "ERROR: " in line]
    return warnings or ["Sphinx stopped; its message stands above"]


def main():
    start = time.perf_counter()
    failures = execute_all()
    for cell, error in failures:
        print(f"\n{cell}\n{error}", file=sys.stderr)
    if failures:
        return "\n".join(f"book: {cell}: {last_line(error)}" for cell, error in failures)
    print("Rendering the pages …", flush=True)
    if warnings := render(fresh="--fresh" in sys.argv):
        return "\n".join(f"book: {line}" for line in warnings)
    print(f"Built in {time.perf_counter() - start:.0f} s. Open _build/html/index.html, or run: make serve")


if __name__ == "__main__":
    sys.exit(main())
