#!/bin/sh
# Runs read_back.py with the environment that ./check sets up, if there is one: build/venv.
# usage: read_back.sh ALVOR VENV
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=python3
[ ! -x "$2/bin/python" ] || python=$2/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$python" "$here/read_back.py" "$1" "$here/plan.yaml" "$scratch"
