#!/usr/bin/env python3
"""How fast are fills beside PyTorch's and NumPy's? One process, one core, the same buffer.

    bench/peers.py [LIBALVOR.so] [--mib 256] [--rounds 7]

Each round runs every contestant once, one after the other, so that a busy machine is busy for all;
a ratio is the median over the rounds of the ratios within a round. NumPy's numbers stay in [0, 1)
or unscaled, which favours it. A contestant that is not installed is left out.
"""
import argparse
import ctypes
import statistics
import threading
import time
from pathlib import Path

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
    torch.set_num_threads(1)
except ImportError:
    torch = None

DTYPES = {"f32": (0, 4), "f64": (1, 8), "f16": (2, 2), "bf16": (3, 2)}


class Dist(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_int)] + [(n, ctypes.c_double) for n in ("mean", "std", "lo", "hi")]


class Stream(ctypes.Structure):
    _fields_ = [("key", ctypes.c_uint64), ("name", ctypes.c_uint64)]


def load(path):
    library = ctypes.CDLL(str(path))
    library.alv_stream_make.restype = Stream
    library.alv_stream_make.argtypes = [ctypes.c_uint64, ctypes.c_char_p, ctypes.c_char_p]
    library.alv_kernels_find.restype = ctypes.c_void_p
    library.alv_kernels_find.argtypes = [ctypes.c_char_p]
    library.alv_dist_fill.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int64, ctypes.c_int64,
                                      ctypes.POINTER(Dist), Stream, ctypes.c_void_p, ctypes.c_void_p]
    return library


FAMILIES = {
    "uniform": Dist(1, 0, 0, -0.1, 0.1),
    "normal": Dist(2, 0, 0.1, 0, 0),
    "truncated normal": Dist(3, 0, 0.1, -0.2, 0.2),
}


class Alvor:
    def __init__(self, library, buffer, count):
        self.core, self.buffer, self.count, self.seed = library, buffer, count, 0

    def fill(self, family, dtype="f32", isa=None, threads=1):
        kernels = self.core.alv_kernels_find(isa.encode()) if isa else None
        if isa and not kernels:
            return None
        number, size = DTYPES[dtype]
        count = min(self.count, self.count * 4 // size)
        cuts = [count * i // threads for i in range(threads + 1)]

        def part(lo, hi):
            status = self.core.alv_dist_fill(self.buffer + lo * size, number, lo, hi,
                                                FAMILIES[family], stream, kernels, None)
            assert status == 0, status

        def run():
            nonlocal stream
            self.seed += 1
            stream = self.core.alv_stream_make(self.seed, b"bench", None)
            workers = [threading.Thread(target=part, args=pair) for pair in zip(cuts[1:], cuts[2:])]
            for worker in workers:
                worker.start()
            part(cuts[0], cuts[1])
            for worker in workers:
                worker.join()
            return count
        stream = None
        return run


def torch_fill(tensor, family):
    def run():
        if family == "uniform":
            tensor.uniform_(-0.1, 0.1)
        elif family == "normal":
            tensor.normal_(0, 0.1)
        else:
            torch.nn.init.trunc_normal_(tensor, 0, 0.1, -0.2, 0.2)
        return tensor.numel()
    return run


def numpy_fill(array, family):
    rng = numpy.random.Generator(numpy.random.PCG64(1))
    if family == "truncated normal":
        return None
    draw = rng.random if family == "uniform" else rng.standard_normal

    def run():
        draw(dtype=numpy.float32, out=array)
        return array.size
    return run


def measure(contestants, rounds):
    """Nanoseconds per element, by name, a list over the rounds."""
    times = {name: [] for name in contestants}
    for _ in range(rounds + 1):
        for name, run in contestants.items():
            start = time.perf_counter()
            count = run()
            times[name].append(1e9 * (time.perf_counter() - start) / count)
    return {name: values[1:] for name, values in times.items()}  # the first round warms up


def ratio(times, slow, fast):
    return statistics.median(a / b for a, b in zip(times[slow], times[fast]))


def report(family, contestants, rounds):
    contestants = {name: run for name, run in contestants.items() if run}
    times = measure(contestants, rounds)
    for name, values in times.items():
        print("%-18s %-16s %8.3f ns/element  %7.2f times alvor's time"
              % (family, name, statistics.median(values), ratio(times, name, "alvor")))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("path", nargs="?", type=Path)
    parser.add_argument("--mib", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    found = options.path or next(root.glob("build/release/**/libalvor.so"), None)
    if not found:
        parser.error("no libalvor.so under build/release: name it")
    library, count = load(found), options.mib << 18
    buffer = ctypes.create_string_buffer(4 * count + 64)
    ctypes.memset(buffer, 1, len(buffer))
    start = -ctypes.addressof(buffer) % 64  # on a line of the cache, as PyTorch's own memory is
    address = ctypes.addressof(buffer) + start
    alvor = Alvor(library, address, count)
    view = (ctypes.c_float * count).from_buffer(buffer, start)
    array = numpy.frombuffer(view, dtype=numpy.float32) if numpy else None
    tensor = torch.from_numpy(array) if torch and numpy else None
    print("%d MiB of f32, one core; PyTorch %s, NumPy %s"
          % (options.mib, torch.__version__ if torch else "absent",
             numpy.__version__ if numpy else "absent"))
    for family in FAMILIES:
        contestants = {"alvor": alvor.fill(family)}
        for isa in ("scalar", "sse2", "avx2", "neon"):
            contestants["alvor, " + isa] = alvor.fill(family, isa=isa)
        for dtype in ("f16", "bf16", "f64"):
            contestants["alvor, " + dtype] = alvor.fill(family, dtype)
        contestants["alvor, 2 threads"] = alvor.fill(family, threads=2)
        slow = tensor is not None and family == "truncated normal"
        contestants["PyTorch"] = torch_fill(tensor, family) if tensor is not None else None
        contestants["NumPy"] = numpy_fill(array, family) if numpy else None
        report(family, contestants, min(options.rounds, 3) if slow else options.rounds)


if __name__ == "__main__":
    main()
