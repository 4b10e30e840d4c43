"""Graphs as they are found in the wild: alvor inspect, init --like and doctor on each give a result or say what is wrong.

usage: hostile_graphs.py ALVOR FOLDER

What init --like writes is checked by onnx.checker and loads in onnxruntime, with the same tensors and another draw of
those that are weights. Where a graph can be run, what the doctor measures is what onnxruntime has.
"""
import json
import subprocess

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from doctor_check import calibrate
from doctor_compare import alvor, chain, doctor, folder, model_of, numbers, random

INFO = helper.make_tensor_value_info
NODE = helper.make_node


def mlp(opset=17, kind=np.float32, dims=("N", 6), tied=False):
    w = [numpy_helper.from_array(numpy_helper.to_array(random(n, *s)).astype(kind), n)
         for n, s in (("a.weight", (8, 6)), ("a.bias", (8,)), ("b.weight", (8, 8)), ("c.weight", (8, 4)))]
    nodes = [NODE("Gemm", ["x", "a.weight", "a.bias"], ["h"], transB=1), NODE("Relu", ["h"], ["r"]),
             NODE("MatMul", ["r", "b.weight"], ["h2"]), NODE("Tanh", ["h2"], ["t"]),
             *([NODE("MatMul", ["t", "b.weight"], ["h3"])] if tied else []), NODE("MatMul", ["h3" if tied else "t", "c.weight"], ["y"])]
    kinds = {np.float16: TensorProto.FLOAT16, np.float64: TensorProto.DOUBLE}
    return model_of(nodes, w, list(dims), "y", kind=kinds.get(kind, TensorProto.FLOAT), opset=opset)


def as_constants():
    """Every initializer a Constant node, as some exporters write them."""
    model = mlp()
    nodes = [NODE("Constant", [], [w.name], value=w) for w in model.graph.initializer] + list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def turned():
    """Weights that are transposed first, by Transpose or through Identity, and one that two layers share, both ways."""
    weights = [random("a", 8, 6), random("b", 8, 8), random("e", 4, 8)]
    nodes = [NODE("Transpose", ["a"], ["at"], perm=[1, 0]), NODE("MatMul", ["x", "at"], ["h"]), NODE("Relu", ["h"], ["r"]),
             NODE("Identity", ["b"], ["bi"]), NODE("Transpose", ["bi"], ["bt"]), NODE("MatMul", ["r", "bi"], ["h2"]),
             NODE("Relu", ["h2"], ["r2"]), NODE("Gemm", ["r2", "bt"], ["h3"]), NODE("Transpose", ["e"], ["et"], perm=[1, 0]),
             NODE("Gemm", ["h3", "et"], ["y"])]
    return model_of(nodes, weights, ["N", 6], "y")


def passed():
    """Identity, Dropout, Cast and a batch norm in inference form between layers."""
    stats = [numpy_helper.from_array(np.full(4, v, np.float32), n) for n, v in (("g", 1.1), ("s", 0.1), ("m", 0.0), ("v", 1.0))]
    return chain([("Identity", [], {}), ("Conv", ["k"], {"pads": [1] * 4}), ("BatchNormalization", ["g", "s", "m", "v"], {}),
                  ("Relu", [], {}), ("Dropout", [], {}), ("Cast", [], {"to": 1}), ("GlobalAveragePool", [], {}), ("Flatten", [], {}),
                  ("Gemm", ["w"], {})], [random("k", 4, 3, 3, 3), random("w", 4, 5), *stats], ["N", 3, 8, 8])


def tied_table():
    """A table of tokens that is the head, too."""
    weights = [random("tok.weight", 11, 6), random("w", 6, 6)]
    nodes = [NODE("Gather", ["tok.weight", "x"], ["e"]), NODE("MatMul", ["e", "w"], ["h"]), NODE("Tanh", ["h"], ["t"]),
             NODE("Transpose", ["tok.weight"], ["back"], perm=[1, 0]), NODE("MatMul", ["t", "back"], ["y"])]
    return model_of(nodes, weights, ["N", 5], "y", kind=TensorProto.INT64)


