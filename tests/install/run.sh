#!/bin/sh
# Installs a build into an empty prefix, then builds and runs one program against it three ways:
# pkg-config, find_package, add_subdirectory.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
export PKG_CONFIG_PATH="$(dirname "$(find "$work/prefix" -name alvor.pc)")"
# shellcheck disable=SC2046
cc "$here/consumer/main.c" -o "$work/pc" $(pkg-config --cflags --libs alvor)
cmake -S "$here/consumer" -B "$work/package" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/package" >/dev/null
cmake -S "$here/consumer" -B "$work/sub" -DALVOR_SOURCE="$here/../.." >/dev/null
cmake --build "$work/sub" >/dev/null

"$work/pc" >"$work/pc.txt"
"$work/package/consumer" >"$work/package.txt"
"$work/sub/consumer" >"$work/sub.txt"
cat "$work/pc.txt"
cmp "$work/pc.txt" "$work/package.txt"
cmp "$work/pc.txt" "$work/sub.txt"
"$work/prefix/bin/alvor" --version
