"""Plain chains simulated directly in numpy, and faults planted in models: what must the doctor say?

usage: doctor_faults.py ALVOR FOLDER

A second implementation of a relu chain, forward and backward, without onnxruntime: nets of 20 layers of
64 units drawn anew, written as safetensors (no graph: the doctor takes the file's order) and simulated
on normal inputs. Then healthy models and planted faults: exit code, verdict, where it starts.
"""
import json
import math
import pathlib
import struct
import subprocess
import sys

import numpy as np
import onnx
from onnx import numpy_helper

alvor, folder = sys.argv[1], pathlib.Path(sys.argv[2])
DEPTH, WIDTH, BATCH = 20, 64, 512


def doctor(path, *options):
    done = subprocess.run([alvor, "doctor", str(path), "--json", *options], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["critical"] == (done.returncode == 1)
    return told


def write(path, weights):
    header, at = {}, 0
    for i, w in enumerate(weights):
        header[f"layers.{i:02}.weight"] = {"dtype": "F32", "shape": list(w.shape), "data_offsets": [at, at + w.size * 4]}
        at += w.size * 4
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(w.astype("<f4").tobytes() for w in weights))


def draw(rng, variance=2.0):
    return [rng.standard_normal((WIDTH, WIDTH)) * math.sqrt(variance / WIDTH) for _ in range(DEPTH)]


def simulate(weights, rng):
    """Root mean squares of the pre-activations and of random gradients sent down from the last layer."""
    a, zs = rng.standard_normal((BATCH, WIDTH)), []
    for w in weights:
        zs.append(a @ w.T)
        a = np.maximum(zs[-1], 0)
    g, gradients = rng.standard_normal(zs[-1].shape), []
    for z, w in zip(zs[::-1], [None] + weights[:0:-1]):
        if w is not None:
            g = (g @ w) * (z > 0)
        gradients.append(g)
    size = lambda x: float(np.sqrt((x**2).mean()))
    back = np.array([size(g) for g in gradients[::-1]])
    return np.array([size(z) for z in zs]), back / back[-1]


def chains():
    rng, inside, halves = np.random.default_rng(3), {"signal": [], "gradient": []}, []
    for i in range(15):
        weights = draw(rng)
        write(folder / "chain.safetensors", weights)
        measured = dict(zip(inside, simulate(weights, rng)))
        for l, layer in enumerate(doctor(folder / "chain.safetensors", "--act", "relu")["layers"]):
            for key, list_ in inside.items():
                allowed = 1.01  # of a batch of 512
                list_.append(layer[key]["lo"] / allowed <= measured[key][l] <= layer[key]["hi"] * allowed)
            halves.append(2 * math.log(layer["signal"]["hi"] / layer["signal"]["mid"]))
    for key, list_ in inside.items():
        print(f"relu chain, 20 x 64, {key}: coverage {np.mean(list_):.3f} of {len(list_)}")
    print(f"median half-width of the log variance {np.median(halves):.3f}, bound {3 * math.sqrt(5 * DEPTH / WIDTH):.3f}")
    assert np.mean(inside["signal"]) >= 0.9 and np.mean(inside["gradient"]) >= 0.9


def faults():
    rng = np.random.default_rng(5)
    healthy = draw(rng)
    bound = 1 / math.sqrt(WIDTH)
    planted = {
        "healthy": (healthy, None, "trains"),
        "times 0.1": ([0.1 * w for w in healthy], "layers.00.weight", "vanishing"),
        "times 10": ([10 * w for w in healthy], "layers.00.weight", "exploding"),
        "times 10 from layer 5": (healthy[:5] + [10 * w for w in healthy[5:]], "layers.05.weight", "exploding"),
        "zeros": ([0 * w for w in healthy], "layers.00.weight", "vanishing"),
        "PyTorch's default": ([rng.uniform(-bound, bound, w.shape) for w in healthy], "layers.00.weight", "vanishing"),
    }
    for name, (weights, starts, forecast) in planted.items():
        write(folder / "fault.safetensors", weights)
        told = doctor(folder / "fault.safetensors")
        print(f"{name}: {told['forecast']}, signal x {told['forward_drift']:.2g}, gradient x {told['backward_drift']:.2g}")
        assert told["forecast"] == forecast, (name, told["forecast"])
        assert told["critical"] == (forecast != "trains"), name
        if starts and name != "PyTorch's default":
            assert told["findings"][0]["starts_at"] == starts, (name, told["findings"][0]["starts_at"])


