"""JAX, TensorFlow, Keras and MLX behind the interface of frameworks.py.

What a draw takes is a key or a seed, which all but MLX leave as it is."""
import os
import sys

import numpy as np

SHAPES = ((30, 20), (3, 5, 8, 16), (7,))


def call_of(text):
    """("glorot_uniform", {"nth": 2}) of "glorot_uniform(nth=2)"."""
    name, _, rest = text.rstrip(")").partition("(")
    args = dict(pair.split("=") for pair in rest.replace(" ", "").split(",") if pair)
    return name, {key: value if value[0].isalpha() else float(value) for key, value in args.items()}


def named(texts, shapes=SHAPES[:2]):
    """Every text with these shapes, and with the others those that have no fans."""
    fanless = [text for text in texts if not text.startswith(("glorot", "he_", "lecun"))]
    return [(shape, text) for shape in SHAPES for text in (texts if shape in shapes else fanless)]


class Jax:
    """jax.random, with x64 or without. A draw leaves the key as it is."""

    schemes = named(("truncated_normal(stddev=0.3)", "lecun_uniform", "lecun_normal",
                     "glorot_uniform", "glorot_normal", "he_uniform", "he_normal"))

    def __init__(self, profile="jax"):
        import jax
        import jax.numpy as jnp
        self.jax, self.profile = jax, profile
        self.version = f"JAX {jax.__version__}, "
        self.wide = profile == "jax-x64"
        jax.config.update("jax_threefry_partitionable", profile != "jax-original")
        jax.config.update("jax_enable_x64", self.wide)
        self.dtypes = {"f32": jnp.float32, "f16": jnp.float16, "bf16": jnp.bfloat16}
        if self.wide:
            self.dtypes["f64"] = jnp.float64

    def seed(self, seed):
        self.key = self.jax.random.key(seed)

    def bits(self, x):
        x = np.asarray(x)
        return x.view(np.uint16) if x.itemsize == 2 else x

    def uniform(self, n, dtype, lo, hi):
        if dtype not in self.dtypes:
            return None
        return self.bits(self.jax.random.uniform(self.key, (n,), self.dtypes[dtype], lo, hi))

    def normal(self, n, dtype, mean, std):
        if dtype not in self.dtypes or dtype == "f64":
            return None
        return self.bits(self.jax.random.normal(self.key, (n,), self.dtypes[dtype]) * std + mean)

    def truncated(self, n, dtype, mean, std, lo, hi):
        if dtype not in self.dtypes or dtype == "f64":
            return None
        x = self.jax.random.truncated_normal(self.key, (lo - mean) / std, (hi - mean) / std, (n,),
                                             self.dtypes[dtype])
        return self.bits(x * std + mean)

    def integers(self, n, lo, hi):
        if not self.wide and not -2**31 <= lo < hi < 2**31:
            return None
        return np.asarray(self.jax.random.randint(self.key, (n,), lo, hi)).astype(np.int64)

    def permutation(self, n):
        return np.asarray(self.jax.random.permutation(self.key, n)).astype(np.int64)

    def scheme(self, text, shape, dtype):
        name, args = call_of(text)
        initializer = getattr(self.jax.nn.initializers, name)
        return self.bits(initializer(**args)(self.key, shape, self.dtypes[dtype])).ravel()


class TensorFlow:
    """tf.random.stateless_* from the seeds [seed, 0]."""

    profile = "tensorflow"

    def __init__(self):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        import tensorflow as tf
        self.tf, self.version = tf, f"TensorFlow {tf.__version__}, "
        self.dtypes = {"f32": tf.float32, "f64": tf.float64, "f16": tf.float16,
                       "bf16": tf.bfloat16}

    def seed(self, seed):
        self.seeds = self.tf.constant([seed, 0], self.tf.int64)

    def draw(self, name, n, dtype, *args):
        x = getattr(self.tf.random, name)([n], self.seeds, *args, dtype=self.dtypes[dtype]).numpy()
        return x.view(np.uint16) if x.itemsize == 2 else x

    def uniform(self, n, dtype, lo, hi):
        return self.draw("stateless_uniform", n, dtype, lo, hi)

    def normal(self, n, dtype, mean, std):
        return self.draw("stateless_normal", n, dtype, mean, std) if dtype != "f64" else None

    def truncated(self, n, dtype, mean, std, lo, hi):
        if dtype == "f64" or abs(lo - (mean - 2 * std)) + abs(hi - (mean + 2 * std)) > 1e-9:
            return None
        return self.draw("stateless_truncated_normal", n, dtype, mean, std)

    def integers(self, n, lo, hi):
        dtype = self.tf.int32 if -2**31 <= lo and hi < 2**31 else self.tf.int64
        return self.tf.random.stateless_uniform([n], self.seeds, lo, hi, dtype).numpy().astype(
            np.int64)

    def permutation(self, n):
        return None


