# bench measures every initializer of the registry with each instruction set; its JSON says what the
# table says. Speeds are not judged here: they are positive, and that is all.
. "$(dirname "$0")/lib.sh"

try 0 bench --size 1 --filter uniform
out '^initializer .*scalar x1'
out '^memset  .* 100%'
out '^uniform  *[0-9.]+ +[0-9.]+%'
no_out '^normal '
try 0 bench --size 1 --filter he_normal --lang pt; out '^esquema '; out 'fração da do memset'

# Every initializer, in every type, on the plainest set; none is left out.
names=$("$alvor" list --json | sed '/"activations": /q' | sed -n 's/^      "name": "\(.*\)",/\1/p')
for dtype in f32 f64 bf16 f8_e4m3fn; do
    try 0 bench --size 1 --isa scalar --threads 2 --dtype $dtype --json
    out '"schema": "alvor.bench/1"'
    out "\"dtype\": \"$dtype\""
    [ "$(grep -c '"threads": 2,' "$streams/out")" -eq $(($(grep -c '"initializer"' "$streams/out") + 1)) ] \
        || fail 'a result without its threads'
    no_out '"gb_per_s": -?0(\.0)?,'
    no_out '(nan|inf)'
done
initializers=$(grep -c '"initializer"' "$streams/out")
for name in $names; do
    grep -q "\"initializer\": \"$name\"" "$streams/out" || fail "bench left out $name"
done
[ "$initializers" -eq "$(echo "$names" | wc -l)" ] || fail "$initializers initializers measured"

try 0 bench --size 1 --filter rezero --isa scalar --json
out '"isa": "scalar"'
out '"memset_fraction": [0-9.e-]+'

try 2 bench he_normal; err "takes no name, not 'he_normal'"
try 2 bench --isa mmx; err "have no 'mmx'"; err '^hint: all, scalar'
try 2 bench --dtype f23; err "there is no 'f23'"
try 2 bench --filter zzz; err "has 'zzz' in its name"
try 2 bench --threads 0; err 'threads'
try 2 bench --size 0; err 'size'
empty_here
