"""alvor.jax: initializers with the calling convention of jax.nn.initializers, for JAX and Flax.

>>> import alvor, jax
>>> init = alvor.jax.he_normal()
>>> init(jax.random.key(0), (784, 256)).shape
(784, 256)

A function for each scheme of ``alvor.initializers``, with its arguments as keywords and besides them
``in_axis``, ``out_axis`` and ``batch_axis`` (as JAX's variance_scaling has them) and ``name``. The
key's 64 bits are the seed; Flax makes one from each parameter's path. The values are drawn by the C
library on the host, under jit too (jax.pure_callback), and are the same bits as alvor.fill's.
"""

import jax
import jax.numpy as jnp
import numpy as np

from ._buffers import numpy_dtype
from ._fill import fill
from ._schemes import factories
from ._tensor import dtype_number, make_scheme


def _seed_of(data):
    """The words of a key, the first one the upper half."""
    seed = 0
    for word in np.asarray(data).ravel():
        seed = (seed << 32 | int(word)) % 2**64
    return seed


def _axes(shape, in_axis, out_axis, batch_axis):
    """A matrix or kernel by its axes; vectors have none."""
    if len(shape) < 2:
        return {}
    return dict(layout="axes", in_axes=in_axis, out_axes=out_axis, copy_axes=batch_axis)


def initializer(scheme, *, in_axis=-2, out_axis=-1, batch_axis=(), name=None, **tensor):
    """An initializer of any scheme's text: initializer("uniform(r=0.1)")(key, shape, dtype)."""
    make_scheme(scheme)  # says now what is wrong with it

    def init(key, shape, dtype=jnp.float32, out_sharding=None):
        number = dtype_number(np.dtype(dtype))
        axes = dict(_axes(shape, in_axis, out_axis, batch_axis), **tensor)
        if jnp.issubdtype(key.dtype, jax.dtypes.prng_key):
            key = jax.random.key_data(key)

        def draw(data):
            return fill(scheme, tuple(shape), seed=_seed_of(data), dtype=dtype, name=name, **axes)

        result = jax.ShapeDtypeStruct(tuple(shape), numpy_dtype(number))
        if isinstance(key, jax.core.Tracer):
            return jax.pure_callback(draw, result, key, vmap_method="sequential")
        return jnp.asarray(draw(key))

    return init


globals().update(factories(initializer, "in_axis, out_axis, batch_axis, name"))
