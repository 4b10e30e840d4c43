"""DLPack out, for the 16- and 8-bit types that NumPy's own __dlpack__ does not know.

A capsule holds a DLManagedTensor whose memory stays alive in `_exported` until its deleter is
called: by the consumer, or by the capsule's destructor where nobody consumed it.
"""

import ctypes as c

from ._abi import DTYPES
from ._buffers import (CPU, DL_TYPES, Deleter, DLDataType, DLManagedTensor, DLTensor,
                       buffer_of)
from ._tensor import dtype_number

_CODES = {name: code for code, name in DL_TYPES.items()}
_exported = {}

_Destructor = c.CFUNCTYPE(None, c.c_void_p)
_new = c.pythonapi.PyCapsule_New
_new.restype, _new.argtypes = c.py_object, [c.c_void_p, c.c_char_p, _Destructor]
_valid = c.pythonapi.PyCapsule_IsValid
_valid.restype, _valid.argtypes = c.c_int, [c.c_void_p, c.c_char_p]
_pointer = c.PYFUNCTYPE(c.c_void_p, c.c_void_p, c.c_char_p)(("PyCapsule_GetPointer", c.pythonapi))


@Deleter
def _delete(managed):
    _exported.pop(c.addressof(managed.contents), None)


@_Destructor
def _destroy(capsule):
    if _valid(capsule, b"dltensor"):
        _exported.pop(_pointer(capsule, b"dltensor"), None)


class dlpack:
    """An array as its consumers see it: of bfloat16 or float8, which NumPy cannot hand over.

    >>> import alvor
    >>> w = alvor.he_normal((4, 8), dtype="bfloat16")
    >>> shared = alvor.dlpack(w, "bfloat16")     # torch.from_dlpack(shared) has the same memory

    ``dtype`` says what the bits of a uint16 or uint8 array are; None: the array's own type.
    """

    def __init__(self, array, dtype=None):
        buffer = buffer_of(array)
        number = buffer.dtypes[0] if dtype is None else dtype_number(dtype)
        if number not in buffer.dtypes:
            raise TypeError("the array's elements are not %s" % dtype)
        self._buffer, self._code = buffer, _CODES[DTYPES[number]]

    def __dlpack_device__(self):
        return CPU, 0

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        if copy or dl_device not in (None, (CPU, 0)):
            raise BufferError("alvor shares memory of the CPU, and does not copy it")
        shape = self._buffer.shape
        sizes = (c.c_int64 * max(1, len(shape)))(*shape)
        tensor = DLTensor(data=self._buffer.address, device_type=CPU, ndim=len(shape),
                          dtype=DLDataType(*self._code, 1), shape=sizes)
        managed = DLManagedTensor(dl_tensor=tensor, deleter=_delete)
        _exported[c.addressof(managed)] = managed, sizes, self._buffer
        return _new(c.addressof(managed), b"dltensor", _destroy)
