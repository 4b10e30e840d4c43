# compare --stream: another run, said in its spec, table and report; names that mean one stream give
# one run; what cannot be followed is refused before anything is written.
. "$(dirname "$0")/common.sh"

follow() { small --act relu --light --seeds 1 --init 'torch_default,he_uniform,zeros' "$@"; }

expect 0 follow -o own --json
cp out own.json
expect 0 follow -o torch --stream torch --json
cp out torch.json
expect 0 follow -o torch --stream pytorch --json
cmp out torch.json || fail "an alias is another run"
expect 0 follow -o older --stream torch@1.13 --json
cp out older.json
expect 2 follow -o torch
has err 'another comparison'
expect 0 follow -o torch --stream torch
has out 'stream torch'
expect 0 follow -o torch --stream torch --lang pt
has out 'sequência torch'
grep -q '"stream":"torch"' torch/report.html || fail "the report's spec has no stream"
python3 - <<'P' || fail "the documents"
import json
own, torch, older = (json.load(open(name + '.json')) for name in ('own', 'torch', 'older'))
assert 'stream' not in own['spec'] and own['spec']['bias'] is None
assert torch['spec']['stream'] == 'torch' and torch['spec']['bias'] == 'torch_default'
assert older['spec']['stream'] == 'torch@1.13'
losses = [[t['final_train_loss'] for t in d['trials']] for d in (own, torch, older)]
assert all(a != b for a, b in zip(losses[0], losses[1])), losses
assert losses[1] == losses[2], losses  # their f32 uniforms and orders are the same
P
expect 0 follow --stream torch --json
grep -o '"directory": *"[^"]*"' out >first
expect 0 follow --json
grep -o '"directory": *"[^"]*"' out >second
cmp -s first second && fail "the digest leaves the stream out"

refused() { # CODE WORDS COMMAND...
    code=$1 words=$2
    shift 2
    rm -rf refused
    expect "$code" "$@" -o refused
    has err "$words"
    [ ! -e refused ] || fail "refused, and written: $*"
}
refused 2 "unknown stream 'tensorfl'" small --stream tensorfl
refused 2 "trainings follow PyTorch's streams" small --stream numpy
refused 2 'orthogonal is drawn' small --stream torch --init orthogonal
refused 2 'dropout' small --stream torch --init he_normal --regularizer 'dropout(0.2)'
refused 2 '--why' small --stream torch --why
echo 'the quick brown fox jumps over the lazy dog; ' >text.txt
for i in 1 2 3 4 5 6; do cat text.txt text.txt >more && mv more text.txt; done
refused 2 'an embedding' "$alvor" compare --stream torch --data text.txt --model 'lstm 8' --init he_normal
