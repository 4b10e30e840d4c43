#!/bin/sh
# Builds the fuzz targets and runs each for SECONDS (default 10), from generated inputs and what
# earlier runs kept in build/fuzz/corpus. A crash ends the run; its input is kept beside them.
# With a SEED the inputs are the same each time, as many as the time allows, and earlier runs count
# for nothing: a verdict on the code, where a search without one is a verdict on luck too.
# usage: [SEED=1] tests/fuzz/run.sh [SECONDS [TARGET...]]
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-10}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- idx csv npy text safetensors checkpoint plan network scheme model tensor module stream
corpus=build/fuzz/corpus
[ -z "${SEED:-}" ] || corpus=build/fuzz/corpus.seed

cmake --preset fuzz -DALVOR_BUILD_LAB=OFF >/dev/null
cmake --build --preset fuzz --target fuzzers
python3 tests/fuzz/seeds.py build/fuzz/seeds
[ -z "${SEED:-}" ] || rm -rf $corpus
for target in "$@"; do
    mkdir -p $corpus/"$target"
    build/fuzz/tests/fuzz-"$target" -seed="${SEED:-0}" -max_total_time="$seconds" -timeout=10 \
        -max_len=4096 -rss_limit_mb=1024 -malloc_limit_mb=64 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix=build/fuzz/"$target"- $corpus/"$target" build/fuzz/seeds/"$target" \
        >build/fuzz/"$target".log 2>&1 || {
        tail -n 40 build/fuzz/"$target".log
        echo "fuzz-$target FAILED" >&2
        exit 1
    }
    awk -v target="$target" '/number_of_executed_units/ { n = $2 } /peak_rss_mb/ { m = $2 }
        END { printf "fuzz-%-11s %9d inputs, peak %d MB\n", target, n, m }' build/fuzz/"$target".log
done