def quantized():
    w = [numpy_helper.from_array(np.ones((6, 4), np.uint8), "w"), numpy_helper.from_array(np.float32(0.1), "s"),
         numpy_helper.from_array(np.uint8(0), "z"), random("v", 4, 3)]
    nodes = [NODE("QuantizeLinear", ["x", "s", "z"], ["q"]), NODE("QLinearMatMul", ["q", "s", "z", "w", "s", "z", "s", "z"], ["r"]),
             NODE("DequantizeLinear", ["r", "s", "z"], ["d"]), NODE("MatMul", ["d", "v"], ["y"])]
    return model_of(nodes, w, ["N", 6], "y")


def dequantized():
    """Weights kept as whole numbers."""
    w = [numpy_helper.from_array(np.arange(24, dtype=np.int8).reshape(6, 4), "w"), numpy_helper.from_array(np.float32(0.1), "s"),
         numpy_helper.from_array(np.int8(0), "z"), random("v", 4, 3)]
    nodes = [NODE("DequantizeLinear", ["w", "s", "z"], ["d"]), NODE("MatMul", ["x", "d"], ["h"]), NODE("MatMul", ["h", "v"], ["y"])]
    return model_of(nodes, w, ["N", 6], "y")


def branching(op):
    """A subgraph between two layers."""
    w = [random("a", 6, 6), random("b", 6, 3), numpy_helper.from_array(np.bool_(True), "yes"), numbers("twice", 2)]
    body = [NODE("Relu", ["h"], ["r"])]
    if op == "If":
        sub = helper.make_graph(body, "g", [], [INFO("r", 1, None)])
        other = helper.make_graph([NODE("Tanh", ["h"], ["r2"])], "g", [], [INFO("r2", 1, None)])
        nodes = [NODE("If", ["yes"], ["i"], then_branch=sub, else_branch=other)]
    elif op == "Loop":
        sub = helper.make_graph([NODE("Identity", ["c"], ["c2"]), NODE("Relu", ["s"], ["s2"])], "g",
                                [INFO("k", 7, []), INFO("c", 9, []), INFO("s", 1, None)], [INFO("c2", 9, []), INFO("s2", 1, None)])
        nodes = [NODE("Loop", ["twice", "yes", "h"], ["i"], body=sub)]
    else:
        sub = helper.make_graph([NODE("Relu", ["e"], ["f"])], "g", [INFO("e", 1, None)], [INFO("f", 1, None)])
        nodes = [NODE("Scan", ["h"], ["i"], body=sub, num_scan_inputs=1)]
    return model_of([NODE("MatMul", ["x", "a"], ["h"]), *nodes, NODE("MatMul", ["i", "b"], ["y"])], w, ["N", 6], "y", opset=16)


def function():
    """A model-local function in the middle."""
    model = mlp(opset=18)
    local = helper.make_function("own", "Twice", ["a"], ["b"], [NODE("Add", ["a", "a"], ["b"])], [helper.make_opsetid("", 18)])
    model.functions.append(local)
    model.opset_import.append(helper.make_opsetid("own", 1))
    nodes = list(model.graph.node)
    nodes.insert(2, NODE("Twice", ["r"], ["rr"], domain="own"))
    nodes[3].input[0] = "rr"
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def two_inputs():
    w = [random("a", 6, 5), random("b", 7, 5), random("c", 5, 2)]
    nodes = [NODE("MatMul", ["x", "a"], ["h"]), NODE("MatMul", ["z", "b"], ["g"]), NODE("Add", ["h", "g"], ["s"]),
             NODE("MatMul", ["s", "c"], ["y"])]
    model = model_of(nodes, w, ["N", 6], "y")
    model.graph.input.append(INFO("z", 1, ["N", 7]))
    return model


