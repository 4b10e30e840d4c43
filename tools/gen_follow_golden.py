#!/usr/bin/env python3
"""Writes tests/golden/follow.txt: losses of PyTorch trainings that tests/golden/test_follow.c follows.

    python3 tools/gen_follow_golden.py >tests/golden/follow.txt

A line is one training: the network's text; the scheme of the weights; that of the biases; seed; mean
loss of each epoch. The data are whole numbers by a formula, the same in the test.
"""
import platform

import torch
from torch import nn

SAMPLES, SIDE, CLASSES, BATCH, EPOCHS, RATE = 200, 8, 3, 32, 5, 0.1


def data():
    i = torch.arange(SAMPLES).reshape(-1, 1)
    j = torch.arange(SIDE * SIDE).reshape(1, -1)
    x = (i * 131 + j * 71 + i * j * 13) % 128 + 64 * ((j + i % CLASSES) % CLASSES == 0)
    return x.float() / 128 - 0.75, torch.arange(SAMPLES) % CLASSES


def mlp(act):
    return nn.Sequential(nn.Linear(64, 16), act(), nn.Linear(16, 8), act(), nn.Linear(8, 3))


def conv():
    return nn.Sequential(nn.Unflatten(1, (1, SIDE, SIDE)),
                         nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(),
                         nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))


NETWORKS = {"mlp 64-16-8-3 relu": lambda: mlp(nn.ReLU), "mlp 64-16-8-3 tanh": lambda: mlp(nn.Tanh),
            "conv 4,8 relu": conv}
SCHEMES = {"torch_default": lambda w: w,
           "zeros": nn.init.zeros_,
           "constant(0.25)": lambda w: nn.init.constant_(w, 0.25),
           "xavier_uniform": nn.init.xavier_uniform_,
           "xavier_normal": nn.init.xavier_normal_,
           "he_uniform": lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"),
           "he_normal": lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu"),
           "normal(std=0.1)": lambda w: nn.init.normal_(w, 0, 0.1),
           "trunc_normal_abs(std=0.1, a=-0.2, b=0.2)": lambda w: nn.init.trunc_normal_(w, 0, 0.1, -0.2, 0.2)}
CASES = ([("mlp 64-16-8-3 relu", scheme, "torch_default", 42) for scheme in SCHEMES] +
         [("mlp 64-16-8-3 relu", "he_normal", "zeros", 2 ** 40 + 7),
          ("mlp 64-16-8-3 relu", "zeros", "constant(0.25)", 0),
          ("mlp 64-16-8-3 tanh", "xavier_uniform", "torch_default", 1),
          ("conv 4,8 relu", "torch_default", "torch_default", 42),
          ("conv 4,8 relu", "he_normal", "zeros", 1)])


def train(network, weights, biases, seed):
    torch.manual_seed(seed)
    net = NETWORKS[network]()
    for layer in net:
        if hasattr(layer, "weight"):
            SCHEMES[weights](layer.weight.data)
            SCHEMES[biases](layer.bias.data)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*data()), batch_size=BATCH,
                                         shuffle=True)
    optimizer = torch.optim.SGD(net.parameters(), lr=RATE)
    for _ in range(EPOCHS):
        total = 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(net(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        yield total / len(loader)


def main():
    torch.set_num_threads(1)
    print(f"# PyTorch {torch.__version__} on {platform.machine()}, "
          f"{torch.backends.cpu.get_cpu_capability()}; made by tools/gen_follow_golden.py")
    for case in CASES:
        print(*case, " ".join(f"{loss:.7f}" for loss in train(*case)), sep="; ")


if __name__ == "__main__":
    main()
