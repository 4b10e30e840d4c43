# The end of a comparison: table, JSON document, languages, locales, colours, resuming.
. "$(dirname "$0")/common.sh"

expect 0 small -o run --init 'zeros,uniform(r=9),he_normal'
has out he_normal
has out 'he_normal ends with the lowest training loss'
has err '100 %'
expect 0 small -o run --init 'zeros,uniform(r=9),he_normal' --quiet
[ -s err ] && fail "--quiet is not quiet on stderr"
expect 0 env LC_ALL=C "$alvor" list
expect 0 env LC_ALL=C.UTF-8 "$alvor" compare -o run --data moons --lr 0.1 --hidden 24x4 --train 400 \
    --test 100 --batch 32 --steps 200 --seeds 3 --no-extra --init 'zeros,uniform(r=9),he_normal'
cp out utf8
python3 -c "
import sys
for line in open('utf8', encoding='utf-8'):
    if len(line.rstrip('\n')) > 80: sys.exit('wider than 80: ' + line)
    if '\033' in line: sys.exit('a colour in a pipe: ' + line)
" || fail "the table"
expect 0 env LC_ALL=C "$alvor" compare -o run --data moons --lr 0.1 --hidden 24x4 --train 400 \
    --test 100 --batch 32 --steps 200 --seeds 3 --no-extra --init 'zeros,uniform(r=9),he_normal'
LC_ALL=C grep -q '[^ -~]' out && fail "not ASCII in the C locale"
expect 0 small -o run --init 'zeros,uniform(r=9),he_normal' --lang pt
has out 'termina com a menor perda de treino'
grep -q '[0-9],[0-9]' out || fail "no decimal comma in Portuguese"

# The document is the same in every language, whether trained now or found.
expect 0 small -o run --init 'zeros,uniform(r=9),he_normal' --json
cp out en.json
expect 0 small -o run --init 'zeros,uniform(r=9),he_normal' --json --lang pt
cmp out en.json || fail "the document depends on the language"
python3 - <<'P' || fail "the document"
import json, math
def no_constant(name): raise SystemExit('not JSON: ' + name)
d = json.load(open('en.json'), parse_constant=no_constant)
assert d['schema'] == 'alvor.compare/1' and d['spec']['schema'] == 'alvor.spec/1'
assert len(d['trials']) == d['planned'] == 18 and len(d['summary']) == len(d['ranking']) == 6
for t in d['trials']:
    for key in ('scheme', 'activation', 'seed', 'steps', 'initial_loss', 'final_train_loss',
                'final_test_loss', 'final_test_accuracy', 'forward_gain', 'backward_gain',
                'forecast', 'outcome', 'verdict', 'findings'):
        assert key in t, key
    assert t['final_train_loss'] is not None or t['reason'], t
for s in d['summary']:
    mine = [t for t in d['trials'] if (t['scheme'], t['activation']) == (s['scheme'], s['activation'])]
    assert s['n'] == len(mine) == 3
    assert s['failed'] == sum(t['outcome'] in ('stuck', 'diverged') for t in mine)
    values = sorted(math.inf if t['final_train_loss'] is None else t['final_train_loss'] for t in mine)
    q = s['final_train_loss']
    assert q['median'] == (values[1] if values[1] < math.inf else None)
    assert q['median'] is not None or q['reason']
    if values[1] < math.inf: assert abs(q['q1'] - (values[0] + values[1]) / 2) < 1e-12
for activation in ('relu', 'tanh'):
    ranks = [r for r in d['ranking'] if r['activation'] == activation]
    assert [r['place'] for r in ranks] == [1, 2, 3]
    losses = [math.inf if r['final_train_loss'] is None else r['final_train_loss'] for r in ranks]
    assert losses == sorted(losses)
    assert ranks[0]['behind_best'] == 0 and ranks[0]['n'] == 3 and 'bootstrap' in ranks[0]['method']
assert d['conclusion']['en'] and d['conclusion']['pt']
P

# The default directory is named by the spec's digest: jobs and language do not move it.
expect 0 small --init zeros --act relu --jobs 1
expect 0 small --init zeros --act relu --jobs 2 --lang pt
[ "$(ls runs | wc -l)" = 1 ] || fail "jobs or language moved the directory"
expect 0 small --init zeros --act relu --seed 43
[ "$(ls runs | wc -l)" = 2 ] || fail "another seed is another directory"

# All 64 bits of a seed count, and the next after the last is 0.
most=18446744073709551615
expect 0 small --init zeros,he_normal --act relu --seeds 2 --seed $most -o most --json
python3 - out $most <<'P' || fail "seeds of 64 bits"
import json, sqlite3, sys
d = json.load(open(sys.argv[1]))
assert d['spec']['seed'] == sys.argv[2], d['spec']['seed']
assert sorted({str(t["seed"]) for t in d["trials"]}) == ["0", sys.argv[2]], d["trials"]
P
expect 0 "$alvor" report most
expect 2 small --init zeros --seed 18446744073709551616
has err "error: --seed: '18446744073709551616' is not a whole number from 0 to 18446744073709551615"
expect 2 "$alvor" data show moons --seed -1
has err "error: --seed: '-1' is not"
expect 0 "$alvor" data show moons --n 1 --seed $most
[ -s runs/*/spec.json ] 2>/dev/null || for f in runs/*; do [ -s "$f/spec.json" ] && [ -s "$f/env.json" ] || fail "$f"; done
echo fine
