# Networks beyond dense chains through the command: what trains, what is told, what is refused.
. "$(dirname "$0")/common.sh"

images() { "$alvor" compare --data shapeset --train 120 --test 40 --batch 20 --steps 6 --seeds 2 \
    --act relu --light --no-extra -q "$@"; }

expect 0 images --model 'resnet 8 width=4' --init 'zeros,he_normal' --json -o resnet
python3 - <<'PY' || fail 'what the resnet tells'
import json
d = json.load(open("out"))
assert d["spec"]["model"].startswith("resnet 8 in=1x32x32 out=9 width=4"), d["spec"]["model"]
assert len(d["trials"]) == 4 and not any("relu" in t["scheme"] for t in d["trials"])
zeros = [t for t in d["trials"] if t["scheme"] == "zeros"]
he = [t for t in d["trials"] if t["scheme"] == "he_normal"]
assert all(t["forward_gain"] == 0 for t in zeros)
assert all(0.8 < t["forward_gain"] < 1.4 and 0.7 < t["backward_gain"] < 1.6 for t in he), he
PY
[ -s resnet/report.html ] || fail 'no report'
# The same bits on any number of workers, and when run again.
for jobs in 1 2; do
    expect 0 images --model 'conv 4,8x2 norm=batch' --init he_normal --jobs $jobs -o jobs$jobs
    python3 -c "
import sqlite3
print(sqlite3.connect('jobs$jobs/run.db').execute(
    'SELECT group_concat(final_train_loss) FROM trial').fetchone())" >losses$jobs
done
cmp losses1 losses2 || fail 'workers change the losses'
expect 0 images --hidden '16x5 residual=2 branch=0 norm=layer' --init 'he_normal,lsuv' -o mlp
expect 2 images --model 'conv 4x3 residual=2 tanh' --init orthogonal -o conv
has err 'already names tanh'

# Texts: what comes next, told from what came before.
python3 -c "print('the quick brown fox jumps over the lazy dog, and so on; ' * 40)" >fox.txt
text() { "$alvor" compare --data fox.txt --context 8 --steps 80 --seeds 2 --light --no-extra -q \
    --optimizer adam --lr 0.01 --batch 32 "$@"; }
expect 0 text --model 'transformer d=16 L=1 h=2 gelu' --init 'zeros,xavier_uniform' --json -o words
python3 - <<'PY' || fail 'what the transformer tells'
import json
d = json.load(open("out"))
assert d["spec"]["model"].startswith("transformer d=16 L=1 h=2 in=8 tokens=30 out=30"), d["spec"]
loss = {t["scheme"]: t["final_train_loss"] for t in d["trials"]}
assert loss["xavier_uniform"] < 1 < 2.5 < loss["zeros"], loss
PY
expect 0 text --model 'lstm 16' --init 'orthogonal,torch_rnn' --bias forget_bias --json -o recurrent
python3 - <<'PY' || fail 'what a setting without activations is called, or its layers'
import json
d = json.load(open("out"))
assert {t["setting"] for t in d["trials"]} == {"lstm"}, d["trials"][0]
assert d["spec"]["layers"] == ["lstm1.input", "fc"], d["spec"]["layers"]
PY
expect 0 images --model 'conv 4x3' --init delta_orthogonal -o delta
expect 0 text --model 'conv1d 16x3 norm=layer' --act relu --init 'zeros,he_normal' --json -o line
python3 - <<'PY' || fail 'what the convolutions of a text tell'
import json
d = json.load(open("out"))
assert d["spec"]["model"] == "conv1d 16x3 in=8 tokens=30 out=30 norm=layer", d["spec"]["model"]
loss = {t["scheme"]: t["final_train_loss"] for t in d["trials"]}
assert loss["he_normal"] < 1.5 < 2.5 < loss["zeros"], loss
PY
expect 0 text --hidden '24x2' --act relu --init he_normal -o window
expect 2 text --model 'lstm 16' --act relu
has err 'has activations of its own'
expect 2 text --model 'conv 16'
has err 'the data are tokens: use transformer, lstm or mlp'
expect 2 "$alvor" compare --data moons --model 'lstm 16'
has err 'lstm takes tokens, as of a text file'
python3 -c "print('a long text, for attention of many positions to many positions; ' * 9000)" >long.txt
expect 2 "$alvor" compare --data long.txt --context 65536 --train 9 --test 9 --model 'transformer h=4'
has err 'GB'
printf 'short' >short.txt
expect 2 "$alvor" compare --data short.txt
has err '5 characters: with windows of 32 at least 165 are needed'
printf 'caf\351 au lait' >latin.txt
expect 2 "$alvor" compare --data text:latin.txt
has err 'latin.txt, byte 3: not UTF-8'

# A file that describes a network: named by what it says, refused with line and column.
cat >net.yaml <<'YAML'
name: branches
layers:
  - {layer: dense, out: 16}
  - {repeat: 2, layers: [{layer: dense, out: 16, activation: none}, {layer: add, with: start, gain: 0}]}
  - {layer: dense}
