"""What has changed that Sphinx and the cache of outputs cannot know of: read every page anew when it has."""

import hashlib
from pathlib import Path


def digest(root, *names):
    """Hash of the files with these names, and of all files in the folders among them."""
    found = hashlib.sha256()
    for path in (Path(root, name) for name in names):
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return found.hexdigest()


def of_outputs(root):
    """Besides its own code, the outputs of a notebook come from the library, results and pinned versions."""
    return digest(root, "lib/convbook", "book/results", "requirements.txt")


def of_pages(root):
    """Besides their text and outputs, pages come from our extensions, templates, styles and scripts."""
    return digest(root, "book/_ext", "book/_extra", "book/_static", "book/_templates")


def setup(app):
    app.add_config_value("digest", of_outputs(app.srcdir) + of_pages(app.srcdir), "env")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
