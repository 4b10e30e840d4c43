"""Graphs made by hand, and what the doctor measures of them beside onnxruntime on the very same batch.

The scripts that import this take ALVOR FOLDER as their arguments.
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


def fixed_samples(model):
    """How many samples the graph takes, 0 where it takes any number; sequences of a table stand second."""
    d = model.graph.input[0].type.tensor_type.shape.dim[0]
    return d.dim_value if all(i.dim_value for i in model.graph.input[0].type.tensor_type.shape.dim) else 0


def fed(model, x):
    """The data, and inputs beside them as the doctor takes them."""
    usual = {"attention_mask": np.ones_like(x), "token_type_ids": np.zeros_like(x),
             "position_ids": np.arange(x.shape[1])[None].repeat(len(x), 0)}
    return {"x": x, **{i.name: usual[i.name] for i in model.graph.input if i.name in usual}}


def run_fixed(model, x, names):
    """As many at a time as the graph takes, one after another."""
    n = fixed_samples(model) or len(x)
    if n == len(x):
        return run(model, fed(model, x), names)
    parts = [run(model, fed(model, x[i:i + n]), names) for i in range(0, len(x), n)]
    return {name: np.stack([p[name] for p in parts]) for name in names}


def compare(name, model, worst):
    path, batch = folder / "measured.onnx", folder / "measured.npy"
    for d in model.graph.input[0].type.tensor_type.shape.dim:
        if d.dim_param == "n":
            d.dim_param = "N"
    feeds = {"x": feeds_of(model, rng)["x"]}
    if 0 < fixed_samples(model) < 24:
        feeds["x"] = np.concatenate([feeds_of(model, rng)["x"] for _ in range(24)])
    if feeds["x"].dtype == np.float32:
        feeds["x"] = (feeds["x"] * 1.5 + 0.3).astype(np.float32)
    calibrate(model, fed(model, feeds["x"]))
    onnx.save(model, path)
    np.save(batch, feeds["x"])
    told = doctor(path, "--data", str(batch))
    assert told["measured"]["ran"] and told["measured"]["data"] == "given", (name, told["measured"])
    seen = outputs(model)
    values = run_fixed(model, feeds["x"], sorted(set(seen.values())))
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
