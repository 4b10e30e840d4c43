# The layers that files have beside the lab's own: what the doctor measures of them, against onnxruntime.
. "$(dirname "$0")/../cli/lib.sh"
python=$2/bin/python
$python -c 'import onnx, onnxruntime, numpy' 2>/dev/null || {
    echo 'skipped: no onnx and onnxruntime from PyPI in build/venv (./check setup installs them)'
    exit 77
}
mkdir draws
torch=/usr/bin/python3
if $torch -c 'import torch' 2>/dev/null; then
    $torch "$here/exported_parts.py" draws/parts || fail 'PyTorch exports no models'
else
    echo "without PyTorch's own exports: $torch has none (python3-torch)"
fi
$python "$here/doctor_layers.py" "$alvor" draws || fail 'a layer of files is not what onnxruntime has'
$python "$here/hostile_graphs.py" "$alvor" draws || fail 'a graph as it is found is not read, drawn or run as it should be'
