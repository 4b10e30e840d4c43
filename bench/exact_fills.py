#!/usr/bin/env python3
"""Times alvor's copies of PyTorch's fills against PyTorch's own, in turns on one thread.

    bench/exact_fills.py build/release [--rounds 15] [--json]

For each draw, type and size: median microseconds of both over the rounds, PyTorch's over alvor's,
and whether the two drew the same bits from the same seed. Needs PyTorch and NumPy.
"""
import argparse
import ctypes as c
import json
import os
import statistics
import sys
import time

import torch

SIZES = (1000, 65536, 4194304)
TYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16, "f16": torch.float16}
NUMBERS = {"f32": 0, "f64": 1, "f16": 2, "bf16": 3}  # alv_dtype


def contestants(dll, rng, draw, name, n):
    """(PyTorch's call, alvor's call, its memory, PyTorch's memory)"""
    theirs = torch.empty(n, dtype=TYPES.get(name, torch.int64))
    ours, dtype = torch.empty_like(theirs), NUMBERS.get(name)
    out, count, failure = c.c_void_p(ours.data_ptr()), c.c_int64(n), c.c_void_p(0)
    x = [c.c_double(value) for value in (-0.1, 0.1, -0.2, 0.2)]

    def order():
        torch.randperm(n, out=theirs)

    calls = {
        "uniform": (lambda: theirs.uniform_(-0.1, 0.1),
                    lambda: dll.alv_compat_uniform(out, dtype, count, x[0], x[1], rng, failure)),
        "normal": (lambda: theirs.normal_(0.1, 0.2),
                   lambda: dll.alv_compat_normal(out, dtype, count, x[1], x[3], rng, failure)),
        "truncated": (lambda: torch.nn.init.trunc_normal_(theirs, 0.1, 0.2, -0.2, 0.2),
                      lambda: dll.alv_compat_truncated(out, dtype, count, x[1], x[3], x[2], x[3],
                                                       rng, failure)),
        "randperm": (order, lambda: dll.alv_compat_permutation(out, count, rng, failure)),
    }
    return *calls[draw], ours, theirs


def seconds(call, repeats):
    begin = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - begin) / repeats


def race(dll, profile, rng, draw, name, n, rounds):
    their_call, our_call, ours, theirs = contestants(dll, rng, draw, name, n)
    torch.manual_seed(42)
    dll.alv_compat_seed(rng, profile, c.c_uint64(42), None)
    their_call()
    if our_call() != 0:
        return None  # not offered
    same = torch.equal(ours.view(torch.uint8), theirs.view(torch.uint8))
    repeats = max(1, int(2e-3 / max(seconds(our_call, 1), 1e-7)))
    times = [(seconds(our_call, repeats), seconds(their_call, repeats)) for _ in range(rounds)]
    mine, its = (1e6 * statistics.median(column) for column in zip(*times))
    return {"draw": draw, "type": name, "elements": n, "alvor_us": mine, "pytorch_us": its,
            "ratio": statistics.median(b / a for a, b in times), "same_bits": same}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    dll = c.CDLL(os.path.join(os.path.abspath(options.build), "libalvor.so"))
    dll.alv_compat_find.restype = c.c_void_p
    profile = c.c_void_p(dll.alv_compat_find(b"torch"))
    rng = c.create_string_buffer(8192)  # more than an alv_compat_rng takes
    results = [race(dll, profile, rng, draw, name, n, options.rounds)
               for draw in ("uniform", "normal", "truncated", "randperm")
               for name in (TYPES if draw != "randperm" else ["i64"]) for n in SIZES]
    results = [r for r in results if r]
    if options.json:
        json.dump({"schema": "alvor.exact_fills/1", "torch": torch.__version__,
                   "results": results}, sys.stdout, indent=1)
        print()
        return 0
    print("PyTorch %s, one thread, medians of %d rounds\n" % (torch.__version__, options.rounds))
    print("%-10s %-5s %9s %11s %11s %7s  bits" % ("draw", "type", "elements", "alvor us",
                                                  "PyTorch us", "ratio"))
    for r in results:
        print("%-10s %-5s %9d %11.2f %11.2f %7.2f  %s" % (
            r["draw"], r["type"], r["elements"], r["alvor_us"], r["pytorch_us"], r["ratio"],
            "the same" if r["same_bits"] else "differ"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
