"""What PyTorch modules are, and what follows what: layer kinds, activations, residual branches.

The tables name PyTorch's classes; the order of things comes from torch.fx, which runs the module's
own forward with symbols in place of tensors. Parts that it cannot follow (control flow on values)
are taken child by child, each by itself.
"""

import operator
from collections import namedtuple

import torch
from torch import fx, nn

from ._registry import ACTIVATIONS

Follow = namedtuple("Follow", "activation ends_branch node")
Follow.__doc__ = """After a layer: the activation in which its signal ends, as text, or None; whether
it is the last of a residual branch; the node of the graph whose value the activation gets."""

#: Module classes with weights -> alvor's kind of layer; subclasses before their bases.
KINDS = ((nn.modules.conv._ConvTransposeNd, "conv_transposed"), (nn.modules.conv._ConvNd, "conv"),
         (nn.Linear, "dense"), (nn.Embedding, "embedding"), (nn.EmbeddingBag, "embedding"))

NORMS = tuple(getattr(nn, name) for name in (
    "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "LayerNorm", "GroupNorm",
    "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d", "RMSNorm") if hasattr(nn, name))

#: Leaves with branches inside: how many, which layers end one, which is followed by what.
BRANCHES = {
    nn.TransformerEncoderLayer: (2, ("self_attn.out_proj", "linear2")),
    nn.TransformerDecoderLayer: (3, ("self_attn.out_proj", "multihead_attn.out_proj", "linear2")),
}

#: "leakyrelu" -> "leaky_relu": PyTorch writes names of activations in its own ways.
_ACTIVATIONS = {word.replace("_", ""): name for name, row in ACTIVATIONS.items()
                for word in (name, *row.aliases)}
_PARAMETERS = ("negative_slope", "alpha", "beta")
_ADDITIONS = (operator.add, operator.iadd, torch.add, "add", "add_")
_SIZES = ("size", "dim", "shape", "numel")


def kind_of(module):
    for cls, kind in KINDS:
        if isinstance(module, cls):
            return kind
    return None


def _name_of(target):
    name = target if isinstance(target, str) else getattr(target, "__name__", "")
    return name.lower().strip("_").replace("_", "")


def _with_parameter(name, value):
    known = ACTIVATIONS[name].parameter is not None and isinstance(value, (int, float))
    return "%s(%r)" % (name, float(value)) if known else name


def activation_of(thing):
    """The text of an activation given as a module or a function, or None."""
    if isinstance(thing, nn.Module):
        name = _ACTIVATIONS.get(type(thing).__name__.lower())
        values = [getattr(thing, word) for word in _PARAMETERS if hasattr(thing, word)]
        return name and _with_parameter(name, values[0] if values else None)
    return _ACTIVATIONS.get(_name_of(thing))


def _activation_at(node, modules):
    if node.op == "call_module":
        return activation_of(modules[node.target])
    if node.op not in ("call_function", "call_method"):
        return None
    name = _ACTIVATIONS.get(_name_of(node.target))
    values = [node.kwargs[word] for word in _PARAMETERS if word in node.kwargs]
    values += [a for a in node.args[1:2] if isinstance(a, (int, float))]
    return name and _with_parameter(name, values[0] if values else None)


def _is_addition(node):
    """Of two values that the data decides: the end of a residual branch."""
    return node.op in ("call_function", "call_method") and node.target in _ADDITIONS and sum(
        isinstance(a, fx.Node) and a.op != "get_attr" for a in node.args[:2]) == 2


def _meets_weights(node, modules):
    return node.op == "call_module" and kind_of(modules[node.target]) is not None or (
        _name_of(node.target) in ("matmul", "bmm", "einsum", "linear", "conv2d"))


def _users(node):
    return [u for u in node.users if _name_of(u.target) not in _SIZES and u.target is not getattr]


def _follow(node, modules):
    """From a layer to the activation in which its signal ends, as alv_model_layers has it."""
    ends = False
    while True:
        users = _users(node)
        if len(users) != 1 or users[0].op == "output" or _meets_weights(users[0], modules):
            return Follow(None, ends, node)
        activation = _activation_at(users[0], modules)
        if activation:
            return Follow(activation, ends, node)
        node = users[0]
        ends = ends or _is_addition(node)


class Graph:
    """layers: name -> Follow, in the order of the forward pass; depth: residual branches; module:
    the traced module, or None where some part could not be followed."""

    def __init__(self, module):
        self.layers, self.depth, self.module = {}, 0, None
        traced = self._take(module, "")
        if traced is not None:
            self.module = traced
        for name, child in module.named_modules():
            self._look_inside(name, child)

    def _take(self, module, prefix):
        try:
            traced = fx.symbolic_trace(module)
        except Exception:  # whatever a forward does with a symbol in place of a tensor
            for name, child in module.named_children():
                self._take(child, prefix + name + ".")
            return None
        modules = dict(traced.named_modules())
        for node in traced.graph.nodes:
            self.depth += _is_addition(node)
            if node.op == "call_module" and kind_of(modules[node.target]):
                self.layers.setdefault(prefix + node.target, _follow(node, modules))
        return traced

    def _look_inside(self, name, module):
        for cls, (branches, last) in BRANCHES.items():
            if not isinstance(module, cls):
                continue
            self.depth += branches
            prefix = name + "." if name else ""
            self.layers.update({prefix + inner: Follow(None, True, None) for inner in last})
            self.layers[prefix + "linear1"] = Follow(activation_of(module.activation), False, None)
