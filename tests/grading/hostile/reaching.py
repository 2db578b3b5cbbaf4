"""Notebooks that reach out: to files, servers, other processes, the kernel."""

from .entry import TELLING, TOEPLITZ, Corpus

reaching = Corpus()

DENIED = "(FileNotFoundError|PermissionError|OSError: \\[Errno (30|18|38)\\])"


def attempts(name, code, **other):
    """A cell full of attempts; both answers are right, one tells what came of them."""
    reaching.add(name, code, TOEPLITZ, TELLING, **other)


attempts(
    "reads what belongs to others",
    """
    for path in (f"{OUTSIDE}/grades.csv", f"{OUTSIDE}/bob.ipynb", f"{OUTSIDE}/seed", "/etc/passwd", "/etc/shadow",
                 "/root/.bash_history", "/proc/version", "/sys/kernel/notes", "/dev/mem", "/dev/kmsg", "/dev/tty"):
        attempt(open, path)
    for path in (OUTSIDE, "/home", "/proc", "/sys"):
        attempt(os.listdir, path)
    attempt(os.open, OUTSIDE, os.O_RDONLY | os.O_DIRECTORY)
    attempt(os.readlink, "/proc/self/exe")
    """,
    tells=(
        f"grades.csv.*{DENIED}",
        f"/etc/passwd.*{DENIED}",
        f"listdir.*/proc.*{DENIED}",
        f"/dev/mem.*{DENIED}",
    ),
    keeps_quiet=("-> <_io", "-> \\[", "-> \\d"),
    unguarded=("grades.csv.* -> <_io", "/etc/passwd.* -> <_io", "listdir.*/proc.* -> \\["),
)

attempts(
    "goes round: links, parents, descriptors of folders",
    """
    os.chdir("/")
    attempt(os.symlink, f"{OUTSIDE}/grades.csv", f"/tmp/{MARK}-link")
    attempt(open, f"/tmp/{MARK}-link")
    attempt(os.link, f"{OUTSIDE}/grades.csv", f"/tmp/{MARK}-hard")
    attempt(open, f"../../../..{OUTSIDE}/grades.csv")
    attempt(open, f"/proc/self/root{OUTSIDE}/grades.csv")
    attempt(open, f"//{OUTSIDE}//grades.csv")
    attempt(os.open, "/", os.O_RDONLY | os.O_DIRECTORY)
    for fd in range(64):
        attempt(lambda: os.open(f"{OUTSIDE}/grades.csv".lstrip("/"), os.O_RDONLY, dir_fd=fd))
    attempt(os.chroot, "/tmp")
    attempt(os.fchdir, 0)
    """,
    tells=(
        f"hostile-link.*{DENIED}",
        f"hostile-hard.*{DENIED}",
        f"\\.\\./\\.\\..*{DENIED}",
        "chroot.*PermissionError",
    ),
    keeps_quiet="-> <_io",
    unguarded="\\.\\./\\.\\..* -> <_io",
)

attempts(
    "writes wherever it can",
    """
    def write(path):
        with open(path, "w") as file:
            return file.write("I was here")
    for folder in (OUTSIDE, "/", "/etc", "/var/tmp", "/dev/shm", "/run", "/home", "/root", PACKAGES, f"{PACKAGES}/numpy",
                   LIBRARY, os.path.dirname(os.__file__), os.path.dirname(sys.executable) or "/usr/bin", GRADER):
        attempt(write, f"{folder}/{MARK}")
    attempt(write, f"{OUTSIDE}/grades.csv")
    attempt(write, f"/proc/{GRADER}/comm")
    attempt(write, f"/proc/{GRADER}/oom_score_adj")
    attempt(write, np.__file__)
    attempt(write, os.__file__)
    attempt(os.mkdir, f"{OUTSIDE}/{MARK}")
    attempt(os.mkfifo, f"{OUTSIDE}/{MARK}")
    attempt(os.mknod, f"{OUTSIDE}/{MARK}")
    """,
    tells=(f"grades.csv.*{DENIED}", f"/dev/shm.*{DENIED}", f"numpy.*{DENIED}", "mkfifo.*PermissionError"),
    keeps_quiet="write.* -> 10",
)

