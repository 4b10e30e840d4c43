#!/usr/bin/env python3
"""A training step of several networks, here and in PyTorch, side by side on one thread.

    python3 bench/networks.py build/release/bench/bench-step [--rounds 3] [--seconds 1]

Each round times every network with both, one after the other, so that both meet the same machine;
the table has the medians over rounds. PyTorch runs with one thread, and so does its OpenBLAS, which
set_num_threads does not hold (OPENBLAS_NUM_THREADS=2 gives it another core); images in the faster of
its two memory formats, dense layers as torch.nn.Sequential. Plain SGD, cross-entropy, the same sizes.
The last column is the share of this core's fused multiply-adds that the products of the weights
reach by oneDNN.
"""

import argparse
import os
import re
import statistics
import subprocess
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import torch  # noqa: E402, reads it
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

# name, text here, batch, and the same in PyTorch.
NETS = [
    ("100 x 5, batch 10", "784-100x5-10 tanh", 10, ("mlp", [784] + [100] * 5 + [10])),
    ("100 x 5, batch 64", "784-100x5-10 tanh", 64, ("mlp", [784] + [100] * 5 + [10])),
    ("100 x 30, batch 10", "784-100x30-10 tanh", 10, ("mlp", [784] + [100] * 30 + [10])),
    ("100 x 30, batch 64", "784-100x30-10 tanh", 64, ("mlp", [784] + [100] * 30 + [10])),
    ("256 x 4, batch 64", "784-256x4-10 tanh", 64, ("mlp", [784] + [256] * 4 + [10])),
    ("ResNet-20, batch 32", "resnet 20 in=3x32x32 out=10", 32, ("resnet", 16)),
    ("ResNet-20 of width 8, batch 32", "resnet 20 width=8 in=1x32x32 out=10", 32, ("resnet", 8)),
    ("transformer 64 x 2, batch 32", "transformer d=64 L=2 h=4 in=32 tokens=65 out=65 gelu", 32,
     ("transformer", (64, 2, 4))),
    ("transformer 64 x 6, batch 32", "transformer d=64 L=6 h=4 in=32 tokens=65 out=65 gelu", 32,
     ("transformer", (64, 6, 4))),
    ("LSTM 64 x 1, batch 32", "lstm 64 embed=16 in=32 tokens=65 out=65", 32, ("lstm", (64, 1))),
    ("LSTM 128 x 2, batch 32", "lstm 128x2 embed=16 in=32 tokens=65 out=65", 32, ("lstm", (128, 2))),
]


def mlp(sizes):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(a, b))
        if i + 2 < len(sizes):
            layers.append(nn.Tanh())
    return nn.Sequential(*layers), (sizes[0],)


class Block(nn.Module):
    """He et al. 2015 with projections where sizes change (option B)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm1, self.norm2 = nn.BatchNorm2d(outputs), nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        z = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(z + self.shortcut(x))


def resnet(width):
    channels = 3 if width == 16 else 1
    layers = [nn.Conv2d(channels, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    inputs = width
    for stage in range(3):
        for block in range(3):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
            inputs = outputs
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10)]
    return nn.Sequential(*layers), (channels, 32, 32)


TOKENS, LENGTH = 65, 32


class TransformerBlock(nn.Module):
    """GPT-2's, its queries, keys and values from one matrix."""

    def __init__(self, d, heads):
        super().__init__()
        self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.register_buffer("later", torch.ones(LENGTH, LENGTH, dtype=torch.bool).triu(1))

    def forward(self, x):
        n, length, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(-2, -1) * (d // self.heads) ** -0.5
            found = scores.masked_fill(self.later, float("-inf")).softmax(-1) @ v
        x = x + self.out(found.transpose(1, 2).reshape(n, length, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, d, blocks, heads):
        super().__init__()
        self.embed, self.position = nn.Embedding(TOKENS, d), nn.Embedding(LENGTH, d)
        self.blocks = nn.Sequential(*[TransformerBlock(d, heads) for _ in range(blocks)])
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, TOKENS)

    def forward(self, x):
        x = self.blocks(self.embed(x) + self.position.weight)
        return self.head(self.norm(x[:, -1]))


class Lstm(nn.Module):
    def __init__(self, width, layers):
        super().__init__()
        self.embed, self.head = nn.Embedding(TOKENS, 16), nn.Linear(width, TOKENS)
        self.lstm = nn.LSTM(16, width, layers, batch_first=True)

    def forward(self, x):
        return self.head(self.lstm(self.embed(x))[0][:, -1])


def make_torch(kind, batch):
    """A network and a batch of inputs and labels."""
    if kind[0] in ("transformer", "lstm"):
        net = {"transformer": Transformer, "lstm": Lstm}[kind[0]](*kind[1])
        return (net, torch.randint(0, TOKENS, (batch, LENGTH)),
                torch.randint(0, TOKENS, (batch,)))
    net, shape = {"mlp": mlp, "resnet": resnet}[kind[0]](kind[1])
    return net, torch.randn(batch, *shape), torch.randint(0, 10, (batch,))


def time_torch(kind, batch, seconds):
    net, x, y = make_torch(kind, batch)
    formats = [torch.contiguous_format]
    if x.dim() == 4:
        formats.append(torch.channels_last)
    return min(time_format(net, x, y, form, seconds / len(formats)) for form in formats)


def time_format(net, x, y, form, seconds):
    net = net.to(memory_format=form)
    x = x.to(memory_format=form) if x.dim() == 4 else x
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    steps, start = [], time.perf_counter()
    while len(steps) < 6 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(x), y).backward()
        optimizer.step()
        steps.append(time.perf_counter() - before)
    return 1e6 * statistics.median(steps[3:])


def time_here(program, text, batch, backend, seconds):
    out = subprocess.run([program, text, str(batch), backend, str(seconds)],
                         check=True, capture_output=True, text=True).stdout
    return {key: float(value) for key, value in re.findall(r"(\w+)=([0-9.]+)", out)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--only", default="", help="networks whose name contains this")
    args = parser.parse_args()
    torch.set_num_threads(1)
    blas = os.environ["OPENBLAS_NUM_THREADS"]
    print(f"PyTorch {torch.__version__}, one thread, {blas} of OpenBLAS; microseconds a step\n")
    print(f"{'network':32} {'onednn':>9} {'portable':>9} {'PyTorch':>9}  ratio  share of peak")
    for name, text, batch, kind in NETS:
        if args.only not in name:
            continue
        times = {"onednn": [], "portable": [], "torch": []}
        shares = []
        for _ in range(args.rounds):
            for backend in ("onednn", "portable"):
                out = time_here(args.program, text, batch, backend, args.seconds)
                times[backend].append(out["median"])
                shares += [out["share"]] if backend == "onednn" else []
            times["torch"].append(time_torch(kind, batch, args.seconds))
        mid = {key: statistics.median(values) for key, values in times.items()}
        print(f"{name:32} {mid['onednn']:9.0f} {mid['portable']:9.0f} {mid['torch']:9.0f}  "
              f"{mid['torch'] / mid['onednn']:5.2f}  {statistics.median(shares):13.2f}", flush=True)


if __name__ == "__main__":
    main()
