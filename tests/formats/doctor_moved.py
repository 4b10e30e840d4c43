"""What is moved, weighed and laid over, predicted against what the doctor itself measures, in many networks drawn anew.

usage: doctor_moved.py ALVOR FOLDER DRAWS

A row that all tokens get, class tokens, gains of units, channels side by side, queries at some positions only, gates of
channels: constants and choices of a file that are no layers. Prints and asserts as doctor_sequences.py does, and that
nothing is critical.
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

import doctor_tally
from doctor_sequences import Net

alvor, folder, draws = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
WIDTH = 16


def model(n, y, shape, kind=TensorProto.FLOAT):
    info = helper.make_tensor_value_info
    graph = helper.make_graph(n.nodes, "g", [info("x", kind, shape)], [info(y, 1, None)], n.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def norm(n, x, name, d):
    return n.add("LayerNormalization", x, n.put(f"{name}.weight", np.ones(d)), n.put(f"{name}.bias", np.zeros(d)), axis=-1)


def attend(n, x, y, name, heads):
    """Of x to y, written out."""
    d = heads * WIDTH
    split = n.put(f"{name}.split", [0, -1, heads, WIDTH], np.int64)
    q, k, v = (n.add("Reshape", n.linear(x if c == "q" else y, f"{name}.{c}", d, d), split) for c in "qkv")
    q, v = (n.add("Transpose", t, perm=[0, 2, 1, 3]) for t in (q, v))
    s = n.add("Div", n.add("MatMul", q, n.add("Transpose", k, perm=[0, 2, 3, 1])), n.put(f"{name}.root", math.sqrt(WIDTH)))
    a = n.add("Transpose", n.add("MatMul", n.add("Softmax", s, axis=-1), v), perm=[0, 2, 1, 3])
    return n.linear(n.add("Reshape", a, n.put(f"{name}.merged", [0, -1, d], np.int64)), f"{name}.o", d, d)


def first_of(n, x):
    return n.add("Gather", x, n.put("first", 0, np.int64), axis=1)


def sizes(rng):
    heads = int(rng.integers(2, 5))
    return heads, heads * WIDTH, int(rng.integers(6, 30))


def row(rng, read="all", blocks=1):
    """Tokens, to all of which one row is added, as that of BERT's first kind is."""
    n, (heads, d, length) = Net(rng), sizes(rng)
    x = norm(n, n.add("Add", n.embed(d), n.normal("kind", (1, 1, d), 1)), "first", d)
    for i in range(blocks):
        x = norm(n, n.add("Add", x, attend(n, x, x, f"a{i}", heads)), f"n{i}", d)
    return model(n, n.linear(first_of(n, x) if read == "first" else x, "head", d, 10), ["N", length], TensorProto.INT64)


def classified(rng):
    """A class token before features; what it has become is read."""
    n, (heads, d, length) = Net(rng), sizes(rng)
    x = n.linear("x", "patch", 24, d)
    shape = n.add("Concat", n.add("Slice", n.add("Shape", x), n.put("lo", [0], np.int64), n.put("hi", [1], np.int64)),
                  n.put("rest", [1, d], np.int64), axis=0)
    token = n.add("Expand", n.normal("token", (1, 1, d), 1), shape)
    x = n.add("Concat", token, x, axis=1)
    x = n.add("Add", x, attend(n, norm(n, x, "first", d), n.nodes[-1].output[0], "a", heads))
    return model(n, n.linear(first_of(n, norm(n, x, "second", d)), "head", d, 10), ["N", length, 24])


def scaled(rng):
    """Branches that end in small gains of units."""
    n, (heads, d, length) = Net(rng), sizes(rng)
    x = n.linear("x", "patch", 24, d)
    for i in range(3):
        h = norm(n, x, f"n{i}", d)
        h = n.linear(n.add("Relu", n.linear(h, f"up{i}", d, 2 * d)), f"down{i}", 2 * d, d)
        x = n.add("Add", x, n.add("Mul", h, n.put(f"gain{i}", rng.uniform(0, 0.3, d))))
    return model(n, n.linear(norm(n, x, "last", d), "head", d, 10), ["N", length, 24])


def side_by_side(rng):
    """Units of several layers, of unlike sizes, as one signal."""
    n, d = Net(rng), int(rng.integers(20, 60))
    x, width = n.linear("x", "first", 12, d), d
    for i in range(3):
        h = n.add("Relu", n.linear(x, f"layer{i}", width, d))
        x, width = n.add("Concat", x, n.add("Mul", h, n.put(f"times{i}", 2.0)), axis=-1), width + d
    return model(n, n.linear(x, "head", width, 10), ["N", 12])


def crossed(rng):
    """Queries at every third position."""
    n, (heads, d, length) = Net(rng), sizes(rng)
    x = n.linear("x", "first", 24, d)
    q = n.add("Slice", x, *(n.put(f"s{i}", [v], np.int64) for i, v in enumerate((0, 1 << 40, 1, 3))))
    return model(n, n.linear(n.add("Add", q, attend(n, q, n.add("Tanh", x), "a", heads)), "head", d, 10), ["N", length, 24])


def excited(rng):
    """Channels, each times a gate that sees the mean of the image."""
    n, c = Net(rng), int(rng.integers(16, 40))
    x = n.add("Conv", "x", n.normal("a", (c, 3, 3, 3), 1 / 27), pads=[1] * 4)
    x = n.add("Relu", x)
    m = n.add("Flatten", n.add("GlobalAveragePool", x))
    g = n.add("Sigmoid", n.linear(n.add("Relu", n.linear(m, "down", c, c // 2)), "up", c // 2, c))
    g = n.add("Unsqueeze", g, n.put("axes", [2, 3], np.int64))
    x = n.add("Relu", n.add("Conv", n.add("Mul", x, g), n.normal("b", (c, c, 3, 3), 2 / 9 / c), pads=[1] * 4))
    return model(n, n.linear(n.add("Flatten", n.add("GlobalAveragePool", x)), "head", c, 10), ["N", 3, 10, 10])


KINDS = {"a row for all": row, "a row for all, the first read": lambda rng: row(rng, "first"),
         "a row for all, six blocks": lambda rng: row(rng, "first", 6), "class token": classified,
         "gains of units": scaled, "side by side": side_by_side, "queries at some": crossed, "gates of channels": excited}


def main():
    failed, every = [], []
    for number, (kind, make) in enumerate(KINDS.items()):
        rows = {}
        for draw in range(draws):
            onnx.save(make(np.random.default_rng([number, draw])), folder / "moved.onnx")
            done = subprocess.run([alvor, "doctor", str(folder / "moved.onnx"), "--json"], capture_output=True, text=True)
            assert done.returncode == 0, (kind, draw, done.stdout, done.stderr)  # they are healthy
            told = json.loads(done.stdout)
            assert told["measured"]["ran"], (kind, told["measured"])
            doctor_tally.gather(rows, told["layers"])
        last = list(rows)[-1]
        inside, logs = doctor_tally.tell(kind, rows)
        for name, (signal, gradient) in logs.items():
            if name != last and abs(gradient) > math.log(4 / 3):
                failed.append(f"{kind}: {name} is {math.exp(gradient):.2f} of what is told")
        every += [r for rs in rows.values() for r in rs]
    doctor_tally.conclude(every, failed)


if __name__ == "__main__":
    main()
