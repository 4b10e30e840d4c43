"""alvor: the first weights of a neural network, and what they do to its training.

>>> import alvor
>>> w = alvor.he_normal((256, 784), seed=42, name="fc1.weight")
>>> w.shape, str(w.dtype)
((256, 784), 'float32')

A weight depends only on the scheme, its arguments, the shape, the type, the seed, the parameter's
name and the element's index: not on threads, the processor, the order of calls or the other
parameters of the model. ``alvor.initializers`` lists the schemes; each is a function of its name.
"""

import importlib

from ._abi import Error
from ._abi import core as _core
from ._dlpack import dlpack
from ._fill import fill
from ._registry import ACTIVATIONS as activations
from ._registry import INITIALIZERS as initializers
from ._registry import SUBMODULES as _SUBMODULES
from ._plan import Weights, presets, weights
from ._schemes import explain
from ._schemes import functions as _functions
from ._lab import Comparison, compare
from ._theory import gain, moments, predict

__version__ = _core.alv_version().decode()
globals().update(_functions())

__all__ = ["Comparison", "Error", "activations", "compare", "dlpack", "explain", "fill", "gain",
           "initializers", "moments", "predict", "presets", "weights", "Weights", "__version__",
           *_functions()]


def __getattr__(name):
    if name in _SUBMODULES:
        return importlib.import_module("." + name, __name__)
    raise AttributeError("module 'alvor' has no attribute %r" % name)


def __dir__():
    return sorted([*globals(), *_SUBMODULES])
