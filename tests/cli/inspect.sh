# alvor inspect from its user's side: a drawn model is recognized and verified, a claim that is false
# exits with 1, bad input is told with what to do, and the document has what docs/inspect.md says.
. "$(dirname "$0")/lib.sh"

cat >plan.yaml <<'END'
parameters:
  - {name: fc1.weight, shape: [256, 784], scheme: he_normal}
  - {name: fc1.bias, shape: [256], role: bias, fan_in: 784, scheme: zeros}
  - {name: fc2.weight, shape: [200, 1024], scheme: xavier_uniform, dtype: bf16}
END
sed 's/xavier_uniform/xavier_normal/' plan.yaml >other.yaml
try 0 init plan.yaml -o model.safetensors

try 0 inspect model.safetensors
out 'fc1\.weight +256x784 +0\.05'
out 'dense, F32: he_normal p '
out 'bias, F32: zeros'
out 'dense, BF16: xavier_uniform p '
out 'no well-known mistake was found'
[ "$(awk '{ if (length($0) > 80) print }' "$streams/out")" = "" ] || fail 'wider than 80 columns'
try 0 inspect model.safetensors --lang pt
out 'nenhum erro conhecido foi encontrado'

# A claim that holds, and one that does not.
try 0 inspect model.safetensors --expect plan.yaml
out '^3 of 3 tensors are what the plan says'
try 1 inspect model.safetensors --expect other.yaml
out 'NOT xavier_normal .*fc2\.weight, but xavier_uniform'
out '^2 of 3 tensors'
try 2 inspect model.safetensors --expect gpt2
err "the plan's 'wte.weight' is not in the model"
try 2 inspect model.safetensors --expect none
err 'cannot read none'

# Mistakes, and the kinds that names tell.
try 0 init --scheme 'uniform(r=0.0505)' --shape 256,784 -o w.npy
try 0 inspect w.npy
out 'WARNING: uniform with bound sqrt\(2 / fan_in\): He uniform without its sqrt\(3\)'
out 'kaiming_uniform_'
out 'w: 0\.0291.* \(would be 0\.0505'
try 0 inspect w.npy --as 'w=dense:keras'
out 'no well-known mistake'
try 2 inspect w.npy --as 'w=dens'
err 'did you mean dense'
try 0 inspect --rules
out '\*attn.c_attn.weight +attention +2 +GPT-2'

# Singular values, their cost first.
try 0 init --scheme 'orthogonal(gain=2)' --shape 40,60 -o q.npy
try 0 inspect q.npy --spectrum
err 'singular values: .* multiplications'
out 'singular values 2 to 2, stable rank 40'

# The page: one file, no script, names escaped.
printf 'parameters:\n- {name: "<b>&.weight", shape: [20, 30], scheme: zeros}\n' >odd.yaml
try 0 init odd.yaml -o odd.safetensors
try 0 inspect odd.safetensors -o page.html
out '^Page: page.html'
grep -q '&lt;b&gt;&amp;.weight' page.html || fail 'the name is not escaped'
grep -q '<b>' page.html && fail 'a name became markup'
grep -q '<script' page.html && fail 'the page has a script'
grep -q 'warning</span> a weight matrix of zeros' page.html || fail 'the mistake is not there'
try 0 inspect odd.safetensors -o page.html --lang pt
grep -q 'uma matriz de pesos de zeros' page.html || fail 'not in Portuguese'

# The document.
try 0 inspect model.safetensors --json --expect plan.yaml
cp "$streams/out" document.json
python3 - <<'END' || fail 'the document is not what docs/inspect.md says'
import json
d = json.load(open("document.json"))
assert d["schema"] == "alvor.inspect/1" and d["format"] == "safetensors" and d["findings"] == []
w = {t["name"]: t for t in d["tensors"]}["fc1.weight"]
assert w["shape"] == [256, 784] and w["fan_in"] == 784 and w["kind"] == "dense"
assert w["explained"]["scheme"] == "he_normal" and w["explained"]["by"] == "law"
assert abs(w["std"] - (2 / 784) ** 0.5) < 5e-4 and abs(w["kurtosis"] - 3) < 0.1
assert sum(w["histogram"]["counts"]) == 256 * 784
assert [e["held"] for e in d["expected"]] == [True] * 3
END
# The bytes do not depend on the threads.
try 0 inspect model.safetensors --json --expect plan.yaml --threads 1
same "$streams/out" document.json

# Bad input.
try 2 inspect
err 'inspect takes one model file'
try 2 inspect none.safetensors
err 'none.safetensors: cannot read it'
try 2 inspect .
err 'it is a directory, .* a regular file'
last='inspect /dev/stdin, a pipe'
cat model.safetensors | "$alvor" inspect /dev/stdin >"$streams/out" 2>"$streams/err"
[ $? -eq 2 ] || fail 'a pipe was read'
err 'a regular file.*write the stream to a file first'
printf '{"weight_map": {"a": "gone.safetensors"}}' >x.safetensors.index.json
try 2 inspect x.safetensors.index.json
err 'gone.safetensors: cannot read it: .*; x.safetensors.index.json names it'
try 2 inspect model.safetensors -o none/page.html
err 'none/page.html: cannot write'
: >empty.npz
try 2 inspect empty.npz
err 'empty'
head -c 200 model.safetensors >cut.safetensors
try 2 inspect cut.safetensors
err 'cut.safetensors, byte 200'
printf 'PK\003\004rest' >cut.npz
try 2 inspect cut.npz
err 'without its directory'
try 2 inspect plan.yaml
err 'no model file that alvor knows'

# Interrupted, it ends with 130 and leaves no page.
cat >square.yaml <<'END'
parameters:
  - {name: 'w{i}.weight', repeat: 4, shape: [2048, 2048], scheme: he_normal}
END
try 0 init square.yaml -o square.safetensors
last='inspect square.safetensors --spectrum, interrupted'
"$alvor" inspect square.safetensors --spectrum -o late.html >"$streams/out" 2>"$streams/err" &
child=$!
while ! grep -q 'singular values' "$streams/err"; do sleep 0.1; done
kill -INT $child
wait $child
[ $? -eq 130 ] || fail 'interrupted, but not with 130'
[ ! -e late.html ] || fail 'interrupted, but with a page'
err 'interrupted'
