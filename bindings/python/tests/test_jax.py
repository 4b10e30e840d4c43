"""JAX, Flax and Keras: the bits of the arrays, by each one's calling convention."""

import os

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")
jax = pytest.importorskip("jax")

import alvor  # noqa: E402
from jax import numpy as jnp  # noqa: E402


def seed_of(key):
    high, low = np.asarray(jax.random.key_data(key))
    return int(high) << 32 | int(low)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_initializers_draw_what_fill_draws(dtype):
    key = jax.random.split(jax.random.key(7))[1]
    w = alvor.jax.he_normal(mode="fan_out")(key, (30, 20), dtype)
    wanted = alvor.he_normal((30, 20), mode="fan_out", seed=seed_of(key), dtype=dtype,
                             layout="axes", in_axes=0, out_axes=1)
    assert w.dtype == dtype and (np.asarray(w) == wanted).all()
    assert (alvor.jax.he_normal(mode="fan_out")(jax.random.key_data(key), (30, 20), dtype)
            == w).all()  # a key of the old kind


def test_fans_follow_the_axes():
    key = jax.random.key(0)
    std = {axis: float(alvor.jax.lecun_normal(in_axis=axis, out_axis=1 - axis)(
        key, (400, 100)).std()) for axis in (0, 1)}
    assert std[0] == pytest.approx(1 / 20, rel=0.05) and std[1] == pytest.approx(1 / 10, rel=0.05)
    kernel = alvor.jax.lecun_normal()(key, (3, 3, 64, 32))
    assert float(kernel.std()) == pytest.approx(1 / 24, rel=0.05)
    stacked = alvor.jax.lecun_normal(batch_axis=0)(key, (5, 100, 40))
    assert float(stacked.std()) == pytest.approx(1 / 10, rel=0.05)


def test_jit_and_vmap_give_the_same():
    init, keys = alvor.jax.orthogonal(), jax.random.split(jax.random.key(3), 4)
    alone = jnp.stack([init(key, (8, 8)) for key in keys])
    assert (jax.jit(lambda key: init(key, (8, 8)))(keys[0]) == alone[0]).all()
    assert (jax.vmap(lambda key: init(key, (8, 8)))(keys) == alone).all()


def test_flax_takes_them():
    linen = pytest.importorskip("flax.linen")
    layer = linen.Dense(16, kernel_init=alvor.jax.xavier_uniform(), bias_init=alvor.jax.zeros())
    parameters = layer.init(jax.random.key(1), jnp.ones((2, 8)))["params"]
    assert abs(parameters["kernel"]).max() <= (6 / 24)**0.5 and (parameters["bias"] == 0).all()


def test_mistakes_are_told_at_once():
    with pytest.raises(alvor.Error, match="bounds|outside"):
        alvor.jax.normal(std=-1)
    with pytest.raises(alvor.Error, match="did you mean"):
        alvor.jax.initializer("he_norml")


def test_keras_layers_take_them(tmp_path):
    keras = pytest.importorskip("keras")
    init = alvor.keras.he_normal(seed=3, name="fc1.kernel")
    layer = keras.layers.Dense(16, kernel_initializer=init)
    layer.build((None, 8))
    wanted = alvor.he_normal((8, 16), seed=3, name="fc1.kernel", layout="keras")
    assert (np.asarray(layer.kernel) == wanted).all()
    again = keras.initializers.deserialize(keras.initializers.serialize(init))
    assert (np.asarray(again((8, 16))) == wanted).all()
    assert init((8, 16), "bfloat16").dtype == "bfloat16"
