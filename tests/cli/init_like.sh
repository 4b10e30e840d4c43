# alvor init --like: a model's file again with other weights; what is not asked for stays byte for byte.
. "$(dirname "$0")/lib.sh"

cat >plan.yaml <<'END'
parameters:
  - {name: fc1.weight, shape: [256, 784], scheme: normal(std=1)}
  - {name: fc1.bias, shape: [256], role: bias, fan_in: 784, scheme: normal(std=1)}
  - {name: norm.weight, shape: [256], role: bias, fan_in: 1, scheme: zeros}
  - {name: conv.weight, shape: [16, 8, 3, 3], layer: conv, scheme: zeros, dtype: bf16}
  - {name: bn.running_mean, shape: [16], role: bias, fan_in: 1, scheme: normal(std=3)}
END
try 0 init plan.yaml -o model.safetensors

# What it would do, and nothing written.
try 0 init --like model.safetensors --dry-run
out 'fc1\.weight +dense +784/256 +0\.03571 +lecun_normal'
out 'fc1\.bias +bias +- +0 +zeros'
out 'norm\.weight +norm +- +0 +ones'
out 'conv\.weight +conv +72/144 +0\.1667 +he_normal'
out 'bn\.running_mean +buffer .*stays'
out '^4 of 5 tensors are drawn'
try 0 init --like model.safetensors --dry-run --lang pt
out 'bn\.running_mean .*fica'
try 0 init --like model.safetensors --dry-run --json --scheme he_uniform
out '"schema": ?"alvor.refill/1"'
out 'he_uniform'

try 0 init --like model.safetensors -o new.safetensors --seed 7
err '4 of 5 tensors drawn, seed 7'
try 0 inspect new.safetensors
out 'dense, F32: lecun_normal'
out 'bias, F32: zeros'
out 'norm, F32: ones'
out 'conv, BF16: he_normal'
out 'buffer, F32: too few values to tell'
try 0 init --like model.safetensors -o again.safetensors --seed 7
same new.safetensors again.safetensors
[ "$(wc -c <new.safetensors)" = "$(wc -c <model.safetensors)" ] || fail 'another length'

# Only one: everything else stays. The file itself may be replaced.
cp model.safetensors one.safetensors
try 0 init --like one.safetensors --only 'conv.*' -o one.safetensors
cmp -l one.safetensors model.safetensors | awk 'NR == 1 { lo = $1 } { hi = $1 } END { exit !(hi - lo < 2304) }' ||
    fail 'more than the 2304 bytes of conv.weight changed'
cmp -s one.safetensors model.safetensors && fail 'nothing changed'

# A plan's tensors get the plan's bits.
try 0 init --like new.safetensors --plan plan.yaml -o back.safetensors
n=$(wc -c <model.safetensors)
tail -c "$((n - 2000))" back.safetensors >back.data
tail -c "$((n - 2000))" model.safetensors >model.data
same back.data model.data

# Bad input.
try 2 init --like model.safetensors
err 'init needs -o'
try 2 init --like model.safetensors --only 'nothing*' -o x.safetensors
err "no parameter's name matches 'nothing\*'"
try 2 init --like model.safetensors --plan gpt2 -o x.safetensors
err "'wte.weight': the model has no such tensor"
try 2 init --like model.safetensors --plan plan.yaml --scheme auto -o x.safetensors
err 'give one'
try 2 init --like none.onnx -o x.onnx
err 'none.onnx: cannot read it'
try 2 init --like model.safetensors --scheme he_norma -o x.safetensors
err 'did you mean'
try 2 init plan.yaml --like model.safetensors -o x.safetensors
err 'takes no plan besides'
try 2 init --like model.safetensors --stream torch -o x.safetensors
err '\-\-stream is not for --like'
[ ! -e x.safetensors ] || fail 'a file was left'
