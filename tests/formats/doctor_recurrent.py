"""What the doctor predicts of GRUs and plain recurrent layers, which the engine has not got.

usage: doctor_recurrent.py ALVOR FOLDER DRAWS

Signals and gradients are a forward and a backward pass written here, on 256 samples: forward is compared with
onnxruntime, backward with a difference of two forward passes. Layers as PyTorch draws them (uniform within 1 /
sqrt(units), biases too), of one layer and two, read at the last step and at all, with biases of the update gate, with
the reset before R and behind it; each draw has another length, width and vocabulary. Prints what doctor_sequences.py
prints (with layers as `alvor init --like` draws them, too), and asserts a share of 0.9 inside of all signals and all gradients, of each kind's from 20 draws on, and that no
mean of log(measured / predicted) is more than a third off. Layers that no law is for are named as passing
unchanged. FOLDER may hold the graphs of exported_recurrent.py in recurrent/.
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

import doctor_tally
from doctor_sequences import Net

alvor, folder, draws = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
SAMPLES = 256


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Layer:
    """Of one kind, w (gates h, d), r (gates h, h), biases (gates h) that come with the inputs and with h."""

    def __init__(self, kind, w, r, b, c, first):
        self.kind, self.w, self.r, self.b, self.c, self.first, self.h = kind, w, r, b, c, first, r.shape[1]

    def feed(self, x):
        """What the inputs add to the gates, with the biases that are not reset."""
        late = np.where(np.arange(len(self.c)) >= 2 * self.h, 0, self.c) if self.kind == "gru" and not self.first else self.c
        return x @ self.w.T + self.b + late

    def forward(self, x):
        self.x, self.fed = x, self.feed(x)
        states, self.kept = [np.zeros((x.shape[1], self.h))], []
        for a in self.fed:
            states.append(self.step(a, states[-1]))
        self.states = np.array(states)
        return self.states[1:]

    def step(self, a, before):
        n = self.h
        if self.kind == "gru":
            u, r = (sigmoid(a[:, i * n:(i + 1) * n] + before @ self.r[i * n:(i + 1) * n].T) for i in (0, 1))
            inner = before if self.first else before @ self.r[2 * n:].T + self.c[2 * n:]
            new = np.tanh(a[:, 2 * n:] + ((r * before) @ self.r[2 * n:].T if self.first else r * inner))
            self.kept.append((u, r, inner, new))
            return u * before + (1 - u) * new
        z = a + before @ self.r.T
        h = np.tanh(z) if self.kind == "tanh" else np.maximum(z, 0)
        self.kept.append(1 - h ** 2 if self.kind == "tanh" else (z > 0) * 1.0)
        return h

    def backward(self, arrives):
        """arrives (steps, samples, h); the gradients at what was fed, and at x."""
        self.dz, dh, n = np.zeros_like(self.fed), np.zeros_like(arrives[0]), self.h
        for t in reversed(range(len(arrives))):
            dh = dh + arrives[t]
            if self.kind != "gru":
                self.dz[t] = dh * self.kept[t]
                dh = self.dz[t] @ self.r
                continue
            u, r, inner, new = self.kept[t]
            before, out = self.states[t], self.r[2 * n:]
            du, dn = dh * (before - new) * u * (1 - u), dh * (1 - u) * (1 - new ** 2)
            dr = (dn @ out * before if self.first else dn * inner) * r * (1 - r)
            self.dz[t] = np.concatenate([du, dr, dn], 1)
            through = dn @ out * r if self.first else (dn * r) @ out
            dh = dh * u + through + du @ self.r[:n] + dr @ self.r[n:2 * n]
        return self.dz @ self.w


def as_init_draws(rng, gates, h, d):
    """Orthogonal from h to each gate, Glorot's uniform from the inputs, biases of 0."""
    bound = math.sqrt(6 / (h + d))
    r = np.concatenate([np.linalg.qr(rng.standard_normal((h, h)))[0] for _ in range(gates)])
    return rng.uniform(-bound, bound, (gates * h, d)), r, np.zeros((2, gates * h))


def as_torch_draws(rng, gates, h, d):
    bound = 1 / math.sqrt(h)
    return tuple(rng.uniform(-bound, bound, shape) for shape in ((gates * h, d), (gates * h, h), (2, gates * h)))


