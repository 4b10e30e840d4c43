"""Numbers that follow from the tables alone: gains of activations, moments of schemes."""

import ctypes as c
from collections import namedtuple

from ._abi import alv_act_spec, alv_gain, core
from ._tensor import dtype_number, make_scheme, make_tensor

Gain = namedtuple("Gain", [name for name, _ in alv_gain._fields_])
Gain.__doc__ = """Moments of f(z), z ~ N(0, 1), and the gains that follow: forward = 1 / sqrt(E f^2)
keeps the signal, backward = 1 / sqrt(E f'^2) the gradient."""

Moments = namedtuple("Moments", "mean variance")
Moments.__doc__ = "Predicted mean and variance of an element taken at random, over all seeds."


def gain(activation):
    """Gains of an activation, to ten digits.

    >>> import alvor
    >>> round(alvor.gain("relu").forward ** 2, 9)
    2.0
    >>> round(alvor.gain("leaky_relu(0.2)").forward, 4)
    1.3868
    """
    spec, result = alv_act_spec(), alv_gain()
    core.alv_act_parse(c.byref(spec), str(activation).encode())
    core.alv_act_gain(c.byref(result), spec)
    return Gain(*(getattr(result, name) for name in Gain._fields))


def moments(scheme, shape, *, dtype="float64", **tensor):
    """Mean and variance that a scheme gives the elements of a tensor, before any is drawn.

    >>> import alvor
    >>> round(alvor.moments("he_normal", (256, 784)).variance * 784, 9)
    2.0
    """
    mean, variance = c.c_double(), c.c_double()
    core.alv_init_moments(c.byref(mean), c.byref(variance), make_scheme(scheme),
                          make_tensor(shape, dtype_number(dtype), **tensor))
    return Moments(mean.value, variance.value)
