#!/bin/sh
# The streams and the Python package beside the frameworks themselves, from PyPI: JAX, Flax, Keras
# on JAX and on TensorFlow, MLX; fresh seeds, which it prints.
#
#     tests/compat/frameworks.sh build/frameworks build/release/alvor build/python/dist/*.whl
set -eu
cd "$(dirname "$0")/../.."
mkdir -p "$1"
python=$1/venv/bin/python
[ -x "$python" ] || python3 -m venv "$1/venv"
"$python" -m pip install -q --disable-pip-version-check numpy pytest ml_dtypes jax flax keras \
    tensorflow-cpu 'mlx[cpu]'
"$python" -m pip install -q --disable-pip-version-check --force-reinstall --no-deps "$3"
"$python" -m pip list --disable-pip-version-check 2>/dev/null |
    grep -iE '^(numpy|jax|flax|keras|tensorflow|mlx)'
export TF_CPP_MIN_LOG_LEVEL=3
"$python" tests/compat/fresh.py "$2"
for keras in keras keras-jax; do # one process has one backend
    "$python" tests/compat/fresh.py "$2" $keras
done
"$python" -m pytest -q -rs -p no:cacheprovider bindings/python/tests/test_jax.py
