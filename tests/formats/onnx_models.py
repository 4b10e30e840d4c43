"""Writes small ONNX graphs of the usual kinds, as exporters write them, and what alvor should say.

usage: onnx_models.py DIRECTORY [SEED]

mlp       Gemm with transB and ReLU            lenet        convolutions, pools, tanh
vgg       convolutions without norms           resnet       batch norms, strides, groups, residual joins
transformer  one block: embedding, layer norms, attention by MatMul, GELU by Erf
lstm      a table, an LSTM, a head             external     mlp with its data in a file beside it
For each NAME.onnx there is NAME.json: {tensor: [kind, fan_in, fan_out, activation, ends_branch]}.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)


class Net:
    """Nodes one after another; each call returns the name of its output."""

    def __init__(self):
        self.nodes, self.weights, self.told = [], [], {}

    def add(self, op, *inputs, outputs=1, **attributes):
        names = [f"v{len(self.nodes)}" + ("abc"[i] if i else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, name, shape, kind, fan_in, fan_out, act=None, ends=False, gain=2.0):
        std = (gain / fan_in) ** 0.5 if kind not in ("embedding", "tied_head") else 0.02
        values = rng.standard_normal(shape) * std
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))
        self.told[name] = [kind, fan_in, fan_out, act, ends]
        return name

    def vector(self, name, n, value, kind):
        self.weights.append(numpy_helper.from_array(np.full(n, value, np.float32), name))
        self.told[name] = [kind, None, None, None, False]
        return name

    def number(self, name, value, dtype=np.float32):
        self.weights.append(numpy_helper.from_array(np.array(value, dtype), name))
        return name

    def dense(self, x, name, n_in, n_out, act=None):
        w = self.weight(f"{name}.weight", (n_out, n_in), "dense" if act else "head", n_in, n_out,
                        act and act.lower(), gain=2.0 if act else 1.0)
        z = self.add("Gemm", x, w, self.vector(f"{name}.bias", n_out, 0, "bias"), transB=1)
        return self.add(act, z) if act else z

    def conv(self, x, name, n_in, n_out, k=3, stride=1, groups=1, act=None, told=None, ends=False):
        fan_in, fan_out = n_in // groups * k * k, n_out // groups * k * k / stride**2
        kind = "depthwise" if groups == n_in and groups > 1 else "conv"
        w = self.weight(f"{name}.weight", (n_out, n_in // groups, k, k), kind, fan_in, fan_out,
                        told or (act and act.lower()), ends)
        z = self.add("Conv", x, w, kernel_shape=[k, k], strides=[stride, stride], group=groups,
                     pads=[k // 2] * 4)
        return self.add(act, z) if act else z

    def norm(self, x, name, n):
        parts = [("weight", 1, "norm"), ("bias", 0, "bias"), ("running_mean", 0, "buffer"),
                 ("running_var", 1, "buffer")]
        return self.add("BatchNormalization", x,
                        *[self.vector(f"{name}.{part}", n, value, kind) for part, value, kind in parts])

    def save(self, name, x, shape, out, kind=TensorProto.FLOAT, opset=17, **external):
        graph = helper.make_graph(self.nodes, name,
                                  [helper.make_tensor_value_info("x", kind, shape)],
                                  [helper.make_tensor_value_info(x, TensorProto.FLOAT, out)],
                                  self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, folder / f"{name}.onnx", **external)
        (folder / f"{name}.json").write_text(json.dumps(self.told))


def mlp(name, **external):
    n = Net()
    x = n.dense("x", "fc1", 64, 48, "Relu")
    x = n.dense(x, "fc2", 48, 32, "Relu")
    n.save(name, n.dense(x, "fc3", 32, 10), ["N", 64], ["N", 10], opset=7 if name == "mlp" else 17,
           **external)


def lenet():
    n = Net()
    x = n.add("MaxPool", n.conv("x", "conv1", 1, 6, 5, act="Tanh"), kernel_shape=[2, 2], strides=[2, 2])
    x = n.add("AveragePool", n.conv(x, "conv2", 6, 16, 5, act="Tanh"), kernel_shape=[2, 2], strides=[2, 2])
    x = n.dense(n.add("Flatten", x), "fc1", 784, 40, "Tanh")
    n.save("lenet", n.dense(x, "fc2", 40, 10), ["N", 1, 28, 28], ["N", 10])


def vgg():
    n, x, channels = Net(), "x", 3
    for i, c in enumerate([8, 8, 16, 16]):
        x = n.conv(x, f"conv{i}", channels, c, act="Relu")
        channels = c
    x = n.add("Flatten", n.add("GlobalAveragePool", x))
    n.save("vgg", n.dense(x, "head", 16, 10), ["N", 3, 8, 8], ["N", 10])


def resnet():
    n = Net()
    x = n.add("Relu", n.norm(n.conv("x", "stem", 3, 8, told="relu"), "bn0", 8))
    for i, (c_in, c, stride) in enumerate([(8, 8, 1), (8, 16, 2)]):
        y = n.add("Relu", n.norm(n.conv(x, f"b{i}.conv1", c_in, c, 3, stride, told="relu"), f"b{i}.bn1", c))
        y = n.add("Relu", n.conv(y, f"b{i}.dw", c, c, 3, groups=c, told="relu"))
        y = n.norm(n.conv(y, f"b{i}.conv2", c, c, told="relu", ends=True), f"b{i}.bn2", c)
        if c != c_in:
            x = n.norm(n.conv(x, f"b{i}.down", c_in, c, 1, stride, told="relu", ends=True), f"b{i}.bnd", c)
        x = n.add("Relu", n.add("Add", y, x))
    x = n.add("Flatten", n.add("GlobalAveragePool", x))
    n.save("resnet", n.dense(x, "fc", 16, 10), ["N", 3, 16, 16], ["N", 10])


def transformer(d=16, heads=2, tokens=40):
    n, width = Net(), d // heads

    def layer_norm(x, name):
        return n.add("LayerNormalization", x, n.vector(f"{name}.weight", d, 1, "norm"),
                     n.vector(f"{name}.bias", d, 0, "bias"), axis=-1)

    def linear(x, name, a, b, kind, act=None, ends=False):
        w = n.weight(name, (a, b), kind, a, b, act, ends, gain=1.0)
        return n.add("Add", n.vector(f"{name}.bias", b, 0, "bias"), n.add("MatMul", x, w))

    def split(x):
        shape = n.number(f"shape{len(n.nodes)}", [0, 0, heads, width], np.int64)
        return n.add("Reshape", x, shape)

    x = n.add("Gather", n.weight("tok", (tokens, d), "tied_head", d, tokens), "x")
    h = layer_norm(x, "ln1")
    q, k, v = (split(linear(h, f"onnx::MatMul_{c}", d, d, "attention")) for c in "qkv")
    q, v = (n.add("Transpose", t, perm=[0, 2, 1, 3]) for t in (q, v))
    k = n.add("Transpose", k, perm=[0, 2, 3, 1])
    a = n.add("Div", n.add("MatMul", q, k), n.number("root", width**0.5))
    a = n.add("Transpose", n.add("MatMul", n.add("Softmax", a, axis=-1), v), perm=[0, 2, 1, 3])
    a = n.add("Reshape", a, n.number("merged", [0, 0, d], np.int64))
    x = n.add("Add", x, linear(a, "onnx::MatMul_o", d, d, "attention", ends=True))
    h = linear(layer_norm(x, "ln2"), "onnx::MatMul_1", d, 4 * d, "dense", "gelu")
    e = n.add("Erf", n.add("Div", h, n.number("sqrt2", 2**0.5)))
    g = n.add("Mul", n.add("Mul", h, n.add("Add", e, n.number("one", 1))), n.number("half", 0.5))
    x = n.add("Add", x, linear(g, "onnx::MatMul_2", 4 * d, d, "dense", ends=True))
    x = n.add("MatMul", layer_norm(x, "ln3"), n.add("Transpose", "tok", perm=[1, 0]))
    n.save("transformer", x, ["N", 12], ["N", 12, tokens], TensorProto.INT64)


def lstm(d=8, h=12, tokens=20):
    n = Net()
    x = n.add("Gather", n.weight("embed", (tokens, d), "embedding", 1, d), "x")
    w = n.weight("W", (1, 4 * h, d), "recurrent", d, h)
    r = n.weight("R", (1, 4 * h, h), "recurrent", h, h)
    y = n.add("LSTM", x, w, r, n.vector("B", (1, 8 * h), 0, "bias"), outputs=3, hidden_size=h)
    last = n.add("Squeeze", y[1], n.number("axis", [0], np.int64))
    n.save("lstm", n.dense(last, "out", h, tokens), [5, "N"], ["N", tokens], TensorProto.INT64)


mlp("mlp")
mlp("external", save_as_external_data=True, location="external.bin", size_threshold=0)
for make in (lenet, vgg, resnet, transformer, lstm):
    make()
