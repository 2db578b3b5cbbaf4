"""What a worker has to be able to read: the interpreter, the system's libraries, and the allowed packages."""

import importlib.metadata
import os
import re
import sys
import sysconfig
from pathlib import Path

import convbook

LIBRARY = Path(convbook.__file__).parent
# What runs on the other side. It holds no answer.
OUR_FILES = ("exercises/answers.py", "exercises/modules.py", "exercises/systems.py", "grading/frames.py")
OUR_FILES += ("grading/sandbox/worker.py", "grading/sandbox/stubs.py")
PACKAGE_FOLDERS = ("site-packages", "dist-packages")


def surroundings(packages):
    """The files of the interpreter and of some packages.

    Parameters
    ----------
    packages : sequence of str
        Names as in `import`.

    Returns
    -------
    config : dict
        `readable`, `masked` and `path`, for `parent.Parent`.

    Raises
    ------
    ValueError
        If a package is not installed.
    """
    standard = os.path.dirname(os.__file__)
    dynamic = sysconfig.get_config_var("DESTSHARED") or os.path.join(standard, "lib-dynload")
    masked = [os.path.join(standard, folder) for folder in PACKAGE_FOLDERS]
    masked = [folder for folder in masked if os.path.isdir(folder)]
    files, folders = _files(packages)
    readable = [standard, dynamic, *_libraries(standard), *files, *(str(LIBRARY / file) for file in OUR_FILES)]
    if os.path.exists("/etc/ld.so.cache"):
        readable.append("/etc/ld.so.cache")
    return {"readable": readable, "masked": masked, "path": [standard, dynamic, *folders]}


def _libraries(standard):
    """Where the shared libraries lie: the folders of those in use, for the packages will need others."""
    in_use = {os.path.dirname(os.path.realpath(line.split()[-1])) for line in open("/proc/self/maps") if ".so" in line}
    found = []
    for folder in sorted(in_use):
        if any(part in PACKAGE_FOLDERS for part in Path(folder).parts) or folder.startswith(standard):
            continue
        found.append(folder)
    return found


def _files(packages):
    """The files of packages and of what they require, and the folders these lie in."""
    files, folders = [], []
    for distribution in _with_requirements(packages):
        site = str(distribution.locate_file(""))
        names = {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}
        files += [os.path.join(site, name) for name in sorted(names)]
        if site not in folders:
            folders.append(site)
    return files, folders


def _with_requirements(packages):
    provided = importlib.metadata.packages_distributions()
    missing = [package for package in packages if package not in provided]
    if missing:
        raise ValueError(f"sandbox: not installed: {', '.join(missing)}")
    waiting, found = [name for package in packages for name in provided[package]], {}
    while waiting:
        name = waiting.pop()
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # a requirement for another system
        if distribution.name not in found:
            found[distribution.name] = distribution
            waiting += [
                re.match(r"[\w.-]+", requirement)[0]
                for requirement in distribution.requires or ()
                if "extra ==" not in requirement
            ]
    return found.values()
