"""alvor.torch.exact: a module's parameters as PyTorch's own constructors draw them from a seed.

The module is written down as the constructors of torch.nn that made it, in the order in which they
are registered ("Linear(784, 256), LSTM(256, 64)"), and the C library draws that text.
"""

import ctypes as c
import platform

import torch
from torch import nn

from ._abi import EXACT_NEARLY, Error, alv_compat_rng, core
from ._tensor import dtype_number
from ._torch_shard import local

#: Attributes that are the constructor's arguments of the same names; those that are absent or None
#: are left out.
_CALLS = {
    "Linear": "in_features out_features",
    "Bilinear": "in1_features in2_features out_features",
    **{"%s%dd" % (name, n): "in_channels out_channels kernel_size groups"
       for name in ("Conv", "ConvTranspose") for n in (1, 2, 3)},
    "Embedding": "num_embeddings embedding_dim padding_idx",
    "EmbeddingBag": "num_embeddings embedding_dim padding_idx",
    "LayerNorm": "normalized_shape elementwise_affine",
    "RMSNorm": "normalized_shape elementwise_affine",
    "GroupNorm": "num_groups num_channels affine",
    **{"BatchNorm%dd" % n: "num_features affine" for n in (1, 2, 3)},
    "PReLU": "num_parameters",
    **dict.fromkeys(("RNN", "LSTM", "GRU"),
                    "input_size hidden_size num_layers bias bidirectional proj_size"),
    **dict.fromkeys(("RNNCell", "LSTMCell", "GRUCell"), "input_size hidden_size bias"),
}
#: Classes whose bias is a parameter or None, where the constructor takes True or False.
_BIASED = {"Linear", "Bilinear", "LayerNorm"} | {
    name for name in _CALLS if name.startswith("Conv")}


def _plain(module, name):
    values = [(word, getattr(module, word, None)) for word in _CALLS[name].split()]
    values = [(word, value) for word, value in values if value is not None]
    if name in _BIASED and not (name == "LayerNorm" and module.weight is None):
        values.append(("bias", module.bias is not None))
    return dict(values)


def _attention(module):
    return dict(embed_dim=module.embed_dim, num_heads=module.num_heads, kdim=module.kdim,
                vdim=module.vdim, bias=module.in_proj_bias is not None,
                add_bias_kv=module.bias_k is not None)


def _layer(module):
    return dict(d_model=module.self_attn.embed_dim, nhead=module.self_attn.num_heads,
                dim_feedforward=module.linear1.out_features, bias=module.linear1.bias is not None)


def _stack(word):
    return lambda module: {word: _Text(_call(module.layers[0])), "num_layers": len(module.layers),
                           "norm": _Text(_call(module.norm)) if module.norm else None}


def _transformer(module):
    encoder, decoder = module.encoder, module.decoder
    return dict(d_model=module.d_model, nhead=module.nhead, num_encoder_layers=len(encoder.layers),
                num_decoder_layers=len(decoder.layers),
                dim_feedforward=encoder.layers[0].linear1.out_features)


class _Text(str):
    __repr__ = str.__str__


#: Modules that contain others, whose constructors draw as a whole.
_WHOLE = {"MultiheadAttention": _attention, "TransformerEncoderLayer": _layer,
          "TransformerDecoderLayer": _layer, "TransformerEncoder": _stack("encoder_layer"),
          "TransformerDecoder": _stack("decoder_layer"), "Transformer": _transformer}


def _call(module):
    """The constructor's call, or None where the class is none of the table's."""
    name = type(module).__name__
    if getattr(nn, name, None) is not type(module) or name not in {*_CALLS, *_WHOLE}:
        return None
    arguments = _WHOLE[name](module) if name in _WHOLE else _plain(module, name)
    return "%s(%s)" % (name, ", ".join("%s=%r" % item for item in arguments.items()))


def _constructors(module, prefix, seen):
    """(prefix of the parameters' names, call) of every module that was constructed, in order."""
    if id(module) in seen:
        return
    seen.add(id(module))
    call = _call(module)
    if call is not None:
        yield prefix, call
        return
    for name, _ in module.named_parameters(recurse=False):
        raise Error("%s%s: alvor does not know what %s draws; exact() reads the modules of torch.nn "
                    "that `alvor explain --stream torch` lists, and containers of them"
                    % (prefix, name, type(module).__name__), where=prefix + name)
    for name, child in module.named_children():
        yield from _constructors(child, prefix + name + ".", seen)


