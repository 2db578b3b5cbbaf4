"""The system calls a worker may make. Whatever is not listed fails with "operation not permitted".

The filter is a program of the kernel's classic BPF: it loads words of `struct seccomp_data` (the call's
number, the architecture, the arguments) into its one register, compares, and returns a verdict.
"""

import ctypes
import functools
import itertools
import platform
import struct

from convbook.grading.sandbox.syscalls import call, number

# Files: what the mounts and Landlock leave. Memory. Threads of this process. Clocks. Who am I.
# No socket, no other process, no mount, no ptrace, no key ring, no io_uring, no bpf: they are not here.
# Nor is chmod and its like, which Landlock does not see.
ALLOWED = """
read write readv writev pread64 pwrite64 preadv pwritev lseek close close_range dup dup2 dup3 flock
fstat stat lstat newfstatat statx access faccessat faccessat2 statfs fstatfs getdents64 readlink readlinkat
open openat creat getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 symlink
symlinkat truncate ftruncate fallocate fsync fdatasync fadvise64 umask copy_file_range pipe pipe2 eventfd2
poll ppoll select pselect6
mmap mprotect munmap mremap madvise brk membarrier
futex set_robust_list rseq sched_yield sched_getaffinity getcpu arch_prctl exit exit_group
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
restart_syscall pause alarm getitimer setitimer nanosleep clock_nanosleep clock_gettime clock_getres
gettimeofday time times getrusage getrlimit uname sysinfo getrandom
gettid getpid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getresuid getresgid getgroups
""".split()

NEW_THREAD = 0x00010000  # clone: CLONE_THREAD, the child shares this process
NEW_NAMESPACE = 0x7E020000  # clone: any CLONE_NEW…
# ioctl: is it a terminal, how large, how many bytes wait; block or not, close on exec or not
HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)
# fcntl: F_SETOWN, F_SETSIG, F_SETOWN_EX, F_NOTIFY, which send signals; F_SETLEASE, which makes others wait
OWNERS_AND_SIGNALS = (8, 10, 15, 1026, 1024)
THREAD_NAMES = (15, 16)  # prctl: PR_SET_NAME, PR_GET_NAME

EPERM, ENOSYS = 1, 38
KILL, ALLOW = 0x80000000, 0x7FFF0000
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_…
X32 = 0x40000000  # on x86_64, the numbers of a second set of calls begin here

# struct seccomp_data {int nr; u32 arch; u64 instruction_pointer; u64 args[6];}, little-endian
NUMBER, ARCH = 0, 4
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|…|K, BPF_RET


def low(argument):
    """Where the lower half of an argument lies."""
    return 16 + 8 * argument


def high(argument):
    """Where the upper half of an argument lies."""
    return low(argument) + 4


def refuse(error):
    """The verdict "fail with this error"."""
    return 0x00050000 | error


def program(pid):
    """The filter of a worker.

    Parameters
    ----------
    pid : int
        The worker's; it may send signals to itself.

    Returns
    -------
    instructions : list of (code, jump if true, jump if false, operand)
    """
    code = [(LOAD, 0, 0, ARCH), *_unless(EQUAL, ARCHITECTURE[platform.machine()], KILL), (LOAD, 0, 0, NUMBER)]
    if platform.machine() == "x86_64":
        code += _if(AT_LEAST, X32, KILL)
    for first, last in _ranges(sorted(number(name) for name in ALLOWED if number(name) is not None)):
        code += [(AT_LEAST, 0, 2, first), *_unless(AT_LEAST, last + 1, ALLOW)]
    code += _if(EQUAL, number("clone3"), refuse(ENOSYS))  # its flags lie in memory: the C library falls back
    code += _on(
        "clone",
        (LOAD, 0, 0, low(0)),
        *_unless(ANY_BIT, NEW_THREAD, refuse(EPERM)),
        *_if(ANY_BIT, NEW_NAMESPACE, refuse(EPERM)),
        (RETURN, 0, 0, ALLOW),
    )
    for name in ("kill", "tgkill"):
        code += _on(name, *_one_of(0, [pid]))
    code += _on("ioctl", *_one_of(1, HARMLESS_IOCTLS))
    code += _on("prctl", *_one_of(0, THREAD_NAMES))
    refused = [line for command in OWNERS_AND_SIGNALS for line in _if(EQUAL, command, refuse(EPERM))]
    code += _on("fcntl", (LOAD, 0, 0, low(1)), *refused, (RETURN, 0, 0, ALLOW))
    code += _on(  # read one's own limits: of process 0, and with no new limit
        "prlimit64",
        *(line for word in (low(0), low(2), high(2)) for line in _word_is_zero(word)),
        (RETURN, 0, 0, ALLOW),
    )
    return [*code, (RETURN, 0, 0, refuse(EPERM))]


def _ranges(numbers):
    """Neighbours, together: the kernel runs through the program once for every call there is."""
    start = numbers[0]
    for this, following in itertools.pairwise([*numbers, None]):
        if following != this + 1:
            yield start, this
            start = following


def _if(test, operand, verdict):
    return [(test, 0, 1, operand), (RETURN, 0, 0, verdict)]


def _unless(test, operand, verdict):
    return [(test, 1, 0, operand), (RETURN, 0, 0, verdict)]


def _on(name, *lines):
    """These lines for one system call only; they must end in a verdict."""
    return [(EQUAL, 0, len(lines), number(name)), *lines]


def _one_of(argument, values):
    tests = [line for value in values for line in _if(EQUAL, value, ALLOW)]
    return [(LOAD, 0, 0, low(argument)), *tests, (RETURN, 0, 0, refuse(EPERM))]


def _word_is_zero(word):
    return [(LOAD, 0, 0, word), *_unless(EQUAL, 0, refuse(EPERM))]


@functools.cache
def of_worker(pid):
    """The filter of a worker, ready to be installed; see `program`."""
    return assemble(program(pid))


def assemble(instructions):
    """A program as the kernel takes it.

    Parameters
    ----------
    instructions : list
        See `program`.

    Returns
    -------
    code : ctypes array of char
    """
    code = b"".join(struct.pack("=HBBI", *line) for line in instructions)
    return ctypes.create_string_buffer(code, len(code))


def install(code):
    """Put this process under a filter, for good. Needs no-new-privileges first.

    Parameters
    ----------
    code : ctypes array of char
        See `assemble`.
    """
    header = struct.pack("@HP", len(code) // 8, ctypes.addressof(code))  # struct sock_fprog
    set_seccomp, mode_filter = 22, 2
    call("prctl", set_seccomp, mode_filter, header, 0, 0)
