"""Notebooks that find the wire over which they are asked, and answer in their own way."""

from .entry import BOTH_RIGHT, CONVOLVE, TELLING, TOEPLITZ, Corpus

wire = Corpus()

WIRE = """
import json, stat, struct, threading, time

def sockets():
    for fd in range(3, 1024):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                yield fd
        except OSError:
            pass

(WIRE,) = sockets()

def frame(header, body=b""):
    header = header if type(header) is bytes else json.dumps(header).encode()
    return struct.pack(">IQ", len(header), len(body)) + header + body

def npy(header, data=b"", version=b"\\x01\\x00"):
    header = header.encode() + b"\\n"
    return b"\\x93NUMPY" + version + struct.pack("<H", len(header)) + header + data

def send(data):
    while data:
        try:
            data = data[os.write(WIRE, data):]
        except BlockingIOError:
            time.sleep(0.001)
"""
CRASHED = "partly: crashed 0, right 4"


def forgery(name, code, deserves=CRASHED, tells="sent what is no answer", **other):
    """Each call of toeplitz_matrix sends something of its own before it answers."""
    asked = f"def toeplitz_matrix(w, n):\n    send({code})\n    return 0"
    wire.add(name, WIRE, asked, CONVOLVE, deserves=deserves, tells=tells, **other)


for length, prefix in {
    "a header of 4 GB": 'struct.pack(">IQ", 0xFFFFFFFF, 0)',
    "arrays of 10^12 bytes": 'struct.pack(">IQ", 10, 10**12)',
    "negative lengths": 'struct.pack(">iq", -1, -1)',
    "a frame of nothing": 'struct.pack(">IQ", 0, 0)',
}.items():
    forgery(length, prefix)

for header, code in {
    "9000 lists in one another": "frame(b'[' * 9000 + b']' * 9000)",
    "half a million lists in one another": "frame(b'[' * 2**19 + b']' * 2**19)",
    "a whole number of a megabyte": "frame(b'9' * 2**20)",
    "a header that is no text": "frame(bytes(range(256)))",
    "a header that is no JSON": 'frame(b\'[true, "", "", [], ""\')',
    "a word that is not known": "frame([{'import': 'os'}, '', '', [], ''])",
    "two words at once": "frame([{'list': [], 'dict': {}}, '', '', [], ''])",
    "an array that is not there": "frame([{'array': 5}, '', '', [], ''])",
    "an array with a negative number": "frame([{'array': -1}, '', '', [], ''], npy(\"{'descr': '<f8'\"))",
    "three items": "frame([True, '', ''])",
    "no items": "frame(None)",
    "an error that is no text": "frame([0, ['x'], {'dict': {}}, [], ''])",
    "changed arguments that are no texts": "frame([0, '', '', [1, [2]], ''])",
    "points": "frame({'dict': {'points': 100, 'status': 'graded', 'seed': 0}})",
    "a linear system": "frame([{'system': [[1.0], [1.0]]}, '', '', [], ''])",
}.items():
    forgery(header, code)

NPY = "{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}"
for array, (descr, fortran, shape) in {
    "an array of 800 GB": ("<f8", False, "(100000000000,)"),
    "an array of more bytes than there are": ("<f8", False, "(99999999999999999, 99999999999999999)"),
    "an array of a negative size": ("<f8", False, "(-1,)"),
    "an array in Fortran's order": ("<f8", True, "(2, 2)"),
    "an array of objects": ("|O", False, "(1,)"),
    "an array of records": ("[('x', '<f8')]", False, "(1,)"),
    "an array of texts": ("<U5", False, "(1,)"),
    "a shape that is code": ("<f8", False, "(__import__('os')._exit(1),)"),
}.items():
    forgery(
        array,
        f"frame([{{'array': 0}}, '', '', [], ''], npy({NPY.format(descr, fortran, shape)!r}, bytes(32)))",
    )

wire.add(
    "a pickle in an array of objects",
    WIRE,
    """
    import io
    class Evil:
        def __reduce__(self):
            return open, (f"{OUTSIDE}/{MARK}", "w")
    file = io.BytesIO()
    np.save(file, np.array([Evil()], dtype=object), allow_pickle=True)
    told.append(f"a pickle of {len(file.getvalue())} bytes")
    def toeplitz_matrix(w, n):
        send(frame([{"array": 0}, "", "", [], ""], file.getvalue()))
        return 0
    """,
    TELLING,
    deserves=CRASHED,
    tells=("a pickle of \\d+ bytes", "sent what is no answer"),
)

