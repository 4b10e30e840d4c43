"""Numbers that follow from the tables alone: gains of activations, moments of schemes."""

import ctypes as c
from collections import namedtuple

import numpy as np

from ._abi import NORMS, Error, alv_act_spec, alv_gain, alv_mean_field, alv_mean_field_layer, core
from ._tensor import choice, dtype_number, make_scheme, make_tensor

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


Prediction = namedtuple("Prediction", "q q_lo q_hi gradient gradient_lo gradient_hi chi flat "
                        "weight_variance bias_variance edge_weight_variance")
Prediction.__doc__ = """Of every layer, as arrays: q, the mean square of its pre-activations; gradient,
that of the gradient relative to the last layer's; chi, the factor from layer to layer; flat, the
share of saturated units. _lo and _hi hold 95 % of networks. edge_weight_variance: the fan_in Var w
on the edge of chaos, NaN where there is none."""


def predict(scheme="he_normal", activation="relu", *, bias="zeros", depth=20, width=256, inputs=1.0,
            skip=0.0, branch=1.0, norm="none"):
    """What mean-field theory says of a network of equal layers, before any training.

    Each layer is z' = skip z + branch (W f(norm(z)) + b); ``inputs`` is the mean square of the
    first one's inputs. `alvor predict` prints the same numbers.

    >>> import alvor
    >>> p = alvor.predict("he_normal", "relu", depth=30)
    >>> bool(abs(p.q[-1] - p.q[0]) < 1e-9)      # He's variance keeps the signal of a relu network
    True
    """
    net = alv_mean_field(skip=skip, branch=branch, norm=choice("norm", norm, NORMS))
    core.alv_act_parse(c.byref(net.act), str(activation).encode())
    tensors = ((scheme, (width, width), {}),
               (bias, width, dict(role="bias", fan_in=width, fan_out=width)))
    weight, biases = (moments(text, shape, activation=activation, **kind)
                      for text, shape, kind in tensors)
    if weight.mean != 0 or biases.mean != 0:
        raise Error("the theory is of weights and biases whose mean is 0")
    net.weight_variance, net.bias_variance = weight.variance * width, biases.variance
    layers = (alv_mean_field_layer * depth)(*[alv_mean_field_layer(net=net, width=width)] * depth)
    core.alv_mean_field_layers(layers, depth, inputs)
    columns = {name: np.array([getattr(layer, name) for layer in layers])
               for name in ("q", "q_lo", "q_hi", "gradient", "gradient_lo", "gradient_hi", "flat")}
    chi = np.array([layer.step.chi for layer in layers])
    return Prediction(chi=chi, weight_variance=net.weight_variance,
                      bias_variance=net.bias_variance, edge_weight_variance=_edge(net), **columns)


def _edge(net):
    edge = c.c_double()
    try:
        core.alv_mean_field_edge(c.byref(edge), net)
    except Error:
        return float("nan")
    return edge.value