attempts(
    "changes files without writing into them",
    """
    grades = f"{OUTSIDE}/grades.csv"
    attempt(os.chmod, grades, 0)
    attempt(os.chmod, OUTSIDE, 0)
    attempt(os.utime, grades, (0, 0))
    attempt(os.truncate, grades, 0)
    attempt(os.remove, grades)
    attempt(os.rename, grades, f"{OUTSIDE}/{MARK}")
    attempt(os.replace, f"{OUTSIDE}/seed", grades)
    attempt(os.rmdir, OUTSIDE)
    attempt(os.chown, grades, 0, 0)
    attempt(os.setxattr, grades, "user.x", b"x")
    attempt(os.open, grades, os.O_RDWR | os.O_TRUNC)
    attempt(os.open, grades, os.O_WRONLY | os.O_APPEND)
    """,
    tells=(
        f"chmod.*{DENIED}",
        f"utime.*{DENIED}",
        f"truncate.*{DENIED}",
        f"remove.*{DENIED}",
        f"rename.*{DENIED}",
    ),
    keeps_quiet="-> (None|\\d)",
    unguarded=("chmod.* -> None", "truncate.* -> None", "remove.* -> None"),
)

attempts(
    "reaches servers",
    """
    import socket, urllib.request
    attempt(socket.create_connection, ("127.0.0.1", PORT), 1)
    attempt(socket.create_connection, ("::1", PORT), 1)
    def datagram():
        return socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", DATAGRAMS))
    attempt(datagram)
    attempt(socket.getaddrinfo, "localhost.", 80, 0, socket.SOCK_STREAM)
    attempt(socket.gethostbyname, "convbook.invalid")
    attempt(urllib.request.urlopen, f"http://127.0.0.1:{PORT}", None, 1)
    def unix(path):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect(path)
    attempt(unix, SOCKET)
    attempt(unix, NAME)
    for family, kind in ((socket.AF_INET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_PACKET, 3),
                         (socket.AF_VSOCK, 1), (38, 5)):
        attempt(socket.socket, family, kind)
    def listen():
        return socket.create_server(("127.0.0.1", 0)).getsockname()
    attempt(listen)
    """,
    tells=(
        "create_connection.*PermissionError",
        "datagram.*PermissionError",
        "unix.*class-.*PermissionError",
        "listen.*PermissionError",
        "urlopen.*Operation not permitted",
        "gethostbyname.*(gaierror|PermissionError)",
    ),
    keeps_quiet="-> (<socket|\\d|None)",
    unguarded=(
        "create_connection.* -> <socket",
        "datagram.* -> 1",
        "unix.*class-.* -> None",
        "unix.*hostile.* -> None",
    ),
)

attempts(
    "does something to other processes",
    """
    import ctypes, resource, signal
    for pid in (VICTIM, GRADER, os.getppid(), -1, 0, 1, 2):
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT):
            if pid not in (0, 1, os.getpid()):
                attempt(os.kill, pid, number)
    attempt(os.killpg, VICTIM, signal.SIGKILL)
    attempt(os.setpriority, os.PRIO_PROCESS, GRADER, 19)
    attempt(os.sched_setaffinity, GRADER, {0})
    attempt(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))
    attempt(resource.prlimit, VICTIM, resource.RLIMIT_CPU, (0, 0))
    attempt(os.pidfd_open, VICTIM)
    attempt(os.setpgid, 0, 0)
    attempt(os.waitpid, -1, os.WNOHANG)
    for pid in (VICTIM, GRADER, os.getppid()):
        attempt(open, f"/proc/{pid}/mem", "r+b")
        attempt(os.open, f"/proc/{pid}/fd/0", os.O_RDWR)
    """,
    tells=(
        "kill.*PermissionError",
        "setpriority.*PermissionError",
        "pidfd_open.*PermissionError",
        f"mem.*{DENIED}",
    ),
    keeps_quiet="-> (None|\\d)",
)

attempts(
    "has the kernel send signals for it",
    """
    import fcntl, signal, struct, time
    F_SETSIG, F_SETOWN_EX = 10, 15
    for pid in (VICTIM, GRADER):
        reading, writing = os.pipe()
        attempt(fcntl.fcntl, reading, fcntl.F_SETOWN, pid)
        attempt(fcntl.fcntl, reading, F_SETOWN_EX, struct.pack("ii", 1, pid))
        attempt(fcntl.fcntl, reading, F_SETSIG, signal.SIGKILL)
        attempt(fcntl.fcntl, reading, fcntl.F_SETFL, os.O_ASYNC)
        os.write(writing, b"now")
        attempt(fcntl.fcntl, reading, 1024, fcntl.F_WRLCK)  # a lease
    attempt(fcntl.ioctl, reading, 0x8901, struct.pack("i", VICTIM))  # FIOSETOWN
    attempt(fcntl.ioctl, 0, 0x5412, b"x")  # TIOCSTI: type into the terminal
    """,
    tells=("fcntl.*PermissionError", "ioctl.*0x8901|ioctl.*35073.*(PermissionError|OSError)"),
    keeps_quiet="fcntl\\(\\d+, (8|15), .*-> (0|b')",
)

