#!/bin/sh
# Prints the sources of libalvor, or with `wasm` those that must compile without a libc.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = wasm ]; then
    ls src/base/*.c src/math/*.c src/simd/*.c src/stream/*.c src/dist/*.c src/linalg/*.c src/act/*.c src/model/*.c \
        src/init/*.c src/compat/*.c src/theory/*.c src/nn/*.c src/probe/*.c src/verdict/*.c src/data/*.c src/train/*.c |
        grep -vE 'onednn|host|src/data/.*(idx|csv|npy|load|cache|download|curl|png|sha256)'
else
    ls src/base/*.c src/math/*.c src/simd/*.c src/stream/*.c src/dist/*.c src/linalg/*.c src/act/*.c src/model/*.c \
        src/init/*.c src/compat/*.c src/theory/*.c src/io/*.c
fi
