#!/usr/bin/env python3
"""How close `alvor init PLAN` comes to what the fill and the disk allow, each by itself.

usage: whole_model.py [--alvor PATH] [--dir DIR] [--dtype TYPE] [--rounds N] [--threads N]

A Llama of a billion parameters, drawn and written three ways, in turn, N rounds: to /dev/null (the
fill alone), the same number of bytes of a constant buffer to a file with fsync (the disk alone, in
the same blocks and by as many threads), and the real thing. Prints medians and the share of the
slower of the first two that the last one reaches. Needs room for one file in DIR; deletes it.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser()
parser.add_argument("--alvor", default=str(root / "build/release/alvor"))
parser.add_argument("--dir", default=str(root / "build"))
parser.add_argument("--dtype", default="bf16")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
args = parser.parse_args()

PLAN = """preset: llama
layers: 18
width: 2048
heads: 16
kv_heads: 4
hidden: 5632
vocab: 49152
"""
BLOCK = 1 << 19


def alvor(*words):
    done = subprocess.run([args.alvor, "init", *words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout + done.stderr


def draw(plan, path):
    start = time.perf_counter()
    alvor(plan, "-o", path, "--dtype", args.dtype, "--threads", str(args.threads))
    return time.perf_counter() - start


def write(path, size):
    """Blocks of one buffer, each at its place, by all threads; then the disk has them."""
    start = time.perf_counter()
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.posix_fallocate(fd, 0, size)
    buffer = memoryview(os.urandom(BLOCK))

    def some(first):
        for at in range(first * BLOCK, size, args.threads * BLOCK):
            os.pwrite(fd, buffer[:min(BLOCK, size - at)], at)

    with concurrent.futures.ThreadPoolExecutor(args.threads) as pool:
        list(pool.map(some, range(args.threads)))
    os.fsync(fd)
    os.close(fd)
    return time.perf_counter() - start


with tempfile.TemporaryDirectory(dir=args.dir, prefix="whole-model-") as scratch:
    plan, path = os.path.join(scratch, "plan.yaml"), os.path.join(scratch, "m.safetensors")
    pathlib.Path(plan).write_text(PLAN)
    told = alvor(plan, "--dry-run", "--dtype", args.dtype)
    tensors, parameters, size = map(int, re.search(
        r"(\d+) tensors, (\d+) parameters, (\d+) bytes", told).groups())
    print(f"{parameters:,} parameters in {tensors} tensors, {size:,} bytes of {args.dtype}, "
          f"{args.threads} threads, {args.rounds} rounds")
    ways = {"fill alone, to /dev/null": [], "disk alone, with fsync": [], "alvor init": []}
    for _ in range(args.rounds):
        ways["fill alone, to /dev/null"].append(draw(plan, "/dev/null"))
        for way, measure in (("disk alone, with fsync", lambda: write(path, size)),
                             ("alvor init", lambda: draw(plan, path))):
            write(path, size)  # for nothing: a virtual machine is slow at memory unused for a while
            os.unlink(path)
            ways[way].append(measure())
            os.unlink(path)
    rates = {}
    for way, seconds in ways.items():
        rates[way] = 1e-9 * size / statistics.median(seconds)
        print(f"{way:26} {statistics.median(seconds):7.2f} s {rates[way]:7.2f} GB/s   "
              f"({min(seconds):.2f} to {max(seconds):.2f} s)")
    fill, disk, both = rates.values()
    print(f"alvor init reaches {100 * both / min(fill, disk):.0f} % of the slower of the two")
