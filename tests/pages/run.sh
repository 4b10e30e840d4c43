# Manual pages and completions: a page for every verb in both languages, without a warning of its
# formatter; bash's completion driven as the shell would; the others accepted by their shells.
#
#     run.sh ALVOR PAGES
set -eu
alvor=$1
pages=$2
fail() {
    echo "$*" >&2
    exit 1
}

verbs=$("$alvor" --help --lang en | awk '/^  [a-z]/ { print $1 }')
[ "$(echo "$verbs" | wc -l)" -ge 6 ] || fail "only the verbs $verbs"
for verb in $verbs; do
    for page in "$pages/man1/alvor-$verb.1" "$pages/pt_BR/man1/alvor-$verb.1"; do
        [ -s "$page" ] || fail "there is no $page"
        for option in $("$alvor" "$verb" --help --lang en | grep -oE '^  (-., |    )--[a-z-]+' |
            grep -oE -- '--[a-z-]+'); do
            sed 's/\\-/-/g' "$page" | grep -qF -- "\\fB$option" || fail "$page lacks $option"
        done
    done
done
for page in "$pages"/man1/*.1 "$pages"/pt_BR/man1/*.1; do
    command -v man >/dev/null || continue
    warnings=$(MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "$page: $warnings"
done

command -v bash >/dev/null || fail 'there is no bash'
# complete WORD...: what the last word becomes.
complete() {
    bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _alvor; echo "${COMPREPLY[*]}"' \
        "$pages/alvor.bash" "$@"
}
same() {
    [ "$1" = "$2" ] || fail "completed '$1', wanted '$2'"
}
same "$(complete alvor comp)" compare
same "$(complete alvor init --sche)" --scheme
same "$(complete alvor init --scheme he_n)" he_normal
same "$(complete alvor compare --act leaky)" leaky_relu
same "$(complete alvor compare --data spi)" spirals
same "$(complete alvor init --layout k)" keras
same "$(complete alvor explain xavier_u)" xavier_uniform
same "$(complete alvor list --lang p)" pt
if command -v zsh >/dev/null; then zsh -n "$pages/_alvor"; fi
if command -v fish >/dev/null; then fish -n "$pages/alvor.fish"; fi
echo "pages and completions of $(echo "$verbs" | wc -l) verbs"
