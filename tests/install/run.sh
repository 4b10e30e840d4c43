#!/bin/sh
# Installs a build into an empty prefix, then builds and runs programs against it: with pkg-config,
# with find_package and with add_subdirectory. The three must print the same weights.
set -eu
build=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name alvor.pc)")
export PKG_CONFIG_PATH

# shellcheck disable=SC2046
cc "$here/consumer/main.c" -o "$work/pc" $(pkg-config --cflags --libs alvor)
# shellcheck disable=SC2046
cc "$here/consumer/lab.c" -o "$work/pc-lab" $(pkg-config --cflags --libs alvor-lab)
cmake -G Ninja -S "$here/consumer" -B "$work/package" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
cmake --build "$work/package" >/dev/null
cmake -G Ninja -S "$here/consumer" -B "$work/sub" -DALVOR_SOURCE="$here/../.." >/dev/null
cmake --build "$work/sub" -j2 >/dev/null

"$work/pc" >"$work/pc.txt"
"$work/package/consumer" >"$work/package.txt"
"$work/sub/consumer" >"$work/sub.txt"
cat "$work/pc.txt"
cmp "$work/pc.txt" "$work/package.txt"
cmp "$work/pc.txt" "$work/sub.txt"
"$work/pc-lab" "$work/run-pc"
"$work/package/consumer-lab" "$work/run-package"
"$work/prefix/bin/alvor" --version
