"""What the doctor foresees of the command that it gives is what it then finds.

usage: doctor_cure.py ALVOR FOLDER

Chains of 6 to 20 layers that vanish or explode, whole or in part, and one of sigmoids that no scale mends. The layers
named are drawn as the finding's command says, three times by other seeds, and the doctor is asked again: the drifts
must be those that were foreseen, to the spread that the laws give a net of this width and depth, and so must the
forecast.
"""
import json
import math
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

alvor, folder = sys.argv[1], pathlib.Path(sys.argv[2])
WIDTH = 96


def chain(depth, act, deviations, rng):
    nodes, weights, x = [], [], "x"
    for l in range(depth):
        out = WIDTH if l + 1 < depth else 10
        w = rng.standard_normal((out, WIDTH)) * deviations(l)
        weights.append(numpy_helper.from_array(w.astype(np.float32), f"fc{l}.weight"))
        nodes.append(helper.make_node("Gemm", [x, f"fc{l}.weight"], [f"z{l}"], transB=1))
        x = f"z{l}"
        if l + 1 < depth:
            nodes.append(helper.make_node(act, [x], [f"a{l}"]))
            x = f"a{l}"
    graph = helper.make_graph(nodes, "chain", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", WIDTH])],
                              [helper.make_tensor_value_info(x, TensorProto.FLOAT, ["n", 10])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def doctor(path):
    done = subprocess.run([alvor, "doctor", str(path), "--json"], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


he = math.sqrt(2 / WIDTH)
CASES = {
    "small": (12, "Relu", lambda l: he / 3),
    "large": (12, "Relu", lambda l: he * 3),
    "some layers": (20, "Relu", lambda l: he / 4 if 5 <= l < 11 else he),
    "tanh": (16, "Tanh", lambda l: math.sqrt(1 / WIDTH) / 3),
    "sigmoid": (12, "Sigmoid", lambda l: math.sqrt(1 / WIDTH)),
}
rng = np.random.default_rng(7)
for name, (depth, act, deviations) in CASES.items():
    path, fixed = folder / "ill.onnx", folder / "fixed.onnx"
    onnx.save(chain(depth, act, deviations, rng), path)
    told = doctor(path)
    foreseen, layers = told["redrawn"], told["findings"][0]["layers"]
    assert foreseen["known"], name
    if name == "some layers":
        assert layers == [f"fc{l}.weight" for l in range(5, 11)], layers
    for seed in range(3):
        subprocess.run([alvor, "init", "--like", path, "--only", ",".join(layers), "--seed", str(seed), "-o", fixed],
                       check=True, capture_output=True)
        after = doctor(fixed)
        assert after["forecast"] == foreseen["forecast"], (name, after["forecast"], foreseen)
        for drift in ("forward_drift", "backward_drift"):
            off = math.log(after[drift] / foreseen[drift])
            assert abs(off) < 2 * math.sqrt(5 * depth / WIDTH), (name, drift, after[drift], foreseen)
    print(f"{name}: {told['findings'][0]['quantity']} {told['findings'][0]['measured']:.2g}, foreseen "
          f"{foreseen['forward_drift']:.2g} {foreseen['backward_drift']:.2g} {foreseen['forecast']}, last found "
          f"{after['forward_drift']:.2g} {after['backward_drift']:.2g}")
