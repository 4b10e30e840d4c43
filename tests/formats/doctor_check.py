"""Predicted layer signals against onnxruntime, on the graphs of onnx_models.py drawn anew many times.

usage: doctor_check.py ALVOR FOLDER DRAWS

Of every weight the root mean square of what it gives (with its bias, before the activation) is measured
on a batch of standard normal inputs, or of tokens drawn uniformly. Batch norms get the batch's own
statistics first, which is what training does. Prints the coverage of the 95 % intervals and the median
half-width (of the log variance) of each family, beside the bound 3 sqrt(5 depth / width); also the share of
gradients that the doctor itself measured inside their intervals, of which the same is asserted.
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

here = pathlib.Path(__file__).parent
# Families whose intervals are claimed to hold, and the least coverage that is asserted.
HOLDS = {"mlp": 0.9, "lenet": 0.9, "vgg": 0.9, "resnet": 0.9, "transformer": 0.9, "lstm": 0.9}
OUTSIDE = ()


def run(model, feeds, names):
    for name in names:
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    values = session.run(names, feeds)
    del model.graph.output[-len(names):]
    return dict(zip(names, values))


def calibrate(model, feeds):
    """Stored statistics of batch norms := those of this batch, one norm after another."""
    weights = {w.name: w for w in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "BatchNormalization":
            x = run(model, feeds, [node.input[0]])[node.input[0]]
            axes = (0, *range(2, x.ndim))
            for name, value in ((node.input[3], x.mean(axes)), (node.input[4], x.var(axes))):
                weights[name].CopyFrom(numpy_helper.from_array(value.astype(np.float32), name))


def outputs(model):
    """{weight: the value that it gives, its bias added}."""
    weights = {w.name for w in model.graph.initializer}
    biases = {w.name for w in model.graph.initializer if len(w.dims) == 1}
    given = {}
    for node in model.graph.node:
        if node.op_type == "Transpose" and node.input[0] in weights:
            given[node.output[0]] = node.input[0]
    found = {}
    for node in model.graph.node:
        for name in node.input:
            name = given.get(name, name)
            if node.op_type in ("Gemm", "Conv", "MatMul") and name in weights and "bias" not in name:
                found[name] = node.output[0]
            elif node.op_type == "Gather" and node.input[0] == name:
                found["embedding " + name] = node.output[0]
        if node.op_type == "Add":
            for name, value in found.items():
                if value in node.input and any(i in biases for i in node.input):
                    found[name] = node.output[0]
    return found


def gates(model, feeds):
    """{W of an LSTM: what it and the biases give of each step's input}."""
    weights = {w.name: w for w in model.graph.initializer}
    found = {}
    for node in model.graph.node:
        if node.op_type == "LSTM":
            w, b = (numpy_helper.to_array(weights[name])[0] for name in (node.input[1], node.input[3]))
            x = run(model, feeds, [node.input[0]])[node.input[0]]
            found[node.input[1]] = x @ w.T + b[:len(w)] + b[len(w):]
    return found


def feeds_of(model, rng):
    x = model.graph.input[0].type.tensor_type
    shape = [d.dim_value or (12 if d.dim_param == "t" else 256) for d in x.shape.dim]
    if x.elem_type == onnx.TensorProto.INT64:
        table = next(w for w in model.graph.initializer if w.name.split(".")[0] in ("tok", "embed", "word"))
        return {"x": rng.integers(0, table.dims[0], shape)}
    return {"x": rng.standard_normal(shape).astype(np.float32)}


def said(alvor, path):
    done = subprocess.run([alvor, "doctor", str(path), "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def sampling(squares):
    """The batch's own error of the log of a mean square: samples along the axis of 256, else unknown."""
    if 256 not in squares.shape:
        return 0
    each = np.moveaxis(squares, squares.shape.index(256), 0).reshape(256, -1).mean(1)
    return float(each.std() / each.mean() / 16)


def check(alvor, path, rng, rows):
    model = onnx.load(path)
    feeds = feeds_of(model, rng)
    calibrate(model, feeds)
    layers, seen = said(alvor, path)["layers"], outputs(model)
    values = run(model, feeds, sorted(set(seen.values())))
    for name, value in gates(model, feeds).items():
        seen[name] = "gates " + name
        values[seen[name]] = value
    told = set()
    for layer in layers:
        name = layer["weight"]
        key = "embedding " + name if "embedding " + name in seen and name not in told else name
        told.add(name)
        if key not in seen:
            continue
        squares = values[seen[key]].astype(np.float64) ** 2
        measured = float(np.sqrt(squares.mean()))
        s = layer["signal"]
        half = math.hypot(math.log(s["hi"] / s["mid"]), 1.96 * sampling(squares) / 2)
        inside = abs(math.log(measured / s["mid"])) <= half
        rows.append((name, math.log(measured / s["mid"]), math.log(s["hi"] / s["mid"]) * 2, inside, len(layers),
                     values[seen[key]].shape[1 if values[seen[key]].ndim == 4 else -1],
                     layer["measured"]["gradient_inside"]))


def main():
    alvor, folder, draws = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    rng, failed = np.random.default_rng(7), []
    results = {family: [] for family in HOLDS}
    for draw in range(draws):
        subprocess.run([sys.executable, here / "onnx_models.py", folder / str(draw), str(draw + 1)], check=True)
        for family, rows in results.items():
            check(alvor, folder / str(draw) / f"{family}.onnx", rng, rows)
    print(f"{'family':12}{'layers':>8}{'coverage':>10}{'bias':>8}{'half-width':>12}{'bound':>8}{'gradient':>10}")
    for family, rows in results.items():
        coverage = np.mean([r[3] for r in rows])
        half = np.median([r[2] for r in rows])
        gradients = np.mean([r[6] for r in rows])
        bound = 3 * math.sqrt(5 * rows[0][4] / np.median([r[5] for r in rows]))
        print(f"{family:12}{len(rows):8}{coverage:10.3f}{np.mean([r[1] for r in rows]):8.3f}{half:12.3f}{bound:8.3f}"
              f"{gradients:10.3f}"
              + ("  outside" if family in OUTSIDE else ""))
        if "-v" in sys.argv:
            for name in dict.fromkeys(r[0] for r in rows):
                of = [r for r in rows if r[0] == name]
                print("   ", name, [round(float(np.mean([r[k] for r in of])), 3) for k in (1, 2, 3)],
                      "sd", round(float(np.std([r[1] for r in of])) * 2, 3))
        if family not in OUTSIDE and (min(coverage, gradients) < HOLDS[family] or half > bound):
            failed.append(family)
    if failed:
        sys.exit(f"outside the intervals: {', '.join(failed)}")


if __name__ == "__main__":
    main()
