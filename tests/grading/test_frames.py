"""The wire: what is sent comes back, and no bytes whatever do harm."""

import io
import json
import math
import pickle
import socket
import struct
import threading
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays, scalar_dtypes

from convbook.exercises.systems import LinearSystem
from convbook.grading.frames import DTYPES, PREFIX, Channel, FrameError, pack, unpack

numbers = st.floats() | st.integers(-(10**30), 10**30) | st.complex_numbers() | st.booleans()
dtypes = scalar_dtypes().filter(lambda dtype: dtype.newbyteorder("<").str in DTYPES)
ndarrays = dtypes.flatmap(lambda dtype: arrays(dtype, st.lists(st.integers(0, 4), max_size=4).map(tuple)))
systems = st.builds(
    LinearSystem, st.lists(st.floats(-9, 9)).map(tuple), st.lists(st.floats(-9, 9)).map(tuple)
)
leaves = st.none() | numbers | st.text(st.characters(exclude_categories=["Cs"])) | ndarrays | systems
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def split(frame):
    """The header and the body of a frame."""
    header, body = PREFIX.unpack_from(frame)
    assert len(frame) == PREFIX.size + header + body
    return frame[PREFIX.size : PREFIX.size + header], frame[PREFIX.size + header :]


def same(a, b):
    """Equal in kind and to the last bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return (a.dtype.newbyteorder("="), a.shape) == (b.dtype, b.shape) and a.astype(
            b.dtype
        ).tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b or repr(a) == repr(b)  # NaN


@given(values)
def test_what_is_sent_comes_back(value):
    assert same(value, unpack(*split(pack(value))))


@given(dtypes)
def test_a_numpy_scalar_comes_back_as_one(dtype):
    value = np.ones((), dtype)[()]
    assert (
        same(value, unpack(*split(pack(value))))
        or value.dtype.newbyteorder("=") == unpack(*split(pack(value))).dtype
    )


def test_orders_of_memory_do_not_matter():
    a = np.arange(12.0).reshape(3, 4)
    for view in (a.T, a[::-1, ::2], np.asfortranarray(a), a.astype(">f8")):
        assert np.array_equal(unpack(*split(pack(view))), view)


def test_what_arrives_is_what_numpy_saves():
    header, body = split(pack(np.arange(6.0).reshape(2, 3)))
    assert header == b'{"array":0}'
    assert np.array_equal(np.load(io.BytesIO(body), allow_pickle=False), np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        b"bytes",
        np.array([object()]),
        np.array(["a"]),
        np.array(["2020-01-01"], "M8[D]"),
        np.ma.array([1.0]),
        pytest.param(10**5000, id="5000 digits"),
        lambda: 1,
    ],
)
def test_other_things_cannot_be_sent(value):
    with pytest.raises(FrameError, match="cannot be sent"):
        pack(value)


def test_a_list_in_itself_cannot_be_sent():
    endless = []
    endless.append(endless)
    with pytest.raises(FrameError):
        pack(endless)


@given(st.binary(), st.binary())
def test_no_bytes_do_harm(header, body):
    try:
        unpack(header, body)
    except FrameError:
        pass


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["array", "scalar", "list", "dict", "complex", "system", "x"]), inner
        )
    ),
)


@given(json_values, st.sampled_from([b"", split(pack(np.ones(3)))[1], split(pack(np.float32(1)))[1] * 2]))
def test_no_header_does_harm(simple, body):
    try:
        unpack(json.dumps(simple).encode(), body)
    except FrameError:
        pass


def channel_of(sock):
    channel = Channel(sock.fileno())
    channel.allowance = 1 << 16
    return channel


@given(values, st.data())
def test_no_damaged_frame_does_harm(value, data):
    frame = bytearray(pack(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame)))
        frame[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(frame)
        theirs.shutdown(socket.SHUT_WR)
        try:
            channel_of(ours).receive(time.monotonic() + 1)
        except (FrameError, ConnectionError):
            pass


def npy(header, data=b""):
    """An `.npy` file with any header."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def described(descr, shape, order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()


