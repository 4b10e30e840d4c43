"""Gradients of sequences, predicted against what the doctor itself measures, in many networks drawn anew.

usage: doctor_sequences.py ALVOR FOLDER DRAWS

LSTMs as PyTorch draws them, with a forget gate of 1, stacked, read at the last step and at all; attention over few
positions and many, of one block and of three, causal and not. Each draw has another length, width and vocabulary.
Prints, of each weight of each kind, the mean of log(measured / predicted) of signal and gradient and the share inside the intervals;
asserts a share of 0.9 of all signals and of all gradients, of each kind's gradients too from 20 draws on (the layers of
one network miss together), and that the mean of the gradients' logarithm is no more than a third off. The measured
gradients are the engine's, which finite differences test (tests/unit).
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import doctor_tally

alvor, folder, draws = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])


class Net:
    def __init__(self, rng):
        self.rng, self.nodes, self.weights = rng, [], []
        self.tokens = int(40 * 2 ** rng.uniform(0, 5))

    def add(self, op, *inputs, outputs=1, domain="", **attributes):
        names = [f"v{len(self.nodes)}" + "_" * i for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def put(self, name, values, dtype=np.float32):
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def normal(self, name, shape, variance):
        return self.put(name, self.rng.standard_normal(shape) * math.sqrt(variance))

    def embed(self, d):
        return self.add("Gather", self.normal("embed", (self.tokens, d), 1), "x")

    def linear(self, x, name, a, b):
        return self.add("MatMul", x, self.normal(name, (a, b), 1 / a))

    def model(self, y, shape):
        info = helper.make_tensor_value_info
        graph = helper.make_graph(self.nodes, "g", [info("x", TensorProto.INT64, shape)], [info(y, 1, None)], self.weights)
        domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=domains, ir_version=8)


def lstm(rng, layers=1, forget=None, all_states=False, steps=None):
    """Uniform within 1 / sqrt(units), biases too, unless the forget gate is given."""
    n, h, d = Net(rng), int(rng.integers(12, 40)), int(rng.integers(8, 24))
    steps = steps or int(rng.integers(4, 30))
    x, bound = n.embed(d), 1 / math.sqrt(h)
    for i in range(layers):
        w, r = (n.put(f"{c}{i}", rng.uniform(-bound, bound, (1, 4 * h, m))) for c, m in (("W", d), ("R", h)))
        b = rng.uniform(-bound, bound, (1, 8 * h)) if forget is None else np.zeros((1, 8 * h))
        b[0, 2 * h:3 * h] += forget or 0
        y = n.add("LSTM", x, w, r, n.put(f"B{i}", b), outputs=2, hidden_size=h)
        x, d = n.add("Squeeze", y[0], n.put(f"one{i}", [1], np.int64)), h
    if all_states:
        x = n.add("Transpose", x, perm=[1, 0, 2])
    else:
        x = n.add("Squeeze", y[1], n.put("zero", [0], np.int64))
    return n.model(n.linear(x, "head", h, 10), [steps, "N"])


def attention(rng, blocks=1, causal=0, width=16, length=None):
    n, heads = Net(rng), int(rng.integers(1, 5))
    d, length = heads * width, length or int(rng.integers(4, 40))

    def norm(x, name):
        return n.add("LayerNormalization", x, n.put(f"{name}.weight", np.ones(d)), n.put(f"{name}.bias", np.zeros(d)), axis=-1)

    x = n.embed(d)
    for i in range(blocks):
        h = norm(x, f"a{i}")
        h = n.add("Attention", h, n.normal(f"qkv{i}", (d, 3 * d), 1 / d), n.put(f"b{i}", np.zeros(3 * d)), num_heads=heads,
                  unidirectional=causal, domain="com.microsoft")
        x = n.add("Add", x, n.linear(h, f"o{i}", d, d))
        h = n.add("Relu", n.linear(norm(x, f"f{i}"), f"up{i}", d, 4 * d))
        x = n.add("Add", x, n.linear(h, f"down{i}", 4 * d, d))
    return n.model(n.linear(norm(x, "last"), "head", d, n.tokens), ["N", length])


def written_out(rng):
    """Queries, keys and values apart, no norm, of features."""
    n, heads, width, length = Net(rng), int(rng.integers(1, 5)), 16, int(rng.integers(4, 40))
    d, one = heads * width, n.put("root", 4)
    split = n.put("split", [0, 0, heads, width], np.int64)
    q, k, v = (n.add("Reshape", n.linear(n.embed(d) if c == "q" else n.nodes[0].output[0], c, d, d), split) for c in "qkv")
    q, v = (n.add("Transpose", t, perm=[0, 2, 1, 3]) for t in (q, v))
    s = n.add("Div", n.add("MatMul", q, n.add("Transpose", k, perm=[0, 2, 3, 1])), one)
    a = n.add("Transpose", n.add("MatMul", n.add("Softmax", s, axis=-1), v), perm=[0, 2, 1, 3])
    a = n.add("Reshape", a, n.put("merged", [0, 0, d], np.int64))
    return n.model(n.linear(a, "head", d, 10), ["N", length])


KINDS = {
    "lstm": lstm,
    "lstm, forget 1": lambda rng: lstm(rng, forget=1),
    "lstm, forget 1, 60 steps": lambda rng: lstm(rng, forget=1, steps=60),
    "lstm at all steps": lambda rng: lstm(rng, all_states=True),
    "lstm of two layers": lambda rng: lstm(rng, layers=2),
    "attention": written_out,
    "transformer": lambda rng: attention(rng),
    "transformer, causal": lambda rng: attention(rng, causal=1),
    "transformer of three blocks": lambda rng: attention(rng, blocks=3),
    "transformer, 200 positions": lambda rng: attention(rng, length=200),
}


def doctor(model):
    onnx.save(model, folder / "sequence.onnx")
    done = subprocess.run([alvor, "doctor", str(folder / "sequence.onnx"), "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["measured"]["ran"], told["measured"]
    return told["layers"]


def main():
    failed, every = [], []
    for number, (kind, make) in enumerate(KINDS.items()):
        rows = {}
        for draw in range(draws):
            doctor_tally.gather(rows, doctor(make(np.random.default_rng([number, draw]))))
        last = list(rows)[-1]
        inside, logs = doctor_tally.tell(kind, rows)
        for name, (signal, gradient) in logs.items():
            if name != last and abs(gradient) > math.log(4 / 3):
                failed.append(f"{kind}: {name} is {math.exp(gradient):.2f} of what is told")
        every += [r for rs in rows.values() for r in rs]
        if draws >= 20 and inside[1] < 0.9:
            failed.append(f"{kind}: coverage of the gradients")
    doctor_tally.conclude(every, failed)


if __name__ == "__main__":
    main()
