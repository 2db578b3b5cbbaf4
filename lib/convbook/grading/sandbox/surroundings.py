"""What a worker has to be able to read: the interpreter, and the allowed packages with what they require."""

import os
import re
import stat
import sysconfig
from importlib import metadata
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[2]
# What runs on the other side, and holds no answer.
OUR_FILES = [
    *(LIBRARY / "exercises" / name for name in ("answers.py", "modules.py", "systems.py")),
    *(LIBRARY / "grading" / name for name in ("frames.py", "sandbox/worker.py", "sandbox/stubs.py")),
]
PACKAGES = ("site-packages", "dist-packages")  # what a folder with packages is called


def surroundings(packages):
    """The files of the interpreter and of some packages.

    Parameters
    ----------
    packages : sequence of str
        Names as in `import`.

    Returns
    -------
    surroundings : dict
        readable : files and folders that are needed;
        masked : folders inside of these that must be hidden;
        path : the future `sys.path`;
        closed : whether some of them can be reached by root only.

    Raises
    ------
    ValueError
        If a package is not installed; the message names it.
    """
    standard = Path(os.__file__).parent
    dynamic = Path(sysconfig.get_config_var("DESTSHARED") or standard / "lib-dynload")
    masked = [standard / name for name in PACKAGES if (standard / name).is_dir()]
    files, folders = package_files(packages)
    readable = [standard, dynamic, Path("/etc/ld.so.cache"), *files, *OUR_FILES]
    readable = [path for path in readable if path.exists()]
    return {
        "readable": list(map(str, readable)),
        "masked": list(map(str, masked)),
        "path": [str(standard), str(dynamic), *map(str, folders)],
        "closed": any(is_closed(path) for path in readable),
    }


def package_files(packages):
    """The files of packages and of all that they require, and the folders in which to look for them."""
    files, folders = [], []
    for distribution in with_requirements(packages):
        folder = Path(distribution.locate_file(""))
        tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
        if not tops:  # a system's package does not list its files
            tops = set((distribution.read_text("top_level.txt") or distribution.name).split())
        files += [folder / top for top in sorted(tops)]
        if folder not in folders:
            folders.append(folder)
    return files, folders


def with_requirements(packages):
    """The distributions that packages come from, and the installed ones among those they require in turn."""
    waiting = [name for package in packages for name in distributions_of(package)]
    found = {}
    while waiting:
        name = waiting.pop()
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # a requirement for another system, or an optional one
        if distribution.name not in found:
            found[distribution.name] = distribution
            wanted = [line for line in distribution.requires or () if "extra ==" not in line]
            waiting += [re.match(r"[\w.-]+", line)[0] for line in wanted]
    return list(found.values())


def distributions_of(package):
    """What has to be installed for a package to be imported; mostly it has the same name."""
    try:
        metadata.distribution(package)
        return [package]
    except metadata.PackageNotFoundError:
        provided = metadata.packages_distributions()
    if package not in provided:
        raise ValueError(f"sandbox: the package {package!r}, which students may import, is not installed")
    return provided[package]


def is_closed(path):
    """Whether a folder above is one that not everybody may enter."""
    return any(not parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
