"""Fills: a scheme and a tensor in, NumPy's array or the caller's memory out."""

import ctypes as c
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ._abi import REACHES, alv_fill, core
from ._buffers import buffer_of, item_size, numpy_dtype
from ._tensor import dtype_number, integer, make_scheme, make_tensor

#: Elements that are worth a thread of their own.
_CHUNK = 1 << 19
_TENSOR = REACHES.index("tensor")


def _ranges(shape, box):
    """Starts and sizes of a tuple of slices; missing axes are whole."""
    box = box if isinstance(box, tuple) else (box,)
    if len(box) > len(shape) or not all(isinstance(s, slice) for s in box):
        raise TypeError("box is a tuple of slices, at most one for each of the %d axes, as in "
                        "numpy.s_[0:128, :]" % len(shape))
    starts, sizes = [], []
    for axis, size in enumerate(shape):
        lo, hi, step = (box[axis] if axis < len(box) else slice(None)).indices(size)
        if step != 1:
            raise ValueError("box: the slice of axis %d has step %d; it has to be 1" % (axis, step))
        starts.append(lo)
        sizes.append(max(hi - lo, 0))
    return starts, sizes


def _scratch(scheme, tensor):
    """How to fill, with the memory that it takes; keep the second result until it is done."""
    size = c.c_int64()
    core.alv_init_scratch(c.byref(size), c.byref(scheme), c.byref(tensor))
    if size.value == 0:
        return alv_fill(), None
    memory = np.empty(size.value + 16, np.uint8)
    return alv_fill(scratch=memory.ctypes.data + -memory.ctypes.data % 16,
                    scratch_size=size.value), memory


def _threads(threads, count):
    if threads is None:
        return min(len(os.sched_getaffinity(0)), max(1, count // _CHUNK))
    if integer("threads", threads) < 1:
        raise ValueError("threads=%d: it is 1 or more" % threads)
    return threads


def fill_elements(address, lo, hi, scheme, tensor, seed, threads=None):
    """Elements [lo, hi) to memory. Each is a function of its index, so threads take slices; ctypes
    releases the GIL. Schemes that need the whole tensor are drawn by one."""
    how, memory = _scratch(scheme, tensor) if hi > lo else (alv_fill(), None)
    threads = _threads(threads, hi - lo)
    if threads == 1 or scheme.init.contents.reach == _TENSOR:
        core.alv_init_fill(address, lo, hi, scheme, tensor, seed, how)
        del memory
        return
    size, step = item_size(tensor.dtype), -(-(hi - lo) // threads)

    def part(start):
        core.alv_init_fill(address + (start - lo) * size, start, min(start + step, hi), scheme,
                           tensor, seed, how)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(lo, hi, step)))


def _fill_box(address, starts, sizes, scheme, tensor, seed):
    how, memory = _scratch(scheme, tensor)
    axes = c.c_int64 * len(starts)
    core.alv_init_fill_box(address, axes(*starts), axes(*sizes), scheme, tensor, seed, how)
    del memory


def _region(tensor, elements, box):
    """Shape of what is to be filled, and a function that fills an address with it."""
    shape = tuple(tensor.shape[:tensor.rank])
    if elements is not None and box is not None:
        raise TypeError("give elements or box, not both")
    if box is not None:
        starts, sizes = _ranges(shape, box)
        return tuple(sizes), lambda address, scheme, seed, threads: _fill_box(
            address, starts, sizes, scheme, tensor, seed)
    count = c.c_int64()
    core.alv_tensor_count(c.byref(count), tensor)
    lo, hi = (0, count.value) if elements is None else (integer("elements", e) for e in elements)
    return shape if elements is None else (max(hi - lo, 0),), (
        lambda address, scheme, seed, threads: fill_elements(address, lo, hi, scheme, tensor, seed,
                                                             threads))


def _destination(out, dtype, shape):
    """The buffer of `out`, its type settled; it has to have this shape."""
    buffer = buffer_of(out)
    number = buffer.dtypes[0] if dtype is None else dtype_number(dtype)
    if number not in buffer.dtypes:
        raise TypeError("out: its elements are not %s; leave dtype out, or give an array of that "
                        "type" % dtype)
    if shape is not None and buffer.shape != shape:
        raise ValueError("out: its shape is %s, and %s is to be filled" % (buffer.shape, shape))
    return buffer, number


def _seed(seed):
    seed = integer("seed", seed)
    if not 0 <= seed < 2**64:
        raise ValueError("seed=%d is outside 0 .. 2**64 - 1" % seed)
    return seed


def draw(scheme, tensor, seed, elements=None, box=None, threads=None):
    """A new array of an alv_tensor, or of a part of it, by an alv_scheme."""
    region, fill_at = _region(tensor, elements, box)
    array = np.empty(region, numpy_dtype(tensor.dtype))
    fill_at(array.ctypes.data, scheme, _seed(seed), threads)
    return array


def fill(scheme, shape=None, *, seed=0, dtype=None, out=None, elements=None, box=None, threads=None,
         **tensor):
    """Draws a tensor by a scheme's text, as every function named after a scheme does.

    >>> import alvor
    >>> alvor.fill("normal(std=0.5)", (2, 3), seed=1).shape
    (2, 3)

    ``scheme``: "he_normal", "uniform(r=1)"; the other arguments are those of alvor.he_normal.
    """
    scheme = make_scheme(scheme)
    if out is None:
        if shape is None:
            raise TypeError("give the shape of the tensor, or out=")
        number = dtype_number("float32" if dtype is None else dtype)
    else:
        buffer, number = _destination(out, dtype, None)
        shape = buffer.shape if shape is None and elements is None and box is None else shape
        if shape is None:
            raise TypeError("elements and box are parts of a tensor: give its shape too")
    description = make_tensor(shape, number, **tensor)
    if out is None:
        return draw(scheme, description, seed, elements, box, threads)
    region, fill_at = _region(description, elements, box)
    buffer, _ = _destination(out, dtype, region)
    fill_at(buffer.address, scheme, _seed(seed), threads)
    return out
