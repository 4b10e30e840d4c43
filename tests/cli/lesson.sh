# alvor lesson: every lesson runs, shows what its texts say, keeps the key to --teacher, and asks
# nothing in a pipe. What a text claims of the measurements in words is checked here.
. "$(dirname "$0")/lib.sh"
export TMPDIR="$scratch" # where runs lie while they last

try 0 lesson; out '^  1  Symmetry: '; out '^  8  Residuals and norms'
try 0 lesson --lang pt; out '^  3  Profundidade: '
try 2 lesson 9; err "no lesson '9'; 1 to 8"
try 2 lesson x; err "no lesson 'x'"
try 2 lesson 1 2; err "not also '2'"

# In a pipe: the sheet for the class; with --teacher the key.
try 0 lesson 1
out '^  \$ alvor compare --hidden 32x2 '; out '^2\. constant\(value=0\.1\) +1\.10 '; out '^Question$'
out '^  b\) one unit, counted 32 times$'; out 'with --teacher\.$'; no_out '^Key$'; silent_err
try 0 lesson 1 --teacher
out '^Key$'; out '^  b\) Units with the same weights'; out '^For the teacher$'; no_out '\{'
try 0 lesson 1 --teacher --lang pt
out '^Gabarito$'; out 'perda [0-9]+,[0-9]+'; out '^Para quem ensina$'; no_out '\{'
[ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' "$streams/out")" -le 90 ] || fail 'long lines'

try 0 lesson --json; out '"schema": "alvor.lessons/1"'
command -v python3 >/dev/null || exit 0
for n in 1 2 3 4 5 6 7 8; do
    try_with LC_ALL=pt_BR.UTF-8 0 lesson $n --json
    python3 - $n "$streams/out" <<'PYTHON' || fail "lesson $n says what its numbers do not"
import json, sys

number = int(sys.argv[1])
d = json.load(open(sys.argv[2]))
r = [None] + d["rows"]
loss = lambda i: r[i]["loss"] if r[i]["loss"] is not None else float("inf")
failed = lambda i: r[i]["failed"] == r[i]["n"]
claims = {
    1: lambda: failed(1) and loss(3) < loss(2) < loss(1) and 0.5 < loss(2) < 1.05,
    2: lambda: failed(1) and failed(5) and not failed(3) and (r[5]["forward"] / r[3]["forward"]) ** 8 > 1000,
    3: lambda: not failed(1) and failed(4) and not failed(6) and abs(r[1]["forward"] - r[4]["forward"]) < 0.1
               and r[4]["forward"] ** 16 < 5e-6,
    4: lambda: abs(r[2]["backward"] - 1) < 0.15 and abs(r[1]["forward"] - 1) < 0.15
               and r[3]["forward"] < 0.8 > r[3]["backward"] and not any(map(failed, (1, 2, 3))),
    5: lambda: failed(5) and failed(6) and r[5]["backward"] < 0.3 and r[6]["backward"] < 0.3 and loss(2) < loss(1)
               and r[5]["start"] < 1.6,
    6: lambda: loss(2) < loss(1) and r[4]["outcome"] == "diverged" and loss(3) < 0.5 and not failed(1),
    7: lambda: loss(2) < 0.8 * loss(1) and abs(r[2]["forward"] - r[1]["forward"]) < 0.1,
    8: lambda: r[2]["outcome"] == "diverged" and r[3]["start"] < 3 < r[2]["start"] and loss(3) < 0.5
               and loss(5) < loss(3) < loss(4) and loss(4) > 0.5,
}
for part in [d["title"], d["idea"], d["question"], d["because"], d["teacher"], *d["choices"]]:
    for lang in ("en", "pt"):
        assert part[lang] and "{" not in part[lang], part[lang]
assert d["number"] == number and claims[number](), [(x["scheme"], x["loss"], x["outcome"]) for x in d["rows"]]
PYTHON
done
empty_here
