"""out=: any writable, C-contiguous memory, as (address, type, shape) and nothing else.

NumPy arrays and objects with the buffer protocol come through NumPy; tensors of PyTorch, JAX and
the like through DLPack (its structures below are dlpack.h's), which also knows the 16- and 8-bit
types that NumPy does not.
"""

import ctypes as c
from collections import namedtuple

import numpy as np

from ._abi import DTYPES

#: dtypes: the alv_dtype numbers that the memory can be; `keep` holds it alive.
Buffer = namedtuple("Buffer", "address dtypes shape keep")

_SIZES = {"float32": 4, "float64": 8, "float16": 2, "bfloat16": 2, "float8_e4m3fn": 1,
          "float8_e5m2": 1}
#: Raw bits stand for the types that NumPy has not.
_RAW = {"uint16": ("bfloat16", "float16"), "uint8": ("float8_e4m3fn", "float8_e5m2")}


class DLDataType(c.Structure):
    _fields_ = [("code", c.c_uint8), ("bits", c.c_uint8), ("lanes", c.c_uint16)]


class DLTensor(c.Structure):
    _fields_ = [("data", c.c_void_p), ("device_type", c.c_int), ("device_id", c.c_int),
                ("ndim", c.c_int), ("dtype", DLDataType), ("shape", c.POINTER(c.c_int64)),
                ("strides", c.POINTER(c.c_int64)), ("byte_offset", c.c_uint64)]


class DLManagedTensor(c.Structure):
    pass


Deleter = c.CFUNCTYPE(None, c.POINTER(DLManagedTensor))
DLManagedTensor._fields_ = [("dl_tensor", DLTensor), ("manager_ctx", c.c_void_p),
                            ("deleter", Deleter)]

CPU = 1
#: (code, bits) of dlpack.h -> element type. Code 2 is a float, 4 bfloat; 8-bit ones have their own.
DL_TYPES = {(2, 32): "float32", (2, 64): "float64", (2, 16): "float16", (4, 16): "bfloat16",
            (10, 8): "float8_e4m3fn", (12, 8): "float8_e5m2"}

_capsule_pointer = c.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = c.c_void_p, [c.py_object, c.c_char_p]


def _numbers(names):
    return tuple(DTYPES.index(name) for name in names)


def _contiguous(shape, strides):
    """Row by row without gaps; axes of one place do not matter."""
    wanted = 1
    for size, stride in reversed(list(zip(shape, strides))):
        if size > 1 and stride != wanted:
            return False
        wanted *= size
    return True


def _refuse_gaps(kind):
    raise ValueError("out: %s is not C-contiguous, so its elements are not one after the other; "
                     "fill a contiguous one and copy it, or fill its base with box=" % kind)


def _from_numpy(array):
    if not array.flags.writeable:
        raise ValueError("out: the array is read-only; give a copy, or array.setflags(write=True) "
                         "where it owns its memory")
    if not array.flags.c_contiguous:
        _refuse_gaps("the array")
    name = array.dtype.name
    names = (name,) if name in DTYPES else _RAW.get(name)
    if names is None or not array.dtype.isnative:
        raise TypeError("out: elements of %s cannot be filled; they are %s, or uint16 and uint8 for "
                        "the bits of 16- and 8-bit types" % (array.dtype, ", ".join(DTYPES)))
    return Buffer(array.ctypes.data, _numbers(names), array.shape, array)


def _from_dlpack(tensor):
    if getattr(tensor, "requires_grad", False) and hasattr(tensor, "detach"):
        tensor = tensor.detach()  # what PyTorch's own initializers do under no_grad
    device = int(tensor.__dlpack_device__()[0])
    if device != CPU:
        raise ValueError("out: the tensor lives on a device (DLPack type %d), and alvor fills main "
                         "memory: fill a tensor on the CPU and copy it there" % device)
    capsule = tensor.__dlpack__()
    managed = c.cast(_capsule_pointer(capsule, b"dltensor"), c.POINTER(DLManagedTensor)).contents
    t = managed.dl_tensor
    shape = tuple(t.shape[:t.ndim])
    if t.strides and not _contiguous(shape, t.strides[:t.ndim]):
        _refuse_gaps("the tensor")
    name = DL_TYPES.get((t.dtype.code, t.dtype.bits)) if t.dtype.lanes == 1 else None
    if name is None:
        raise TypeError("out: elements of DLPack type (%d, %d bits) cannot be filled; they are %s"
                        % (t.dtype.code, t.dtype.bits, ", ".join(DTYPES)))
    return Buffer((t.data or 0) + t.byte_offset, _numbers((name,)), shape, (tensor, capsule))


def buffer_of(out):
    """What `out` is, or an exception that says what to do."""
    if type(out).__module__.partition(".")[0] in ("jax", "jaxlib"):
        raise ValueError("out: arrays of JAX do not change; alvor.jax makes new ones")
    if isinstance(out, np.ndarray):
        return _from_numpy(out)
    if hasattr(out, "__dlpack__"):
        return _from_dlpack(out)
    try:
        view = memoryview(out)
    except TypeError:
        raise TypeError("out: %s has neither the buffer protocol nor DLPack" % type(out).__name__
                        ) from None
    return _from_numpy(np.asarray(view))


def item_size(dtype):
    return _SIZES[DTYPES[dtype]]


def numpy_dtype(dtype):
    """NumPy's own type, that of ml_dtypes where it is installed, else the bits as uint16, uint8."""
    name = DTYPES[dtype]
    if name in ("float32", "float64", "float16"):
        return np.dtype(name)
    try:
        import ml_dtypes

        return np.dtype(getattr(ml_dtypes, name))
    except ImportError:
        return np.dtype("uint%d" % (8 * _SIZES[name]))
