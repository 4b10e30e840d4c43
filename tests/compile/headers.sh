# Each public header compiles alone, without warnings, as C11 and as C++17.
set -eu
include=$1
cc=$2
cxx=${CXX:-c++}
strict='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
n=0
for header in "$include"/alvor/*.h; do
    line="#include \"alvor/$(basename "$header")\""
    # Twice, so that the guard is there too.
    # shellcheck disable=SC2086
    printf '%s\n%s\nint main(void) { return 0; }\n' "$line" "$line" |
        $cc -std=c11 $strict -I"$include" -x c -
    n=$((n + 1))
    command -v "$cxx" >/dev/null || continue
    # shellcheck disable=SC2086
    printf '%s\n%s\nint main() { return 0; }\n' "$line" "$line" |
        $cxx -std=c++17 $strict -I"$include" -x c++ -
done
command -v "$cxx" >/dev/null || echo "there is no C++ compiler: C++17 was not checked"
[ $n -ge 8 ] || { echo "only $n headers"; exit 1; }
echo "$n headers"
