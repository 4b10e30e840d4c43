# The single header gives the bits of the library (contract C1) by its own means, without
# -ffp-contract=off: every initializer's bytes and every other figure, from GCC and Clang, from no
# optimization to all of it with fused instructions at hand, and on other processors under qemu.
#
#     amalgamation.sh SOURCE CC PYTHON LIBALVOR.a
set -eu
source=$1
cc=$2
python=$3
library=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
$python tools/amalgamate.py --cc "$cc" -o "$work/alvor/alvor.h"
printf '#define ALVOR_IMPLEMENTATION\n#include "alvor/alvor.h"\n' >"$work/implementation.c"

strict='-Wall -Wextra -Wpedantic -Werror'
$cc -std=gnu11 -Iinclude tests/compile/figures.c "$library" -o "$work/wanted"
"$work/wanted" >"$work/figures.txt"
[ "$(wc -l <"$work/figures.txt")" -gt 100 ]

# try RUNNER COMPILER FLAG...: builds the figures and the golden bytes, runs and compares them. The
# compiler may bring a word of its own, as in "clang --target=...".
builds=0
try() {
    runner=$1
    compiler=$2
    libm=$([ "$3" != -O0 ] || echo -lm) # for its square root alone, and only then
    shift 2
    # shellcheck disable=SC2086
    $compiler -std=c11 $strict "$@" -I"$work" -c "$work/implementation.c" -o "$work/implementation.o"
    # shellcheck disable=SC2086
    $compiler "$@" -I"$work" tests/compile/figures.c "$work/implementation.o" -o "$work/figures" \
        $libm
    # shellcheck disable=SC2086
    $compiler "$@" -w -I"$work" -Itests -Itests/compile/stub -DALV_TEST_DIR='"tests"' \
        tests/golden/test_init.c "$work/implementation.o" $libm -o "$work/golden"
    # shellcheck disable=SC2086
    if ! { $runner "$work/golden" --print | diff tests/golden/init.txt - &&
        $runner "$work/figures" | cmp "$work/figures.txt" -; } >"$work/difference"; then
        head -n 5 "$work/difference"
        echo "other bits from $compiler $*"
        exit 1
    fi
    builds=$((builds + 1))
}

for compiler in gcc clang; do
    command -v $compiler >/dev/null || { echo "there is no $compiler: not checked" && continue; }
    try '' $compiler -O0
    try '' $compiler -O2
    if grep -q ' avx2 .* fma \| fma .* avx2 ' /proc/cpuinfo; then
        try '' $compiler -O3 -march=haswell
    else
        echo "this processor has no AVX2 with FMA: $compiler -march=haswell not checked"
    fi
done
if command -v gcc >/dev/null; then
    # Contraction at link time, and freedoms that GCC grants without saying so in a macro.
    try '' gcc -O3 -march=native -flto=2
    try '' gcc -O2 -funsafe-math-optimizations
fi

# Other processors: the compilers and qemu are packages of the distribution.
elsewhere() {
    machine=$1
    shift
    root=/usr/$machine-linux-gnu
    command -v "qemu-$machine" >/dev/null && command -v "$machine-linux-gnu-gcc" >/dev/null ||
        { echo "there is no compiler for $machine or no qemu-$machine: not checked" && return; }
    for flags in "$@"; do
        # shellcheck disable=SC2086
        try "qemu-$machine -L $root" "$machine-linux-gnu-gcc" $flags
        command -v clang >/dev/null || continue
        # shellcheck disable=SC2086
        try "qemu-$machine -L $root" "clang --target=$machine-linux-gnu -isystem $root/include" \
            $flags
    done
}
elsewhere aarch64 -O3
# There strict C11 makes GCC evaluate floats as doubles, which the source refuses.
elsewhere s390x '-O2 -std=gnu11'

# It refuses what would change the bits, and C++ for its implementation; as a header it is C++17.
refuses() {
    ! "$@" -fsyntax-only 2>/dev/null || { echo "accepted: $*" && exit 1; }
}
refuses "$cc" -Ofast -I"$work" "$work/implementation.c"
refuses "${CXX:-c++}" -x c++ -I"$work" "$work/implementation.c"
echo '#include "alvor/alvor.h"' |
    "${CXX:-c++}" -std=c++17 -Wall -Wextra -Wpedantic -Werror -I"$work" -fsyntax-only -x c++ -
echo "$builds builds, the same bits; $(wc -c <"$work/alvor/alvor.h") bytes"
