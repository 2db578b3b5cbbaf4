"""See which data sets there are, fetch them before they are needed, verify those that are here.

Files come from the folder that CONVBOOK_DATA names, where it has them, else from their publishers, once.
"""

from convbook.data.catalogue import CATALOGUE, load, names
from convbook.data.dataset import DataError
from convbook.data.folder import find
from convbook.data.published import PUBLISHED


def add_arguments(parser):
    """What `convbook data` takes."""
    actions = ", ".join(f"{name}: {function.__doc__}" for name, function in ACTIONS.items())
    parser.add_argument("action", choices=ACTIONS, help=actions)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="of a data set; all of them if none is given"
    )


def run(options):
    """Do it for each data set, and go on after a failure.

    Returns
    -------
    status : int
        For the shell: 1 if a data set failed, 2 if there is none of that name.
    """
    if unknown := [name for name in options.names if name not in names()]:
        print(f"convbook data: no data set {', '.join(unknown)}, expected some of {', '.join(names())}")
        return 2
    status = 0
    for name in options.names or names():
        try:
            said = ACTIONS[options.action](name)
        except DataError as error:
            said, status = f"failed: {error}", 1
        print(f"{name:16}  {said}", flush=True)
    return status


def show(name):
    """what there is and where"""
    if name not in PUBLISHED:
        where = "built in"
    elif _here(name):
        where = f"in {find(name)[0]}"
    else:
        where = f"to be fetched, {PUBLISHED[name].megabytes:g} MB"
    return f"{CATALOGUE[name][1]}; {where}"


def fetch(name):
    """get what is not here yet"""
    return load(name).provenance["source"]


def verify(name):
    """hold what is here against its hashes"""
    if not _here(name):
        return "not here"
    provenance = load(name).provenance
    return "\n  ".join(
        [provenance["source"], *(f"{sha}  {file}" for file, sha in provenance["sha256"].items())]
    )


def _here(name):
    """Whether a data set needs no fetching; what lies in a folder of one's own never does."""
    if name not in PUBLISHED:
        return True
    folder, own = find(name)
    return own or all((folder / file).is_file() for file in PUBLISHED[name].files)


ACTIONS = {"list": show, "fetch": fetch, "verify": verify}
