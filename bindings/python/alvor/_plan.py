"""Whole models by name: the tensors of a preset's plan, each drawn when it is asked for."""

import ctypes as c
from collections.abc import Mapping

from ._abi import DTYPES, alv_scheme, alv_tensor, alv_weight_plan, core
from ._fill import draw
from ._tensor import dtype_number, integer, print_scheme


def _presets():
    return {row.name.decode(): row for row in (
        core.alv_preset_at(i).contents for i in range(core.alv_preset_count()))}


def _sizes_of(preset):
    sizes = {}
    for arg in preset.args:
        if arg.name is None:
            break
        sizes[arg.name.decode()] = arg.value or None
    return sizes


def presets():
    """{name: {size: default}}; None: it follows from the others.

    >>> import alvor
    >>> alvor.presets()["gpt2"]["layers"]
    12
    """
    return {name: _sizes_of(row) for name, row in _presets().items()}


class Weights(Mapping):
    """A model's tensors by name, in its order; ``schemes`` and ``shapes`` say what they are."""

    def __init__(self, plan, seed, dtype):
        self.seed, self._rows = seed, {}
        for i in range(plan.n):
            tensor = alv_tensor.from_buffer_copy(plan.tensors[i])
            tensor.dtype = tensor.dtype if dtype is None else dtype
            scheme = alv_scheme.from_buffer_copy(plan.schemes[plan.scheme_of[i]])
            self._rows[tensor.name.decode()] = scheme, tensor
        self.schemes = {name: print_scheme(row[0]) for name, row in self._rows.items()}
        self.shapes = {name: tuple(t.shape[:t.rank]) for name, (_, t) in self._rows.items()}

    def __getitem__(self, name):
        return draw(*self._rows[name], self.seed)

    def __iter__(self):
        return iter(self._rows)

    def __len__(self):
        return len(self._rows)

    def __repr__(self):
        rows = ["%s  %s  %s  %s" % (name, " x ".join(map(str, self.shapes[name])),
                                    DTYPES[tensor.dtype], self.schemes[name])
                for name, (_, tensor) in self._rows.items()]
        return "\n".join(rows)


def weights(preset, seed=0, *, dtype=None, model=None, **sizes):
    """The weights of a published architecture, by the names and schemes of its checkpoints.

    >>> import alvor
    >>> w = alvor.weights("mlp", model="784-256-10")
    >>> {name: w[name].shape for name in w}["fc1.weight"]
    (256, 784)

    ``sizes`` are those of alvor.presets()[preset]; ``model`` is the network's text where the preset
    takes one. `alvor init` writes the same bits into a file.
    """
    rows = _presets()
    if preset not in rows:
        raise ValueError("there is no preset %r; there are: %s" % (preset, ", ".join(rows)))
    known = _sizes_of(rows[preset])
    for name in sizes:
        if name not in known:
            raise TypeError("%s has no size %r; it has: %s" % (preset, name, ", ".join(known)))
    values = (c.c_int64 * max(1, len(known)))(
        *[integer(name, sizes.get(name) or 0) for name in known])
    plan = c.POINTER(alv_weight_plan)()
    core.alv_weight_plan_new(c.byref(plan))
    try:
        core.alv_weight_plan_preset(plan, c.byref(rows[preset]), values,
                                    model.encode() if model is not None else None)
        core.alv_weight_plan_check(plan)
        return Weights(plan.contents, seed, None if dtype is None else dtype_number(dtype))
    finally:
        core.alv_weight_plan_free(plan)
