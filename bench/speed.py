#!/usr/bin/env python3
"""Times alvor's training against PyTorch's, back to back on this machine, and prints a table.

    bench/speed.py [--data DIR] [--rounds N] [--deep]

The work: the original experiment, 784-256-128-10 with ReLU, batch 128, SGD 0.01, 10 epochs of 8,000
images, four trainings (PyTorch's default weights, Xavier uniform, He uniform, zeros). Data are in
memory; probes and evaluation are off, and shown apart. --deep times four nets of 12 hidden layers
of 100 instead. Each round runs every contestant once; the table gives medians over rounds, and
ratios are medians of the ratios within a round, so that a load which comes and goes hits both sides.

Needs a python3 with PyTorch and NumPy (--python; Debian: python3-torch), and an idle machine.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BUILD = ROOT / "build/release"
SINGLE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
# Name, threads for torch.set_num_threads, environment. Debian's PyTorch multiplies with OpenBLAS,
# whose threads torch.set_num_threads does not govern: hence the second row.
TORCH = [
    ("PyTorch, 1 thread, BLAS free", 1, {}),
    ("PyTorch, 1 thread in all", 1, SINGLE),
    ("PyTorch, 2 threads, passive wait", 2, {"OMP_WAIT_POLICY": "passive"}),
]

OURS = "alvor, oneDNN, 2 trials side by side"
PAIR = "PyTorch, 2 processes of 1 thread"


def build():
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=sys.stderr)
    for target in ("bench-train", "alvor-cli"):
        subprocess.run(["cmake", "--build", BUILD, "--target", target], check=True,
                       stdout=sys.stderr)
    return BUILD / "bench/bench-train"


def read(process):
    """The key=value pairs that a contestant printed."""
    out, _ = process.communicate()
    if process.returncode != 0:
        sys.exit(f"speed.py: {process.args[0]} failed")
    return dict(word.split("=", 1) for word in out.split())


def start(command, environment=None):
    return subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, **(environment or {})})


def seconds_of(process):
    """Wall and processor seconds of the training alone."""
    pairs = read(process)
    return float(pairs["seconds"]), float(pairs["cpu"])


def side_by_side(command):
    """Two processes at once. Each does all four trainings, so half of the slower one's time."""
    both = [seconds_of(p) for p in [start(command, SINGLE) for _ in range(2)]]
    return max(wall for wall, _ in both) / 2, sum(cpu for _, cpu in both) / 2


def whole_command(work):
    """Wall time of the command that a user would type for the same trainings: it also starts, loads
    the data, probes, evaluates, judges, writes run.db and the report."""
    with tempfile.TemporaryDirectory() as directory:
        source = ["--data", work[1], "--model", "784-256-128-10"] if len(work) > 1 else \
            ["--hidden", "100x12", "--steps", "400"]
        epochs = ["--epochs", "10"] if len(work) > 1 else []
        command = [BUILD / "alvor", "compare", *source, *epochs, "--act", "relu", "--init",
                   "torch_default,xavier_uniform,he_uniform,zeros", "--bias", "torch_default",
                   "--lr", "0.01", "--batch", "128", "--seeds", "1", "--jobs", "2", "--quiet", "--no-extra",
                   "-o", f"{directory}/run"]
        begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL)
        wall, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        return float("nan"), float("nan")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def one_round(work, tool, python):
    torch = [python, HERE / "pytorch_train.py", *work]
    times = {name: seconds_of(start([*torch, threads], env)) for name, threads, env in TORCH}
    times[PAIR] = side_by_side([*torch, 1])
    alvor = read(start([tool, *work, "onednn", 2]))
    times[OURS] = float(alvor["seconds"]), float(alvor["cpu"])
    times["alvor, oneDNN, 1 thread"] = seconds_of(start([tool, *work, "onednn", 1]))
    times["alvor, portable, 2 trials side by side"] = seconds_of(
        start([tool, *work, "portable", 2]))
    times["alvor compare: load, probe, test, report too"] = whole_command(work)
    return times, (float(alvor["gflops"]), float(read(start([tool, "peak", 2]))["gflops"]))


def main():
    data = os.environ.get("ALVOR_SHARED_DATA", ROOT.parent / "shared/data")
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--data", default=Path(data) / "mnist", type=Path)
    options.add_argument("--rounds", default=5, type=int)
    options.add_argument("--deep", action="store_true")
    options.add_argument("--python", default="/usr/bin/python3")
    given = options.parse_args()
    if not given.deep and not given.data.is_dir():
        sys.exit(f"speed.py: no MNIST test images in {given.data}; give --data DIR")
    work = ["deep"] if given.deep else ["mnist", given.data]
    tool = build()
    print(f"load average at the start: {os.getloadavg()[0]:.2f} (0 on an idle machine)")
    rounds = []
    for i in range(given.rounds):
        print(f"round {i + 1} of {given.rounds}", file=sys.stderr)
        rounds.append(one_round(work, tool, given.python))
    report([times for times, _ in rounds], [rates for _, rates in rounds])


def report(times, rates):
    best = [min(t[name][0] for name, _, _ in TORCH) for t in times]
    print(f"{'four trainings, medians':46} {'seconds':>8} {'of alvor':>9} {'cpu s':>7}")
    for name in times[0]:
        wall, cpu = (statistics.median(t[name][i] for t in times) for i in (0, 1))
        ratio = statistics.median(t[name][0] / t[OURS][0] for t in times)
        print(f"{name:46} {wall:8.3f} {ratio:9.2f} {cpu:7.2f}")
    ratio = statistics.median(b / t[OURS][0] for b, t in zip(best, times))
    pair = statistics.median(t[PAIR][0] / t[OURS][0] for t in times)
    print(f"\nfaster than PyTorch's best setting: {ratio:.2f} times "
          f"(goal 2.5); than its two processes side by side: {pair:.2f} times")
    share = statistics.median(ours / peak for ours, peak in rates)
    print(f"matrix products of the training, 2 threads: {statistics.median(r[0] for r in rates):.0f}"
          f" of {statistics.median(r[1] for r in rates):.0f} GFLOP/s, {100 * share:.0f} % of the peak")


if __name__ == "__main__":
    main()
