# What the doctor predicts and what it measures of the signal in every layer, against onnxruntime on graphs of
# the usual kinds and against a simulation of plain chains; healthy models have no finding. Faults that are
# planted must be findings; docs/doctor.md says which of them are critical.
. "$(dirname "$0")/../cli/lib.sh"
python=$2/bin/python
$python -c 'import onnx, onnxruntime, numpy' 2>/dev/null || {
    echo 'skipped: no onnx and onnxruntime from PyPI in build/venv (./check setup installs them)'
    exit 77
}
mkdir draws
$python "$here/doctor_check.py" "$alvor" draws 6 || fail 'predictions are not what onnxruntime measures'
$python "$here/doctor_moved.py" "$alvor" draws 10 || fail 'what is moved and weighed does not do what is predicted'
$python "$here/doctor_sequences.py" "$alvor" draws 4 || fail 'gradients of sequences are not what is predicted'
torch=/usr/bin/python3
$torch -c 'import torch' 2>/dev/null && { $torch "$here/exported_recurrent.py" draws/recurrent 2>/dev/null || fail 'PyTorch exports no recurrent layers'; }
$python "$here/doctor_recurrent.py" "$alvor" draws 4 || fail 'signals and gradients of GRUs and RNNs are not what is predicted'
$python "$here/doctor_faults.py" "$alvor" draws || fail 'a fault is missed, a healthy model is not well, or something is left out in silence'

$python "$here/doctor_planted.py" "$alvor" draws 2 || fail 'a planted fault is missed, or a healthy model has a finding'
$torch -c 'import torch' 2>/dev/null && { $torch "$here/exported_models.py" draws/exported || fail 'PyTorch exports no models'; }
$python "$here/doctor_cure.py" "$alvor" draws || fail 'what the doctor foresees of its own advice does not come'
$python "$here/doctor_measured.py" "$alvor" draws || fail 'what was measured is not what onnxruntime measures'
$python "$here/doctor_train.py" "$alvor" draws || fail 'the cause that was planted is not the one that is found'
try 2 doctor draws/0/mlp.onnx --train
err '--train needs --data'
try 2 doctor draws/0/lenet.onnx --train --data draws/labelled.npz
err 'has not the shape of the network'
try 0 doctor draws/0/resnet.onnx --train --data draws/labelled.npz --lang en
out 'not tried: group'

try 0 doctor draws/0/mlp.onnx --lang pt
out 'camada'
try 0 doctor draws/0/transformer.onnx --lang en
out 'attention: queries and keys taken as independent'
try 0 doctor draws/0/resnet.onnx --lang en -o page.html
out 'Page: page.html'
grep -q '<ol class="health"><li><a href="#l0" class="healthy" title="stem.weight: fine"><b>✓</b><span>1</span>' page.html ||
    fail 'the page has no strip of the layers'
grep -q 'measured 1' page.html || fail 'the page does not say what was measured'
grep -q '<script' page.html && fail 'the page has a script'
grep -q '[-]-paper: #14181f' page.html || fail 'the page has not the style of the others'
try 2 doctor draws/0/resnet.onnx -o nosuch/page.html
try 2 doctor
err 'doctor takes one model file'
try 2 doctor draws/0/mlp.onnx --act nosuch
try 2 doctor draws/0/mlp.onnx --data missing.npy