def graphs():
    for name in ("mlp", "lenet", "vgg", "resnet", "transformer", "lstm"):
        path = folder / "0" / f"{name}.onnx"
        assert not doctor(path)["critical"], name
        for factor in (10, 0.1, 0):
            model = onnx.load(path)
            for w in model.graph.initializer:
                if w.data_type == onnx.TensorProto.FLOAT and len(w.dims) > 1:
                    w.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(w) * np.float32(factor), w.name))
            onnx.save(model, folder / "fault.onnx")
            told = doctor(folder / "fault.onnx")
            print(f"{name} times {factor}: {'CRITICAL' if told['critical'] else 'not critical'}, "
                  f"{told['forecast']}, signal x {told['forward_drift']:.2g}, gradient x {told['backward_drift']:.2g}")
            assert factor != 0 or told["critical"], name
            assert factor != 0 or "exploding" not in {l["verdict"] for l in told["layers"]}, (name, told["layers"])



def redraw():
    """The layers that a finding names, drawn anew by the command that the table suggests, are well again."""
    rng = np.random.default_rng(5)
    healthy = draw(rng)
    path, fixed = folder / "part.safetensors", folder / "fixed.safetensors"
    write(path, healthy[:8] + [10 * w for w in healthy[8:12]] + healthy[12:])
    finding = doctor(path)["findings"][0]
    assert finding["layers"] == [f"layers.{i:02}.weight" for i in range(8, 12)], finding["layers"]
    shown = subprocess.run([alvor, "doctor", str(path)], capture_output=True, text=True).stdout
    command = next(line.split() for line in shown.splitlines() if "alvor init --like" in line)
    only = command[command.index("--only") + 1].strip("'")
    assert only == ",".join(finding["layers"]), only
    subprocess.run([alvor, "init", "--like", str(path), "--only", only, "-o", str(fixed)], check=True,
                   capture_output=True)
    assert not doctor(fixed)["critical"]


def left_out():
    """What has no part in the result is named: clipping, slopes, unknown operators; constants have theirs."""
    rng = np.random.default_rng(9)
    tensor = lambda name, *shape: numpy_helper.from_array(rng.standard_normal(shape).astype(np.float32), name)
    node, info = onnx.helper.make_node, onnx.helper.make_tensor_value_info
    chain = [("Gemm", "w"), ("Relu",), ("Mul", "gain"), ("Add", "table"), ("Mul", "two"), ("Add", "two"),
             ("Clip",), ("PRelu", "slope"), ("Hardmax",), ("Round",), ("Hardmax",), ("Gemm", "v")]
    nodes = [node(op, [f"x{i}", *rest], [f"x{i + 1}"]) for i, (op, *rest) in enumerate(chain)]
    weights = [tensor("w", 8, 8), tensor("gain", 8), tensor("table", 1, 8), tensor("two"), tensor("slope", 1),
               tensor("v", 8, 8)]
    last = f"x{len(chain)}"
    graph = onnx.helper.make_graph(nodes, "left_out", [info("x0", 1, [None, 8])], [info(last, 1, [None, 8])], weights)
    path = folder / "left_out.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
    told = doctor(path)
    assert {x["what"]: x["times"] for x in told["left_out"]} == {"clip": 1, "prelu": 1}, told["left_out"]
    assert told["not_counted"] == ["slope"], told["not_counted"]
    names = ["Hardmax", "Round", "Hardmax"]
    assert [x["operator"] for x in told["assumptions"]] == names, told["assumptions"]
    shown = subprocess.run([alvor, "doctor", str(path), "--lang", "en"], capture_output=True, text=True).stdout
    for text in ("Hardmax (2), Round: unknown here", "    slope\n", "taken as relu6"):
        assert text in shown, (text, shown)
    assert max(map(len, shown.splitlines())) <= 80, shown
    nodes = [node("Conv", ["x0", "onnx::Conv_9"], ["c"], kernel_shape=[3, 3]), node("Relu", ["c"], ["r"]),
             node("Flatten", ["r"], ["f"]), node("Gemm", ["f", "v"], ["z"])]
    graph = onnx.helper.make_graph(nodes, "folded", [info("x0", 1, [None, 2, 5, 5])], [info("z", 1, [None, 3])],
                                   [tensor("onnx::Conv_9", 4, 2, 3, 3), tensor("v", 36, 3)])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
    assert {x["what"]: x["times"] for x in doctor(path)["left_out"]} == {"folded_norm": 1}


chains()
faults()
redraw()
left_out()
graphs()
