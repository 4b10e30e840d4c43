# Sourced by the scripts here: a scratch directory, a small comparison, and ways to fail.
set -eu
alvor=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() { echo "FAILED: $*" >&2; exit 1; }
# expect CODE COMMAND...: runs it, keeps stdout in out and stderr in err.
expect() {
    want=$1; shift
    got=0
    "$@" >out 2>err || got=$?
    [ "$got" = "$want" ] || { cat err >&2; fail "exit code $got, wanted $want: $*"; }
}
has() { grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "$1 lacks '$2'"; }; }
small() { "$alvor" compare --data moons --lr 0.1 --hidden 24x4 --train 400 --test 100 --batch 32 \
    --steps 200 --seeds 3 --no-extra "$@"; }
