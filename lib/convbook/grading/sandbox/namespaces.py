"""A room of one's own: namespaces, and a root folder in which there is nothing but what was put there.

Two steps. The parent, which all workers are forked from, moves into a root made of read-only bind mounts, and
so do all its children. Each worker then gets its own namespaces, and its own small /tmp.
"""

import os
import struct

from convbook.grading.sandbox.syscalls import call

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x00020000,  # mounts
    0x04000000,  # host name
    0x08000000,  # System V shared memory, message queues
    0x10000000,  # user and group ids, capabilities
    0x20000000,  # process ids: when the first process dies, the kernel kills all the others
    0x40000000,  # network: the new one has not even a loopback that is up
)
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
NOSUID, NODEV, NOEXEC = 0x2, 0x4, 0x8
DETACH = 2  # umount2: now, whatever is still open
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
ATTR_RDONLY, ATTR_NOSUID = 0x1, 0x2  # mount_setattr

INNER_ID = 1000  # who an ordinary user's worker is, in its own eyes
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


def enter_for_children(proc):
    """Move into new namespaces; of process ids, it is the next child that moves, and is the first there.

    Parameters
    ----------
    proc : int
        An open /proc.
    """
    flags = NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS
    if os.getuid() == 0:
        call("unshare", flags)
    else:  # an ordinary user may do all this in a user namespace of his own
        _enter_as(os.getuid(), flags, proc)


def enter_own(proc, stranger, megabytes):
    """Move a worker into namespaces of its own, with a /tmp of its own that vanishes with it.

    Parameters
    ----------
    proc : int
        An open /proc.
    stranger : int or None
        As root, the user the worker is about to become, who then needs `enter_user_namespace`. An ordinary
        user enters a user namespace first, and so may enter the others.
    megabytes : int
        How much fits into /tmp. Nothing in it can be executed or mapped as code.
    """
    flags = NEWNS | NEWNET | NEWIPC | NEWUTS
    if stranger is None:
        _enter_as(INNER_ID, flags, proc)
        owner = ""
    else:
        call("unshare", flags)
        owner = f",uid={stranger},gid={stranger}"
    _tmpfs("/tmp", f"size={megabytes}m,nr_inodes=2k,mode=0700{owner}", NOEXEC)
    os.chdir("/tmp")


def enter_user_namespace():
    """Enter a user namespace that knows no users: the present one is nobody there, and stays nobody."""
    call("unshare", NEWUSER)


def _enter_as(inner_id, flags, proc):
    """Enter a new user namespace, in which the only user and group is the present one, and others with it."""
    uid, gid = os.getuid(), os.getgid()
    call("unshare", flags | NEWUSER)
    write(proc, "self/setgroups", "deny")  # the kernel wants it before an ordinary user maps a group
    write(proc, "self/uid_map", f"{inner_id} {uid} 1")
    write(proc, "self/gid_map", f"{inner_id} {gid} 1")


def new_pids_for_next_child():
    """Let the next child be the first process of a new pid namespace."""
    call("unshare", NEWPID)


def own_pid_namespace(proc):
    """A descriptor of the present pid namespace.

    Parameters
    ----------
    proc : int
        An open /proc.

    Returns
    -------
    fd : int
    """
    return os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=proc)


def back_to_own_pids(namespace):
    """Undo `new_pids_for_next_child`, which can be done only once otherwise.

    Parameters
    ----------
    namespace : int
        From `own_pid_namespace`.
    """
    call("setns", namespace, NEWPID)


def write(folder, path, text):
    """Write into a file below an open folder."""
    fd = os.open(path, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(fd, text.encode())
    finally:
        os.close(fd)


def build_root(readable, masked):
    """Make a new root folder of read-only bind mounts, and move there.

    Everything keeps its path, so that what was imported before and what is imported later agree.

    Parameters
    ----------
    readable : sequence of str
        Absolute paths of files and folders that shall be there.
    masked : sequence of str
        Folders inside of those that shall be empty, unless something inside is readable in its turn.
    """
    call("mount", None, b"/", None, RECURSIVE | PRIVATE, None)  # what follows is seen in here only
    os.umask(0o022)  # a worker is nobody in particular, and has to get through these folders
    root = "/proc"  # any folder will do to hang the new root on; this one is always there
    _tmpfs(root, "size=1m,mode=0755")
    for link in ("lib", "lib64", "lib32"):  # the loader looks for libraries below these, wherever they point
        if os.path.islink(f"/{link}"):
            os.symlink(os.path.relpath(os.path.realpath(f"/{link}"), "/"), f"{root}/{link}")
    for path in sorted({*readable, *masked, *DEVICES}):  # a folder comes before what lies in it
        there = os.path.exists(root + path)
        if path in masked and there:
            _tmpfs(root + path, "size=1m,mode=0755")
        elif path not in masked and not there:
            _bind(path, root + path)
    os.makedirs(f"{root}/tmp", exist_ok=True)  # where each worker mounts its own
    _read_only(root)
    os.chdir(root)
    call("pivot_root", b".", b".")  # the old root now lies on top of the new one,
    call("umount2", b".", DETACH)  # and is taken away
    os.chdir("/")


def _bind(path, target):
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o444))
    call("mount", os.fsencode(path), os.fsencode(target), None, BIND | RECURSIVE, None)


def _tmpfs(target, options, flags=0):
    call("mount", b"tmpfs", os.fsencode(target), b"tmpfs", NOSUID | NODEV | flags, options.encode())


def _read_only(root):
    # struct mount_attr: what to set, what to clear, propagation, user namespace
    attributes = struct.pack("=QQQQ", ATTR_RDONLY | ATTR_NOSUID, 0, 0, 0)
    call("mount_setattr", AT_FDCWD, os.fsencode(root), AT_RECURSIVE, attributes, len(attributes))


def drop_capabilities(keep_reading=False):
    """Give up every capability, those over the own namespaces included; nothing can bring them back.

    Parameters
    ----------
    keep_reading : bool
        Keep CAP_DAC_READ_SEARCH.
    """
    kept = 1 << 2 if keep_reading else 0
    header = struct.pack("=Ii", 0x20080522, 0)  # version 3, this process
    data = struct.pack("=6I", kept, kept, 0, 0, 0, 0)  # effective, permitted, inheritable; twice 32 bits
    call("capset", header, data)
