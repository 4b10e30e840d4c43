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
# The page: a gauge for every claim, nothing but itself; a path that cannot be written is an error.
try 0 reproduce he2015 siren2020 -o page.html; out '^Page: page.html$'
[ "$(grep -o '<svg' page.html | wc -l)" = 7 ] || fail 'a gauge for each of seven claims'
grep -q '✕ does not' page.html || fail 'what does not hold is not on the page'
grep -qiE 'nan|http:|src=' page.html && fail 'the page has a NaN or fetches something'
try 0 reproduce he2015 -o pagina.html --lang pt --json; out '"schema": "alvor.reproduce/1"'
grep -q 'lang="pt-BR"' pagina.html || fail 'the page is not in Portuguese'
rm page.html pagina.html
try 2 reproduce he2015 -o /nowhere/page.html; err 'nowhere'

try 0 reproduce poole2016 yang2019 mishkin2016 nguyen1990 xiao2018; out '^21 of 21 claims hold$'
try 0 reproduce xiong2020; out '^2 of 4 claims hold$'; out 'only the last position has a loss here'
try 2 reproduce; err 'name an experiment'
try 2 reproduce he2016; err 'did you mean he2015'
try 2 reproduce he2015 --fast; err 'unknown option'
empty_here
