#!/usr/bin/env python3
"""The original experiment, trained by PyTorch and by alvor on the same data: do they agree?

784-256-128-10, ReLU, batch 128, SGD 0.01, 10 epochs, inputs scaled to [-1, 1], biases as PyTorch
draws them; four initializations, ten seeds each. Training data: the first 8,000 of the 10,000
official MNIST test images; test data: the last 2,000. The two programs draw different random
numbers, so single runs differ; medians over seeds must agree within 3 combined standard errors.

    bench/agreement.py ALVOR DATA_DIR [--seeds 10] [--json]

Needs PyTorch (Debian: python3-torch and libopenblas0-pthread; without the latter its matrix products
are 25 times slower; run with /usr/bin/python3). Exits 1 if they disagree.
"""
import argparse
import gzip
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile

import numpy as np
import torch

SCHEMES = ["torch_default", "xavier_uniform", "he_uniform", "zeros"]
BRACKETS = {"torch_default": (0.85, 0.93), "xavier_uniform": (0.90, 0.95),
            "he_uniform": (0.90, 0.95), "zeros": (0.05, 0.15)}
EPOCHS, BATCH, RATE = 10, 128, 0.01


def load_idx(path):
    with gzip.open(path) as file:
        data = file.read()
    rank = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(rank)]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(directory):
    images = load_idx(os.path.join(directory, "t10k-images-idx3-ubyte.gz"))
    labels = load_idx(os.path.join(directory, "t10k-labels-idx1-ubyte.gz"))
    x = torch.from_numpy(images.reshape(len(images), -1).astype(np.float32) / 127.5 - 1)
    y = torch.from_numpy(labels.astype(np.int64))
    return x[:8000], y[:8000], x[8000:], y[8000:]


def make_net(scheme):
    layers = [torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128),
              torch.nn.ReLU(), torch.nn.Linear(128, 10)]
    for layer in layers[::2]:
        if scheme == "xavier_uniform":
            torch.nn.init.xavier_uniform_(layer.weight)
        elif scheme == "he_uniform":
            torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
        elif scheme == "zeros":
            torch.nn.init.zeros_(layer.weight)
    return torch.nn.Sequential(*layers)


def train_torch(scheme, seed, data):
    """(mean loss of the last epoch, test accuracy)"""
    x, y, x_test, y_test = data
    torch.manual_seed(seed)
    net = make_net(scheme)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        order, total = torch.randperm(len(x)), 0.0
        for first in range(0, len(x), BATCH):
            rows = order[first:first + BATCH]
            loss = torch.nn.functional.cross_entropy(net(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
    with torch.no_grad():
        accuracy = (net(x_test).argmax(1) == y_test).double().mean().item()
    return total / math.ceil(len(x) / BATCH), accuracy


def train_alvor(program, directory, seeds):
    """{scheme: [(mean loss of the last epoch, test accuracy)]}"""
    with tempfile.TemporaryDirectory() as run:
        subprocess.run([program, "compare", "--data", directory, "--model", "784-256-128-10",
                        "--act", "relu", "--init", ",".join(SCHEMES), "--bias", "torch_default",
                        "--lr", str(RATE), "--batch", str(BATCH), "--epochs", str(EPOCHS),
                        "--seeds", str(seeds), "-o", run, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        rows = sqlite3.connect(os.path.join(run, "run.db")).execute(
            "SELECT scheme, final_train_loss, final_test_accuracy FROM trial"
            " WHERE purpose = 'compare' ORDER BY scheme, seed").fetchall()
    return {s: [(loss, accuracy) for scheme, loss, accuracy in rows if scheme == s]
            for s in SCHEMES}


def median_and_error(values):
    """The median, and its standard error for a normal sample: 1.2533 s / sqrt(n)."""
    return np.median(values), 1.2533 * np.std(values, ddof=1) / math.sqrt(len(values))


def compare(ours, theirs):
    (a, sa), (b, sb) = median_and_error(ours), median_and_error(theirs)
    error = math.hypot(sa, sb)
    return {"alvor": a, "pytorch": b, "combined_error": error,
            "z": abs(a - b) / error if error > 0 else (0.0 if a == b else math.inf)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("alvor")
    parser.add_argument("data")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = load(options.data)
    ours = train_alvor(options.alvor, options.data, options.seeds)
    results, fine = [], True
    for scheme in SCHEMES:
        theirs = [train_torch(scheme, 42 + seed, data) for seed in range(options.seeds)]
        for index, what in enumerate(["final loss", "test accuracy"]):
            row = compare([r[index] for r in ours[scheme]], [r[index] for r in theirs])
            row.update(scheme=scheme, what=what, agrees=bool(row["z"] <= 3))
            if index == 1:
                low, high = BRACKETS[scheme]
                row["in_bracket"] = bool(all(low <= r[1] <= high for r in ours[scheme]))
                fine &= row["in_bracket"]
            fine &= row["agrees"]
            results.append(row)
    if options.json:
        json.dump({"schema": "alvor.agreement/1", "torch": torch.__version__, "results": results},
                  sys.stdout, indent=1)
    else:
        print(f"{'scheme':<15} {'median of':<14} {'alvor':>9} {'pytorch':>9} {'|z|':>6}")
        for r in results:
            note = "" if r.get("in_bracket", True) else "  outside its bracket"
            print(f"{r['scheme']:<15} {r['what']:<14} {r['alvor']:9.4f} {r['pytorch']:9.4f}"
                  f" {r['z']:6.2f}{'' if r['agrees'] else '  DISAGREES'}{note}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
