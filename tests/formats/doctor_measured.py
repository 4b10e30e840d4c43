"""What the doctor measures, against onnxruntime on the very same batch; and graphs that it must not run.

usage: doctor_measured.py ALVOR FOLDER

FOLDER holds the graphs of onnx_models.py in 0/. If this failed, the engine would run another network than the
file's: an axis, a gate or a padding wrong, weights in another order, a number left out. Forward values only:
that the engine's gradients belong to its forward pass is tested by finite differences (tests/unit).
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from doctor_check import calibrate, feeds_of, outputs, run

alvor, folder = sys.argv[1], pathlib.Path(sys.argv[2])
rng = np.random.default_rng(11)
INFO = helper.make_tensor_value_info


def doctor(path, *options):
    done = subprocess.run([alvor, "doctor", str(path), "--json", *options], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def random(name, *shape, scale=0.3):
    return numpy_helper.from_array((rng.standard_normal(shape) * scale).astype(np.float32), name)


def model_of(nodes, weights, shape, out, kind=TensorProto.FLOAT, opset=17):
    graph = helper.make_graph(nodes, "g", [INFO("x", kind, shape)], [INFO(out, 1, None)], weights)
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=8)


def chain(ops, weights, shape, **more):
    """Nodes one after another, each fed by the one before and by the names given."""
    nodes, x = [], "x"
    for i, (op, names, attributes) in enumerate(ops):
        given = dict(attributes)
        domain = given.pop("domain", "")
        nodes.append(helper.make_node(op, [x, *names], [f"v{i}"], name=f"n{i}", domain=domain, **given))
        x = f"v{i}"
    return model_of(nodes, weights, shape, x, **more)


def numbers(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def scalar(name, value):
    return numpy_helper.from_array(np.array(value, np.float32), name)


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


def compare(name, model, worst):
    path, batch = folder / "measured.onnx", folder / "measured.npy"
    for d in model.graph.input[0].type.tensor_type.shape.dim:
        if d.dim_param:
            d.dim_param = "N"
    feeds = {"x": feeds_of(model, rng)["x"]}
    if feeds["x"].dtype == np.float32:
        feeds["x"] = (feeds["x"] * 1.5 + 0.3).astype(np.float32)
    calibrate(model, feeds)
    onnx.save(model, path)
    np.save(batch, feeds["x"])
    told = doctor(path, "--data", str(batch))
    assert told["measured"]["ran"] and told["measured"]["data"] == "given", (name, told["measured"])
    seen = outputs(model)
    values = run(model, feeds, sorted(set(seen.values())))
    gone = set()
    for layer in told["layers"]:
        key = "embedding " + layer["weight"]
        key = key if key in seen and key not in gone else layer["weight"]
        gone.add(key)
        if key not in seen:
            continue
        wanted = float(np.sqrt((values[seen[key]].astype(np.float64) ** 2).mean()))
        off = abs(layer["measured"]["signal"] / wanted - 1)
        worst.append(off)
        assert off < 2e-4, (name, layer["weight"], layer["measured"]["signal"], wanted)
    assert len(gone) == len(told["layers"]), name


def refusals():
    """Each graph stops at one node, named; the analytic answer stands."""
    w, v = random("w", 8, 8), random("v", 8)
    image = random("k", 4, 3, 3, 3)
    dense = ("Gemm", ["w"], {"transB": 1})
    def conv(*more, **options):
        return chain([("Conv", ["k"], options), *more], [image, v], ["N", 3, 9, 9])

    relu = ("Relu", [], {})
    mean = ("AveragePool", [], {"kernel_shape": [2, 2], "pads": [1] * 4, "count_include_pad": 1})
    cases = [
        ("operator", "n1", chain([dense, ("Hardmax", [], {}), dense], [w], ["N", 8])),
        ("number", "n2", chain([dense, ("Mul", ["two"], {}), dense], [w, scalar("two", 2)], ["N", 8])),
        ("number", "n0", chain([("Gemm", ["w"], {"alpha": 0.5}), relu], [w], ["N", 8])),
        ("number", "n1", chain([dense, ("Add", ["one"], {}), dense], [w, scalar("one", 1)], ["N", 8])),
        ("number", "n1", conv(("Mul", ["v"], {}))),
        ("option", "n0", conv(relu, dilations=[2, 2])),
        ("option", "n0", conv(relu, auto_pad="SAME_LOWER")),
        ("option", "n0", conv(relu, pads=[0, 1, 0, 1])),
        ("option", "n1", conv(mean)),
        ("places", "n1", conv(("Transpose", [], {"perm": [0, 2, 3, 1]}), relu)),
        ("input", "", chain([("Conv", ["k"], {}), relu], [image], ["N", 3, "H", "W"])),
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
                    "batch first": lstm_batch_first()}.items():
    compare(name, model, worst)
print(f"{len(worst)} layers measured as onnxruntime measures them: the worst is off by {max(worst):.1e}")
refusals()
