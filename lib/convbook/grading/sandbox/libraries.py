"""The system's shared libraries, which packages need."""

from pathlib import Path


def shared_libraries(standard):
    """The folders of the shared libraries that this process uses: there lie those that packages will need.

    Where the standard library lies below, it is the shared libraries alone, one by one: besides it there may
    be packages that are not allowed.

    Parameters
    ----------
    standard : str
        The folder of the standard library.

    Returns
    -------
    paths : list of str
    """
    standard = Path(standard).resolve()
    lines = [line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines()]
    in_use = {Path(line[5]).resolve() for line in lines if len(line) == 6 and ".so" in line[5]}
    paths = []
    for folder in sorted({path.parent for path in in_use if not path.is_relative_to(standard)}):
        below = standard.is_relative_to(folder)
        paths += map(str, folder.glob("*.so*")) if below else [str(folder)]
    return paths
