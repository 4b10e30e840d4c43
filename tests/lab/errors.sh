# What cannot be is said plainly, with exit code 2, and loses nothing that was there.
. "$(dirname "$0")/common.sh"

refused() { # refused PART ARGS...
    part=$1; shift
    expect 2 "$alvor" compare "$@"
    has err "$part"
    [ ! -s out ] || fail "an error printed on stdout"
}
refused he_normal --init he_norml
refused relu --act rellu
refused spirals --data spirlas
refused '--hidden' --hiden 3x3
refused 'whole number' --seeds 0
refused 'whole number' --steps -5
refused 'whole number' --batch 1e3
refused 'number' --lr nan
refused 'number' --lr ''
refused '--model or --hidden' --model 2-3-3 --hidden 3
refused '--epochs or --steps' --epochs 2 --steps 5
refused GB --hidden 2000000x3
refused empty --init ''
refused quotes surplus
refused byte --model '2-x-3'
refused 'no language' --lang xx

# A file where the directory should be; a directory that nobody may write.
echo hello >file
refused 'cannot make' -o file/run
[ "$(cat file)" = hello ] || fail "the file changed"
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod a-w locked
    refused 'cannot make' -o locked/run
fi

# A disk that fills up: what was written before stays, and the same command goes on.
expect 0 small --init zeros,he_normal --act relu --seeds 1 -o full
size=$(($(wc -c <full/run.db) / 1024))
rm -r full
full=0
(trap '' XFSZ; ulimit -f $((size * 2)); small --init zeros,he_normal --seeds 9 -o full) >out 2>err || full=$?
[ "$full" = 2 ] || { cat err; fail "exit code $full on a full disk"; }
has err 'run.db'
kept=$(python3 -c "import sqlite3; print(sqlite3.connect('full/run.db').execute('select count(*) from trial').fetchone()[0])")
[ "$kept" -gt 0 ] || fail "nothing was kept"
expect 0 small --init zeros,he_normal --seeds 9 -o full --json
python3 -c "import json; d = json.load(open('out')); assert len(d['trials']) == 36" || fail "not resumed"
echo "fine, $kept trials survived a full disk"
