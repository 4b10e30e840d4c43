# ONNX graphs of the usual kinds, written by the onnx package from PyPI: what alvor says each weight is
# (kind, fans, activation, residual joins) is what the script that wrote them meant; and no mistake is
# found in healthy ones.
. "$(dirname "$0")/../cli/lib.sh"
python=$2/bin/python
$python -c 'import onnx, numpy' 2>/dev/null || {
    echo 'skipped: no onnx from PyPI in build/venv (./check setup installs it)'
    exit 77
}
$python "$here/onnx_models.py" models >/dev/null || fail 'the models could not be written'

cat >compare.py <<'END'
import json, sys
said = {t["name"]: t for t in json.load(open(sys.argv[1]))["tensors"]}
for name, (kind, fan_in, fan_out, act, ends) in json.load(open(sys.argv[2])).items():
    t = said[name]
    if kind in ("norm", "bias", "buffer"):
        assert t["kind"] == kind, (name, t["kind"], kind)
        continue
    got = [t["kind"], t["fan_in"], t["fan_out"], t["activation"], t["ends_branch"]]
    assert got == [kind, fan_in, fan_out, act, ends], (name, got, [kind, fan_in, fan_out, act, ends])
END
for model in mlp external lenet vgg resnet transformer lstm; do
    try 0 inspect models/$model.onnx --json
    cp "$streams/out" said.json
    $python compare.py said.json models/$model.json || fail "$model: not what its writer meant"
    try 0 inspect models/$model.onnx
    out 'no well-known mistake'
done
try 0 inspect models/mlp.onnx
out 'dense, FLOAT: he_normal'

# External data that are missing, or lie elsewhere.
cp models/external.onnx lone.onnx
try 2 inspect lone.onnx
err 'external.bin: cannot read it'
