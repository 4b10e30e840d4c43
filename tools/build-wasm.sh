#!/bin/sh
# Compiles the core, the engine, probes, verdicts and procedural data for the browser with plain
# Clang, no libc and no Emscripten (contract C7), and links them into one module.
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/wasm}
mkdir -p "$out"
ld=$(command -v wasm-ld || ls /usr/bin/wasm-ld-* | tail -n 1)
flags="--target=wasm32 -nostdlib -ffreestanding -std=gnu11 -O2 -ffp-contract=off -fno-math-errno
-mbulk-memory -msimd128 -fvisibility=hidden -Wall -Werror -Iinclude -Isrc"
objects=
for source in $(tools/core-sources.sh wasm) web/wasm/libc.c web/wasm/selftest.c; do
    object=$out/$(echo "$source" | tr / -).o
    # shellcheck disable=SC2086
    clang $flags -c "$source" -o "$object"
    objects="$objects $object"
done
# shellcheck disable=SC2086
"$ld" --no-entry --export=alvor_selftest --export=alvor_fill_hash -z stack-size=262144 --gc-sections \
    --fatal-warnings $objects -o "$out/alvor.wasm"
wc -c <"$out/alvor.wasm" | awk '{ printf "alvor.wasm: %d bytes\n", $1 }'

# The same sources natively, by the system's compiler: the losses must be the same bits.
if command -v node >/dev/null 2>&1; then
    # shellcheck disable=SC2046
    cc -std=gnu11 -O3 -ffp-contract=off -fno-math-errno -DALV_PORTABLE_ONLY -Iinclude -Isrc -o "$out/native" \
        $(tools/core-sources.sh wasm) web/wasm/selftest.c web/wasm/native.c
    "$out/native" >"$out/native.txt"
    node web/wasm/selftest.mjs "$out/alvor.wasm" >"$out/wasm.txt"
    if grep -q '^0*$' "$out/native.txt" || ! cmp "$out/native.txt" "$out/wasm.txt"; then
        echo "WebAssembly and native training differ, or failed:" >&2
        paste "$out/native.txt" "$out/wasm.txt" >&2
        exit 1
    fi
    echo "WebAssembly and native training give the same losses, to the bit"

    # The vector kernels of both fill the golden bytes; 1 stands for what cannot fill a matrix.
    fills=$(sed -n 's/^fill //p' "$out/wasm.txt" | grep -v '^0*1$')
    for hash in $fills; do
        grep -q "; $hash\$" tests/golden/init.txt || {
            echo "no golden fill has the hash $hash" >&2
            exit 1
        }
    done
    echo "$(echo "$fills" | wc -l) fills in WebAssembly have their golden bytes"
fi
