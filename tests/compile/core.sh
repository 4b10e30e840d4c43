# libalvor from one plain compiler line, without a build system; it needs libc and no libm, not even
# for a square root, and exports only names that begin with alv_. Without -fno-math-errno GCC calls
# libm's sqrt for negative numbers, which nothing in that line would bring.
set -eu
source=$1
cc=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$source"
libm=$($cc -print-file-name=libm.so.6)
for optimization in -O0 -O2; do
    # shellcheck disable=SC2046
    $cc -std=gnu11 $optimization -Wall -Werror -Iinclude -Isrc -ffp-contract=off -fno-math-errno \
        -fvisibility=hidden -shared -fPIC -o "$work/libalvor.so" $(tools/core-sources.sh)
    if readelf -d "$work/libalvor.so" | grep NEEDED | grep -v 'libc\.so'; then
        echo 'the core needs more than libc'
        exit 1
    fi
    # Names only: versions differ between the two libraries.
    nm -D --undefined-only "$work/libalvor.so" | awk '{print $2}' | sed 's/@.*//' >"$work/wanted"
    if nm -D --defined-only "$libm" | awk '{print $3}' | sed 's/@.*//' | grep -Fx -f "$work/wanted"; then
        echo "$optimization: the core calls libm"
        exit 1
    fi
done
if nm -D --defined-only "$work/libalvor.so" | awk '{print $3}' | grep -v '^alv_'; then
    echo 'exported names that do not begin with alv_'
    exit 1
fi
# Every public function is exported; lab.h is the other library's.
find include/alvor -name '*.h' ! -name lab.h -exec grep -hoE 'ALV_API .*' {} + |
    grep -oE 'alv_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$work/api"
nm -D --defined-only "$work/libalvor.so" | awk '{print $3}' | sort -u >"$work/exported"
missing=$(comm -23 "$work/api" "$work/exported")
[ -z "$missing" ] || { echo "declared and not exported: $missing"; exit 1; }
echo "$(wc -l <"$work/api") public functions"
