# Help, verbs, options, languages and exit codes that all verbs share.
. "$(dirname "$0")/lib.sh"

# Help goes to stdout when asked for, to stderr when not.
try 0 --help; out '^Usage: alvor VERB'; out '^  init  '; silent_err
try 0 -h; out '^Usage: alvor VERB'
try 0 help; out '^Usage: alvor VERB'
try 0 help init; out '--scheme SCHEME'; out '^Examples'
try 0 init --help; out '^Usage: alvor init'; out '--lang en\|pt'
try 2; err '^Usage: alvor VERB'; silent_out
try 0 --version; out '^alvor [0-9]+\.[0-9]+\.[0-9]+$'

# Wrong names are met with the nearest right one.
try 2 lst; err "no verb 'lst'"; err "^hint: did you mean 'alvor list'"; silent_out
try 2 help explian; err "did you mean 'alvor explain'"
try 2 qqqqqqqqqq; err '^hint: see: alvor --help'
try 2 list --jsn; err 'unknown option --jsn'; err '^hint: did you mean --json'
try 2 list --lnag pt; err 'did you mean --lang'
try 2 init -x 3; err 'unknown option -x'
try 2 list --json=1; err '--json takes no value'
try 2 init --scheme; err '--scheme needs a value: --scheme SCHEME'
try 2 list --lang xx; err "no language 'xx'"; err '^hint: use --lang en'
try 2 list --lang; err "no language ''"

# The language: the option, else the first of LC_ALL, LC_MESSAGES and LANG that is set.
try 0 list --lang pt; out 'Esquemas de inicializa'
try 0 --lang=pt-BR list; out 'Esquemas de inicializa'
try_with LC_ALL=pt_BR.UTF-8 0 list; out 'Esquemas de inicializa'
try_with 'LC_ALL= LANG=pt_BR.UTF-8' 0 list; out 'Esquemas de inicializa'
try_with 'LC_ALL=C LANG=pt_BR.UTF-8' 0 list; out 'Initializers'
try_with LC_ALL=pt_BR.UTF-8 0 list --lang en; out 'Initializers'
try_with LC_ALL=pt_BR.UTF-8 0 --help; out '^Uso: alvor VERBO'

# Bold is for terminals: none in a pipe, whatever TERM says.
for term in xterm-256color dumb; do
    try_with TERM=$term 0 explain he_normal; no_out "$(printf '\033')"
    try_with TERM=$term 0 list; no_out "$(printf '\033')"
done
if command -v script >/dev/null; then
    # A terminal gets bold headings, unless NO_COLOR or TERM=dumb asks for none.
    on_terminal() { script -qec "$1 $alvor list" /dev/null </dev/null >"$streams/out" 2>&1; }
    last='list, on a terminal'
    on_terminal 'env TERM=xterm'; out "$(printf '\033')\[1m"
    on_terminal 'env TERM=xterm NO_COLOR=1'; no_out "$(printf '\033')"
    on_terminal 'env TERM=dumb'; no_out "$(printf '\033')"
fi

# A closed or full stdout is an error, not a silence.
if [ -e /dev/full ]; then
    last='list >/dev/full'
    "$alvor" list >/dev/full 2>"$streams/err"
    [ $? -eq 2 ] || fail 'exit code is not 2'
    err 'cannot write to standard output'
fi
empty_here
