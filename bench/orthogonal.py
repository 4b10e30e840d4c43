#!/usr/bin/env python3
"""Times orthogonal weights against torch.nn.init.orthogonal_, back to back, and prints ratios.

    bench/orthogonal.py [--rounds N] [--python PYTHON]

Each round runs every contestant once, each in a process of its own that draws once to warm up and
keeps the best of three draws; ratios are medians over rounds of those within a round, so that a
load which comes and goes hits both sides. Needs a python3 with PyTorch, on OpenBLAS: with the
reference LAPACK it is no peer.
"""
import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHAPES = [(2048, 2048), (4096, 1024), (1024, 4096), (512, 512)]
TORCH = """
import sys, time, torch
rows, columns, threads = map(int, sys.argv[1:])
torch.set_num_threads(threads)
w = torch.empty(rows, columns)
torch.nn.init.orthogonal_(w)
for _ in range(3):
    start = time.perf_counter()
    torch.nn.init.orthogonal_(w)
    print(time.perf_counter() - start)
"""


def best(command, environment=None):
    done = subprocess.run([str(c) for c in command], env={**os.environ, **(environment or {})},
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"orthogonal.py: {command[0]} failed: {done.stderr}")
    return min(float(line) for line in done.stdout.split())


def one_round(python, shape):
    times = {}
    for threads in (1, 2):
        limits = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
        times["PyTorch", threads] = best([python, "-c", TORCH, *shape, threads], limits)
        times["alvor", threads] = best(
            [ROOT / "build/release/bench/bench-orthogonal", *shape, threads, 3])
    return times


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--rounds", default=5, type=int)
    options.add_argument("--python", default="/usr/bin/python3")
    given = options.parse_args()
    print(f"load average at the start: {os.getloadavg()[0]:.2f} (0 on an idle machine)")
    print(f"{'rows x columns, threads':26} {'PyTorch s':>10} {'alvor s':>9} {'ratio':>6}")
    for shape in SHAPES:
        rounds = [one_round(given.python, shape) for _ in range(given.rounds)]
        for threads in (1, 2):
            peer, ours = ([r[name, threads] for r in rounds] for name in ("PyTorch", "alvor"))
            ratio = statistics.median(p / o for p, o in zip(peer, ours))
            print(f"{f'{shape[0]} x {shape[1]}, {threads}':26} {statistics.median(peer):10.4f} "
                  f"{statistics.median(ours):9.4f} {ratio:6.2f}")


if __name__ == "__main__":
    main()
