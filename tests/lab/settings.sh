# Lists of optimizers, rates, schedules and regularizers: a table for each setting, the rates that were
# tried, one line for all; 80 columns however long the names; the same data in JSON.
. "$(dirname "$0")/common.sh"

several() { "$alvor" compare --data moons --hidden 10x2 --train 200 --test 50 --steps 20 --seeds 2 \
    --act 'leaky_relu(0.2)' --init 'zeros,trunc_normal_rel(std=0.2,a=-1,b=1)' --no-extra --light -q \
    --optimizer 'adam(lr=0.002,beta1=0.8,beta2=0.95),nesterov(momentum=0.95)' --lr auto \
    --schedule 'constant,cosine(to=0.1,warmup=0.05)' -o run "$@"; }

for lang in en pt; do
    expect 0 several --lang $lang
    python3 - <<'PY' || fail "a long line in $lang"
import sys
sys.exit(any(len(line.rstrip("\n")) > 80 for line in open("out", encoding="utf-8")))
PY
done
expect 0 several
[ "$(grep -c 'own rate' out)" = 4 ] || fail 'rates of four settings'
has out 'Choosing rates cost 144 trials'
has out 'in the report and --json.'
has run/report.html '"rates":['
expect 0 several --json
python3 - <<'PY' || fail 'what JSON tells of settings'
import json
d = json.load(open("out"))
assert len(d["spec"]["recipes"]) == 8 and d["spec"]["data"]["validation"] == 40
assert len({t["setting"] for t in d["trials"]}) == 8 and len(d["trials"]) == 32
assert {t["optimizer"].split("(")[0] for t in d["trials"]} == {"adam", "nesterov"}
assert len(d["rates"]) == 8 and all(len(r["tried"]) == 9 for r in d["rates"])
for rate in d["rates"]:
    used = {t["lr"] for t in d["trials"]
            if (t["setting"], t["scheme"]) == (rate["setting"], rate["scheme"])}
    assert used == {rate["lr"]}, (rate, used)
PY
expect 0 small --light -q --act relu --init he_normal --target 0.4
has out 'gets to loss 0.4 first'
