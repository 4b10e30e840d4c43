#!/bin/sh
# From a clean clone to the guide, playground included: tools/build-guide.sh, which prints its place.
# Sets up, builds the command, measures and writes; uses the build directory that is there.
set -eu
cd "$(dirname "$0")/.."
tools/setup.sh guide
# Configured again where it is, for what was not installed then.
if [ -f build/release/build.ninja ]; then cmake build/release >/dev/null; else cmake --preset run >/dev/null; fi
cmake --build build/release --target guide
echo "$PWD/build/release/guide/site/index.html"
