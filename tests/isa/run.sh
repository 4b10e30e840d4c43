#!/bin/sh
# The same bits on other processors (contract C1): the core cross-built for 64-bit Arm, whose
# kernels are NEON, and for s390x, which is big endian and runs the scalar ones, each by GCC and by
# Clang, run under qemu. Golden bytes of every initializer and of the frameworks' streams, Philox's
# published vectors, and each kernel set against the scalar one.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-build/isa}
mkdir -p "$out"
runs=0

try() { # processor, compiler with its options
    processor=$1
    shift
    for test in golden/test_init golden/test_compat unit/test_kernels kat/test_philox; do
        program=$out/$processor-$(basename $test)
        # shellcheck disable=SC2046
        "$@" -std=gnu11 -O2 -w -ffp-contract=off -D_GNU_SOURCE -DALV_SHORT -DALV_TEST_DIR='"tests"' \
            -Iinclude -Isrc -Itests -Itests/isa tests/$test.c -o "$program" \
            "$out/libalvor.a" -lm
        "qemu-$processor" -L "/usr/$processor-linux-gnu" "$program"
    done
    runs=$((runs + 1))
}

library() { # compiler with its options
    rm -rf "$out/objects" "$out/libalvor.a"
    mkdir -p "$out/objects"
    for source in $(tools/core-sources.sh); do
        echo "$out/objects/$(echo "$source" | tr / -).o $source"
    done | xargs -n 2 -P "$(nproc)" "$@" -std=gnu11 -O2 -w -ffp-contract=off -fno-math-errno -D_GNU_SOURCE \
        -Iinclude -Isrc -c -o
    ar rcs "$out/libalvor.a" "$out"/objects/*.o
}

for processor in aarch64 s390x; do
    for compiler in "$processor-linux-gnu-gcc" "clang --target=$processor-linux-gnu"; do
        echo "$compiler"
        # shellcheck disable=SC2086
        library $compiler
        # shellcheck disable=SC2086
        try "$processor" $compiler
    done
done
echo "$runs builds, the same bits"
