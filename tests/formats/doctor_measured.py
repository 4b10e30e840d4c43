"""What the doctor measures, against onnxruntime on the very same batch; and graphs that it must not run.

usage: doctor_measured.py ALVOR FOLDER

FOLDER holds the graphs of onnx_models.py in 0/ and, where there is a PyTorch, those of exported_models.py in
exported/. If this failed, the engine would run another network than the
file's: an axis, a gate or a padding wrong, weights in another order, a number left out. Forward values only:
that the engine's gradients belong to its forward pass is tested by finite differences (tests/unit).
"""
import subprocess

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from doctor_compare import alvor, chain, compare, doctor, folder, model_of, numbers, random, scalar


def padded():
    """Paddings of their own, an even kernel, overlapping pools, Reshape to a shape that is worked out."""
    weights = [random("a", 6, 2, 5, 5), random("b", 4, 6, 4, 4), random("c", 12, 4, 3, 3), random("d", 12),
               random("w", 5, 12 * 3 * 2), numbers("zero", 0), numbers("one", [-1]), numbers("axis", [0])]
    nodes = [helper.make_node("Conv", ["x", "a"], ["h0"], kernel_shape=[5, 5]),
             helper.make_node("Relu", ["h0"], ["h1"]),
             helper.make_node("MaxPool", ["h1"], ["h2"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
             helper.make_node("Conv", ["h2", "b"], ["h3"], kernel_shape=[4, 4], pads=[2, 2, 2, 2], strides=[2, 2]),
             helper.make_node("Elu", ["h3"], ["h4"], alpha=0.7),
             helper.make_node("AveragePool", ["h4"], ["h5"], kernel_shape=[2, 2], pads=[1, 1, 1, 1]),
             helper.make_node("Conv", ["h5", "c", "d"], ["h6"], kernel_shape=[3, 3], pads=[0, 0, 0, 0]),
             helper.make_node("Shape", ["x"], ["s"]),
             helper.make_node("Gather", ["s", "zero"], ["n"]),
             helper.make_node("Unsqueeze", ["n", "axis"], ["n1"]),
             helper.make_node("Concat", ["n1", "one"], ["to"], axis=0),
             helper.make_node("Reshape", ["h6", "to"], ["flat"]),
             helper.make_node("Gemm", ["flat", "w"], ["y"], transB=1)]
    return model_of(nodes, weights, ["N", 2, 18, 14], "y")


def grouped():
    """Groups, a stride with a kernel of one place, batch norm after a dense layer, LeakyRelu."""
    weights = [random("a", 8, 3, 3, 3), random("g", 8, 2, 3, 3), random("p", 6, 8, 1, 1), random("w", 9, 6),
               random("b", 9), random("v", 4, 9)]
    weights += [numpy_helper.from_array(np.full(9, v, np.float32), n)
                for n, v in (("gain", 1.3), ("shift", 0.2), ("mean", 0), ("var", 1))]
    return chain([("Conv", ["a"], {"pads": [1] * 4}), ("LeakyRelu", [], {"alpha": 0.2}),
                  ("Conv", ["g"], {"pads": [1] * 4, "group": 4}), ("Conv", ["p"], {"strides": [2, 2]}),
                  ("GlobalMaxPool", [], {}), ("Flatten", [], {}), ("Gemm", ["w", "b"], {"transB": 1}),
                  ("BatchNormalization", ["gain", "shift", "mean", "var"], {}), ("Tanh", [], {}),
                  ("Gemm", ["v"], {"transB": 1}), ("Softmax", [], {"axis": -1})],
                 weights, ["N", 3, 9, 7])


def fused(unidirectional):
    """onnxruntime's own attention on a sequence of features, then a whole sample flattened."""
    weights = [random("in", 5, 8), random("qkv", 8, 24, scale=0.6), random("bias", 24), random("out", 6 * 8, 3)]
    ops = [("MatMul", ["in"], {}),
           ("Attention", ["qkv", "bias"], {"num_heads": 2, "unidirectional": unidirectional, "domain": "com.microsoft"}),
           ("Flatten", [], {}), ("MatMul", ["out"], {})]
    return chain(ops, weights, ["N", 6, 5])


def lstm_batch_first():
    """Features, batch first: transposed to an LSTM and back, then the last position."""
    weights = [random("W", 1, 24, 4), random("R", 1, 24, 6), random("B", 1, 48), random("w", 6, 3),
               numbers("one", [1]), numbers("last", -1)]
    nodes = [helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
             helper.make_node("LSTM", ["t", "W", "R", "B"], ["y"], hidden_size=6),
             helper.make_node("Squeeze", ["y", "one"], ["s"]),
             helper.make_node("Transpose", ["s"], ["b"], perm=[1, 0, 2]),
             helper.make_node("Gather", ["b", "last"], ["l"], axis=1),
             helper.make_node("MatMul", ["l", "w"], ["z"])]
    return model_of(nodes, weights, ["N", 7, 4], "z")


def torch_2(causal):
    """nn.MultiheadAttention as PyTorch 2 exports it: queries, keys and values gathered from an axis of their own,
    both scaled by the root of the scale; the triangle made by Trilu and Where, of "ones" that are a Constant node and
    put in place of the scores where it is 0 (masked_fill of a tril of ones, as PyTorch 1.13 folds it)."""
    t, f, u, heads = 7, 6, 12, 3
    width = u // heads
    weights = [random("in", f, 3 * u, scale=0.5), random("in_bias", 3 * u), random("out", u, u), random("out_bias", u),
               numbers("k0", 0), numbers("k1", 1), numbers("k2", 2), numbers("first", [0]), numbers("third", [3]),
               numbers("u", [u]), numbers("w", [width]), numbers("t", [t]), numbers("heads", heads), numbers("parts", [3]),
               numbers("tt", [t, t]), scalar("root", width ** -0.25), scalar("zero", 0), scalar("low", -np.inf)]
    nodes = []

    def add(op, *inputs, **attributes):
        nodes.append(helper.make_node(op, list(inputs), [f"v{len(nodes)}"], name=f"n{len(nodes)}", **attributes))
        return nodes[-1].output[0]

    def one(x):
        return add("Unsqueeze", x, "first")

    x = add("Transpose", "x", perm=[1, 0, 2])
    shape = add("Shape", x)
    n = add("Gather", shape, "k1", axis=0)
    packed = add("Add", add("MatMul", x, "in"), "in_bias")
    packed = add("Reshape", packed, add("Concat", "t", one(n), "parts", "u", axis=0))
    packed = add("Squeeze", add("Transpose", one(packed), perm=[3, 1, 2, 0, 4]), "third")
    spread = add("Concat", "t", one(add("Mul", n, "heads")), "w", axis=0)
    whole = add("Concat", one(n), one("heads"), "t", "w", axis=0)
    q, k, v = (add("Reshape", add("Transpose", add("Reshape", add("Gather", packed, f"k{i}", axis=0), spread),
                                  perm=[1, 0, 2]), whole) for i in range(3))
    a = add("MatMul", add("Mul", q, "root"), add("Mul", add("Transpose", k, perm=[0, 1, 3, 2]), "root"))
    if causal == "ones":
        ones = add("Constant", value=numpy_helper.from_array(np.ones((t, t), np.float32)))
        hidden = add("Cast", add("Equal", add("Trilu", ones, "k0", upper=0), "zero"), to=TensorProto.BOOL)
        a = add("Where", hidden, "low", a)
    elif causal:
        ones = add("ConstantOfShape", "tt", value=helper.make_tensor("one", TensorProto.FLOAT, [1], [1]))
        seen = add("Cast", add("Trilu", ones, upper=0), to=TensorProto.BOOL)
        a = add("Add", a, add("Where", seen, "zero", "low"))
    y = add("Transpose", add("MatMul", add("Softmax", a, axis=-1), v), perm=[2, 0, 1, 3])
    rows = add("Concat", one(add("Mul", n, "heads7")), "u", axis=0)
    weights.append(numbers("heads7", t))
    y = add("Gemm", add("Reshape", y, rows), "out", "out_bias")
    y = add("Transpose", add("Reshape", y, add("Concat", "t", one(n), "u", axis=0)), perm=[1, 0, 2])
    mean = add("ReduceMean", y, "last", keepdims=1)
    weights += [numbers("last", [-1]), scalar("eps", 1e-5), scalar("two", 2), random("gain", u), random("shift", u)]
    centred = add("Sub", y, mean)
    deviation = add("Sqrt", add("Add", add("ReduceMean", add("Pow", centred, "two"), "last", keepdims=1), "eps"))
    y = add("Add", add("Mul", "gain", add("Mul", centred, add("Reciprocal", deviation))), "shift")
    weights.append(random("w_end", u, 4))
    return model_of(nodes, weights, ["N", t, f], add("MatMul", y, "w_end"), opset=18)


def uneven():
    """Paddings that differ by side, as TensorFlow's SAME is written into ONNX for a stride of two."""
    weights = [random("a", 6, 2, 3, 3), random("b", 4, 6, 2, 5), random("w", 3, 4)]
    return chain([("Conv", ["a"], {"strides": [2, 2], "pads": [0, 0, 1, 1]}), ("Relu", [], {}),
                  ("Conv", ["b"], {"pads": [1, 0, 0, 3], "dilations": [1, 2]}), ("Tanh", [], {}),
                  ("GlobalAveragePool", [], {}), ("Flatten", [], {}), ("Gemm", ["w"], {"transB": 1})],
                 weights, ["N", 2, 16, 12])


def refusals():
    """Each graph stops at one node, named; the analytic answer stands."""
    w, v = random("w", 8, 8), random("v", 8)
    image = random("k", 4, 3, 3, 3)
    dense = ("Gemm", ["w"], {"transB": 1})
    def conv(*more, **options):
        return chain([("Conv", ["k"], options), *more], [image, v, random("k4", 2, 4, 1, 1)], ["N", 3, 9, 9])

    relu = ("Relu", [], {})
    mean = ("AveragePool", [], {"kernel_shape": [2, 2], "pads": [1] * 4, "count_include_pad": 1, "ceil_mode": 1})
    cases = [
        ("operator", "n1", chain([dense, ("Hardmax", [], {}), dense], [w], ["N", 8])),
        ("number", "n0", chain([("Gemm", ["w"], {"alpha": 0.5}), relu], [w], ["N", 8])),
        ("number", "n1", conv(("Mul", ["v"], {}))),
        ("option", "n0", conv(relu, strides=[2])),
        ("option", "n1", conv(mean)),
        ("places", "n2", conv(("Transpose", [], {"perm": [0, 1, 3, 2]}), ("Conv", ["k4"], {}))),
        ("input", "", chain([("Conv", ["k"], {}), relu], [image], ["N", "C", 9, 9])),
    ]
    for why, node, model in cases:
        onnx.save(model, folder / "refused.onnx")
        measured = doctor(folder / "refused.onnx")["measured"]
        assert not measured["ran"] and measured["why"] == why, (node, why, measured)
        assert not node or f"'{node}'" in measured["node"], (node, measured)
    shown = subprocess.run([alvor, "doctor", str(folder / "refused.onnx"), "--lang", "en"], capture_output=True, text=True)
    assert "not measured: the file does not say how large its inputs are" in shown.stdout, shown.stdout


worst = []
for name in ("mlp", "lenet", "vgg", "resnet", "transformer", "lstm"):
    compare(name, onnx.load(folder / "0" / f"{name}.onnx"), worst)
for name, model in {"padded": padded(), "grouped": grouped(), "both ways": fused(0), "causal": fused(1),
                    "batch first": lstm_batch_first(), "torch 2": torch_2(False), "torch 2, causal": torch_2(True),
                    "torch 2, a triangle of constants": torch_2("ones"),
                    "uneven": uneven()}.items():
    compare(name, model, worst)
exported = sorted((folder / "exported").glob("*.onnx"))
for path in exported:
    compare(path.stem, onnx.load(path), worst)
print(f"{len(exported)} graphs by PyTorch's exporter" if exported else "skipped: no PyTorch to export with")
print(f"{len(worst)} layers measured as onnxruntime measures them: the worst is off by {max(worst):.1e}")
refusals()