CALLS = """
import ctypes, platform
X86 = platform.machine() == "x86_64"
libc = ctypes.CDLL(None, use_errno=True)
def system_call(x86, arm, *arguments):
    "0 or more if it went through, minus the error if not."
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(x86 if X86 else arm), *(ctypes.c_long(a) for a in arguments))
    return result if result != -1 else -ctypes.get_errno()
"""
NAMES = {  # numbers on x86_64 and aarch64, arguments
    "unshare(user)": (272, 97, 0x10000000), "unshare(mounts)": (272, 97, 0x20000), "setns": (308, 268, 0, 0),
    "mount": (165, 40, 0, 0, 0, 0, 0), "umount2": (166, 39, 0, 2), "pivot_root": (155, 41, 0, 0), "chroot": (161, 51, 0),
    "fsopen": (430, 430, 0, 0), "move_mount": (429, 429, 0, 0, 0, 0, 0), "open_tree": (428, 428, -100, 0, 1),
    "mount_setattr": (442, 442, -100, 0, 0, 0, 0), "name_to_handle_at": (303, 264, -100, 0, 0, 0, 0),
    "open_by_handle_at": (304, 265, -100, 0, 0), "ptrace": (101, 117, 0, 0, 0, 0), "process_vm_readv": (310, 270, 1, 0, 0, 0, 0, 0),
    "process_vm_writev": (311, 271, 1, 0, 0, 0, 0, 0), "kcmp": (312, 272, 1, 1, 0, 0, 0), "pidfd_open": (434, 434, 1, 0),
    "pidfd_getfd": (438, 438, 0, 0, 0), "pidfd_send_signal": (424, 424, 0, 9, 0, 0), "tkill": (200, 130, 1, 9),
    "rt_sigqueueinfo": (129, 138, 1, 9, 0), "io_uring_setup": (425, 425, 1, 0), "io_uring_register": (427, 427, 0, 0, 0, 0),
    "bpf": (321, 280, 0, 0, 0), "perf_event_open": (298, 241, 0, 0, -1, -1, 0), "userfaultfd": (323, 282, 0),
    "memfd_create": (319, 279, 0, 0), "memfd_secret": (447, 447, 0), "execve": (59, 221, 0, 0, 0), "execveat": (322, 281, -100, 0, 0, 0, 0),
    "clone(nothing shared)": (56, 220, 17, 0, 0, 0, 0), "clone3": (435, 435, 0, 0), "keyctl": (250, 219, 0, 0, 0, 0, 0),
    "add_key": (248, 217, 0, 0, 0, 0, 0), "request_key": (249, 218, 0, 0, 0, 0), "shmget": (29, 194, 0, 4096, 0o1600),
    "semget": (64, 190, 0, 1, 0o1600), "msgget": (68, 186, 0, 0o1600), "mq_open": (240, 180, 0, 0, 0, 0), "socket": (41, 198, 2, 1, 0),
    "socketpair": (53, 199, 1, 1, 0, 0), "sendmsg": (46, 211, 0, 0, 0), "connect": (42, 203, 0, 0, 0), "setuid": (105, 146, 0),
    "setgid": (106, 144, 0), "setgroups": (116, 159, 0, 0), "capset": (126, 91, 0, 0), "personality": (135, 92, 0x40000),
    "setsid": (112, 157), "setrlimit": (160, 164, 9, 0), "prlimit64(others)": (302, 261, 1, 9, 0, 0), "acct": (163, 89, 0),
    "reboot": (169, 142, 0, 0, 0, 0), "kexec_load": (246, 104, 0, 0, 0, 0), "init_module": (175, 105, 0, 0, 0), "syslog": (103, 116, 3, 0, 0),
    "swapon": (167, 224, 0, 0), "settimeofday": (164, 170, 0, 0), "clock_settime": (227, 112, 0, 0), "sethostname": (170, 161, 0, 0),
    "fanotify_init": (300, 262, 0, 0), "inotify_init1": (294, 26, 0), "seccomp(strict)": (317, 277, 0, 0, 0),
    "prctl(dumpable)": (157, 167, 4, 1, 0, 0, 0), "prctl(no death signal)": (157, 167, 1, 0, 0, 0, 0), "prctl(securebits)": (157, 167, 28, 0, 0, 0, 0),
    "prctl(no_new_privs)": (157, 167, 38, 0, 0, 0, 0), "landlock_create_ruleset": (444, 444, 0, 0, 1), "landlock_restrict_self": (446, 446, 0, 0),
    "splice": (275, 76, 0, 0, 0, 0, 0, 0), "vmsplice": (278, 75, 0, 0, 0, 0), "sendfile": (40, 71, 0, 0, 0, 0), "ioperm": (173, 500, 0, 1, 1),
    "iopl": (172, 500, 3), "modify_ldt": (154, 500, 0, 0, 0), "quotactl": (179, 60, 0, 0, 0, 0), "lookup_dcookie": (212, 18, 0, 0, 0),
    "mbind": (237, 235, 0, 0, 0, 0, 0, 0), "migrate_pages": (256, 238, 1, 0, 0, 0), "process_madvise": (440, 440, 0, 0, 0, 0, 0),
    "statmount": (457, 457, 0, 0, 0, 0), "listmount": (458, 458, 0, 0, 0, 0),
}  # fmt: skip