class Keras:
    """keras.random and keras.initializers; a process has one backend."""

    names = {"f32": "float32", "f64": "float64", "f16": "float16", "bf16": "bfloat16"}
    schemes = named((
        "random_uniform", "random_normal(stddev=0.02, nth=2)", "truncated_normal(stddev=0.3)",
        "glorot_uniform", "glorot_normal", "he_uniform(nth=3)", "he_normal", "lecun_uniform",
        "lecun_normal(nth=1)", "zeros",
        "variance_scaling(scale=0.3, mode=fan_avg, distribution=untruncated_normal)",
        "variance_scaling(scale=3, mode=fan_out, distribution=uniform)"), SHAPES)

    def __init__(self, backend):
        if "keras" in sys.modules and os.environ.get("KERAS_BACKEND") != backend:
            raise ImportError("Keras has another backend here: run each alone")
        os.environ["KERAS_BACKEND"] = backend
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        __import__(backend)
        import keras
        self.keras, self.backend = keras, backend
        self.profile = "keras" if backend == "tensorflow" else f"keras-{backend}"
        module = sys.modules[backend]
        self.version = f"Keras {keras.__version__} on {backend} {module.__version__}, "

    def seed(self, seed):
        self.number = seed % 2**32 if self.backend == "jax" else seed

    def bits(self, x):
        if self.backend == "torch":
            torch = sys.modules["torch"]
            x = x.detach().contiguous()
            x = x.view(torch.int16).numpy().view(np.uint16) if x.element_size() == 2 else x.numpy()
        x = np.asarray(x).ravel()
        return x.view(np.uint16) if x.itemsize == 2 else x

    def has(self, dtype):
        return self.backend != "jax" or dtype != "f64"

    def uniform(self, n, dtype, lo, hi):
        if not self.has(dtype):
            return None
        return self.bits(self.keras.random.uniform((n,), lo, hi, self.names[dtype], self.number))

    def normal(self, n, dtype, mean, std):
        if dtype == "f64":
            return None
        return self.bits(self.keras.random.normal((n,), mean, std, self.names[dtype], self.number))

    def truncated(self, n, dtype, mean, std, lo, hi):
        if dtype == "f64" or abs(lo - (mean - 2 * std)) + abs(hi - (mean + 2 * std)) > 1e-9:
            return None
        return self.bits(self.keras.random.truncated_normal((n,), mean, std, self.names[dtype],
                                                            self.number))

    def integers(self, n, lo, hi):
        narrow = -2**31 <= lo and hi < 2**31
        if self.backend == "jax" and not narrow:
            return None
        return self.bits(self.keras.random.randint((n,), lo, hi, "int32" if narrow else "int64",
                                                   self.number)).astype(np.int64)

    def permutation(self, n):
        return None

    def scheme(self, text, shape, dtype):
        name, args = call_of(text)
        make = getattr(self.keras.initializers, name)
        nth = int(args.pop("nth", 0))
        if name == "zeros":
            return self.bits(make()(shape, self.names[dtype]))
        if nth == 0:
            return self.bits(make(seed=self.number, **args)(shape, self.names[dtype]))
        self.keras.utils.set_random_seed(self.number)
        made = [make(**args) for _ in range(nth)]
        return self.bits(made[-1](shape, self.names[dtype]))


class Mlx:
    """mlx.random: each draw moves the one key on."""

    profile = "mlx"
    schemes = named(("glorot_uniform", "glorot_normal(gain=1.5)", "he_uniform(mode=fan_out)",
                     "he_normal", "constant(value=0.3)"))

    def __init__(self):
        import importlib.metadata
        import mlx.core as mx
        import mlx.nn as nn
        self.mx, self.nn = mx, nn
        self.version = f"MLX {importlib.metadata.version('mlx')}, "
        self.dtypes = {"f32": mx.float32, "f16": mx.float16, "bf16": mx.bfloat16}

    def seed(self, seed):
        self.mx.random.seed(seed)

    def bits(self, x):
        return np.array(x if x.dtype == self.mx.float32 else self.mx.view(x, self.mx.uint16))

    def uniform(self, n, dtype, lo, hi):
        if dtype not in self.dtypes:
            return None
        return self.bits(self.mx.random.uniform(lo, hi, (n,), self.dtypes[dtype]))

    def normal(self, n, dtype, mean, std):
        if dtype not in self.dtypes:
            return None
        return self.bits(self.mx.random.normal((n,), self.dtypes[dtype], mean, std))

    def truncated(self, n, dtype, mean, std, lo, hi):
        return None

    def integers(self, n, lo, hi):
        return None

    def permutation(self, n):
        return np.array(self.mx.random.permutation(n)).astype(np.int64)

    def scheme(self, text, shape, dtype):
        name, args = call_of(text)
        make, dtype = getattr(self.nn.init, name), self.dtypes[dtype]
        array = self.mx.zeros(shape)
        if name == "constant":
            return self.bits(make(args["value"], dtype)(array)).ravel()
        return self.bits(make(dtype)(array, **args)).ravel()


def sources():
    """By name: what makes each."""
    return {"jax": Jax, "jax-original": lambda: Jax("jax-original"),
            "jax-x64": lambda: Jax("jax-x64"), "tensorflow": TensorFlow,
            "keras": lambda: Keras("tensorflow"), "keras-jax": lambda: Keras("jax"),
            "keras-torch": lambda: Keras("torch"), "mlx": Mlx}
