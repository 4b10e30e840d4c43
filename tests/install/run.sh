#!/bin/sh
# Installs a build into an empty prefix, then builds and runs programs against it, in C11 and in
# C++17: with pkg-config and with find_package, shared and static, with add_subdirectory, and with the
# single header in place of the library. All must print the same weights.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strict='-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers'

cmake --install "$build" --prefix "$work/prefix" >/dev/null
library=$(dirname "$(find "$work/prefix" -name libalvor.a)")
PKG_CONFIG_PATH=$library/pkgconfig
export PKG_CONFIG_PATH

# Fails unless the program needs libalvor.so exactly if it is to be shared.
linked() {
    needs=$(readelf -d "$1" | grep -c 'NEEDED.*libalvor\.so\.' || true)
    case $2-$needs in
    shared-1 | static-0) ;;
    *) echo "$1 is not $2" >&2 && exit 1 ;;
    esac
}

# Runs a program, and compares what it prints with what the first one printed.
programs=0
same_weights() {
    LD_LIBRARY_PATH=$library "$1" >"$work/weights"
    [ -e "$work/wanted" ] || cp "$work/weights" "$work/wanted"
    cmp "$work/wanted" "$work/weights" || { echo "$1 prints other weights" >&2 && exit 1; }
    programs=$((programs + 1))
}

for kind in shared static; do
    suffix=$([ $kind = shared ] || echo -static)
    # shellcheck disable=SC2046,SC2086
    {
        flags="$(pkg-config --cflags --libs "alvor$suffix")"
        cc -std=c11 $strict "$here/consumer/main.c" -o "$work/$kind-c" $flags
        c++ -std=c++17 $strict "$here/consumer/main.cpp" -o "$work/$kind-cpp" $flags
        cc -std=c11 "$here/consumer/lab.c" -o "$work/$kind-lab" \
            $(pkg-config --cflags --libs "alvor-lab$suffix" "alvor$suffix")
    }
    for language in c cpp; do
        linked "$work/$kind-$language" $kind
        same_weights "$work/$kind-$language"
    done
    LD_LIBRARY_PATH=$library "$work/$kind-lab" "$work/run-$kind"

    cmake -G Ninja -S "$here/consumer" -B "$work/package-$kind" -DALVOR_KIND=$kind \
        -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
    cmake --build "$work/package-$kind" -j2 >/dev/null
    linked "$work/package-$kind/consumer" $kind
    same_weights "$work/package-$kind/consumer"
    same_weights "$work/package-$kind/consumer-cpp"
    "$work/package-$kind/consumer-lab" "$work/run-package-$kind"
done

"$here/../../tools/amalgamate.py" -o "$work/single/alvor/alvor.h"
printf '#define ALVOR_IMPLEMENTATION\n#include <alvor/alvor.h>\n' >"$work/implementation.c"
# shellcheck disable=SC2086
{
    cc -std=c11 $strict -O2 -I"$work/single" -c "$work/implementation.c" -o "$work/single.o"
    cc -std=c11 $strict -I"$work/single" "$here/consumer/main.c" "$work/single.o" -o "$work/single-c"
    c++ -std=c++17 $strict -I"$work/single" "$here/consumer/main.cpp" "$work/single.o" \
        -o "$work/single-cpp"
}
same_weights "$work/single-c"
same_weights "$work/single-cpp"

cmake -G Ninja -S "$here/consumer" -B "$work/sub" -DALVOR_SOURCE="$here/../.." >/dev/null
cmake --build "$work/sub" -j2 >/dev/null
same_weights "$work/sub/consumer"
same_weights "$work/sub/consumer-cpp"

for file in share/man/man1/alvor-init.1 share/man/pt_BR/man1/alvor-init.1 \
    share/bash-completion/completions/alvor share/zsh/site-functions/_alvor \
    share/fish/vendor_completions.d/alvor.fish; do
    [ -s "$work/prefix/$file" ] || { echo "not installed: $file" >&2 && exit 1; }
done

cat "$work/wanted"
"$work/prefix/bin/alvor" --version
echo "$programs programs, the same weights"
