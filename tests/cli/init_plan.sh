# init PLAN: tables, files, shards, what it refuses, and that nothing is left of what it refuses.
. "$(dirname "$0")/lib.sh"

cat >plan.yaml <<'END'
preset: gpt2
layers: 2
width: 64
heads: 4
vocab: 1000
context: 32
END
digest() { sed -n 's/^digest of the plan: //p' "$streams/out"; }

# The table: every tensor with its scheme, deviation and fans; the digest.
try 0 init plan.yaml --dry-run
silent_err
out '^name +shape +type +fan_in +fan_out +std +scheme$'
out '^wte.weight +1000 x 64 +f32 .* 0.02 +normal\(std=0.02\)$'
out '^h.1.mlp.c_proj.weight +256 x 64 +f32 +256 +64 +0.01 +residual_normal\(std=0.02, layers=2\)$'
out '^28 tensors, 166144 parameters, [0-9]+ bytes; memory while drawing: [0-9.]+ MiB$'
first=$(digest)
[ ${#first} -eq 64 ] || fail 'no digest'
[ "$(ls)" = plan.yaml ] || fail 'a dry run writes'
try_with LC_ALL=pt_BR.UTF-8 0 init plan.yaml --dry-run
out '^nome +tamanhos +tipo +fan_in +fan_out +std +esquema$'
out "^resumo do plano: $first$"
# The digest names the draw: seed and place do not change it, the type does.
try 0 init plan.yaml --dry-run --seed 7 --shards 2 -o x; [ "$(digest)" = "$first" ] || fail 'seed'
try 0 init plan.yaml --dry-run --dtype bf16; [ "$(digest)" != "$first" ] || fail 'dtype'
"$alvor" init - --dry-run <plan.yaml >"$streams/out" 2>"$streams/err"
[ "$(digest)" = "$first" ] || fail 'standard input'
try 0 init plan.yaml --dry-run --json
out "\"digest\": *\"$first\""

# The file: by any number of threads the same; by another seed another.
try 0 init plan.yaml -o a.safetensors --threads 1
silent_out
err "^a.safetensors: 28 tensors, 166144 parameters, [0-9]+ bytes, seed 42, plan $(echo "$first" | cut -c1-16), "
try 0 init plan.yaml -o b.safetensors --threads 5 --seed 42
same a.safetensors b.safetensors
try 0 init plan.yaml -o b.safetensors --seed 43
cmp -s a.safetensors b.safetensors && fail 'the seed changes nothing'
head -c 4096 a.safetensors | grep -aq "\"format\":\"pt\".*\"alvor.plan\":\"$first\"" || fail 'no notes'
rm a.safetensors b.safetensors

# What a killed writer left is removed by the next one; what others hold, or hold their name for, is not.
gone=$(sh -c 'echo $$')
touch "a.safetensors.tmp$gone.0" "a.safetensors.tmp$$.0" a.safetensors.tmpx "a.safetensors.tmp$gone.0x"
try 0 init plan.yaml -o a.safetensors
[ "$(ls | sort)" = "$(printf '%s\n' a.safetensors "a.safetensors.tmp$$.0" "a.safetensors.tmp$gone.0x" a.safetensors.tmpx \
    plan.yaml | sort)" ] \
    || fail "files: $(ls)"
rm a.*
"$alvor" init gpt2 -o big.safetensors --threads 1 2>/dev/null &
running=$!
for i in 1 2 3 4 5 6 7 8 9 10; do ls big.*tmp* >/dev/null 2>&1 && break; sleep 0.1; done
kill -9 $running; wait $running 2>/dev/null
try 0 init plan.yaml -o big.safetensors
[ "$(ls | tr '\n' ' ')" = 'big.safetensors plan.yaml ' ] || fail "files after kill -9: $(ls)"
rm big.*

# Seeds are any of the 2^64.
try 0 init plan.yaml -o a.safetensors --seed 18446744073709551615; err 'seed 18446744073709551615,'
rm a.*
for seed in 18446744073709551616 -1 1e3 '' ' 1'; do try 2 init plan.yaml -o x --seed "$seed"; err 'seed'; done

# LSUV needs data, and a plan has none: said, not hidden.
printf 'preset: mlp\nrules:\n  - match: "*.weight"\n    scheme: lsuv\n' >lsuv.yaml
try 0 init lsuv.yaml --dry-run; err 'lsuv needs data'
try 0 init --scheme lsuv --shape 8,8 -o w.npy; err 'lsuv needs data'
rm lsuv.yaml w.npy

# Shards and their index; a preset by its name alone.
try 0 init plan.yaml -o m.safetensors --shards 3 --dtype bf16
[ "$(ls)" = 'm-00001-of-00003.safetensors
m-00002-of-00003.safetensors
m-00003-of-00003.safetensors
m.safetensors.index.json
plan.yaml' ] || fail "files: $(ls)"
grep -q '"total_size": 332288' m.safetensors.index.json || fail 'total_size'
rm m*
try 0 init mlp -o mlp.safetensors
rm mlp.safetensors
try 0 init llama --dry-run; out '^291 tensors, 6738415616 parameters, '

# The presets explain themselves, in both languages.
try 0 init --presets
for line in '^gpt2$' '^    vocab +50257 +tokens$' '^    Schemes: Radford et al' '^    model +784-256-128-10 relu$'; do
    out "$line"
done
try 0 init --presets --lang pt; out '^    Nomes e tamanhos: torchvision'; out 'largura do modelo'

# One of a thing is no plural.
printf 'parameters:\n  - {name: w, shape: [1], scheme: zeros}\n' >one.yaml
try 0 init one.yaml --dry-run; out '^1 tensor, 1 parameter, [0-9]+ bytes; '
try 0 init one.yaml --dry-run --lang pt; out '^1 tensor, 1 parâmetro, [0-9]+ bytes; '
try 0 init one.yaml -o one.safetensors; err '^one.safetensors: 1 tensor, 1 parameter, '
try 0 inspect one.safetensors; out '^1 tensor, 1 element, safetensors\.'
try 0 inspect one.safetensors --lang pt; out '^1 tensor, 1 elemento, safetensors\.'
rm one.yaml one.safetensors

# Bad words: what is wrong and what is near; nothing is written.
rm plan.yaml
refuse() {
    pattern=$1
    shift
    # shellcheck disable=SC2068
    try 2 init $@
    err "$pattern"
    silent_out
    empty_here
}
refuse 'did you mean the preset gpt2' gtp2 -o m
refuse 'cannot read none.yaml: No such file' none.yaml -o m
refuse 'init needs -o' gpt2
refuse 'not to standard output' mlp -o -
refuse 'scheme is for a single tensor' gpt2 --scheme zeros -o m
refuse 'json belongs to --dry-run' mlp --json -o m
refuse 'shards belongs to a plan' --shards 2 --scheme zeros --shape 3 -o m
refuse 'dry-run belongs to a plan' --dry-run
refuse "no 'other'" gpt2 other -o m
refuse 'did you mean bf16' gpt2 --dtype bf17 -o m
refuse 'is not a whole number from 1' mlp --threads 0 -o m
refuse '7 shards: there can be 6 at most' mlp --shards 7 -o m
refuse 'none/m: cannot write' mlp -o none/m
mkdir sub
try 2 init mlp -o sub; err 'sub: cannot write'
rmdir sub
printf 'preset: gpt2\nlayrs: 3\n' >bad.yaml
try 2 init bad.yaml -o m; err "bad.yaml: line 2, column 1: there is no key 'layrs'; did you mean 'layers'"
head -c 1000 /dev/urandom >bad.yaml
try 2 init bad.yaml -o m
mkdir bad; try 2 init bad -o m; rmdir bad; rm bad.yaml
empty_here

# No room: said, and nothing is left, of shards either.
last='init under a limit of file size'
(ulimit -f 200 && "$alvor" init mlp -o m.safetensors) 2>"$streams/err" && fail 'a full disk passed'
err 'm.safetensors: cannot write its [0-9]+ bytes'
empty_here

# Interrupted: 130, and nothing is left. The signal comes once there is something to leave.
printf 'preset: llama\nlayers: 4\n' >big.yaml
for shards in 1 4; do
    last="init big.yaml --shards $shards, interrupted"
    "$alvor" init big.yaml -o m.safetensors --shards $shards >/dev/null 2>"$streams/err" &
    pid=$!
    tries=0
    while [ "$(ls | wc -l)" -le $shards ] && [ $tries -lt 100 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    kill -TERM $pid 2>/dev/null
    wait $pid
    got=$?
    case $got in
    130) err 'interrupted; nothing is left' ;;
    2) err 'cannot write its' ;; # 4.3 GB do not fit here
    *) fail "exit code $got" ;;
    esac
    [ "$(ls)" = big.yaml ] || fail "left behind: $(ls)"
done
rm big.yaml
empty_here

# Names from files are shown, and not obeyed: a colour, a new line, the 8-bit CSI, a turn of direction.
cat >odd.yaml <<'END'
parameters:
- {name: "a\e[31mRED\n.weight", shape: [30, 40], scheme: zeros}
- {name: "caf\u00e9 \u009b31m\u202e.weight", shape: [30, 40], scheme: zeros}
END
shown='a\\x1b\[31mRED\\x0a.weight'
tame() {
    LC_ALL=C grep -q "$(printf '\033\|\302\233\|\342\200\256')" "$streams/out" "$streams/err" && fail 'obeyed by a terminal'
    [ $# -eq 0 ] || out "^( {4}|--> )?$shown"
}
try 0 init odd.yaml --dry-run
tame names
out '^café \\xc2\\x9b31m\\xe2\\x80\\xae.weight +30 x 40 '
[ "$(wc -l <"$streams/out")" -eq 6 ] || fail 'a name breaks the table'
try 0 init odd.yaml -o odd.safetensors
try 0 init --like odd.safetensors --dry-run; tame names
try 0 inspect odd.safetensors; tame names
out "^    $shown: 0$"
try 1 doctor odd.safetensors; tame names
out "^  starts at: $shown$"
out "^    alvor init --like odd.safetensors --only 'a\?\[31mRED\?.weight' -o fixed.safetensors$"
sed -i 's/, scheme: zeros//' odd.yaml
try 2 init odd.yaml --dry-run; tame
err "line 2, column 3: no rule gives '$shown' a scheme"
rm odd.yaml odd.safetensors
empty_here
