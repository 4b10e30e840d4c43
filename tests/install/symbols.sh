#!/bin/sh
# What the libraries export is what include/alvor declares ALV_API and what the committed lists
# libalvor.symbols and libalvor-lab.symbols say: a name that leaves or enters must be meant. The
# static libraries, which cannot hide, define only names that begin with alv_.
#
#     tests/install/symbols.sh BUILD          check a build
#     tests/install/symbols.sh --print        write the lists anew from the headers
set -eu
here=$(cd "$(dirname "$0")" && pwd)
include=$here/../../include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names declared ALV_API in headers, which becomes an attribute when it is preprocessed.
declared() {
    for header in "$@"; do
        ${CC:-cc} -E -P -I"$include" -x c "$header"
    done | tr '\n;' ' \n' | grep 'visibility("default")' |
        sed 's/.*visibility("default")))//; s/(.*//' | grep -oE '[A-Za-z0-9_]+ *$' |
        tr -d ' ' | LC_ALL=C sort -u
}
find "$include/alvor" -name '*.h' ! -name lab.h >"$work/headers"
# shellcheck disable=SC2046
declared $(cat "$work/headers") >"$work/libalvor.symbols"
declared "$include/alvor/lab.h" | LC_ALL=C comm -23 - "$work/libalvor.symbols" \
    >"$work/libalvor-lab.symbols"
if [ "$1" = --print ]; then
    cp "$work"/*.symbols "$here"
    exit 0
fi

build=$1
failed=0
same() {
    if ! LC_ALL=C diff "$1" "$2" >"$work/diff"; then
        echo "$3:" >&2
        cat "$work/diff" >&2
        failed=1
    fi
}
for library in libalvor libalvor-lab; do
    [ -e "$build/$library.so" ] || { echo "$build has no $library.so" >&2; exit 77; }
    same "$here/$library.symbols" "$work/$library.symbols" \
        "$library.symbols and the headers differ (if meant: tests/install/symbols.sh --print)"
    nm -D --defined-only "$build/$library.so" | awk '{ print $3 }' | LC_ALL=C sort >"$work/exported"
    same "$here/$library.symbols" "$work/exported" "$library.so exports other names than its list"
    nm -g --defined-only "$build/$library.a" | awk 'NF == 3 { print $3 }' | sort >"$work/global"
    if grep -v '^alv_' "$work/global" >&2; then
        echo "these names of $library.a do not begin with alv_" >&2
        failed=1
    fi
    if [ -n "$(uniq -d "$work/global")" ]; then
        echo "$library.a defines twice: $(uniq -d "$work/global")" >&2
        failed=1
    fi
    soname=$(readelf -d "$build/$library.so" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p')
    case $soname in
    "$library".so.[0-9]) ;;
    *) echo "the SONAME of $library.so is '$soname'" >&2 && failed=1 ;;
    esac
    echo "$soname: $(wc -l <"$work/exported") names"
done
exit $failed
