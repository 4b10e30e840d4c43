# Helper of the command-line tests; sourced as `. "$(dirname "$0")/lib.sh"`.
#
#   try 0 list --json           runs alvor; fails the test unless it exits with 0
#   try_with 'A=1 B=2' 0 list   the same with these in the environment
#   out PATTERN                 the last try's stdout has a line that matches (grep -E)
#   err PATTERN                 the same for stderr
#   no_out PATTERN, no_err  the opposite
#   same FILE FILE              equal bytes
#   fail TEXT                   ends the test
#
# The test runs in an empty directory of its own, without locale or colour of the caller.
set -u
alvor=$(readlink -f "$1")
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
streams=$(mktemp -d)
trap 'rm -rf "$scratch" "$streams"' EXIT
cd "$scratch" || exit 1
unset LC_ALL LC_MESSAGES LANG NO_COLOR TERM LANGUAGE
last=

fail() {
    echo "FAILED: $1"
    echo "  after: alvor $last"
    echo "  stdout:"
    sed 's/^/    /' "$streams/out" | head -n 40
    echo "  stderr:"
    sed 's/^/    /' "$streams/err" | head -n 40
    exit 1
}

try_with() {
    variables=$1
    wanted=$2
    shift 2
    last=$*
    # shellcheck disable=SC2086
    env $variables "$alvor" "$@" >"$streams/out" 2>"$streams/err" </dev/null
    got=$?
    [ $got -eq "$wanted" ] || fail "exit code $got, wanted $wanted"
}

try() { try_with LC_ALL=C "$@"; }

out() { grep -Eq -e "$1" "$streams/out" || fail "stdout has no line like: $1"; }
err() { grep -Eq -e "$1" "$streams/err" || fail "stderr has no line like: $1"; }
no_out() { grep -Eq -e "$1" "$streams/out" && fail "stdout has a line like: $1"; :; }
no_err() { grep -Eq -e "$1" "$streams/err" && fail "stderr has a line like: $1"; :; }
silent_out() { [ -s "$streams/out" ] && fail "stdout is not empty"; :; }
silent_err() { [ -s "$streams/err" ] && fail "stderr is not empty"; :; }
same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
empty_here() { [ -z "$(ls -A)" ] || fail "left behind: $(ls -A)"; }
