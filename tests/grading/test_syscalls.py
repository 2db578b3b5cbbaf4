"""The numbers of the system calls, against the kernel's own headers."""

import re
from pathlib import Path

import pytest

from convbook.grading.sandbox import seccomp
from convbook.grading.sandbox.syscalls import NUMBERS, call

HEADERS = [
    ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", r"#define __NR_(\w+) (\d+)"),
    ("/usr/include/asm-generic/unistd.h", r"#define __NR(?:3264)?_(\w+) (\d+)"),
]


@pytest.mark.parametrize("column, header", list(enumerate(HEADERS)), ids=["x86_64", "aarch64"])
def test_the_numbers_are_the_kernels(column, header, missing):
    path, pattern = header
    if not Path(path).exists():
        missing(f"no {path}: install the kernel's headers")
    numbers = {name: int(number) for name, number in re.findall(pattern, Path(path).read_text())}
    for name, ours in NUMBERS.items():
        theirs = numbers.get(name, numbers.get({"newfstatat": "fstatat"}.get(name)))
        assert ours[column] == theirs, name


def test_an_error_has_the_kernels_words():
    with pytest.raises(OSError, match="setns: Bad file descriptor"):
        call("setns", -1, 0)


def run(code, number, *arguments, arch=None):
    """What a filter says to a call: a machine for the few instructions that we use."""
    data = {seccomp.NUMBER: number, seccomp.ARCH: arch or seccomp.ARCHITECTURE[seccomp.platform.machine()]}
    for i, argument in enumerate(arguments):
        data |= {seccomp.low(i): argument & 0xFFFFFFFF, seccomp.high(i): argument >> 32}
    at, register = 0, 0
    while True:
        what, true, false, operand = code[at]
        if what == seccomp.RETURN:
            return operand
        if what == seccomp.LOAD:
            register, true, false = data.get(operand, 0), 0, 0
        test = {
            seccomp.EQUAL: register == operand,
            seccomp.AT_LEAST: register >= operand,
            seccomp.ANY_BIT: bool(register & operand),
        }.get(what, True)
        at += 1 + (true if test else false)


def test_the_filter_lets_through_what_is_listed_and_nothing_else():
    code = seccomp.program(pid=7)
    assert len(code) < 4096
    allowed = {seccomp.number(name) for name in seccomp.ALLOWED}
    conditional = {
        seccomp.number(n)
        for n in ("clone", "clone3", "kill", "tgkill", "ioctl", "prctl", "prlimit64", "fcntl")
    }
    for number in range(1024):
        if number not in conditional:
            verdict = seccomp.ALLOW if number in allowed else seccomp.refuse(seccomp.EPERM)
            assert run(code, number) == verdict, number


def test_the_filter_looks_at_arguments():
    code = seccomp.program(pid=7)
    eperm, number = seccomp.refuse(seccomp.EPERM), seccomp.number
    assert run(code, number("kill"), 7, 9) == seccomp.ALLOW
    assert run(code, number("kill"), 8, 9) == run(code, number("kill"), 0xFFFFFFFF, 9) == eperm
    assert run(code, number("clone"), 0x3D0F00) == seccomp.ALLOW  # as the C library starts a thread
    assert run(code, number("clone"), 17) == run(code, number("clone"), 0x10000000 | 0x10000) == eperm
    assert run(code, number("clone3"), 0, 0) == seccomp.refuse(seccomp.ENOSYS)
    assert run(code, number("prlimit64"), 0, 9, 0, 1) == seccomp.ALLOW
    assert (
        run(code, number("prlimit64"), 0, 9, 1 << 40, 0)
        == run(code, number("prlimit64"), 1, 9, 0, 0)
        == eperm
    )
    assert run(code, number("prctl"), 15) == seccomp.ALLOW
    assert run(code, number("prctl"), 1) == run(code, number("prctl"), 22) == eperm
    assert run(code, number("fcntl"), 3, 1030) == run(code, number("fcntl"), 3, 4) == seccomp.ALLOW
    assert run(code, number("fcntl"), 3, 8) == run(code, number("fcntl"), 3, 15) == eperm
    assert run(code, number("ioctl"), 0, 0x5401) == seccomp.ALLOW
    assert run(code, number("ioctl"), 0, 0x5412) == eperm  # TIOCSTI: type into the terminal
    assert run(code, number("read"), arch=0x40000003) == seccomp.KILL
    if seccomp.platform.machine() == "x86_64":
        assert run(code, 0x40000000 | number("read")) == seccomp.KILL
