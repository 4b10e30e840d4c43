#!/bin/sh
# Reads every #include and fails on an arrow that points the wrong way: a room may use itself and
# the rooms listed before it (DESIGN.md, section 2).
set -eu
cd "$(dirname "$0")/.."

rooms="base math simd stream dist linalg act model init compat theory io \
team nn probe verdict data train formats lab reproduce lesson audit report cli"

grep -rHoE '^#include "[a-z]+/' src | sed 's|^src/||; s|#include "||; s|/$||' |
awk -v rooms="$rooms" -F'[/:]' '
BEGIN { n = split(rooms, list, " "); for (i = 1; i <= n; i++) rank[list[i]] = i }
{
    from = $1; to = $NF; arrows++
    if (to == "alvor") next                      # the public API
    if (!(from in rank)) { print "unknown room: src/" from; bad++; next }
    if (!(to in rank)) { print $0 ": unknown room " to; bad++; next }
    if (rank[to] > rank[from]) { print $0 ": " from " must not use " to; bad++ }
    if (from == "report" && to == "nn") { print $0 ": the report reads files only"; bad++ }
}
END { printf "%d includes, %d wrong arrows\n", arrows, bad; exit bad > 0 }'

# Bindings, web and examples see public headers only.
if grep -rnE '#include "[a-z]+/' examples bindings 2>/dev/null | grep -v '"alvor/'; then
    echo "examples and bindings must include public headers only" >&2
    exit 1
fi
