#!/bin/sh
# Compiles the core, the engine, probes, verdicts, procedural data and training for the browser with
# plain Clang, no libc and no Emscripten (contract C7):
#
#   tools/build-wasm.sh [OUT]               both modules, and the self-test in Node
#   tools/build-wasm.sh OUT playground      OUT/playground.wasm alone
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/wasm}
mkdir -p "$out"
ld=$(command -v wasm-ld || ls /usr/bin/wasm-ld-* | tail -n 1)
flags="--target=wasm32 -nostdlib -ffreestanding -std=gnu11 -O2 -ffp-contract=off -fno-math-errno
-mbulk-memory -msimd128 -fvisibility=hidden -Wall -Werror -Iinclude -Isrc -Itests"
jobs=$(nproc 2>/dev/null || echo 2)
engine="$(tools/core-sources.sh wasm) web/wasm/libc.c"
headers="include src web/wasm tests/golden tests/suited_tensors.h"
# shellcheck disable=SC2086
header=$(find $headers -name '*.h' -o -name '*.inc' | xargs ls -t | sed -n 1p)

object_of() { echo "$out/$(echo "$1" | tr / -).o"; }

# The sources whose objects are missing, or older than they or than any header.
stale() {
    for source in "$@"; do
        object=$(object_of "$source")
        [ "$object" -nt "$source" ] && [ "$object" -nt "$header" ] || echo "$source $object"
    done
}

compile() {
    # shellcheck disable=SC2086
    stale "$@" | xargs -r -P "$jobs" -n 2 sh -c "clang $(echo $flags) -c \"\$0\" -o \"\$1\""
}

# link MODULE SOURCE...: every function of the module's own sources that is visible is exported.
link() {
    module=$1
    shift
    compile "$@"
    objects=
    for source in "$@"; do objects="$objects $(object_of "$source")"; done
    # shellcheck disable=SC2086
    "$ld" --no-entry --export-dynamic -z stack-size=262144 --gc-sections --strip-all --fatal-warnings \
        $objects -o "$out/$module.wasm"
    wc -c <"$out/$module.wasm" | awk -v name="$module" '{ printf "%s.wasm: %d bytes\n", name, $1 }'
}

# shellcheck disable=SC2086
link playground $engine web/wasm/playground.c web/wasm/spec.c web/wasm/catalogue.c web/wasm/json.c
[ "${2:-}" != playground ] || exit 0
# shellcheck disable=SC2086
link alvor $engine web/wasm/selftest.c
command -v node >/dev/null 2>&1 || exit 0

# The same sources natively, by the system's compiler: the losses must be the same bits.
# shellcheck disable=SC2046
cc -std=gnu11 -O3 -ffp-contract=off -fno-math-errno -DALV_PORTABLE_ONLY -Iinclude -Isrc -Itests \
    -o "$out/native" $(tools/core-sources.sh wasm) web/wasm/selftest.c web/wasm/native.c
"$out/native" >"$out/native.txt"
node web/wasm/selftest.mjs "$out/alvor.wasm" >"$out/wasm.txt"
if grep -q '^0*$' "$out/native.txt" || ! cmp "$out/native.txt" "$out/wasm.txt"; then
    echo "WebAssembly and native training differ, or failed:" >&2
    paste "$out/native.txt" "$out/wasm.txt" >&2
    exit 1
fi
echo "WebAssembly and native training give the same losses, to the bit"

# The vector kernels of both fill the golden bytes: every line of the file, in its order.
sed -n 's/^fill //p' "$out/wasm.txt" >"$out/fills.txt"
sed -n 's/^[^#].*; //p' tests/golden/init.txt >"$out/golden.txt"
if ! cmp "$out/golden.txt" "$out/fills.txt"; then
    echo "fills in WebAssembly that do not have the hash of tests/golden/init.txt:" >&2
    grep -v '^#' tests/golden/init.txt | paste -d ' ' - "$out/fills.txt" | awk '$(NF - 1) != $NF' >&2
    exit 1
fi
wc -l <"$out/fills.txt" | awk '{ print $1 " fills in WebAssembly have their golden bytes" }'
