#!/bin/sh
# Builds the sdist and, from it, the wheel; installs that in an empty environment and uses it; then
# runs the tests of the package beside the NumPy and PyTorch that this machine has.
#
#     bindings/python/check.sh build/python
#
# Needs PyPI for the build's and the tests' own packages; says that it skips where that is away.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
cd "$work" # the tree has a folder named build, which is no package
python=python3
[ ! -x /usr/bin/python3 ] || python=/usr/bin/python3 # the one that Debian's packages are for
PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_DISABLE_PIP_VERSION_CHECK

[ -x "$work/tools/bin/python" ] || $python -m venv "$work/tools"
"$work/tools/bin/python" -c 'import build' 2>/dev/null ||
    "$work/tools/bin/pip" install -q build || {
    echo "python: no packages from PyPI, so no wheel; this stage skips"
    exit 0
}

rm -rf "$work/dist" "$work/empty"
"$work/tools/bin/python" -m build -o "$work/dist" "$top"
ls -l "$work/dist"

# As a user: nothing there but what the wheel asks for.
$python -m venv "$work/empty"
"$work/empty/bin/pip" install -q "$work"/dist/*.whl
"$work/empty/bin/python" -m doctest "$top/bindings/python/README.md"
"$work/empty/bin/python" -c 'import alvor, numpy
print("alvor", alvor.__version__, "with NumPy", numpy.__version__, "in an empty environment")'

[ -x "$work/venv/bin/python" ] || $python -m venv --system-site-packages "$work/venv"
numpy=$($python -c 'import numpy; print("numpy==" + numpy.__version__)' 2>/dev/null || echo numpy)
"$work/venv/bin/pip" install -q pytest ml_dtypes safetensors "$numpy" # PyTorch was built for this one
"$work/venv/bin/pip" install -q --force-reinstall --no-deps "$work"/dist/*.whl
"$work/venv/bin/python" -m pytest -q -rs -p no:cacheprovider "$top/bindings/python/tests"
