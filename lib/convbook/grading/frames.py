"""The wire between the grader and a worker: a frame is two lengths, a header in JSON, and arrays as `.npy`.

What comes from a worker is hostile until decoded. Lengths are checked before anything is read, sizes before
anything is allocated, and nothing is ever unpickled.
"""

import functools
import json
import math
import os
import re
import select
import struct
import time

import numpy as np

from convbook.exercises.systems import LinearSystem

PREFIX = struct.Struct(">IQ")  # the bytes of the header, the bytes of the arrays
LARGEST_HEADER = 1 << 20
LARGEST_NPY_HEADER = 1 << 10
HELD_SECONDS = 0.1  # how long a worker may hold answers back, so that they travel together
DEEPEST = 16  # nested values
MOST_DIMENSIONS = 32
DTYPES = {
    f"{order}{kind}"
    for order, kinds in {"|": ("b1", "i1", "u1"), "<": "i2 i4 i8 u2 u4 u8 f2 f4 f8 c8 c16".split()}.items()
    for kind in kinds
}
NPY = re.compile(
    rb"\{'descr': '([<|][biufc]\d{1,2})', 'fortran_order': False, "
    rb"'shape': \(((?:\d{1,18}, ?)*\d{0,18})\), \} *\n"
)
NPY_MAGIC = b"\x93NUMPY\x01\x00"
JSON = json.JSONEncoder(separators=(",", ":"))


class FrameError(ValueError):
    """What came is no frame, or says what a frame may not say."""


def pack(value):
    """Turn a value into a frame.

    Parameters
    ----------
    value : plain value
        None, bool, int, float, complex, str, ndarray of numbers, numpy scalar, `LinearSystem`; tuples, lists
        and dicts (with texts as keys) of these.

    Returns
    -------
    frame : bytes

    Raises
    ------
    FrameError
        If it is anything else.
    """
    arrays = []
    try:
        header = JSON.encode(_simplify(value, arrays)).encode()
    except FrameError:
        raise
    except (ValueError, RecursionError) as error:  # 5000 digits, or a list that contains itself
        raise FrameError(f"cannot be sent: {error}") from error
    body = b"".join(arrays)
    return PREFIX.pack(len(header), len(body)) + header + body


def _simplify(value, arrays):
    """As JSON; arrays are put aside, and everything that JSON has no word for becomes `{word: …}`."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind is tuple:
        return [_simplify(item, arrays) for item in value]
    if kind is np.ndarray:
        arrays.append(_npy(value))
        return {"array": len(arrays) - 1}
    if kind is dict:
        return {"dict": {str(key): _simplify(item, arrays) for key, item in value.items()}}
    if kind is list:
        return {"list": [_simplify(item, arrays) for item in value]}
    if kind is complex:
        return {"complex": [value.real, value.imag]}
    if kind is LinearSystem:
        return {"system": [list(value.forward), list(value.feedback)]}
    if isinstance(value, np.generic):
        arrays.append(_npy(np.asarray(value)))
        return {"scalar": len(arrays) - 1}
    raise FrameError(f"a {kind.__name__} cannot be sent")


def _npy(array):
    """An array of numbers as the bytes of an `.npy` file, in C's order."""
    dtype = array.dtype if array.dtype.isnative else array.dtype.newbyteorder("=")
    return _npy_header(dtype, array.shape) + array.astype(dtype, copy=False).tobytes()


@functools.lru_cache(maxsize=1024)
def _npy_header(dtype, shape):
    if dtype.str not in DTYPES:
        raise FrameError(f"an array of dtype {dtype} cannot be sent")
    header = f"{{'descr': '{dtype.str}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(NPY_MAGIC) + 2 + len(header) + 1) % 64) + b"\n"
    return NPY_MAGIC + struct.pack("<H", len(header)) + header


def unpack(header, body):
    """The value in a frame.

    Parameters
    ----------
    header, body : bytes

    Returns
    -------
    value : plain value
        Arrays are views into `body`, not to be written to.

    Raises
    ------
    FrameError
        If anything is wrong with it; no other exception, whatever the bytes.
    """
    try:
        simple = json.loads(header.decode())
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is no JSON: {type(error).__name__}") from error
    arrays = _arrays(body)
    return _rebuild(simple, arrays, DEEPEST)


