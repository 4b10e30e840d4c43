# reproduce: experiments that take seconds, run; what holds holds, and what does not says why.
. "$(dirname "$0")/lib.sh"

try 0 reproduce --list; out '^he2015 +He keeps'; out '^siren2020 '
try 0 reproduce --list --lang pt; out '^he2015 +He conserva'
try 0 reproduce he2015 gpt2 hanin2018
silent_err
out '^  holds +factor of the mean square per layer, he_normal: 0\.9[89]|1\.0'
out '^10 of 10 claims hold$'
try 0 reproduce siren2020 --lang pt; out 'NÃO VALE'; out 'arco-seno'; out '^3 de 4 '
try 0 reproduce schoenholz2017 pennington2017 glorot2010 klambauer2017 --json
out '"schema": "alvor.reproduce/1"'; out '"holds": true'; out '"measured": '; no_out '"holds": false'
# The page carries every claim and the figures' points, in both languages, and fetches nothing; a
# path that cannot be written is an error. tests/web looks at what it draws.
try 0 reproduce he2015 siren2020 -o page.html; out '^Page: page.html$'
grep -q '"schema":"alvor.reproduce/1"' page.html || fail 'the page has no document'
grep -q '"holds":false' page.html || fail 'what does not hold is not on the page'
grep -q '"drawing":"theory","points":\[\[1.0,1.0\],\[2.0,0.5\]' page.html || fail 'no points of theory'
grep -qE '(src|href)="https?:' page.html && fail 'the page fetches something'
try 0 reproduce he2015 -o pagina.html --lang pt --json; out '"schema": "alvor.reproduce/1"'
out '"claim": "factor of the mean square per layer, he_normal"'; out '"drawing": "line"'
grep -q 'lang="pt"' pagina.html || fail 'the page is not in Portuguese'
rm page.html pagina.html
try 2 reproduce he2015 -o /nowhere/page.html; err 'nowhere'

try 0 reproduce --list; out '^glorot2010_training +Shapeset'; out '^zhang2022 +A leaky'
try 0 reproduce gains poole2016 yang2019 mishkin2016 nguyen1990 xiao2018; out '^31 of 31 claims hold$'
try 0 reproduce xiong2020; out '^2 of 4 claims hold$'; out 'only the last position has a loss here'
try 2 reproduce; err 'name an experiment'
try 2 reproduce he2016; err 'did you mean he2015'
try 2 reproduce he2015 --fast; err 'unknown option'
empty_here