@pytest.mark.parametrize(
    "body",
    [
        npy(described("'<f8'", "(100000000000,)")),  # 800 GB
        npy(described("'<f8'", "(999999999999999999, 999999999999999999)"), bytes(80)),
        npy(described("'<f8'", "(-1,)"), bytes(8)),
        npy(described("'<f8'", "(2,)"), bytes(15)),  # a byte too few
        npy(described("'|O'", "(1,)"), pickle.dumps([1])),
        npy(described("'<U1'", "(1,)"), b"a\0\0\0"),
        npy(described("'<M8[D]'", "(1,)"), bytes(8)),
        npy(described("'|V8'", "(1,)"), bytes(8)),
        npy(described("[('a', '<f8')]", "(1,)"), bytes(8)),
        npy(described("'<f8'", "(1,)", "True"), bytes(8)),
        npy(described("'>f8'", "(1,)"), bytes(8)),
        npy(described("'<f8'", "(1, " + "1, " * 40 + ")"), bytes(8)),
        npy(described("'<f8'", "(" + "1, " * 9000 + ")"), bytes(8)),
        npy(described("__import__('os')", "(1,)"), bytes(8)),
        b"\x93NUMPY\x02\x00" + struct.pack("<I", 70) + described("'<f8'", "(1,)") + bytes(8),
        b"\x93NUMPY\x01\x00",
        b"\x93NUMPY\x01\x00\xff\xff",
        npy(described("'<f8'", "(1,)"), bytes(9)),  # something behind it
        pickle.dumps(np.ones(3)),
    ],
)
def test_arrays_that_are_refused_before_anything_is_allocated(body):
    tracemalloc.start()
    try:
        with pytest.raises(FrameError):
            unpack(b'{"array":0}', body)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_size_of_zero_beside_a_huge_one():
    body = npy(described("'<f8'", "(0, 999999999999999999, 999999999999999999)"))
    try:
        assert unpack(b'{"array":0}', body).size == 0
    except FrameError:
        pass


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 9000 + b"]" * 9000,
        b"[" * 100_000,
        b'{"list":[' * 20 + b"]}" * 20,
        b"1" * 5000,
        b'{"array":0,"list":[]}',
        b'{"array":1}',
        b'{"array":-1}',
        b'{"array":"0"}',
        b'{"pickle":"x"}',
        b'{"system":[["a"],[]]}',
        b'{"scalar":0}',
        b"{}",
        b"\xff\xfe",
        b"",
    ],
)
def test_headers_that_are_refused(header):
    with pytest.raises(FrameError):
        unpack(header, split(pack(np.ones(2)))[1])


def test_half_a_character_becomes_a_question_mark():
    assert unpack(b'"\\ud800"', b"") == "?"
    unpack(b'{"dict":{"\\udfff":1}}', b"").popitem()[0].encode()


def test_numbers_that_are_none():
    assert math.isnan(unpack(b"NaN", b"")) and unpack(b"-Infinity", b"") == -math.inf


@pytest.fixture
def wire():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield channel_of(ours), theirs


def test_frames_one_after_the_other(wire):
    channel, theirs = wire
    theirs.sendall(pack(1) + pack((2.5, np.ones(3))) + pack("x"))
    assert [channel.receive(), channel.receive()[0], channel.receive()] == [1, 2.5, "x"]
    assert channel.silent
    theirs.sendall(b"?")
    assert not channel.silent


@pytest.mark.parametrize("sizes", [(1 << 31, 0), (10, 1 << 32), (10, (1 << 64) - 1), (0xFFFFFFFF, 0)])
def test_lengths_are_refused_before_anything_is_read(wire, sizes):
    channel, theirs = wire
    theirs.sendall(PREFIX.pack(*sizes))
    with pytest.raises(FrameError, match="a frame of"):
        channel.receive(time.monotonic() + 5)


def test_a_body_too_large(wire):
    channel, theirs = wire
    theirs.sendall(pack(np.zeros(8200))[:100])
    with pytest.raises(FrameError, match="a frame of"):
        channel.receive(time.monotonic() + 5)


def test_bodies_too_large_together(wire):
    channel, theirs = wire
    theirs.sendall(pack(np.zeros(4000)) * 2 + pack(np.zeros(4000))[:100])
    assert channel.receive().size == channel.receive().size == 4000
    with pytest.raises(FrameError, match="a frame of"):
        channel.receive(time.monotonic() + 5)


@pytest.mark.parametrize("part", [0, 3, PREFIX.size, -1])
def test_half_a_frame_is_not_waited_for_beyond_the_deadline(wire, part):
    channel, theirs = wire
    theirs.sendall(pack(np.ones(3))[:part])
    with pytest.raises(TimeoutError):
        channel.receive(time.monotonic() + 0.05)


def test_one_byte_at_a_time_is_not_in_time(wire):
    channel, theirs = wire
    frame, stop = pack(np.ones(3)), threading.Event()

    def drip():
        for i in range(len(frame) - 1):
            theirs.send(frame[i : i + 1])
            if stop.wait(0.02):
                return

    thread = threading.Thread(target=drip)
    thread.start()
    with pytest.raises(TimeoutError):
        channel.receive(time.monotonic() + 0.2)
    stop.set()
    thread.join()


def test_an_endless_reply_is_not_read_to_its_end(wire):
    channel, theirs = wire
    theirs.setblocking(False)
    theirs.send(PREFIX.pack(1 << 20, 1 << 16))
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            try:
                theirs.send(b"[" * 4096)
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:
                return

    thread = threading.Thread(target=flood)
    thread.start()
    with pytest.raises(FrameError):  # as much as the lengths said, and that is no JSON
        channel.receive(time.monotonic() + 20)
    stop.set()
    thread.join()


def test_who_does_not_listen_is_not_waited_for(wire):
    channel, _ = wire
    with pytest.raises(TimeoutError):
        channel.send(bytes(1 << 22), time.monotonic() + 0.05)


def test_who_is_gone(wire):
    channel, theirs = wire
    theirs.close()
    with pytest.raises(ConnectionError):
        channel.receive()
    with pytest.raises(ConnectionError):
        channel.send(pack(1))
