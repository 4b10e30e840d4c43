# init --like on files of others: ONNX that onnx.checker accepts and onnxruntime runs, npz that NumPy
# loads (its sums checked), safetensors that its own library loads; other bytes stay.
. "$(dirname "$0")/../cli/lib.sh"
python=$2/bin/python
$python -c 'import onnx, onnxruntime, numpy, safetensors' 2>/dev/null || {
    echo 'skipped: no onnx, onnxruntime and safetensors from PyPI in build/venv'
    exit 77
}
$python "$here/onnx_models.py" models >/dev/null || fail 'the models could not be written'
cat >check.py <<'END'
import sys
import numpy, onnx, onnxruntime
from onnx import numpy_helper

old, new = (onnx.load(path) for path in sys.argv[1:3])
onnx.checker.check_model(sys.argv[2], full_check=True)
names = {}
for model, key in ((old, 0), (new, 1)):
    for t in model.graph.initializer:
        names.setdefault(t.name, [None, None])[key] = numpy_helper.to_array(t)
changed = {name for name, (a, b) in names.items() if not numpy.array_equal(a, b)}
kept = set(names) - changed
assert any("weight" in n or "MatMul" in n or n in "WR" for n in changed), changed
assert all(names[n][0].dtype == numpy.float32 for n in changed), changed
assert not [n for n in changed if n.endswith(("running_mean", "running_var", "root", "one", "half"))]
for model in (old, new):
    del model.graph.initializer[:]
assert old == new, "the graph changed"
session = onnxruntime.InferenceSession(sys.argv[2])
x = session.get_inputs()[0]
shape = [d if isinstance(d, int) else 4 for d in x.shape]
rng = numpy.random.default_rng(0)
feed = rng.integers(0, 20, shape) if "int64" in x.type else rng.standard_normal(shape).astype("float32")
y = session.run(None, {x.name: feed})[0]
assert numpy.isfinite(y).all() and y.std() > 1e-3, y.std()
END
mkdir new
for model in mlp external lenet vgg resnet transformer lstm; do
    try 0 init --like models/$model.onnx -o new/$model.onnx
    $python check.py models/$model.onnx new/$model.onnx || fail "$model: not as it should be"
    try 0 inspect new/$model.onnx
    out 'no well-known mistake'
done
try 2 init --like models/external.onnx -o models/other.onnx
err 'would be written over itself'

# The activation and the joins that the graph shows decide the gain.
try 0 init --like models/lenet.onnx --dry-run
out 'conv2\.weight +conv +150/400 +.* he_normal\(gain=1\.59254\)'
out 'fc2\.weight +head .* lecun_normal'
try 0 init --like models/transformer.onnx --dry-run
out 'onnx::MatMul_1 .*he_normal\(gain=1\.53353\)'
out 'onnx::MatMul_2 .*he_normal\(gain=0\.707107\)'
try 0 init --like models/resnet.onnx --dry-run
out 'b0\.conv2\.weight +conv +72/72 +0\.1667 +he_normal$'

$python - <<'END' || fail 'npz'
import numpy
numpy.savez("m.npz", **{"dense/kernel": numpy.zeros((30, 20), "f4"), "dense/bias": numpy.ones(20, "f4"),
                        "step": numpy.arange(3)})
numpy.savez_compressed("c.npz", w=numpy.zeros((30, 20), "f4"))
END
try 0 init --like m.npz -o n.npz
try 2 init --like c.npz -o d.npz
err 'numpy.savez'
$python - <<'END' || fail 'npz, read by NumPy'
import numpy
n = numpy.load("n.npz")
w = n["dense/kernel"]
assert w.shape == (30, 20) and abs(w.std() - 30 ** -0.5) < 0.02 and (n["dense/bias"] == 0).all()
assert (n["step"] == [0, 1, 2]).all()
END

$python - <<'END' || fail 'safetensors'
import numpy
from safetensors.numpy import save_file
save_file({"fc.weight": numpy.zeros((30, 20), "f4"), "step": numpy.arange(3)}, "m.safetensors", {"a": "b"})
END
try 0 init --like m.safetensors -o n.safetensors --scheme he_normal
$python - <<'END' || fail 'safetensors, read by its own library'
from safetensors import safe_open
with safe_open("n.safetensors", "numpy") as f:
    assert f.metadata() == {"a": "b"} and abs(f.get_tensor("fc.weight").std() - 0.1 ** 0.5) < 0.03
    assert (f.get_tensor("step") == [0, 1, 2]).all()
END

# The module that it came from, where there is a PyTorch.
torch=
for candidate in "$python" python3 /usr/bin/python3; do
    [ -z "$torch" ] && $candidate -c 'import safetensors.torch' 2>/dev/null && torch=$candidate
done
/usr/bin/python3 -c 'import torch' 2>/dev/null && {
    /usr/bin/python3 "$here/into_torch.py" "$alvor" . || fail 'a PyTorch module does not take what was drawn for it'
}
[ -n "$torch" ] || exit 0
$torch - <<'END' || fail 'PyTorch wrote no model'
import torch
from safetensors.torch import save_model
save_model(torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 5)), "t.safetensors")
END
try 0 init --like t.safetensors -o u.safetensors --scheme he_normal
$torch - <<'END' || fail 'the PyTorch module does not take it'
import torch
from safetensors.torch import load_model
m = torch.nn.Sequential(torch.nn.Linear(20, 30), torch.nn.ReLU(), torch.nn.Linear(30, 5))
load_model(m, "u.safetensors")
assert abs(m[0].weight.std().item() - 0.1 ** 0.5) < 0.03 and m[2].bias.abs().sum().item() == 0
END
