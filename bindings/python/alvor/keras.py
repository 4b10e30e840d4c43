"""alvor.keras: initializers for Keras layers.

>>> import alvor, keras
>>> layer = keras.layers.Dense(256, kernel_initializer=alvor.keras.he_normal(seed=1, name="fc1"))

A function for each scheme of ``alvor.initializers``, with its arguments as keywords and besides them
``seed``, ``name`` and whatever else alvor.fill says of a tensor. Axes are Keras's (kernel ..., in,
out). Like Keras's own, an initializer with a seed gives the same values each time it is called: give
each parameter a name. They are saved with a model, and read back.
"""

import keras

from ._fill import fill
from ._schemes import factories
from ._tensor import make_scheme


@keras.saving.register_keras_serializable(package="alvor")
class Initializer(keras.Initializer):
    """Any scheme as text: Initializer("uniform(r=0.1)", seed=1)."""

    def __init__(self, scheme, seed=0, name=None, layout="keras", **tensor):
        make_scheme(scheme)  # says now what is wrong with it
        self.config = dict(tensor, scheme=scheme, seed=seed, name=name, layout=layout)

    def __call__(self, shape, dtype=None):
        dtype = keras.backend.standardize_dtype(dtype)
        return keras.ops.convert_to_tensor(
            fill(shape=tuple(shape), dtype=dtype, **self.config), dtype=dtype)

    def get_config(self):
        return dict(self.config)


globals().update(factories(Initializer, "seed, name, and those of a tensor"))
