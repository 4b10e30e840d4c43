# predict prints what closed forms say: relu halves the mean square that he_normal doubles.
. "$(dirname "$0")/lib.sh"

try 0 predict --depth 3 --width 100
out '^ +1 1\.41 \['; out '^ +3 1\.41 \['; out ' 1 [[]1, 1[]] +1 +0.68$'
out 'fan_in Var w = 2; here 2: weights times 1$'; out '^forecast: healthy$'
try 0 predict --init 'normal(std=0.1)' --width 100 --depth 12 # a half of 100 0.01 = 1 each layer
out '^ +2 0\.707 \['; out '^ +12 0\.0221 '; out '0\.5 +0\.[0-9]+$'; out 'weights times 1\.414$'
out 'depth scale 1\.443 layers'
try 0 predict --init 'normal(std=0.01)' --lang pt; out '^previsão: desaparecimento$'
try 0 predict --act tanh --init 'normal(std=1)' --depth 30; out '^forecast: (exploding|saturated)$'
try 0 predict --init zeros --depth 2; out '^forecast: vanishing$'
try 0 predict --init orthogonal --depth 2; out 'those of independent weights'

# Linear nets: each layer of independent weights adds 1, orthogonal ones stay isometries.
try 0 predict --act linear --init lecun_normal --depth 9; out 'singular value 1; relative variance of squares 8$'
try 0 predict --act linear --init orthogonal --depth 9; out 'singular value 1; relative variance of squares 0$'

# tanh without biases: the edge is at fan_in Var w = 1, where only a thin region trains 1000 layers.
try 0 predict --act tanh --init xavier_normal --depth 30 --phase
out '^ +0 \|\.+o+X?o*#+$'; out '\| *\.*o*#*$'; out 'six depth'
try 0 predict --act relu --phase --json; out '"schema": "alvor.phase/1"'; no_out 'nan|inf'

# All layers, stable keys, no NaN; lines of the page fit 80 columns.
try 0 predict --act gelu --depth 1000 --json
out '"schema": "alvor.predict/1"'; out '"layer": 1000,'; out '"forecast": "'; no_out 'nan|inf'
for words in '--depth 1' '--phase --depth 99999' '--phase --act sin --bias normal(std=9)' '--act selu --depth 777' '--init normal(std=1e-9)' '--init normal(std=1e9)' '--norm batch --depth 300' '--skip 0.7 --branch 0.3 --depth 300'; do
    for lang in en pt; do
        "$alvor" predict $words --lang $lang >page.txt
        [ "$(awk '{ if (length($0) > n) n = length($0) } END { print n + 0 }' page.txt)" -le 80 ] \
            || fail "predict $words --lang $lang has a long line"
    done
done

try 2 predict --depth 0; err 'depth'
try 2 predict --width nan; err 'width'
try 2 predict --act rleu; err '^alvor: error: --act, column 1: .*did you mean relu'
try 2 predict --init he_norml; err "^alvor: error: --init, column 1: .*did you mean 'he_normal'"
try 2 predict --init ones; err '--init: the theory is for a mean of 0'
try 2 predict --init lsuv; err '--init: its weights are made from data'
try 2 predict tanh; err 'takes options only'
try 2 predict --norm bath; err "did you mean 'batch'"
try 2 predict --skip -1; err 'skip'
try 2 predict --skip 0 --branch 0; err 'leave nothing'
try 2 predict --phase --norm layer; err 'plain nets'
try 2 predict --correlation 2; err 'correlation'

# Branches and norms: doubling, pi / (pi - 1) of batch normalization (Yang et al. 2019), and two
# inputs that stay as unlike as they came where the net is linear.
try 0 predict --act relu --skip 1 --depth 4; out '^     4 4  +1  +2  '; out "z' = 1 z \+ 1"
try 0 predict --act relu --norm batch --depth 9; out 'chi 1.467;'; out '^     9 .* -$'
try 0 predict --act linear --init orthogonal --depth 9 --correlation -0.25; out '^     9 .* -0.25$'
try 0 predict --depth 101 --json; out '"c": null'
try 0 predict --depth 101 --json --correlation 0; no_out '"c": null'
