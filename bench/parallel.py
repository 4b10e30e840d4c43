#!/usr/bin/env python3
"""Trials side by side: how many times faster are two workers than one?

    python3 bench/parallel.py [ALVOR] [--rounds 5] [--seeds 8]

Each round runs `alvor compare` with --jobs 1, with --jobs 2, and as two processes of --jobs 1 with
half of the seeds each: the last is what the machine gives two programs that share nothing. Ratios
are medians over rounds of those within a round, so that a load which comes and goes hits all sides.
"alone" takes off what every command spends besides trials (data, run.db, report), as the same
command with one step takes it. Goal: 1.9 on two cores.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOAL = 1.9
NETS = [
    ("spirals, 100x12, batch 64", ["--hidden", "100x12", "--batch", "64"], 600),
    ("spirals, 256x4, batch 64", ["--hidden", "256x4", "--batch", "64"], 600),
    ("shapeset, 100x5, batch 10", ["--data", "shapeset", "--train", "2000", "--test", "200",
                                   "--hidden", "100x5", "--batch", "10"], 3000),
]


def command(alvor, net, jobs, seeds, first, steps, directory):
    return [alvor, "compare", *net, "--init", "he_normal", "--act", "tanh", "--steps", str(steps),
            "--seeds", str(seeds), "--seed", str(first), "--jobs", str(jobs), "--no-extra",
            "--light", "--fresh", "-q", "-o", directory]


def clock(commands):
    """Seconds until all of the commands, started together, are done."""
    start = time.monotonic()
    running = [subprocess.Popen(one, stdout=subprocess.DEVNULL) for one in commands]
    if any([one.wait() for one in running]):
        sys.exit("a command failed: " + " ".join(commands[0]))
    return time.monotonic() - start


def measure(alvor, net, steps, seeds, work):
    """Seconds of one worker, two workers, two processes; whole, and without what is no trial."""
    def sides(steps):
        def make(jobs, n, first, name):
            return command(alvor, net, jobs, n, first, steps, os.path.join(work, name))
        half = seeds // 2
        return [clock([make(1, seeds, 1, "a")]), clock([make(2, seeds, 1, "a")]),
                clock([make(1, half, 1, "a"), make(1, half, 1 + half, "b")])]
    whole, rest = sides(steps), sides(1)
    return whole, [a - b for a, b in zip(whole, rest)]


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("alvor", nargs="?", default=str(ROOT / "build/release/alvor"))
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seeds", type=int, default=8, help="trials, an even number")
    args = options.parse_args()
    cores = len(os.sched_getaffinity(0))
    if cores < 2 or args.seeds < 2 or args.seeds % 2 or args.rounds < 1:
        sys.exit(f"needs two cores (there are {cores}), an even number of seeds, a round or more")
    print(f"{cores} cores, {args.rounds} rounds, {args.seeds} trials; times faster than one worker\n")
    print(f"{'':27}{'1 worker':>9}{'2 workers':>11}{'alone':>8}{'2 processes':>13}{'alone':>8}")
    low = []
    with tempfile.TemporaryDirectory() as work:
        for name, net, steps in NETS:
            rounds = [measure(args.alvor, net, steps, args.seeds, work) for _ in range(args.rounds)]
            def ratio(part, side):
                return statistics.median(r[part][0] / r[part][side] for r in rounds)
            seconds = statistics.median(r[0][0] for r in rounds)
            print(f"{name:27}{seconds:7.2f} s{ratio(0, 1):11.2f}{ratio(1, 1):8.2f}"
                  f"{ratio(0, 2):13.2f}{ratio(1, 2):8.2f}")
            if ratio(1, 1) < GOAL:
                low.append(name)
    print(f"\ngoal {GOAL} for trials alone: " + ("missed by " + ", ".join(low) if low else "met"))


if __name__ == "__main__":
    main()