def two_outputs():
    """Two heads, of which the first one is not the last node."""
    w = [random("a", 6, 5), random("b", 5, 4), random("c", 5, 2)]
    nodes = [NODE("MatMul", ["x", "a"], ["h"]), NODE("MatMul", ["h", "b"], ["y"]), NODE("MatMul", ["h", "c"], ["aux"])]
    model = model_of(nodes, w, ["N", 6], "y")
    model.graph.output.append(INFO("aux", 1, None))
    return model


def bf16():
    """Weights in bf16, cast to be used: onnxruntime's processor kernels take no bf16 themselves."""
    import ml_dtypes
    model = mlp()
    nodes = []
    for w in model.graph.initializer:
        value, name = numpy_helper.to_array(w), w.name
        w.CopyFrom(helper.make_tensor(name, TensorProto.BFLOAT16, value.shape, value.astype(ml_dtypes.bfloat16).tobytes(), raw=True))
        nodes.append(NODE("Cast", [name], [name + ".f"], to=1))
    for n in model.graph.node:
        n.input[:] = [i if i in ("x", "h", "r", "h2", "t") else i + ".f" for i in n.input]
    nodes += list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model


def inputs_too():
    """IR 3: initializers are inputs as well, and the data come last."""
    model = mlp(opset=8)
    model.ir_version = 3
    x = onnx.ValueInfoProto()
    x.CopyFrom(model.graph.input[0])
    del model.graph.input[:]
    model.graph.input.extend([INFO(w.name, 1, w.dims) for w in model.graph.initializer])
    model.graph.input.append(x)
    return model


MEASURED = {"opset 7": mlp(7), "newest opset": mlp(onnx.defs.onnx_opset_version() - 1), "open axes": mlp(dims=("N", 6)),
            "constants": as_constants(), "turned": turned(), "passed": passed(), "tied": mlp(tied=True), "table": tied_table(),
            "initializers as inputs": inputs_too(), "two outputs": two_outputs()}
OTHERS = {"half": mlp(kind=np.float16), "double": mlp(kind=np.float64), "bf16": bf16(), "quantized": quantized(),
          "dequantized": dequantized(), "if": branching("If"), "loop": branching("Loop"), "scan": branching("Scan"),
          "function": function(), "two inputs": two_inputs(), "open size": mlp(dims=("N", "features"))}
STOPS = {"quantized": "QuantizeLinear", "dequantized": "MatMul", "if": "If", "loop": "Loop", "scan": "Scan",
         "function": "Twice", "two inputs": "MatMul", "open size": ""}


def finished(model):
    """The checker wants outputs with their types and as many axes as they have."""
    kind = model.graph.input[0].type.tensor_type.elem_type
    kind = kind if kind in (TensorProto.FLOAT16, TensorProto.DOUBLE) else TensorProto.FLOAT
    outputs = [INFO(o.name, kind, [None] * (3 if model is MEASURED["table"] else 2)) for o in model.graph.output]
    del model.graph.output[:]
    model.graph.output.extend(outputs)
    return model