attempts(
    "calls the kernel by numbers",
    f"{CALLS}\nfor name, numbers in {NAMES!r}.items():\n    told.append(f'{{name}}: {{system_call(*numbers)}}')",
    tells=tuple(
        f"^{name}: -(1|38)$".replace("(", "\\(", 1).replace(")", "\\)", 1)
        if "(" in name
        else f"^{name}: -(1|38)$"
        for name in NAMES
    ),
)

reaching.add(
    "calls the kernel by the numbers of another kind of machine",
    """
    import ctypes, mmap
    def foreign():
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, 20; int 0x80; ret: getpid of 32 bits
        return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    def toeplitz_matrix(w, n):
        return foreign()
    """,
    "def convolve1d(x, w):\n    import ctypes\n    ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 + 39))\n    return x",
    deserves="crashed: crashed 0, crashed 0",
    tells="the call ended its process \\(signal 31\\)",  # SIGSYS
)

attempts(
    "starts something",
    """
    import multiprocessing, subprocess
    attempt(os.fork)
    attempt(os.forkpty)
    attempt(os.posix_spawn, "/bin/true", ["true"], {})
    attempt(os.system, "true")
    attempt(subprocess.run, ["/bin/true"])
    attempt(os.execv, "/bin/true", ["true"])
    attempt(multiprocessing.Pool, 2)
    attempt(os.setsid)
    def daemon():
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                while True: pass
    attempt(daemon)
    """,
    tells=(
        "fork\\(\\) -> PermissionError",
        "forkpty.*(PermissionError|FileNotFoundError)",
        "posix_spawn.*(PermissionError|FileNotFoundError)",
        "system.* -> -1|system.*32512",
        "subprocess|run.*(PermissionError|FileNotFoundError)",
        "execv.*(PermissionError|FileNotFoundError)",
        "Pool.*(PermissionError|OSError|FileNotFoundError)",
        "setsid.*PermissionError",
        "daemon.*PermissionError",
    ),
)

attempts(
    "turns off what guards it",
    """
    import ctypes, resource, signal
    attempt(resource.setrlimit, resource.RLIMIT_AS, (-1, -1))
    attempt(resource.setrlimit, resource.RLIMIT_NOFILE, (10**6, 10**6))
    attempt(os.setuid, 0)
    attempt(os.seteuid, 0)
    attempt(os.setgroups, [0])
    attempt(os.nice, -5)
    told.append(f"the user is {os.getuid()}, {os.geteuid()}")
    told.append(f"descriptors: {[fd for fd in range(1024) if os.path.exists(f'/dev/fd/{fd}')]}")
    """,
    tells=("setrlimit.*(ValueError|PermissionError)", "setuid.*PermissionError", "the user is [1-9]"),
    keeps_quiet="-> None",
)

attempts(
    "closes and reopens its standard streams",
    """
    sys.stdout.close()
    sys.stderr = None
    for fd in (0, 1, 2):
        os.close(fd)
    attempt(os.write, 1, b"x")
    sys.stdin = sys.stdout = sys.stderr = open("/dev/null", "r+")
    """,
    tells="write.*OSError: \\[Errno 9\\]",
)
