# --why: was it the first weights? Failing schemes beside one that trains, alone, and under a rate that
# nothing survives.
. "$(dirname "$0")/common.sh"

expect 0 small -o run --light --init 'zeros,he_normal' --why -q
tr '\n' ' ' <out | tr -s ' ' >words
has words 'zeros with relu: 3 of 3 seeds did not train (symmetric). With he_normal in its place'
has words '3 of those 3 trained: the first weights are the cause.'
grep -q '^he_normal with' out && fail 'a scheme that trains is explained'
expect 0 small --light --act relu --init zeros --why -q --lang pt
tr '\n' ' ' <out | tr -s ' ' >words
has words 'Com lsuv no lugar, e as mesmas sementes, lotes e otimizador, 3 dessas 3 treinaram: a causa'
expect 0 small --light --act relu --init he_normal --lr 1000 --why -q
tr '\n' ' ' <out | tr -s ' ' >words
has words '0 of those 3 trained: the first weights are not the cause'
expect 0 small -o fine --light --act relu --init he_normal --why -q
grep -q 'in its place' out && fail 'nothing failed, and it is explained'
expect 2 small --why --json
has err 'without --json'
awk '{ if (length($0) > 80) exit 1 }' out || fail 'a long line'
