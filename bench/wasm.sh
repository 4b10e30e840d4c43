#!/bin/sh
# How fast are fills in WebAssembly? The core with and without simd128, 65536 floats at a time under
# node, the fastest of 200 calls, in nanoseconds per element; both builds take turns.
# usage: bench/wasm.sh [BUILD-DIRECTORY]
set -eu
cd "$(dirname "$0")/.."
out=${1:-build/bench-wasm}
mkdir -p "$out"
ld=$(command -v wasm-ld || ls /usr/bin/wasm-ld-* | tail -n 1)
for set in scalar simd128; do
    flags="--target=wasm32 -nostdlib -ffreestanding -std=gnu11 -O2 -ffp-contract=off -fno-math-errno
    -mbulk-memory -fvisibility=hidden -Iinclude -Isrc"
    [ $set = scalar ] || flags="$flags -msimd128"
    objects=
    for source in $(tools/core-sources.sh wasm) web/wasm/libc.c bench/wasm.c; do
        object=$out/$set-$(echo "$source" | tr / -).o
        # shellcheck disable=SC2086
        clang $flags -c "$source" -o "$object"
        objects="$objects $object"
    done
    # shellcheck disable=SC2086
    "$ld" --no-entry --gc-sections $objects -o "$out/$set.wasm"
done
node - "$out" <<'END'
const fs = require("fs"), out = process.argv[2], n = 65536;
const sets = ["scalar", "simd128"].map((name) => ({
  name,
  fill: new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(`${out}/${name}.wasm`)), {})
    .exports.fill,
}));
for (const [kind, law] of ["uniform", "normal", "truncated normal"].entries()) {
  const best = sets.map(() => Infinity), sums = sets.map(() => 0);
  for (let round = 0; round < 200; round++)
    sets.forEach((set, i) => {
      const start = performance.now();
      sums[i] += set.fill(kind, n, round);
      best[i] = Math.min(best[i], performance.now() - start);
    });
  if (sums[0] !== sums[1]) throw Error(`${law}: the sets differ`);
  const ns = best.map((ms) => (1e6 * ms) / n);
  console.log(law.padEnd(18), sets.map((s, i) => `${s.name} ${ns[i].toFixed(2)} ns`).join("  "),
    ` ratio ${(ns[0] / ns[1]).toFixed(2)}`);
}
END
