# The bytes of every initializer with each compiler at hand, without and with all optimizations and
# instruction sets: those of tests/golden/init.txt (contract C1).
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
builds=0
for cc in gcc clang; do
    command -v "$cc" >/dev/null || { echo "there is no $cc: not checked"; continue; }
    for flags in '-O0' '-O3 -march=native'; do
        # shellcheck disable=SC2046,SC2086
        $cc $flags -w -ffp-contract=off -DALV_CONTRACT_OFF -Iinclude -Isrc -Itests -D_GNU_SOURCE \
            -DALV_TEST_DIR='"tests"' $(pkg-config --cflags cmocka) tests/golden/test_init.c \
            $(tools/core-sources.sh) -o "$work/golden" $(pkg-config --libs cmocka) -lm
        "$work/golden" --print | diff tests/golden/init.txt - ||
            { echo "$cc $flags gives other bits"; exit 1; }
        builds=$((builds + 1))
    done
done
[ $builds -ge 2 ] || { echo "only $builds builds"; exit 1; }
echo "$builds builds, the same bits"
