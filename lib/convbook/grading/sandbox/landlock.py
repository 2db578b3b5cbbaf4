"""Landlock: the kernel lets this process, and whatever it starts, reach only the files that are listed."""

import os
import struct

from convbook.grading.sandbox.syscalls import call

VERSION = 1  # landlock_create_ruleset: only say which ABI there is
PATH_BENEATH = 1  # landlock_add_rule: the rule is about a folder, or a file

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << i for i in range(6))
# What each ABI can forbid; what it has not heard of may not be named.
FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}  # 2 adds links between folders, 3 truncate, 5 ioctl
TCP = {4: 0b11}  # bind and connect
SCOPES = {6: 0b11}  # abstract sockets of, and signals to, processes outside
ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | 0xC000  # truncate, ioctl: all else is about folders


def abi():
    """Which version of Landlock the kernel has.

    Returns
    -------
    abi : int
        0 if none.
    """
    try:
        return call("landlock_create_ruleset", None, 0, VERSION)
    except OSError:
        return 0


def ruleset(readable=(), listable=(), writable=()):
    """Draw up what may be reached. Everything else is forbidden, and every TCP port and outside process.

    Parameters
    ----------
    readable : sequence of str
        Files that may be read, and folders in which everything may.
    listable : sequence of str
        Folders whose names may be listed, theirs and those below.
    writable : sequence of str
        Files that may be written, and folders in which anything may be made, changed and removed.

    Returns
    -------
    fd : int
        To be passed to `restrict`, here or in a child.
    """
    handled = _known(FILES)
    # struct landlock_ruleset_attr: a kernel that does not know a field takes it if it is 0
    attributes = struct.pack("=QQQ", handled, _known(TCP), _known(SCOPES))
    size = 24 if abi() >= 6 else 16 if abi() >= 4 else 8
    fd = call("landlock_create_ruleset", attributes, size, 0)
    for paths, access in (
        (readable, READ_FILE | READ_DIR),
        (listable, READ_DIR),
        (writable, handled & ~EXECUTE),
    ):
        for path in paths:
            _allow(fd, path, access & handled)
    return fd


def _known(by_abi):
    return max((mask for since, mask in by_abi.items() if since <= abi()), default=0)


def _allow(ruleset, path, access):
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            access &= ON_A_FILE
        rule = struct.pack("=Qi", access, fd)  # struct landlock_path_beneath_attr
        call("landlock_add_rule", ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)


def restrict(ruleset):
    """Submit to a ruleset, for good. Needs no-new-privileges first.

    Parameters
    ----------
    ruleset : int
    """
    call("landlock_restrict_self", ruleset, 0)
