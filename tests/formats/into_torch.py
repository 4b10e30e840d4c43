"""A module of PyTorch, its state as safetensors, drawn by `alvor init --like` and loaded back, strictly.

usage: into_torch.py ALVOR FOLDER
"""
import json
import pathlib
import struct
import subprocess
import sys

import numpy as np
import torch
from torch import nn

alvor, folder = sys.argv[1], pathlib.Path(sys.argv[2])
NAMES = {torch.float32: "F32", torch.int64: "I64"}
TYPES = {"F32": np.float32, "I64": np.int64}


def write(path, state):
    """What the safetensors package writes, which Debian has not got."""
    header, blobs, at = {}, [], 0
    for name, tensor in state.items():
        blobs.append(tensor.contiguous().numpy().tobytes())
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(blobs[-1])]}
        at += len(blobs[-1])
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read(path):
    data = path.read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {name: torch.from_numpy(np.frombuffer(data[start + t["data_offsets"][0]:start + t["data_offsets"][1]],
                                                 TYPES[t["dtype"]]).reshape(t["shape"]).copy()) for name, t in header.items()}


modules = {
    "convolutions": nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5)),
    "transformer": nn.Sequential(nn.Embedding(50, 16), nn.TransformerEncoderLayer(16, 2, 32), nn.Linear(16, 50)),
    "lstm": nn.LSTM(6, 12, 2, bidirectional=True),
}
for name, module in modules.items():
    before = {k: v.clone() for k, v in module.state_dict().items()}
    write(folder / "module.safetensors", before)
    subprocess.run([alvor, "init", "--like", folder / "module.safetensors", "-o", folder / "drawn.safetensors"], check=True,
                   capture_output=True)
    after = read(folder / "drawn.safetensors")
    module.load_state_dict(after, strict=True)
    changed = {k for k in before if not torch.equal(before[k], after[k])}
    matrices = {k for k in before if before[k].dim() > 1}
    assert matrices <= changed, (name, matrices - changed)
    assert not [k for k in changed if "running" in k or "num_batches" in k], (name, changed)
    print(f"{name}: {len(before)} tensors loaded, {len(changed)} of them new")
