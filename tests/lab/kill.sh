# Killed at any instant, a run loses the trials in flight and nothing else; Ctrl-C stops it cleanly.
. "$(dirname "$0")/common.sh"

rows() { # everything but the seconds
    python3 - "$1" <<'P'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1] + '/run.db')
for table in ('trial', 'curve', 'layer', 'histogram', 'finding'):
    columns = [r[1] for r in db.execute(f'pragma table_info({table})') if not r[1].endswith('seconds')]
    order = ','.join(str(i + 1) for i in range(len(columns)))
    for row in db.execute(f'select {",".join(columns)} from {table} order by {order}'): print(row)
P
}
run() { small --steps 1500 --init zeros,xavier_uniform,he_normal --jobs 2 --quiet "$@"; }

expect 0 run -o whole
kills=0
for pause in 0.05 0.11 0.02 0.17 0.08 0.23 0.13 0.05 0.29 0.19 0.07; do
    run -o parts >/dev/null 2>&1 &
    pid=$!
    sleep "$pause"
    # the function runs in a subshell: kill the command below it
    child=$(pgrep -P "$pid" || true)
    if kill -9 ${child:-$pid} 2>/dev/null; then kills=$((kills + 1)); fi
    wait "$pid" 2>/dev/null || true
done
[ "$kills" -ge 3 ] || fail "the run was too short to kill"
expect 0 run -o parts
rows whole >a
rows parts >b
[ "$(wc -l <a)" -gt 100 ] || fail "no rows"
cmp a b || fail "a killed and resumed run differs"

# Ctrl-C: exit 130, what is done is kept, the same command finishes.
"$alvor" compare --data blobs --hidden 64x12 --steps 4000 --seeds 2 --no-extra --init he_normal \
    --act relu,tanh -o stopped 2>err >out &
pid=$!
sleep 0.6
kill -TERM "$pid" # as Ctrl-C; a shell's background job ignores SIGINT
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || fail "exit code $code after an interrupt"
has err 'the same command resumes'
[ -s stopped/run.db ] || fail "nothing was kept"
echo "fine after $kills kills"
