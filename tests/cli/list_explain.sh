# list and explain read the registry: every name and alias that the list shows can be explained.
. "$(dirname "$0")/lib.sh"

try 0 list
for name in zeros ones constant uniform normal trunc_normal_rel trunc_normal_abs lecun_uniform lecun_normal \
    xavier_uniform xavier_normal he_uniform he_normal torch_default; do
    out "^  $name "
done
out 'kaiming_normal'
out '^next: alvor explain'
try 2 list he_normal; err "takes no name, not 'he_normal'"; err '^hint: .*alvor explain'

names=$("$alvor" list --json | sed -n 's/.*"name": "\(.*\)".*/\1/p')
aliases=$("$alvor" list --json | sed -n 's/.*"aliases": "\(.*\)".*/\1/p')
[ "$(echo "$names" | wc -l)" -ge 27 ] || fail 'the list is too short'
# What needs the whole tensor at once says so, in the same words each, and nothing else does.
tensors=' lsuv orthogonal delta_orthogonal looks_linear mimetic_qk mimetic_vo'
whole=
for name in $names $aliases; do
    try 0 explain "$name"
    try 0 explain "$name" --json; out '"schema": "alvor.explain/1"'
    ! grep -q '"reach": "tensor"' "$streams/out" || whole="$whole $name"
done
case $whole in
"$tensors haar convolution_delta_orthogonal"*) ;;
*) fail "these need the whole tensor:$whole" ;;
esac

# Lines keep within 80 columns; only the frameworks' lines, to be copied, may be longer.
for lang in en pt; do
    says=
    for name in $names; do
        "$alvor" explain "$name" --lang $lang >page.txt
        sed -E '/^  (PyTorch|Keras|JAX) /d; s/[\x80-\xBF]//g' page.txt | LC_ALL=C grep -nE '.{80}' \
            && fail "explain $name --lang $lang has a long line"
        ! grep -Eq '^(Needs the whole tensor at once|Precisa do tensor inteiro de uma vez)$' page.txt ||
            says="$says $name"
    done
    [ "$says" = "$tensors" ] || fail "these say in $lang that they need the whole tensor:$says"
done
rm -f page.txt

try 0 explain he_normal
for heading in Formula Density 'When to use it' Dangers Arguments Reference; do
    out "^$heading$"
done
out 'std = sqrt\(2 / \(\(1 \+ a\^2\) fan\)\)'
out 'mode=fan_in +fan_in\|fan_out\|fan_avg; '
out 'PyTorch +torch.nn.init.kaiming_normal_\(w, nonlinearity="relu"\)'
# The prediction is of the scheme as it was given; without one (a kernel's, a bias's) nothing is said.
try 0 explain he_normal
out '^  he_normal, weight \(256, 784\): predicted mean 0, standard deviation 0\.0505076$' # sqrt(2/784)
try 0 explain 'constant(0.5)' --lang pt
out '^  constant\(value=0\.5\), peso \(256, 784\): média prevista 0\.5, desvio padrão 0$'
for name in dirac chrono rezero; do
    try 0 explain $name; no_out 'predicted|^For example'
    try 0 explain $name --json; out '"example": null'
done
try 0 explain torch_default; out 'kaiming_uniform_\(a=sqrt\(5\)\)'; no_out '^Arguments'
try 0 explain torch_default --lang pt; out '^Quando usar$'; out '^Perigos$'; out 'viés|vieses'
try 0 explain tanh; out '1\.59253742 '; out '1\.467413592 '; out '^  0 +E f$'
out '^  flat below -2\.0923 and above 2\.0923: 3\.64 % of z'
try 0 explain gelu; out '1\.533530441 '; out '1\.481114413 '; out '1\.700926243 '
out '^  0\.4252214826 +E f\^2$'; out '^  flat below -2\.1746: 1\.48 %'; no_out 'cannot recover'
try 0 explain relu --lang pt; out '^Ganhos, para'; out '^Saturação$'; out 'não se'
try 0 explain sin; out '^  never'
try 0 explain swiglu; out '^  y = silu\(a\) b$'; out '1\.268816261 '; out '1\.67653247 '
out 'arXiv:2002\.05202'
try 0 explain reglu --lang pt; out 'porta e valor'; out '1\.189207115 '
try 0 explain identity; out '^as an activation: alvor explain --activation identity$'
try 0 explain --activation identity; out '^  x$'; no_out 'as an activation'
try 0 list --activations; out '^  relu2 +0\.816497  0\.707107  0\.894427 '
out '^  swiglu +1\.26882   1\.16622   1\.67653   silu\(a\) b$'; out '^  prelu '
try 0 list --activations --lang pt; out '^Unidades com porta'
try 0 explain 'leaky_relu(0.2)'; out '1\.386750491 '
# Every pitfall comes with a command that runs.
try 0 explain pitfalls --lang pt; out '^Equal|^Pesos iguais continuam iguais$'; out '^  \$ alvor reproduce gpt2$'
sed 's/[\x80-\xBF]//g' "$streams/out" | LC_ALL=C grep -nE '.{80}' && fail 'long lines'
try 0 explain pitfalls
sed -e ':a' -e '/\\$/{N;s/ \\\n */ /;ba' -e '}' "$streams/out" | sed -n "s/^  \$ alvor //p" >"$streams/commands"
[ "$(wc -l <"$streams/commands")" -ge 27 ] || fail 'few commands'
while read -r words; do
    eval "\"$alvor\" $words" >"$streams/shown" 2>&1 || fail "a pitfall's command fails: alvor $words"
done <"$streams/commands"
rm -r runs fc2.npy
try 2 explain; err 'explain needs one name'
try 2 explain a b; err 'explain needs one name'
try 2 explain he_norml; err "did you mean 'he_normal'"
try 2 explain nosuch; err "no scheme 'nosuch'; .*alvor list"; no_err 'did you mean'
try 2 explain 'leaky_relu(7)'; err 'slope of leaky_relu must lie in'
try 2 explain --activation he_normal; err 'no activation "he_normal"'
try 2 explain 'he_normal(b=1)'; err "no argument of he_normal 'b'"; err 'byte 10'

# JSON is JSON, numbers with points under any locale.
if command -v python3 >/dev/null; then
    for words in 'list' 'explain pitfalls' 'explain he_normal' 'explain tanh' 'explain erf' 'explain geglu'; do
        # shellcheck disable=SC2086
        LC_ALL=pt_BR.UTF-8 "$alvor" $words --json | python3 -c 'import json, sys
d = json.load(sys.stdin)
assert d["schema"].startswith("alvor.")
if d.get("name") == "he_normal":
    e = d["example"]
    assert e["shape"] == [256, 784] and e["scheme"] == "he_normal" and e["mean"] == 0
    assert abs(e["std"] - (2 / 784) ** 0.5) < 1e-15
wanted = {"tanh": 1.59253742, "erf": 1.46716695, "geglu": 1.533530441}.get(d.get("name"))
assert wanted is None or abs(d["gain"]["forward"] - wanted) < 1e-8
if "gated" in d:
    gains = {a["name"]: a["gain"]["forward"] for a in d["activations"] + d["gated"]}
    assert abs(gains["relu2"] - (2 / 3) ** 0.5) < 1e-12 and abs(gains["reglu"] - 2 ** 0.5) < 1e-12' || fail "$words --json"
    done
fi
empty_here
