"""Does the doctor's trial find the cause that was planted, and only that?

usage: doctor_train.py ALVOR FOLDER

One small network and one data set, four clusters that a sound training tells apart. Each case spoils one thing:
nothing, the weights, the inputs, the learning rate, the labels. If this failed, "is it the init?" would be
answered with yes where it is not, or with no where it is.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

alvor, folder = sys.argv[1], pathlib.Path(sys.argv[2])
DIM, WIDTH, DEPTH, CLASSES, SAMPLES = 12, 24, 6, 4, 512


def network(path, scale, rng):
    nodes, weights, x, n_in = [], [], "x", DIM
    for i in range(DEPTH):
        n_out = WIDTH if i < DEPTH - 1 else CLASSES
        w = rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_in) * scale
        weights += [numpy_helper.from_array(w.astype(np.float32), f"fc{i}.weight"),
                    numpy_helper.from_array(np.zeros(n_out, np.float32), f"fc{i}.bias")]
        nodes.append(helper.make_node("Gemm", [x, f"fc{i}.weight", f"fc{i}.bias"], [f"z{i}"], transB=1))
        x, n_in = f"z{i}", n_out
        if i < DEPTH - 1:
            nodes.append(helper.make_node("Relu", [x], [f"a{i}"]))
            x = f"a{i}"
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", 1, ["N", DIM])],
                              [helper.make_tensor_value_info(x, 1, ["N", CLASSES])], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def data(path, rng, spoil=None):
    centres = rng.standard_normal((CLASSES, DIM))
    y = rng.integers(0, CLASSES, SAMPLES)
    x = centres[y] + 0.5 * rng.standard_normal((SAMPLES, DIM))
    if spoil == "inputs":
        x = 3e4 + 3e3 * x
    if spoil == "labels":
        y = rng.integers(0, CLASSES, SAMPLES)
    np.savez(path, x=x.astype(np.float32), y=y)


def answer(path, batch, *options, code=None):
    done = subprocess.run([alvor, "doctor", str(path), "--data", str(batch), "--train", "--json", *options],
                          capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["critical"] == (done.returncode == 1)
    return told["counterfactual"]


CASES = {
    # planted: (scale of the weights, what is wrong with the data, optimizer, answers that are right)
    "nothing": (1, None, "momentum(lr=0.01)", ("trains", "trains_sooner")),
    "weights too small": (0.1, None, "momentum(lr=0.01)", ("init",)),
    "weights of zero": (0, None, "momentum(lr=0.01)", ("init",)),
    "weights too large": (30, None, "momentum(lr=0.01)", ("init",)),
    "inputs": (1, "inputs", "momentum(lr=0.01)", ("inputs",)),
    "learning rate too small": (1, None, "sgd(lr=0.0003)", ("learning_rate",)),
    "learning rate too large": (1, None, "momentum(lr=2)", ("learning_rate", "optimizer")),
    "labels": (1, "labels", "momentum(lr=0.01)", ("labels",)),
}
model, batch = folder / "trained.onnx", folder / "labelled.npz"
for seed, (planted, (scale, spoil, optimizer, right)) in enumerate(CASES.items()):
    network(model, scale, np.random.default_rng(seed))
    data(batch, np.random.default_rng(100 + seed), spoil)
    told = answer(model, batch, "--optimizer", optimizer, "--steps", "200")
    print(f"{planted}: {told['answer']}")
    for trial in told["trials"]:
        print(f"    {trial['changed']:20} loss {trial['loss'] if trial['loss'] is None else round(trial['loss'], 3)} "
              f"{trial['outcome']}{', mends' if trial['mends'] else ''}")
    assert told["answer"] in right, (planted, told["answer"])
again = answer(model, batch, "--optimizer", "momentum(lr=0.01)", "--steps", "200")
assert again == told, "not the same twice"
