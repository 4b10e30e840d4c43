"""Where a parameter lies: whole, or the part of a DTensor that this process holds."""

from ._abi import Error

try:
    from torch.distributed.tensor import DTensor, Shard
except ImportError:  # PyTorch before 2.5, or built without distributed
    DTensor = Shard = None


def _cut(name, parameter):
    """The box of a sharded tensor on this process: along each mesh axis in turn, what is left is cut
    into equal pieces, rounded up, as torch.chunk does."""
    mesh = parameter.device_mesh
    place = mesh.get_coordinate()
    if place is None:
        raise Error("%s: this process is not in the device mesh" % name, where=name)
    box = [slice(0, size) for size in parameter.shape]
    for axis, placement in enumerate(parameter.placements):
        if type(placement) is Shard:
            dim = placement.dim % len(box)
            lo, hi = box[dim].start, box[dim].stop
            piece = -(-(hi - lo) // mesh.size(axis))
            first = min(lo + piece * place[axis], hi)
            box[dim] = slice(first, min(first + piece, hi))
        elif not placement.is_replicate():
            raise Error("%s: alvor cannot tell which part of it is here (%s); give shard="
                        % (name, placement), where=name)
    return tuple(box)


def local(name, parameter):
    """(this process's memory, None for a whole tensor or the box of it that the memory is)."""
    memory = parameter.detach()
    if DTensor is None or not isinstance(memory, DTensor):
        return memory, None
    return memory.to_local(), _cut(name, memory)