def make(rng, kind, layers=1, update=0, all_states=False, first=False, steps=None, draw=as_torch_draws):
    """The graph, its layers, and its table and head."""
    n, h, d = Net(rng), int(rng.integers(12, 40)), int(rng.integers(8, 24))
    steps, made, gates = steps or int(rng.integers(4, 30)), [], 3 if kind == "gru" else 1
    x = n.embed(d)
    for i in range(layers):
        w, r, (b, c) = (v.astype(np.float32) for v in draw(rng, gates, h, d))
        if kind == "gru":
            b[:h] += update
        options = {"linear_before_reset": 0 if first else 1} if kind == "gru" else {"activations": [kind.capitalize()]}
        names = [n.put(f"{name}{i}", value[None]) for name, value in (("W", w), ("R", r), ("B", np.concatenate([b, c])))]
        y = n.add("GRU" if kind == "gru" else "RNN", x, *names, outputs=2, hidden_size=h, **options)
        x, d = n.add("Squeeze", y[0], n.put(f"one{i}", [1], np.int64)), h
        made.append(Layer(kind, *(v.astype(np.float64) for v in (w, r, b, c)), first))
    if all_states:
        x = n.add("Transpose", x, perm=[1, 0, 2])
    else:
        x = n.add("Squeeze", y[1], n.put("zero", [0], np.int64))
    model = n.model(n.linear(x, "head", h, 10), [steps, "N"])
    table, head = (numpy_helper.to_array(w).astype(np.float64) for w in model.graph.initializer if w.name in ("embed", "head"))
    return model, made, table, head, steps, all_states


def forward(made, table, head, tokens, all_states):
    x = table[tokens]
    for layer in made:
        x = layer.forward(x)
    return (x if all_states else x[-1]) @ head


def look(rng, model, made, table, head, steps, all_states):
    """name: (values, gradients) of each layer, samples last but one, steps before them."""
    tokens = rng.integers(0, len(table), (steps, SAMPLES))
    out = forward(made, table, head, tokens, all_states)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    there = session.run(None, {"x": tokens})[0]
    assert np.abs(there - (out.transpose(1, 0, 2) if all_states else out)).max() < 1e-4, "not what onnxruntime has"
    signs = rng.choice([-1.0, 1.0], out.shape)
    dx = np.zeros((steps, SAMPLES, len(head)))
    if all_states:
        dx = signs @ head.T
    else:
        dx[-1] = signs @ head.T
    rows = {"head": (out, signs)}
    for i in reversed(range(len(made))):
        dx = made[i].backward(dx)
        rows[f"W{i}"] = (made[i].fed, made[i].dz)
    rows["embed"] = (table[tokens], dx)
    check(rng, made, table, head, tokens, all_states, signs, dx)
    return rows


def check(rng, made, table, head, tokens, all_states, signs, dx):
    """The gradient at the first layer's inputs against a difference, along a random direction."""
    relu = made[0].kind == "relu"  # its kinks may lie in between
    way, small, close = rng.standard_normal(dx.shape), 1e-8 if relu else 1e-5, 1e-2 if relu else 1e-4
    ends = []
    for sign in (-1, 1):
        x = table[tokens] + sign * small * way
        for layer in made:
            x = layer.forward(x)
        ends.append((((x if all_states else x[-1]) @ head) * signs).sum())
    slope, told = (ends[1] - ends[0]) / (2 * small), (dx * way).sum()
    assert abs(slope - told) <= close * np.abs(dx * way).sum() / math.sqrt(dx.size) + 1e-6, (slope, told)


def size(values):
    """Root mean square over samples and units, summed over steps; its own sampling deviation of the log square."""
    each = (values ** 2).mean(-1).reshape(-1, SAMPLES)
    return each, each.sum(0)


def row(layer, values, gradients, last):
    signal, gradient = (size(v)[1] for v in (values, gradients))
    signal = signal / len(size(values)[0])
    seen = math.sqrt(signal.mean()), math.sqrt(gradient.mean() / last)
    out = []
    for name, measured, each in zip(("signal", "gradient"), seen, (signal, gradient)):
        told = layer[name]
        half = math.hypot(math.log(told["hi"] / told["mid"]), 1.96 * each.std() / each.mean() / math.sqrt(SAMPLES) / 2)
        off = math.log(measured / told["mid"])
        out += [off, abs(off) <= half + 1e-9]
    return [out[0], out[2], out[1], out[3]]


