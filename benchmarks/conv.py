"""Measure the convolutional layer against PyTorch on the CPU: time as a ratio, and memory.

    .venv/bin/python benchmarks/conv.py
    .venv/bin/python benchmarks/conv.py --threads 2
    .venv/bin/python benchmarks/conv.py --kernels Haswell

Each peer works in a process of its own, in single precision, on the same inputs, and its answers are checked.
The peers take turns at every layer, and what counts is the median: of CPU time on one thread, of wall time on
several. Prints Markdown, after about two minutes on an idle machine.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib import metadata
from math import exp, log, prod
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

LARGE = "16→16 31×31 @64"  # goes by spectra, and is left out of a second mean
PADDED, HALVED = {"padding": 1}, {"stride": 2, "padding": 1}
TABLES = {
    "Convolution": {
        "3→64 3×3 @112": ("conv2d", [(4, 3, 112, 112), (64, 3, 3, 3)], PADDED),
        "64→64 3×3 @56": ("conv2d", [(4, 64, 56, 56), (64, 64, 3, 3)], PADDED),
        "128→128 3×3 @28": ("conv2d", [(8, 128, 28, 28), (128, 128, 3, 3)], PADDED),
        "512→512 3×3 @14": ("conv2d", [(4, 512, 14, 14), (512, 512, 3, 3)], PADDED),
        "512→512 3×3 @14, one image": ("conv2d", [(1, 512, 14, 14), (512, 512, 3, 3)], PADDED),
        "32→64 5×5 @28": ("conv2d", [(16, 32, 28, 28), (64, 32, 5, 5)], {"padding": 2}),
        "3→96 11×11 stride 4 @227": ("conv2d", [(4, 3, 227, 227), (96, 3, 11, 11)], {"stride": 4}),
        "1→32 5×5 @28": ("conv2d", [(128, 1, 28, 28), (32, 1, 5, 5)], {}),
        "32→64 5×5 @12": ("conv2d", [(128, 32, 12, 12), (64, 32, 5, 5)], {}),
        "64→64 3×3 stride 2 @56": ("conv2d", [(8, 64, 56, 56), (64, 64, 3, 3)], HALVED),
        "64→64 3×3 dilation 2 @28": (
            "conv2d",
            [(8, 64, 28, 28), (64, 64, 3, 3)],
            {"padding": 2, "dilation": 2},
        ),
        "256→128 1×1 @28": ("conv2d", [(8, 256, 28, 28), (128, 256, 1, 1)], {}),
        "128 3×3 depthwise @28": ("conv2d", [(8, 128, 28, 28), (128, 1, 3, 3)], PADDED | {"groups": 128}),
        "128→128 3×3, 4 groups @28": ("conv2d", [(8, 128, 28, 28), (128, 32, 3, 3)], PADDED | {"groups": 4}),
        LARGE: ("conv2d", [(2, 16, 64, 64), (16, 16, 31, 31)], {"padding": 15}),
    },
    "Transposed convolution": {
        "128→64 4×4 stride 2 @14": ("conv_transpose2d", [(8, 128, 14, 14), (128, 64, 4, 4)], HALVED),
        "64→3 4×4 stride 2 @32": ("conv_transpose2d", [(8, 64, 32, 32), (64, 3, 4, 4)], HALVED),
        "64→64 2×2 stride 2 @28": ("conv_transpose2d", [(8, 64, 28, 28), (64, 64, 2, 2)], {"stride": 2}),
        "21→21 16×16 stride 8 @34": ("conv_transpose2d", [(1, 21, 34, 34), (21, 21, 16, 16)], {"stride": 8}),
    },
    "Pooling": {
        "maximum 2×2 @56": ("max_pool2d", [(8, 64, 56, 56)], {"kernel_size": 2}),
        "maximum 3×3 stride 2 @56": ("max_pool2d", [(8, 64, 56, 56)], {"kernel_size": 3} | HALVED),
        "average 2×2 @56": ("avg_pool2d", [(8, 64, 56, 56)], {"kernel_size": 2}),
    },
    "LSTM": {  # input, and weights and biases of input and state
        "64→128, 32 steps of 16": ("lstm", [(32, 16, 64), (512, 64), (512, 128), 512, 512], {}),
        "256→256, 64 steps of 32": ("lstm", [(64, 32, 256), (1024, 256), (1024, 256), 1024, 1024], {}),
    },
}


# The peers: each makes forward and backward of a row, two functions that return arrays. A maximum comes with
# the places where it was, which its backward needs. The backward of an LSTM repeats the forward for all.


class Work(NamedTuple):
    forward: Callable
    backward: Callable | None
    share: float = 1  # how much of the row a call does


def inputs(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, np.float32) / np.float32(10) for shape in shapes]


def ours(name, shapes, hyper):
    from convbook.reference import conv, pool, recurrent

    if name == "lstm":

        def f(x, *weights):
            return [recurrent.lstm(x, None, *weights)[0]]

        def back(dy, x, *weights):
            dx, _, *dweights = recurrent.lstm_backward(dy, None, x, None, *weights)
            return dx, *dweights

    elif name.startswith("conv"):

        def f(x, w):
            return [getattr(conv, name)(x, w, **hyper)]

        def back(dy, x, w):
            return getattr(conv, f"{name}_backward")(dy, x, w, **hyper)[:2]

    elif name == "max_pool2d":

        def f(x):
            return pool.max_pool2d(x, return_indices=True, **hyper)

        indices = f(*inputs(*shapes))[1]

        def back(dy, x):
            return [pool.max_pool2d_backward(dy, x, indices=indices, **hyper)]

    else:

        def f(x):
            return [getattr(pool, name)(x, **hyper)]

        def back(dy, x):
            return [getattr(pool, f"{name}_backward")(dy, x, **hyper)]

    *arrays, dy = inputs(*shapes, f(*inputs(*shapes))[0].shape)
    return Work(lambda: f(*arrays), lambda: back(dy, *arrays))


def pytorch(name, shapes, hyper):
    import torch

    tensors = [torch.from_numpy(a) for a in inputs(*shapes)]
    if name == "lstm":
        lstm = torch.nn.LSTM(shapes[0][-1], shapes[2][-1])
        for parameter, value in zip(lstm.parameters(), tensors[1:], strict=True):
            parameter.data = value
        tensors[1:] = lstm.parameters()

        def f():
            return [lstm(tensors[0])[0]]

    elif name == "max_pool2d":

        def f():
            return torch.nn.functional.max_pool2d(*tensors, return_indices=True, **hyper)

    else:

        def f():
            return [getattr(torch.nn.functional, name)(*tensors, **hyper)]

    for tensor in tensors:
        tensor.requires_grad_()
    y = f()[0]
    dy = torch.from_numpy(inputs(*shapes, tuple(y.shape))[-1])

    def back():
        if name == "lstm":
            return torch.autograd.grad(f()[0], tensors, dy)
        return torch.autograd.grad(y, tensors, dy, retain_graph=True)

    return Work(torch.no_grad()(f), back)


def scipy(name, shapes, hyper):
    """`scipy.signal.correlate` of pairs of maps; a layer has many, and up to 32 stand for all."""
    from scipy.signal import correlate

    x, w = inputs(*shapes)
    p, pairs = hyper.get("padding", 0), x.shape[0] * prod(w.shape[:2])
    x = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    some = range(min(pairs, 32))

    def forward():
        return [correlate(x[0, k % x.shape[1]], w[k % len(w), 0], "valid") for k in some]

    return Work(forward, None, len(some) / pairs)


# One process for each


def work_as(peer, threads):
    """Answer questions from standard input about one row after the other."""
    if peer == "PyTorch":
        import torch

        torch.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    print(json.dumps(blas()), flush=True)
    current = None
    for line in sys.stdin:
        table, row, direction, question = json.loads(line)
        if current != (table, row):
            current, work = (table, row), PEERS[peer](*TABLES[table][row])
        f = getattr(work, direction)
        if question == "results":
            answer = [summary(a) for a in f()]
        elif question == "memory":
            answer = extra_memory(f)
        else:
            answer = seconds(f, clock) / work.share
        print(json.dumps(answer), flush=True)


PEERS = {"convbook": ours, "PyTorch": pytorch, "SciPy": scipy}


def summary(a):
    """Two numbers that tell an array from others: its norm, and a projection."""
    a = np.asarray(a, float).ravel()
    return float(np.linalg.norm(a)), float(a @ np.cos(np.arange(a.size)))


def seconds(f, clock):
    """The time of a call, after one that warms up: the mean of as many as fill 20 ms."""
    f()
    start, calls, now = clock(), 0, 0
    while calls == 0 or now - start < 0.02:
        f()
        calls, now = calls + 1, clock()
    return (now - start) / calls


def blas():
    """The version of numpy's OpenBLAS, and the kernels that it takes on this processor."""
    from threadpoolctl import threadpool_info

    found = [info for info in threadpool_info() if info["internal_api"] == "openblas"]
    return "OpenBLAS {version} with {architecture} kernels".format(**found[0]) if found else "no OpenBLAS"


