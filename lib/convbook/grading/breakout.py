"""A notebook cell that tries to get out. `doctor` and the tests run it in a worker; it needs nothing of ours.

Every attempt returns what it got hold of. Where it is stopped, it raises.
"""

import ctypes
import fcntl
import mmap
import os
import platform
import signal
import socket
import subprocess
import threading

X86 = platform.machine() == "x86_64"
CALLS = {  # system calls nobody needs to solve an exercise: numbers on x86_64 and on aarch64
    "add_key": (248, 217),
    "bpf": (321, 280),
    "execveat": (322, 281),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    "mount": (165, 40),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "setns": (308, 268),
    "shmget": (29, 194),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}


def connect(port):
    """Reach a server on this machine."""
    with socket.create_connection(("127.0.0.1", int(port)), timeout=1):
        return "connected"


def unix_socket(path):
    """Reach a server by a path, or by a name without one."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path.replace("@", "\0"))
        return "connected"


def read(path):
    """Read a file."""
    with open(path, "rb") as file:
        return f"read {len(file.read(100))} bytes"


def listing(path):
    """Look into a folder."""
    return f"{len(os.listdir(path))} names"


def write(path):
    """Make a file."""
    with open(path, "w") as file:
        file.write("I was here")
    return "written"


def fill(path):
    """Write a gigabyte."""
    with open(path, "wb") as file:
        for _ in range(1024):
            file.write(bytes(1 << 20))
    return "a gigabyte written"


def many_files(folder):
    """Make ten thousand files."""
    for i in range(10_000):
        open(f"{folder}/{i}", "w").close()
    return "ten thousand files"


def memory(gigabytes):
    """Take memory, and use it."""
    taken = bytearray(int(gigabytes) << 30)
    return f"{len(taken) >> 30} GB"


def program(path):
    """Start another program."""
    return f"it ended with {subprocess.run([path]).returncode}"


def replace(path):
    """Become another program, in a child if there can be one."""
    os.execv(path, [path])


def fork(_):
    """Start another process."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "forked"


def thread(_):
    """Start a thread: this much is allowed."""
    seen = []
    worker = threading.Thread(target=seen.append, args=("a thread ran",))
    worker.start()
    worker.join()
    return seen[0]


def threads(count):
    """Start many threads."""
    stop = threading.Event()
    try:
        for _ in range(int(count)):
            threading.Thread(target=stop.wait, daemon=True).start()
    finally:
        stop.set()
    return f"{count} threads"


def send_signal(pid):
    """Send a signal to somebody else, if a harmless one."""
    os.kill(int(pid), signal.SIGCONT)
    return "sent"


def signal_to_all(_):
    """Send a signal to everybody."""
    os.kill(-1, signal.SIGCONT)
    return "sent"


def memory_of(pid):
    """Open somebody else's memory."""
    with open(f"/proc/{pid}/mem", "rb"):
        return "open"


def change_rights(path):
    """Let everybody write a file."""
    os.chmod(path, 0o666)
    return "changed"


def signal_through_a_file(pid):
    """Have the kernel send somebody a signal when there is something to read."""
    reading, _ = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, int(pid))
    return "arranged"


def environment(_):
    """Read what the grader was started with."""
    return " ".join(sorted(os.environ))


def descriptors(_):
    """Find open files and sockets besides the standard ones."""
    found = []
    for fd in range(3, 1024):
        try:
            os.fstat(fd)
        except OSError:
            continue
        found.append(str(fd))
    return " ".join(found)


def parent_process(_):
    """Learn who started this."""
    return str(os.getppid())


def package(name):
    """Import something."""
    __import__(name)
    return "imported"


def raise_limit(_):
    """Allow oneself more memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "raised"


def become_root(_):
    """Change the user."""
    os.setuid(0)
    return f"user {os.getuid()}"


def machine_code(_):
    """Map memory that can be both written and executed, from a file of one's own."""
    with open("/tmp/code", "w+b") as file:
        file.write(bytes(4096))
        file.flush()
        mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
    return "mapped"


def system_call(name):
    """Make a system call by its number."""
    ctypes.set_errno(0)
    library = ctypes.CDLL(None, use_errno=True)
    arguments = (ctypes.c_long(value) for value in (0x10000000, 0, 0, 0, 0))
    result = library.syscall(ctypes.c_long(CALLS[name][not X86]), *arguments)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return f"it returned {result}"


def foreign_system_call(_):
    """Make a 32-bit system call (getpid), which has numbers of its own. Only on x86_64."""
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20; int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return f"it returned {ctypes.CFUNCTYPE(ctypes.c_int)(address)()}"


def attempt(what, target):
    """Make one attempt; whether it succeeded, and what came of it."""
    try:
        return True, str(globals()[what](target))
    except BaseException as error:
        return False, f"{type(error).__name__}: {error}"
