#!/bin/sh
# Installs what is missing on a Debian machine: `tools/setup.sh` for building and running,
# `tools/setup.sh guide` for the guide with its playground, `tools/setup.sh check` for the tests as
# well, `tools/setup.sh frameworks` for PyTorch too. Installs nothing that is already there.
set -eu

# command or file -> Debian package
build_needs="cc:gcc ld:binutils cmake:cmake ninja:ninja-build pkg-config:pkg-config node:nodejs npm:npm
/usr/include/oneapi/dnnl/dnnl.h:libdnnl-dev /usr/include/jansson.h:libjansson-dev
/usr/include/sqlite3.h:libsqlite3-dev /usr/include/zlib.h:zlib1g-dev
/usr/include/cyaml/cyaml.h:libcyaml-dev curl/curl.h:libcurl4-openssl-dev /usr/include/stdio.h:libc6-dev
protoc-c:protobuf-c-compiler /usr/include/protobuf-c/protobuf-c.h:libprotobuf-c-dev
/usr/include/onnx/onnx.proto:libonnx-dev"
guide_needs="clang:clang wasm-ld:lld"
check_needs="c++:g++ cmocka.h:libcmocka-dev chromium:chromium python3:python3
python3-venv:python3-venv libclang-rt:libclang-rt-dev numpy:python3-numpy gzip:gzip
aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu /usr/aarch64-linux-gnu/include/stdio.h:libc6-dev-arm64-cross
s390x-linux-gnu-gcc:gcc-s390x-linux-gnu /usr/s390x-linux-gnu/include/stdio.h:libc6-dev-s390x-cross
qemu-aarch64:qemu-user man:man-db"
frameworks_needs="torch:python3-torch"

# True if the thing named is there: a command, a header, or something that needs its own question.
have() {
    case $1 in
    curl/curl.h | cmocka.h)
        echo "#include <$1>" | cc -E -include stdarg.h -include stddef.h -include setjmp.h \
            -include stdint.h -x c - >/dev/null 2>&1 ;;
    python3-venv) python3 -c 'import ensurepip, venv' >/dev/null 2>&1 ;;
    numpy | torch) /usr/bin/python3 -c "import $1" >/dev/null 2>&1 ;;
    libclang-rt) [ -e "$(clang -print-file-name=libclang_rt.fuzzer-x86_64.a 2>/dev/null)" ] ||
        [ -e "$(clang -print-file-name=libclang_rt.fuzzer.a 2>/dev/null)" ] ;;
    wasm-ld) command -v wasm-ld >/dev/null 2>&1 || ls /usr/bin/wasm-ld-* >/dev/null 2>&1 ;;
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
    esac
}

missing=
collect() {
    for need in "$@"; do
        have "${need%%:*}" || missing="$missing ${need#*:}"
    done
}
# shellcheck disable=SC2086
collect $build_needs
# shellcheck disable=SC2086
case ${1:-} in
guide) collect $guide_needs ;;
check) collect $guide_needs $check_needs ;;
frameworks) collect $guide_needs $check_needs $frameworks_needs ;;
esac
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "setup: missing packages, and neither root nor sudo to install them:$missing" >&2
        exit 2
    }
    as_root=sudo
fi
# The fuzzer's runtime is versioned with Clang in older Debian releases.
case $missing in
*libclang-rt-dev*)
    apt-cache show libclang-rt-dev >/dev/null 2>&1 || $as_root apt-get update -qq
    apt-cache show libclang-rt-dev >/dev/null 2>&1 || {
        version=$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\).*/\1/p' | head -1)
        missing=$(echo "$missing" | sed "s/libclang-rt-dev/libclang-rt-$version-dev/")
    } ;;
esac
echo "setup: installing$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing \
    >/dev/null