def processor():
    """The name of the processor, and the widest vectors that it has."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    name = re.search("model name\\s*: (.*)", text)
    vectors = next((v for v in ("avx512f", "avx2", "avx", "asimd") if v in text.split()), "no vectors")
    return f"{name[1] if name else platform.machine()}, {vectors.upper()}"


def extra_memory(f):
    """The bytes that a call has at most besides its arguments and results."""
    tracemalloc.start()
    results = f()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak - sum(a.nbytes for a in results)


class Process:
    def __init__(self, peer, threads, kernels):
        # OpenBLAS chooses for itself, whatever the environment says, unless told by an option.
        environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")}
        if kernels:
            environment["OPENBLAS_CORETYPE"] = kernels
        for key in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[key] = str(threads)
        # Freed memory is kept, or some rows would measure how fast the system clears pages.
        environment |= {"MALLOC_MMAP_THRESHOLD_": f"{2**30}", "MALLOC_TRIM_THRESHOLD_": f"{2**32}"}
        environment["MALLOC_TOP_PAD_"] = f"{2**26}"
        command = [sys.executable, __file__, "--work-as", peer, "--threads", f"{threads}"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.blas = json.loads(self.process.stdout.readline())

    def ask(self, *question):
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


# The tables


def check(processes, *what):
    """Stop if the answers differ by more than single precision explains."""
    answers = [processes[peer].ask(*what, "results") for peer in ("convbook", "PyTorch")]
    for (norm, projection), (other_norm, other) in zip(*answers, strict=True):
        if not max(abs(norm - other_norm), abs(projection - other)) <= 1e-4 * norm:
            sys.exit(f"{what}: convbook and PyTorch differ")


def measure(processes, rounds, *what):
    """The median times of all peers, which take turns."""
    times = {peer: [] for peer in processes}
    for _ in range(rounds):
        for peer, process in processes.items():
            time.sleep(0.1)  # the threads of the peer before wait a while for work before they sleep
            times[peer].append(process.ask(*what, "time"))
    return {peer: median(t) for peer, t in times.items()}


def mean(ratios):
    """The geometric mean."""
    return exp(sum(map(log, ratios)) / len(ratios))


def print_table(processes, name, rounds):
    """Measure a table and print it row by row, and means at the end."""
    print(f"\n### {name}\n")
    directions = ("forward", "backward")
    print("| |", *(f"{d}: PyTorch, ms | ratio | extra MB |" for d in directions), "SciPy, forward |")
    print("|---|" + "--:|" * 7)
    ratios = {direction: {} for direction in directions}
    for row, (kind, _, hyper) in TABLES[name].items():
        cells = []
        for what in ((name, row, direction) for direction in directions):
            check(processes, *what)
            plain = kind == "conv2d" and not set(hyper) - {"padding"} and what[2] == "forward"
            present = {peer: p for peer, p in processes.items() if peer != "SciPy" or plain}
            times = measure(present, rounds, *what)
            ratio = ratios[what[2]][row] = times["convbook"] / times["PyTorch"]
            extra = processes["convbook"].ask(*what, "memory")
            cells += [f"{1e3 * times['PyTorch']:.2f}", f"{ratio:.2f}", f"{extra / 1e6:.1f}"]
            if what[2] == "forward":
                scipys = f"{times['SciPy'] / times['PyTorch']:.0f}" if plain else ""
        print("|", " | ".join([row, *cells, scipys]), "|", flush=True)
    print_mean("geometric mean", ratios)
    if LARGE in TABLES[name]:
        print_mean(
            "without 31×31", {d: {k: r for k, r in by.items() if k != LARGE} for d, by in ratios.items()}
        )


def print_mean(label, ratios):
    forward, backward = (mean(by_row.values()) for by_row in ratios.values())
    print(f"| **{label}** | | **{forward:.2f}** | | | **{backward:.2f}** | | |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tables", nargs="*", metavar="table", help=f"some of: {', '.join(TABLES)}")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--kernels", help="those of OpenBLAS, by name; by default it chooses")
    parser.add_argument("--work-as", choices=PEERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work_as:
        return work_as(options.work_as, options.threads)

    processes = {peer: Process(peer, options.threads, options.kernels) for peer in PEERS}
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("numpy", "torch", "scipy"))
    print(f"{processor()}, {os.cpu_count()} cores. Python {platform.python_version()}, {versions}.")
    before = os.getloadavg()[0]
    print(f"{processes['convbook'].blas}. Threads: {options.threads}.")
    for name in options.tables or TABLES:
        print_table(processes, name, options.rounds)
    print(f"\nLoad before and after: {before:.1f}, {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
