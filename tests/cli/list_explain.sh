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
for name in $names $aliases; do
    try 0 explain "$name"
    try 0 explain "$name" --json; out '"schema": "alvor.explain/1"'
done

# Lines keep within 80 columns; only the frameworks' lines, to be copied, may be longer.
for lang in en pt; do
    for name in $names; do
        "$alvor" explain "$name" --lang $lang >page.txt
        sed -E '/^  (PyTorch|Keras|JAX) /d; s/[\x80-\xBF]//g' page.txt | LC_ALL=C grep -nE '.{80}' \
            && fail "explain $name --lang $lang has a long line"
    done
done
rm -f page.txt

try 0 explain he_normal
for heading in Formula Density 'When to use it' Dangers Arguments Reference; do
    out "^$heading$"
done
out 'std = sqrt\(2 / \(\(1 \+ a\^2\) fan\)\)'
out 'mode=fan_in +fan_in\|fan_out\|fan_avg; '
out 'PyTorch +torch.nn.init.kaiming_normal_\(w, nonlinearity="relu"\)'
try 0 explain torch_default; out 'kaiming_uniform_\(a=sqrt\(5\)\)'; no_out '^Arguments'
try 0 explain torch_default --lang pt; out '^Quando usar$'; out '^Perigos$'; out 'viés|vieses'
try 0 explain tanh; out '1\.59253742 '; out '1\.467413592 '
try 0 explain 'leaky_relu(0.2)'; out '1\.386750491 '
try 2 explain; err 'explain needs one name'
try 2 explain a b; err 'explain needs one name'
try 2 explain he_norml; err "did you mean 'he_normal'"
try 2 explain 'he_normal(b=1)'; err "no argument of he_normal 'b'"; err 'byte 10'

# JSON is JSON, numbers with points under any locale.
if command -v python3 >/dev/null; then
    for words in 'list' 'explain he_normal' 'explain tanh'; do
        # shellcheck disable=SC2086
        LC_ALL=pt_BR.UTF-8 "$alvor" $words --json | python3 -c 'import json, sys
d = json.load(sys.stdin)
assert d["schema"].startswith("alvor.")
assert "gain" not in d or abs(d["gain"]["forward"] - 1.59253742) < 1e-8' || fail "$words --json"
    done
fi
empty_here
