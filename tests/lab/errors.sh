# What cannot be is said plainly, with exit code 2, and loses nothing that was there.
. "$(dirname "$0")/common.sh"

refused() { # refused PART ARGS...
    part=$1; shift
    expect 2 "$alvor" compare "$@"
    has err "$part"
    [ ! -s out ] || fail "an error printed on stdout"
}
refused he_normal --init he_norml
refused "error: --init, column 7: there is no scheme 'he_norml'" --init zeros,he_norml
refused "error: --init: he_normal(a=0.5, gain=2) of fc1.weight: " --init 'he_normal(a=0.5,gain=2)'
refused relu --act rellu
refused 'error: --act, column 6: there is no activation "rellu"' --act relu,rellu
refused "error: --bias: he_normal of fc1.bias: " --bias he_normal
refused 'error: --lr: ' --lr 0.1,fast
refused 'error: --loss: there is no loss' --loss mes
refused spirals --data spirlas
refused '--hidden' --hiden 3x3
refused 'whole number' --seeds 0
refused 'whole number' --steps -5
refused 'whole number' --batch 1e3
refused 'number' --lr nan
refused 'empty' --lr ''
refused 'nor auto' --lr fast
refused 'given twice' --optimizer sgd,adam,sgd
refused "mean 'cosine'?" --schedule cosin
refused 'rate = 1 is not in (0, 1)' --regularizer 'dropout(1)'
refused 'error: --momentum: sgd has no momentum' --momentum 0.5
refused "error: --optimizer, column 5: there is no argument 'momentum'" --optimizer 'sgd(momentum=0.9)'
refused '--model or --hidden' --model 2-3-3 --hidden 3
refused '--epochs or --steps' --epochs 2 --steps 5
refused GB --hidden 2000000x3
refused empty --init ''
refused quotes surplus
refused 'error: --model, column 3' --model '2-x-3'
refused 'no language' --lang xx
refused "mean 'adam'?" --optimizer adm
refused "mean 'mse'?" --loss mes
refused "mean 'onednn'?" --backend onedn
refused 1e-12 --lr 0
refused 'whole number' --batch 0
refused 'whole number' --jobs 0
refused 'error: --hidden, column 1: a layer width' --hidden 0x3
refused 'hidden, column 5: there is no activation' --hidden '100 relux'
refused 'model, column 5: there is no activation' --model '2-3 relux'
refused 'at most' --hidden 99999999x99999999
refused 'inputs' --model 3-5
refused 'outputs' --model 2-5-4
refused 'cannot make' -o /proc/x

# One scheme, one seed, one step: nothing to rank or to pair, and still a table and a report.
expect 0 "$alvor" compare --data moons --hidden 8x2 --seeds 1 --init zeros --steps 1 -o single
has out '1. zeros'
[ -s single/report.html ] || fail "no report of a single scheme"
grep -q ' $' out && fail "spaces at the end of a line"

# Nobody reads, or nobody can write.
expect 2 sh -c '"$0" compare --data moons --hidden 8x2 --seeds 1 --init zeros --steps 1 -o single >/dev/full' "$alvor"
has err 'standard output'
"$alvor" compare --data moons --hidden 8x2 --seeds 1 --init zeros --steps 1 -o single --json 2>err | head -c 1 >out
[ -s err ] && fail "a closed pipe makes noise"

# A file where the directory should be, itself or above; a directory that nobody may write.
echo hello >file
refused 'cannot make' -o file/run
refused 'cannot make' -o file
[ "$(cat file)" = hello ] || fail "the file changed"
if [ "$(id -u)" != 0 ]; then
    mkdir locked && chmod a-w locked
    refused 'cannot make' -o locked/run
fi

# A disk that fills up: what was written before stays, and the same command goes on. There is room
# for one seed of four trials, more than two workers commit at once, and not for all nine.
expect 0 small --init zeros,he_normal --seeds 1 -o full
size=$(($(wc -c <full/run.db) / 1024))
rm -r full
full=0
(trap '' XFSZ; ulimit -f $((size * 2)); small --init zeros,he_normal --seeds 9 --jobs 2 -o full) >out 2>err || full=$?
[ "$full" = 2 ] || { cat err; fail "exit code $full on a full disk"; }
has err 'run.db'
kept=$(python3 -c "import sqlite3; print(sqlite3.connect('full/run.db').execute('select count(*) from trial').fetchone()[0])")
[ "$kept" -gt 0 ] || fail "nothing was kept"
expect 0 small --init zeros,he_normal --seeds 9 -o full --json
python3 -c "import json; d = json.load(open('out')); assert len(d['trials']) == 36" || fail "not resumed"
echo "fine, $kept trials survived a full disk"
