"""The same trainings in PyTorch: the data in memory, mini-batches gathered by index, no DataLoader.

    pytorch_train.py mnist DIR THREADS [SEED]     the four trainings of the original experiment
    pytorch_train.py deep THREADS                 four nets of 12 hidden layers of 100, 400 steps

Prints one line of key=value pairs, as bench-train does. Needs PyTorch and NumPy.
"""
import gzip
import sys
import time

import numpy as np
import torch
from torch import nn

BATCH = 128
SCHEMES = ("torch_default", "xavier_uniform", "he_uniform", "zeros")


def read_idx(path, header):
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def mnist(directory):
    """First 8,000 of the test images to train, last 2,000 to test, inputs in [-1, 1]."""
    x = read_idx(f"{directory}/t10k-images-idx3-ubyte.gz", 16).reshape(-1, 784)
    y = read_idx(f"{directory}/t10k-labels-idx1-ubyte.gz", 8)
    x = torch.from_numpy(x.astype(np.float32) / 127.5 - 1)
    y = torch.from_numpy(y.astype(np.int64))
    return (x[:8000], y[:8000]), (x[8000:], y[8000:])


def make_net(widths, scheme):
    layers = []
    for fan_in, fan_out in zip(widths, widths[1:]):
        layer = nn.Linear(fan_in, fan_out)
        if scheme == "xavier_uniform":
            nn.init.xavier_uniform_(layer.weight)
        elif scheme == "he_uniform":
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
        elif scheme == "zeros":
            nn.init.zeros_(layer.weight)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def train(net, x, y, epochs):
    """Mean loss of the first and of the last epoch."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    entropy = nn.CrossEntropyLoss()
    means = []
    for _ in range(epochs):
        order = torch.randperm(len(x))
        total = 0.0
        for at in range(0, len(x), BATCH):
            rows = order[at:at + BATCH]
            optimizer.zero_grad(set_to_none=True)
            loss = entropy(net(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        means.append(total / len(x))
    return means[0], means[-1]


def run(widths, train_set, test_set, epochs, seed=42):
    x, y = train_set
    train(make_net(widths, "he_uniform"), x[:4 * BATCH], y[:4 * BATCH], 1)
    torch.manual_seed(seed)
    nets = [make_net(widths, scheme) for scheme in SCHEMES]
    cpu = time.process_time()
    begin = time.perf_counter()
    losses = [train(net, x, y, epochs) for net in nets]
    seconds = time.perf_counter() - begin
    cpu = time.process_time() - cpu
    words = [f"seconds={seconds:.4f} cpu={cpu:.4f}"]
    with torch.no_grad():
        for scheme, net, (first, last) in zip(SCHEMES, nets, losses):
            hits = (net(test_set[0]).argmax(1) == test_set[1]).float().mean().item()
            words.append(f"{scheme}={first:.3f}:{last:.3f}:{hits:.3f}")
    print(*words, flush=True)


def main():
    what, *arguments = sys.argv[1:]
    if what == "mnist":
        torch.set_num_threads(int(arguments[1]))
        seed = int(arguments[2]) if len(arguments) > 2 else 42
        run((784, 256, 128, 10), *mnist(arguments[0]), 10, seed)
    else:
        torch.set_num_threads(int(arguments[0]))
        x, y = torch.rand(100 * BATCH, 2) * 2 - 1, torch.randint(3, (100 * BATCH,))
        run((2, *[100] * 12, 3), (x, y), (x, y), 4)


if __name__ == "__main__":
    main()