def said(*arguments):
    done = subprocess.run([alvor, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode in (0, 1), (arguments, done.returncode, done.stderr[:500])
    return done.stdout


def floats_of(path):
    """Of a model, all floats by name, those in Constant nodes too."""
    model = onnx.load(path)
    all_ = list(model.graph.initializer)
    for n in model.graph.node:
        if n.op_type == "Constant" and n.attribute[0].t.name:
            all_.append(n.attribute[0].t)
    return {w.name: numpy_helper.to_array(w) for w in all_}


def redrawn(name, path):
    """Checked, loaded, of the same names and shapes; every matrix has new values, whole numbers have not."""
    out = path.with_name("drawn.onnx")
    said("init", "--like", path, "-o", out, "--seed", 3)
    onnx.checker.check_model(str(out))
    onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
    before, after = floats_of(path), floats_of(out)
    assert before.keys() == after.keys(), name
    for key, old in before.items():
        new = after[key]
        assert old.shape == new.shape and old.dtype == new.dtype, (name, key)
        if old.ndim >= 2 and old.dtype.kind == "f" or "bfloat" in str(old.dtype):
            assert old.ndim < 2 or (old.astype(float) != new.astype(float)).mean() > 0.9, (name, key, "not drawn")
        elif old.dtype.kind in "iu":
            assert (old == new).all(), (name, key)


def ends(name, model):
    """How far the last layer is from what onnxruntime has: whatever comes before it is right, too."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    x = next(i for i in model.graph.input if i.name == "x")
    tokens = x.type.tensor_type.elem_type == TensorProto.INT64
    shape = [d.dim_value or 256 for d in x.type.tensor_type.shape.dim]
    rng = np.random.default_rng(3)
    batch = rng.integers(0, 11, shape) if tokens else (rng.standard_normal(shape) + 0.3).astype(np.float32)
    if any(n.op_type == "BatchNormalization" for n in model.graph.node):
        calibrate(model, {"x": batch})
    last = model.graph.node[-1].output[0]
    onnx.save(model, folder / "hostile.onnx")
    np.save(folder / "hostile.npy", batch)
    told = doctor(folder / "hostile.onnx", "--data", str(folder / "hostile.npy"))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    wanted = np.sqrt((session.run([last], {"x": batch})[0].astype(float) ** 2).mean())
    off = abs(told["layers"][-1]["measured"]["signal"] / wanted - 1)
    assert told["measured"]["data"] == "given" and off < 2e-4, (name, off, wanted)
    return off


def main():
    worst = []
    for name, model in {**MEASURED, **OTHERS}.items():
        path = folder / "hostile.onnx"
        onnx.save(finished(model), path)
        onnx.checker.check_model(str(path))
        listed = json.loads(said("inspect", path, "--json"))
        assert listed["tensors"], (name, "no tensors")
        redrawn(name, path)
        told = doctor(path)
        if name in MEASURED:
            assert told["measured"]["ran"], (name, told["measured"])
        if name in STOPS:
            assert not told["measured"]["ran"] and STOPS[name] in told["measured"]["node"], (name, told["measured"])
    for name, model in MEASURED.items():
        worst.append(ends(name, model))
    for name in ("half", "double", "bf16"):
        onnx.save(OTHERS[name], folder / "hostile.onnx")
        assert doctor(folder / "hostile.onnx")["measured"]["ran"], name
    external()
    exported()
    print(f"{len(MEASURED) + len(OTHERS)} graphs as they are found; the last layers of {len(worst)} off by {max(worst):.1e} at most")


def exported():
    """Those of exported_parts.py, drawn anew: they load and run, and tables of cosines are as they were."""
    for path in sorted((folder / "parts").glob("*.onnx")):
        out = folder / "drawn.onnx"
        said("init", "--like", path, "-o", out)
        onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])
        assert doctor(out)["measured"]["ran"], path
        before, after = floats_of(path), floats_of(out)
        for key, old in before.items():
            table = old.ndim >= 2 and old.shape[-2] > 1 and np.allclose(old.reshape(-1, *old.shape[-2:])[0, 0], 1)
            table |= old.ndim >= 2 and old.shape[-1] > 1 and not old.reshape(-1, old.shape[-1])[0].any()  # sines
            assert not table or (old == after[key]).all(), (path, key)


def external():
    """Weights in a file beside it: written beside the output, too."""
    path = folder / "external" / "model.onnx"
    (folder / "external" / "out").mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.data"):
        old.unlink()
    onnx.save_model(finished(mlp()), path, save_as_external_data=True, location="model.data", size_threshold=0)
    assert doctor(path)["measured"]["ran"]
    out = path.parent / "out" / "model.onnx"
    for old in out.parent.iterdir():
        old.unlink()
    said("init", "--like", path, "-o", out)
    onnx.checker.check_model(str(out))
    onnxruntime.InferenceSession(str(out), providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    main()