YAML
mkdir -p elsewhere && (echo '# the same'; cat net.yaml) >elsewhere/other.yml
described() { "$alvor" compare --data moons --steps 20 --seeds 2 --act relu,tanh --init he_normal \
    --no-extra -q --model "$@"; }
expect 0 described net.yaml
expect 0 described elsewhere/other.yml --json
[ "$(ls -d runs/* | wc -l)" = 1 ] || fail 'the place of the file decides the run'
python3 -c "
import json
d = json.load(open('out'))
assert d['spec']['model'].startswith('net branches '), d['spec']['model']
assert d['spec']['network'].startswith('name: branches\ninput:\n- 2\nclasses: 2\n'), d['spec']
assert {t['activation'] for t in d['trials']} == {'relu', 'tanh'}" || fail 'what a described network tells'
expect 0 "$alvor" report runs/*
expect 2 "$alvor" compare --model nowhere.yaml
has err 'nowhere.yaml: cannot open it'
printf 'layers:\n- {layer: dens, out: 3}\n' >wrong.yaml
expect 2 "$alvor" compare --model wrong.yaml
has err "wrong.yaml: line 2, column 11: there is no layer 'dens'; did you mean 'dense'?"
# Layers with a scheme of their own: told, and refused with the place where they do not suit.
cat >pinned.yaml <<'YAML'
layers:
  - {layer: dense, out: 16, repeat: 2}
  - {layer: dense, init: zeros, params: {bias: "constant(value=0.5)"}}
YAML
expect 0 "$alvor" compare --data moons --steps 4 --seeds 2 --act tanh --init 'he_normal,lsuv' \
    --model pinned.yaml -q -o pinned
has out 'Fixed by the network, under every scheme: fc3.weight zeros, fc3.bias'
expect 0 "$alvor" compare --data moons --steps 4 --seeds 2 --act tanh --init 'he_normal,lsuv' \
    --model pinned.yaml -q -o pinned --json
python3 - <<'PY' || fail 'what a pinned network tells'
import json, math, re
d = json.load(open("out"))
assert d["spec"]["fixed"] == [{"parameter": "fc3.weight", "scheme": "zeros"},
                              {"parameter": "fc3.bias", "scheme": "constant(value=0.5)"}], d["spec"]
# Zero weights and equal biases at the end: all classes alike, whatever scheme fills the rest.
assert all(abs(t["initial_loss"] - math.log(2)) < 1e-6 for t in d["trials"]), d["trials"]
page = re.search(r'type="application/json" id="data">(.*?)</script>|id="data"[^>]*>(.*?)</script>',
                 open("pinned/report.html").read(), re.S)
shapes = json.loads(page.group(1) or page.group(2))["shapes"]
assert [s.get("fixed") for s in shapes] == [None, None, "zeros"], shapes
PY
pinned() { printf 'layers:\n- {layer: dense, out: 3}\n- {layer: dense, %s}\n' "$1" >wrong.yaml; shift
    expect 2 "$alvor" compare --data moons --model wrong.yaml "$@"; }
pinned 'init: he_norml'
has err "wrong.yaml: line 3, column 24: init: there is no scheme 'he_norml'; did you mean 'he_normal'?"
pinned 'init: delta_orthogonal'
has err 'wrong.yaml: line 3, column 24: delta_orthogonal of fc2.weight: delta_orthogonal fills kernels'
pinned 'params: {bias: he_normal}'
has err 'wrong.yaml: line 3, column 33: he_normal of fc2.bias'
pinned 'init: zeros, from: start'
has err 'used nowhere'
pinned 'init: zeros' --stream torch
has err 'stream: the network fixes schemes of parameters'
printf 'layers: [{layer: dense, init: zeros}]\n' >wrong.yaml
expect 2 "$alvor" compare --data moons --model wrong.yaml
has err 'wrong.yaml: it fixes the scheme of all its weights'
expect 0 "$alvor" compare --data moons --model wrong.yaml --steps 2 --init he_normal --seeds 1 -q -o one

printf 'layers:\n- {layer: dense, out: 3}\n- {layer: dense, out: 2000000000}\n- {layer: dense, out: 2000000000}\n- layer: dense\n' >huge.yaml
expect 2 "$alvor" compare --model huge.yaml
has err 'huge.yaml: line 3, column 3: training it needs more than'
expect 2 "$alvor" compare --model 2-30-100000x99-3
has err 'model, column 6: training it needs more than'

expect 2 "$alvor" compare --model 'resnet 20'
has err 'model, column 1: resnet takes images, and the data have 2 features without a shape'
expect 2 "$alvor" compare --data shapeset --model 'resnet 21'
has err 'model, column 8: a resnet has 6 n + 2 layers'
expect 2 "$alvor" compare --data shapeset --model 'conv 16 nrom=batch'
has err "model, column 9: conv has no option 'nrom'; did you mean 'norm'?"
expect 2 "$alvor" compare --hidden '8x4 residual=2'
has err 'hidden, column 1: 4 hidden layers are not 1 and whole branches of 2'
expect 2 "$alvor" compare --data shapeset --model 'conv 1000000x9'
has err 'GB'
