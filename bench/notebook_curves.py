#!/usr/bin/env python3
"""The four trainings of the original notebook, by PyTorch and by `alvor compare --stream torch`.

784-256-128-10, ReLU, batch 128, SGD 0.01, 10 epochs, inputs as ToTensor and Normalize(0.5, 0.5) give
them, one seed; PyTorch's own weights, xavier_uniform_, kaiming_uniform_ and zeros_ (of the weights
alone). The PyTorch side is the notebook's loop, DataLoader included; the alvor side draws the same
numbers and rounds matrix products in its own way. Prints the mean loss of each epoch and the largest
relative difference; fails where one of the last epoch exceeds 1e-3.

    bench/notebook_curves.py ALVOR DATA_DIR [--seed 42] [--epochs 10] [--backend portable] [--json]

DATA_DIR holds MNIST in IDX files; where those of training are missing, the first 8,000 test images
train, as alvor takes them. Needs PyTorch and NumPy.
"""
import argparse
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn

SCHEMES = {"torch_default": None, "xavier_uniform": nn.init.xavier_uniform_,
           "he_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
           "zeros": nn.init.zeros_}
BATCH, RATE, MOST = 128, 0.01, 1e-3


def stream_of(version):
    """alvor's name for what this version draws; all have the same f32 uniforms and normals."""
    major, minor = (int(word) for word in version.split(".")[:2])
    if major < 2:
        return "torch@1.13"
    return "torch" if minor >= 12 else "torch@2.7"


def read_idx(path, header):
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load(directory):
    """Training images (n, 784) as the notebook's transforms give them, and labels."""
    for stem, most in (("train", None), ("t10k", 8000)):
        for end in ("", ".gz"):
            images = os.path.join(directory, "%s-images-idx3-ubyte%s" % (stem, end))
            if os.path.exists(images):
                labels = images.replace("images-idx3", "labels-idx1")
                x = torch.from_numpy(read_idx(images, 16).reshape(-1, 784)[:most].copy())
                y = torch.from_numpy(read_idx(labels, 8)[:most].astype(np.int64))
                return (x.float() / 255 - 0.5) / 0.5, y
    raise SystemExit("%s holds no MNIST" % directory)


def train_torch(initialize, x, y, seed, epochs):
    torch.manual_seed(seed)
    layers = [nn.Linear(784, 256), nn.Linear(256, 128), nn.Linear(128, 10)]
    for layer in layers:
        if initialize:
            initialize(layer.weight)
    net = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=BATCH,
                                         shuffle=True)
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.SGD(net.parameters(), lr=RATE)
    losses = []
    for _ in range(epochs):
        total = 0
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(net(images), labels)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses


def train_alvor(options, stream, steps):
    """{scheme: mean losses of the epochs}, of `steps` steps each."""
    with tempfile.TemporaryDirectory() as run:
        subprocess.run([options.alvor, "compare", "--stream", stream, "--data", options.data,
                        "--model", "784-256-128-10", "--act", "relu", "--init", ",".join(SCHEMES),
                        "--lr", str(RATE), "--batch", str(BATCH), "--epochs", str(options.epochs),
                        "--seeds", "1", "--seed", str(options.seed), "--backend", options.backend,
                        "--no-extra", "--light", "-o", run, "--quiet"],
                       check=True, stdout=subprocess.DEVNULL)
        rows = sqlite3.connect(os.path.join(run, "run.db")).execute(
            "SELECT scheme, step, train_loss FROM trial JOIN curve ON trial.id = curve.trial"
            " ORDER BY scheme, step").fetchall()
    curves = {scheme: [0.0] * options.epochs for scheme in SCHEMES}
    before = 0
    for scheme, step, loss in rows:  # a row is the mean of the steps since the one before it
        if step > 0:
            curves[scheme][(step - 1) // steps] += loss * (step - before) / steps
        before = step
    return curves


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("alvor")
    parser.add_argument("data")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--backend", default="onednn")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    x, y = load(options.data)
    stream = stream_of(torch.__version__)
    ours = train_alvor(options, stream, -(-len(x) // BATCH))
    theirs = {name: train_torch(initialize, x, y, options.seed, options.epochs)
              for name, initialize in SCHEMES.items()}
    differences = {name: [abs(a - b) / b for a, b in zip(ours[name], theirs[name])]
                   for name in SCHEMES}
    fine = all(row[-1] <= MOST for row in differences.values())
    if options.json:
        json.dump({"schema": "alvor.notebook_curves/1", "torch": torch.__version__,
                   "stream": stream, "seed": options.seed, "samples": len(x),
                   "backend": options.backend, "alvor": ours, "pytorch": theirs,
                   "largest_last": max(row[-1] for row in differences.values()),
                   "largest": max(map(max, differences.values()))}, sys.stdout, indent=1)
        print()
        return 0 if fine else 1
    print("torch %s, stream %s, seed %d, %d images, %s; mean loss of each epoch" % (
        torch.__version__, stream, options.seed, len(x), options.backend))
    for name in SCHEMES:
        print("\n%-14s %12s %12s %12s" % (name, "PyTorch", "alvor", "difference"))
        for epoch in range(options.epochs):
            print("%14d %12.7f %12.7f %12.1e" % (epoch + 1, theirs[name][epoch],
                                                 ours[name][epoch], differences[name][epoch]))
    print("\nlargest relative difference: %.1e in the last epoch, %.1e in all" % (
        max(row[-1] for row in differences.values()), max(map(max, differences.values()))))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