forgery(
    "forged answers to all that is asked",
    "frame([0, '', '', [], 'forged']) * 25",
    tells="^forged$",
)
forgery(
    "values of every kind that an answer of ours would not have",
    "b''.join(frame([v, '', '', [], 'a forged value'], npy(\"{'descr': '|b1', 'fortran_order': False, 'shape': (), }\", "
    "b'\\1')) for v in ({'scalar': 0}, [[[[[[[[[[[1]]]]]]]]]]], {'list': [1, {'list': [2, 3]}]}, {'dict': {'__class__': 1}}, "
    "1e308, {'complex': [1.0, 2.0]}))",
    tells="a forged value",
)
forgery(
    "markup in every part of an answer",
    "b''.join(frame(['<script>', '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', ['<b>x</b>'], '</pre><script>']) "
    "for _ in range(25))",
    tells="<script>alert\\(1\\)</script>: <img",
)
forgery(
    "a megabyte in every part of an answer",
    "b''.join(frame(['x' * 10**5, 'y' * 10**5, 'z' * 10**5, ['u' * 9999] * 30, 'v' * 10**5]) for _ in range(25))",
    tells="^vvvvvvvvv",
)
forgery(
    "hundreds of thousands of changed arguments",
    "frame([0, '', '', [''] * 10_000, 'many']) * 25",
    tells="^many$",
)
forgery(
    "a reply that does not end",
    "struct.pack('>IQ', 2**20, 0) + b'[' * 2**24",
)
wire.add(
    "one byte at a time",
    WIRE,
    """
    def toeplitz_matrix(w, n):
        for byte in frame([0, "", "", [], ""]) * 100:
            send(bytes([byte]))
            time.sleep(0.02)
    """,
    CONVOLVE,
    deserves="partly: timed out 0, right 3",
    tells="took longer than 0.5 s",
    limits="hurried",
)
wire.add(
    "half a frame, and then the end",
    WIRE,
    "def toeplitz_matrix(w, n):\n    send(frame([0, '', '', [], ''])[:20])\n    os._exit(7)",
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process",
)
wire.add(
    "the wire is cut",
    WIRE,
    "def toeplitz_matrix(w, n):\n    os.close(WIRE)\n    return 0",
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process",
)
wire.add(
    "the wire is put into another hole",
    WIRE,
    """
    def toeplitz_matrix(w, n):
        reading, writing = os.pipe()
        os.dup2(writing, WIRE)
        return 0
    """,
    CONVOLVE,
    deserves=CRASHED,
    tells="the call ended its process",
)
wire.add(
    "answers before it is asked",
    WIRE,
    "send(frame([0, '', '', [], 'forged']) * 100)",
    TOEPLITZ,
    CONVOLVE,
    tells="code cell 3 sent what is no answer; only its definitions were kept",
)
wire.add(
    "says that all is well with the cells to come",
    WIRE,
    "send(frame([]) * 3)",
    "raise ValueError('not well at all')",
    TOEPLITZ,
    CONVOLVE,
    deserves="crashed: crashed 0, crashed 0",  # its answers to the cells are taken, one after the other, for others
    keeps_quiet="not well at all",
    tells="sent what is no answer",
)
wire.add(
    "says that there are answers where there are none",
    WIRE,
    "send(frame([]) + frame([True, True]))",
    deserves="crashed: crashed 0, crashed 0",
    tells="sent what is no answer",
)
wire.add(
    "a thread that answers later",
    WIRE,
    """
    def late():
        while True:
            time.sleep(0.002)
            send(frame([0, "", "", [], "from a thread"]))
    def convolve1d(x, w):
        threading.Thread(target=late, daemon=True).start()
        time.sleep(0.02)
        return np.convolve(x, w)
    """,
    TOEPLITZ,
    deserves="partly: right 3, crashed 0",
    tells="^from a thread$",
)
wire.add(
    "a flood of complaints about cells",
    WIRE,
    """
    send(frame(["nothing works " * 3] * 5_000) * 10 + frame([True, True]))
    os.dup2(os.pipe()[1], WIRE)
    """,
    *["pass"] * 7,
    TOEPLITZ,
    CONVOLVE,
    deserves="crashed: crashed 0, crashed 0",
    tells="code cell 7: nothing works",
)
wire.add(
    "ten thousand imports that fail",
    "\n".join(f"import a{i}" for i in range(10_000)),
    TOEPLITZ,
    CONVOLVE,
    tells="No module named 'a0'",
)
wire.add(
    "sends the wire away, or asks for another one",
    WIRE,
    """
    import array, socket
    attempt(socket.fromfd, WIRE, socket.AF_UNIX, socket.SOCK_STREAM)
    attempt(socket.socketpair)
    class Raw(socket.socket):
        def __init__(self): super().__init__(socket.AF_UNIX, socket.SOCK_STREAM, 0, os.dup(WIRE))
    def send_descriptor():
        return Raw().sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))])
    def receive_descriptor():
        return Raw().recvmsg(1, 100)
    attempt(send_descriptor)
    attempt(receive_descriptor)
    attempt(lambda: Raw().getpeername())
    attempt(lambda: Raw().getsockopt(socket.SOL_SOCKET, 17, 12))  # who is at the other end
    """,
    TOEPLITZ,
    TELLING,
    deserves=BOTH_RIGHT,
    tells=(
        "socketpair.*PermissionError",
        "send_descriptor.*PermissionError",
        "receive_descriptor.*PermissionError",
    ),
)