def _stream():
    """The name of what this PyTorch draws on this processor."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        raise Error("what PyTorch draws on %s was never compared: say which build to follow, as in "
                    "stream=\"torch\"" % platform.machine(), where="stream")
    major, minor = (int(word) for word in torch.__version__.split(".")[:2])
    version = "@1.13" if major < 2 else "@2.7" if minor < 12 else "@2.12" if minor == 12 else ""
    capability = getattr(getattr(torch.backends, "cpu", None), "get_cpu_capability", None)
    scalar = (capability() == "DEFAULT" if capability else
              "CPU capability usage: NO AVX" in torch.__config__.show())
    return ("torch-scalar" if scalar else "torch") + version


class _Module:
    """What C makes of a text; the trailing Identity keeps the numbers in names of one call."""

    def __init__(self, calls, dtype):
        self.pointer = c.c_void_p()
        text = ", ".join(call for _, call in calls) + ", Identity"
        core.alv_compat_module_new(c.byref(self.pointer), text.encode(), dtype)
        self.names = []
        for i in range(core.alv_compat_module_count(self.pointer)):
            number, _, name = core.alv_compat_module_param(self.pointer, i).contents.name.decode(
                ).partition(".")
            self.names.append(calls[int(number)][0] + name)

    def __del__(self):
        core.alv_compat_module_free(self.pointer)

    def shape(self, index):
        tensor = core.alv_compat_module_param(self.pointer, index).contents
        return tuple(tensor.shape[:tensor.rank])


def _parameters(module, drawn):
    """The parameters in the order of drawn.names, checked to be those and no others."""
    found = {prefix + "." * bool(prefix) + name: parameter
             for prefix, part in module.named_modules(remove_duplicate=False)
             for name, parameter in part.named_parameters(recurse=False)}
    owners = {}
    for name, parameter in found.items():
        other = owners.setdefault(id(parameter), name)
        if other != name:
            raise Error("%s and %s are one parameter: both were drawn when they were made, and "
                        "which of the draws is left cannot be told; tie them after exact()"
                        % (other, name), where=name)
    for index, name in enumerate(drawn.names):
        shape = drawn.shape(index)
        if name not in found or tuple(found[name].shape) != shape:
            raise Error("%s: the constructor makes it %s, and the module has %s"
                        % (name, shape, tuple(found[name].shape) if name in found else "none"),
                        where=name)
    for name in found:
        if name not in drawn.names:
            raise Error("%s: no constructor that alvor knows makes it" % name, where=name)
    return [found[name] for name in drawn.names]


def _check_claim(profile, drawn, stream):
    claim = core.alv_compat_module_claim(profile, drawn.pointer)
    if claim and claim.contents.exactness < EXACT_NEARLY:
        raise Error("%s is not exact here: %s" % (stream, claim.contents.note[0].decode()),
                    where="stream")


def _can_write(memory, box):
    return box is None and memory.device.type == "cpu" and memory.is_contiguous()


def exact(module, seed, *, stream=None):
    """Writes the parameters that PyTorch's constructors draw from a seed; returns the module.

    Equal, bit for bit, to ``torch.manual_seed(seed)`` followed by the construction of the same
    module on the CPU, in the module's element type. torch's own generator is left alone.

    >>> import alvor, torch
    >>> _ = torch.manual_seed(42)
    >>> theirs = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU())
    >>> ours = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU())
    >>> _ = alvor.torch.exact(ours, seed=42)
    >>> torch.equal(ours[0].weight, theirs[0].weight)
    True

    module : modules of torch.nn, and containers of them that construct their children in the order
        in which they register them and draw nothing else. Parameters of a container's own, tied
        ones and unknown modules are refused. On another device the parameters get what would have
        been drawn on the CPU and moved there.
    seed : any that torch.manual_seed takes.
    stream : the version to follow: "torch", "torch@2.7", "torch@1.13", "torch-scalar", ...
        (`alvor list --streams`); None: the one that is installed, on this processor. What it draws
        only closely (normals of float64) is refused.
    """
    stream = stream or _stream()
    profile, rng = core.alv_compat_find(stream.encode()), alv_compat_rng()
    if not profile:
        raise Error("there is no stream %r; `alvor list --streams` shows those" % stream,
                    where="stream")
    calls = list(_constructors(module, "", set()))
    dtypes = {parameter.dtype for parameter in module.parameters()}
    if len(dtypes) > 1:
        raise Error("the parameters have several types (%s), and a constructor gives them one"
                    % ", ".join(sorted(map(str, dtypes))), where="module")
    if not dtypes:
        return module
    drawn = _Module(calls, dtype_number(dtypes.pop()))
    parameters = _parameters(module, drawn)
    _check_claim(profile, drawn, stream)
    core.alv_compat_seed(c.byref(rng), profile, seed % 2**64)
    with torch.no_grad():
        places = [local(name, parameter) for name, parameter in zip(drawn.names, parameters)]
        wholes = [memory if _can_write(memory, box) else torch.empty(p.shape, dtype=p.dtype)
                  for p, (memory, box) in zip(parameters, places)]
        outs = (c.c_void_p * len(wholes))(*[whole.data_ptr() for whole in wholes])
        core.alv_compat_module_draw(outs, drawn.pointer, c.byref(rng))
        for whole, (memory, box) in zip(wholes, places):
            if whole is not memory:
                memory.copy_(whole if box is None else whole[box])
    return module