def doctor(model):
    onnx.save(model, folder / "recurrent.onnx")
    done = subprocess.run([alvor, "doctor", str(folder / "recurrent.onnx"), "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


KINDS = {
    "rnn": dict(kind="tanh"),
    "rnn, 60 steps": dict(kind="tanh", steps=60),
    "rnn at all steps": dict(kind="tanh", all_states=True),
    "rnn of two layers": dict(kind="tanh", layers=2),
    "rnn, relu": dict(kind="relu"),
    "rnn, relu, at all steps": dict(kind="relu", all_states=True),
    "rnn, relu, of two layers": dict(kind="relu", layers=2),
    "gru": dict(kind="gru"),
    "gru, reset before R": dict(kind="gru", first=True),
    "gru, update 1": dict(kind="gru", update=1),
    "gru, update 1, 60 steps": dict(kind="gru", update=1, steps=60),
    "gru at all steps": dict(kind="gru", all_states=True),
    "gru of two layers": dict(kind="gru", layers=2),
    "gru of two layers at all steps": dict(kind="gru", layers=2, all_states=True),
    "rnn as init --like draws": dict(kind="tanh", layers=2, draw=as_init_draws),
    "gru as init --like draws": dict(kind="gru", layers=2, draw=as_init_draws),
    "gru so at all steps": dict(kind="gru", layers=2, draw=as_init_draws, all_states=True),
}


def refused():
    """Other activations are named as passing unchanged, and nothing is measured."""
    for change in (dict(activations=["Softsign"]), dict(clip=1.0)):
        made = make(np.random.default_rng(3), "tanh")
        node = next(n for n in made[0].graph.node if n.op_type == "RNN")
        for name in change:
            for old in [a for a in node.attribute if a.name == name]:
                node.attribute.remove(old)
        node.attribute.extend(onnx.helper.make_attribute(name, value) for name, value in change.items())
        told = doctor(made[0])
        assert [a["assumption"] for a in told["assumptions"]] == ["same"], (change, told["assumptions"])
        assert told["measured"]["why"] == "option", (change, told["measured"])
    told = doctor(make(np.random.default_rng(3), "gru")[0])
    assert [a["assumption"] for a in told["assumptions"]] == ["recurrent"], told["assumptions"]
    assert told["measured"]["ran"], told["measured"]


def exported():
    """Those of PyTorch's exporter, where there is one: the law is found, and the head's signal is inside."""
    for path in sorted((folder / "recurrent").glob("*.onnx")):
        model = onnx.load(path)
        told = doctor(model)
        assert {a["assumption"] for a in told["assumptions"]} == {"recurrent"}, (path, told["assumptions"])
        shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        out = session.run(None, {"x": np.random.default_rng(5).standard_normal(shape).astype(np.float32)})[0]
        head, seen = told["layers"][-1]["signal"], math.sqrt((out ** 2).mean())
        assert head["lo"] < seen < head["hi"] and not told["not_counted"], (path, seen, head, told["not_counted"])


def treated():
    """`alvor init --like` draws gate by gate, and a matrix that is ten times too large is a misfit."""
    model = make(np.random.default_rng(4), "gru")[0]
    onnx.save(model, folder / "gru.onnx")
    subprocess.run([alvor, "init", "--like", folder / "gru.onnx", "-o", folder / "drawn.onnx"], check=True, capture_output=True)
    drawn = {w.name: numpy_helper.to_array(w)[0] for w in onnx.load(folder / "drawn.onnx").graph.initializer}
    h, d = drawn["R0"].shape[1], drawn["W0"].shape[1]
    for gate in range(3):
        part = drawn["R0"][gate * h:(gate + 1) * h]
        assert np.abs(part @ part.T - np.eye(h)).max() < 1e-5, "R is not orthogonal in each gate"
    assert 0.9 < np.abs(drawn["W0"]).max() / math.sqrt(6 / (h + d)) < 1 + 1e-6 and not drawn["B0"].any()
    for weight in model.graph.initializer:
        if weight.name == "R0":
            weight.CopyFrom(numpy_helper.from_array(10 * numpy_helper.to_array(weight), "R0"))
    assert [m["tensor"] for m in doctor(model)["misfits"]] == ["R0"], doctor(model)["misfits"]


def main():
    failed, every = [], []
    refused()
    treated()
    exported()
    for number, (kind, how) in enumerate(KINDS.items()):
        rows = {}
        for draw in range(draws):
            rng = np.random.default_rng([number, draw, 1])
            made = make(rng, **how)
            seen = look(rng, *made)
            last = size(seen["head"][1])[1].mean()
            for layer in doctor(made[0])["layers"]:
                rows.setdefault(layer["weight"], []).append(row(layer, *seen[layer["weight"]], last))
        inside, logs = doctor_tally.tell(kind, rows)
        for name, (signal, gradient) in logs.items():
            if max(abs(signal), abs(gradient)) > math.log(4 / 3):
                failed.append(f"{kind}: {name} is not what is told")
        every += [r for rs in rows.values() for r in rs]
        if draws >= 20 and min(inside) < 0.9:
            failed.append(f"{kind}: coverage")
    doctor_tally.conclude(every, failed)


if __name__ == "__main__":
    main()
