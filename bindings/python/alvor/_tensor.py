"""Keywords in, an alv_tensor and an alv_scheme out; what is wrong with them, C says."""

import ctypes as c
import operator

from ._abi import (DTYPES, LAYERS, LAYOUTS, MAX_NAME, MAX_RANK, ROLES, Error, alv_scheme,
                   alv_tensor, core)

_SHORT = {core.alv_dtype_name(i).decode(): i for i in range(len(DTYPES))}


def choice(what, value, words):
    """The index of a word; the others are named where there is none."""
    if value not in words:
        raise ValueError("%s=%r is not one of: %s" % (what, value, ", ".join(words)))
    return words.index(value)


def integer(what, value):
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError("%s=%r is not a whole number" % (what, value)) from None


def integers(what, values, most):
    """A number or a sequence of them, as a tuple."""
    try:
        values = (operator.index(values),)
    except TypeError:
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            raise TypeError("%s=%r is neither a whole number nor a sequence of them"
                            % (what, values)) from None
        values = tuple(integer(what, value) for value in values)
    if len(values) > most:
        raise ValueError("%s=%r has more than %d numbers" % (what, values, most))
    for value in values:
        if not -2**63 <= value < 2**63:
            raise OverflowError("%s=%r: %d does not fit in 64 bits" % (what, values, value))
    return values


def dtype_number(dtype):
    """The alv_dtype of "float32", "f32", a NumPy, ml_dtypes or PyTorch type."""
    text = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or str(dtype)
    text = text.replace("torch.", "") if "torch." in text else text
    if isinstance(dtype, type):
        text = dtype.__name__
    if text in DTYPES:
        return DTYPES.index(text)
    if text in _SHORT:
        return _SHORT[text]
    raise TypeError("dtype=%r is none that alvor draws; it is one of: %s"
                    % (dtype, ", ".join(DTYPES)))


def _axes(what, axes, rank):
    """A set of axes, bit a for axis a; -1 is the last."""
    bits = 0
    for axis in integers(what, axes, MAX_RANK):
        if not -rank <= axis < rank:
            raise ValueError("%s=%r: the tensor has axes 0 to %d" % (what, axes, rank - 1))
        bits |= 1 << axis % rank
    return bits


def make_tensor(shape, dtype, *, name=None, layer_kind="dense", layout="torch", role="weight",
                fan_in=None, fan_out=None, groups=None, stride=None, in_axes=(), out_axes=(),
                copy_axes=(), parts=(), head=None, depth=None, activation=None):
    shape = integers("shape", shape, MAX_RANK)
    tensor = alv_tensor(role=choice("role", role, ROLES), dtype=dtype, rank=len(shape),
                        layer=choice("layer_kind", layer_kind, LAYERS),
                        layout=choice("layout", layout, LAYOUTS),
                        fan_in=fan_in or 0, fan_out=fan_out or 0,
                        in_axes=_axes("in_axes", in_axes, len(shape)),
                        out_axes=_axes("out_axes", out_axes, len(shape)),
                        copy_axes=_axes("copy_axes", copy_axes, len(shape)))
    name = (role if name is None else name).encode()
    if len(name) >= MAX_NAME or b"\0" in name:
        raise ValueError("name: at most %d bytes without NUL, and this has %d"
                         % (MAX_NAME - 1, len(name)))
    tensor.name = name
    tensor.shape[:len(shape)] = shape
    for what, value in (("groups", groups), ("head", head), ("depth", depth)):
        setattr(tensor, what, 0 if value is None else integer(what, value))
    for what, values in (("stride", stride), ("parts", parts)):
        values = () if values is None else integers(what, values, MAX_RANK)
        getattr(tensor, what)[:len(values)] = values
    if layer_kind.startswith("conv") and isinstance(stride, int):
        tensor.stride[:max(0, len(shape) - 2)] = [stride] * max(0, len(shape) - 2)
    if activation is not None:
        core.alv_act_parse(c.byref(tensor.act), str(activation).encode())
    return tensor


def _value(value):
    """An argument as alv_scheme_parse reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        if not value.replace("_", "").isalnum():
            raise Error("%r is not a word" % value, "ALV_ERR_SYNTAX")
        return value
    return repr(float(value))


def scheme_text(name, arguments):
    """ "normal(std=0.02)" of "normal" and {"std": 0.02}."""
    listed = ", ".join("%s=%s" % (key, _value(value)) for key, value in arguments.items())
    return "%s(%s)" % (name, listed) if listed else name


def make_scheme(text):
    scheme = alv_scheme()
    core.alv_scheme_parse(c.byref(scheme), str(text).encode())
    return scheme


def print_scheme(scheme):
    """The canonical text."""
    text = c.create_string_buffer(512)
    core.alv_scheme_print(text, len(text), c.byref(scheme))
    return text.value.decode()
