#!/bin/sh
# alvor report on what is not a run: a clear message, exit status 2, nothing written.
set -u
alvor=$1
python=$2
here=$(dirname "$0")
[ -n "$python" ] || { echo "SKIP: no Python 3 to write the fixture"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0

# refuses NAME PATTERN ARGUMENTS...: exit 2, a message that matches, no report left behind.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$alvor" report "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 2 ] || ! grep -Eqi "$pattern" "$work/err"; then
        echo "FAILED: $name: status $status, $(cat "$work/err")"
        bad=1
    fi
    if [ -s "$work/out" ] || find "$work/$name" -name 'report.html*' 2>/dev/null | grep -q .; then
        echo "FAILED: $name: something was written"
        bad=1
    fi
}

run() {
    mkdir -p "$work/$1"
    cp "$work/good/spec.json" "$work/good/env.json" "$work/good/run.db" "$work/$1"
}

"$python" "$here/make_fixture.py" "$work/good" || exit 1
refuses none "No such file" "$work/none"
refuses argument "one run directory"
refuses file "not a directory" "$work/good/run.db"
mkdir "$work/empty" && refuses empty "cannot read|cannot open" "$work/empty"
run notdb && printf 'this is not a database, whatever its name says' >"$work/notdb/run.db"
refuses notdb "not a database" "$work/notdb"
run short && head -c 20000 "$work/good/run.db" >"$work/short/run.db"
refuses short "malformed|cannot" "$work/short"
run torn && size=$(wc -c <"$work/good/run.db") && head -c $((size / 2)) "$work/good/run.db" >"$work/torn/run.db"
refuses torn "malformed|cannot" "$work/torn"
run version && "$python" -c "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version=9')" "$work/version/run.db"
refuses version "version 9" "$work/version"
run table && "$python" -c "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('DROP TABLE curve')" "$work/table/run.db"
refuses table "no such table" "$work/table"
run blob && "$python" -c "
import sqlite3,sys
db = sqlite3.connect(sys.argv[1]); db.execute('UPDATE histogram SET counts = ?', (b'x',)); db.commit()" "$work/blob/run.db"
refuses blob "histogram" "$work/blob"
run trials && "$python" -c "
import sqlite3,sys
db = sqlite3.connect(sys.argv[1]); db.execute('DELETE FROM trial'); db.commit()" "$work/trials/run.db"
refuses trials "no finished trial" "$work/trials"
run spec && printf '{"model": ' >"$work/spec/spec.json"
refuses spec "spec.json.*not valid JSON" "$work/spec"
run list && printf '[1]' >"$work/list/env.json"
refuses list "not a JSON object" "$work/list"
run noenv && rm "$work/noenv/env.json"
refuses noenv "env.json" "$work/noenv"
run output && refuses output "cannot write" "$work/output" -o "$work/missing/deep/report.html"

# An older report survives a failed one; a good one is reproducible byte for byte.
"$alvor" report "$work/good" >/dev/null || bad=1
cp "$work/good/report.html" "$work/first.html"
"$alvor" report "$work/good" -o "$work/second.html" >/dev/null || bad=1
cmp "$work/first.html" "$work/second.html" || bad=1
printf 'broken' >"$work/good/run.db"
"$alvor" report "$work/good" >/dev/null 2>&1 && { echo "FAILED: a broken run succeeded"; bad=1; }
cmp "$work/first.html" "$work/good/report.html" || { echo "FAILED: the older report was touched"; bad=1; }
[ $bad -eq 0 ] && echo "every refusal is clear and leaves nothing behind"
exit $bad