def _rebuild(simple, arrays, depth):
    if depth == 0:
        raise FrameError(f"nested deeper than {DEEPEST}")
    kind = type(simple)
    if kind is list:
        return tuple([_rebuild(item, arrays, depth - 1) for item in simple])
    if kind is str:
        return _text(simple)
    if kind is not dict:
        return simple
    if len(simple) != 1:
        raise FrameError("an object in the header has one word")
    ((word, content),) = simple.items()
    match word, content:
        case "array", int(i) if 0 <= i < len(arrays):
            return arrays[i]
        case "scalar", int(i) if 0 <= i < len(arrays) and arrays[i].ndim == 0:
            return arrays[i][()]
        case "list", list():
            return [_rebuild(item, arrays, depth - 1) for item in content]
        case "dict", dict():
            return {_text(key): _rebuild(item, arrays, depth - 1) for key, item in content.items()}
        case "complex", [float(real), float(imag)]:
            return complex(real, imag)
        case "system", [list(forward), list(feedback)] if _numbers(forward) and _numbers(feedback):
            return LinearSystem(tuple(forward), tuple(feedback))
    raise FrameError(f"the header says {word[:20]!r}")


def _text(text):
    """Without half characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _numbers(items):
    return all(type(item) in (int, float) for item in items)


def _arrays(body):
    """All the arrays that lie one behind the other; every size is checked against what is there."""
    arrays, start = [], 0
    while start < len(body):
        if not body.startswith(NPY_MAGIC, start) or len(body) < start + 10:
            raise FrameError("no .npy")
        data = start + 10 + int.from_bytes(body[start + 8 : start + 10], "little")
        dtype, shape, count = _read_npy_header(body[start + 10 : data])
        end = data + count * dtype.itemsize
        if end > len(body):
            raise FrameError(f"an array of shape {shape} in {len(body) - data} bytes")
        try:
            arrays.append(np.frombuffer(body, dtype, count, data).reshape(shape))
        except ValueError as error:  # a size of 0 beside one that numpy cannot count
            raise FrameError(f"an array of shape {shape}") from error
        start = end
    return arrays


@functools.lru_cache(maxsize=1024)
def _read_npy_header(header):
    """The dtype, the shape and the number of entries that an `.npy` header promises."""
    found = len(header) <= LARGEST_NPY_HEADER and NPY.fullmatch(header)
    if not found or found[1].decode() not in DTYPES:
        raise FrameError("an .npy header that is not ours")
    shape = tuple(int(n) for n in found[2].split(b",") if n.strip())
    if len(shape) > MOST_DIMENSIONS:
        raise FrameError(f"an array of {len(shape)} dimensions")
    return np.dtype(found[1].decode()), shape, math.prod(shape)


class Channel:
    """Frames to and from the other side, over a socket. It never waits beyond a deadline.

    Parameters
    ----------
    fd : int
        A connected stream socket.
    trusted : bool
        Whether the other side is; then there is no limit to what is taken from it.

    Attributes
    ----------
    allowance : int
        How many bytes of arrays are still taken from a side that is not trusted.
    """

    def __init__(self, fd, trusted=False):
        self._fd, self._trusted, self.allowance = fd, trusted, 0
        self._pending = bytearray()
        os.set_blocking(fd, False)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(fd, select.POLLIN)
        self._writable.register(fd, select.POLLOUT)

    @property
    def silent(self):
        """Whether nothing has come that was not asked for."""
        return not self._pending and not self._readable.poll(0)

    def send(self, frame, deadline=math.inf):
        """Send a frame.

        Parameters
        ----------
        frame : bytes
            From `pack`.
        deadline : float
            Of `time.monotonic`.

        Raises
        ------
        TimeoutError
            If the other side does not take it in time.
        ConnectionError
            If there is no other side any more.
        """
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[os.write(self._fd, rest) :]
            except BlockingIOError:
                _wait(self._writable, deadline)

    def receive(self, deadline=math.inf):
        """Wait for a frame, and decode it.

        Parameters
        ----------
        deadline : float
            Of `time.monotonic`.

        Returns
        -------
        value : plain value

        Raises
        ------
        TimeoutError
            If it has not come completely in time.
        ConnectionError
            If there is no other side any more.
        FrameError
            If it is not well formed, or too large; there is no going on after that.
        """
        self._fill(PREFIX.size, deadline)
        header_size, body_size = PREFIX.unpack_from(self._pending)
        if not self._trusted:
            if header_size > LARGEST_HEADER or body_size > self.allowance:
                raise FrameError(f"a frame of {header_size} + {body_size} bytes")
            self.allowance -= body_size
        start, end = PREFIX.size + header_size, PREFIX.size + header_size + body_size
        self._fill(end, deadline)
        header, body = bytes(self._pending[PREFIX.size : start]), bytes(self._pending[start:end])
        del self._pending[:end]
        return unpack(header, body)

    def _fill(self, size, deadline):
        while len(self._pending) < size:
            try:
                data = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                _wait(self._readable, deadline)
                continue
            if not data:
                raise ConnectionResetError("the other side is gone")
            self._pending += data
            if time.monotonic() > deadline:  # one byte at a time is no answer in time
                raise TimeoutError


def _wait(poll, deadline):
    rest = deadline - time.monotonic()
    if rest <= 0 or not poll.poll(None if rest == math.inf else math.ceil(1000 * rest)):
        raise TimeoutError
