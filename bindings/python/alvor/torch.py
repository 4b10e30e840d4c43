"""alvor.torch: first weights of PyTorch modules, addressed by parameter name, and their diagnosis.

>>> import alvor, torch
>>> net = torch.nn.Sequential(torch.nn.Linear(8, 32), torch.nn.ReLU(), torch.nn.Linear(32, 3))
>>> alvor.torch.init_(net, seed=1)
parameter  shape   scheme                          std
0.weight   32 x 8  he_normal(gain=1.414213562...)  0.5
0.bias     32      zeros                           0
2.weight   3 x 32  he_normal(gain=1)               0.17678
2.bias     3       zeros                           0
>>> alvor.torch.diagnose(net, torch.randn(64, 8)).verdict
'healthy'
"""

import ctypes as c
import html
from collections import namedtuple

import numpy as np
import torch
from torch import fx, nn

from . import _diagnosis
from ._abi import Error, core
from ._buffers import buffer_of
from ._fill import fill
from ._schemes import find
from ._tensor import dtype_number, make_scheme, make_tensor, print_scheme
from ._torch_exact import exact  # noqa: F401
from ._torch_graph import NORMS, Follow, Graph, kind_of
from ._torch_shard import local

_NOTHING = Follow(None, False, None)

Row = namedtuple("Row", "name shape scheme std")
Row.__doc__ = "What init_ did to one parameter; scheme None: it was left as it was."


class Plan(list):
    """The rows of init_, printed as a table."""

    def _texts(self):
        yield ("parameter", "shape", "scheme", "std")
        for row in self:
            yield (row.name, " x ".join(map(str, row.shape)), _short(row.scheme),
                   "-" if row.std is None else "%.5g" % row.std)

    def __repr__(self):
        rows = list(self._texts())
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        return "\n".join("  ".join(t.ljust(w) for t, w in zip(row, widths)).rstrip()
                         for row in rows)

    def _repr_html_(self):
        return "<table>%s</table>" % "".join("<tr>%s</tr>" % "".join(
            "<td>%s</td>" % html.escape(text) for text in row) for row in self._texts())


def _short(scheme):
    if scheme is None:
        return "(left as it was)"
    return scheme if len(scheme) <= 30 else scheme[:26] + "...)"


def _recurrent(module):
    """Gates of an LSTM, GRU or RNN: torch's own scheme, of all parameters."""
    gates = {"LSTM": 4, "GRU": 3}.get(module.mode, 1)
    cell = module.mode.lower() if gates > 1 else "rnn"
    scheme = "torch_rnn(hidden=%d, cell=%s)" % (module.hidden_size, cell)
    for name, parameter in module.named_parameters(recurse=False):
        gated = parameter.shape[0] == gates * module.hidden_size
        yield name, dict(role="weight" if parameter.dim() > 1 else "bias",
                         fan_in=module.hidden_size if parameter.dim() == 1 else None,
                         parts=(module.hidden_size,) * gates if gated and gates > 1 else (),
                         scheme=scheme)


def _attention(module):
    width = module.embed_dim
    for name, parameter in module.named_parameters(recurse=False):
        if name == "in_proj_weight":
            yield name, dict(parts=(width,) * 3)
        elif name.endswith("_proj_weight"):
            yield name, dict()
        elif name == "in_proj_bias":
            yield name, dict(role="bias", fan_in=width, parts=(width,) * 3)


def _weighted(module, follow):
    tensor = dict(layer_kind=kind_of(module), activation=follow.activation)
    if isinstance(module, nn.modules.conv._ConvNd):
        tensor.update(groups=module.groups, stride=module.stride)
    yield "weight", dict(tensor, ends_branch=follow.ends_branch)
    if getattr(module, "bias", None) is not None:
        fan_in = c.c_double()
        core.alv_tensor_fans(c.byref(fan_in), None, make_tensor(tuple(module.weight.shape), 0,
                                                                **tensor))
        yield "bias", dict(role="bias", fan_in=fan_in.value)


def _parameters_of(module, follow):
    """(name, what it is) of a module's own parameters; those that are not told stay as they are."""
    if kind_of(module):
        return _weighted(module, follow)
    if isinstance(module, nn.RNNBase):
        return _recurrent(module)
    if isinstance(module, nn.MultiheadAttention):
        return _attention(module)
    if isinstance(module, NORMS):
        return [("weight", dict(role="gain")), ("bias", dict(role="bias", fan_in=1))]
    return []


def _described(module):
    """(name, parameter, description or None) of every parameter, each once."""
    graph, seen = Graph(module), set()
    for prefix, part in module.named_modules():
        told = dict(_parameters_of(part, graph.layers.get(prefix, _NOTHING)))
        for name, parameter in part.named_parameters(recurse=False):
            if id(parameter) in seen:
                continue
            seen.add(id(parameter))
            what = told.get(name)
            if what is not None:
                what = dict(what, depth=graph.depth or None,
                            padding=getattr(part, "padding_idx", None))
            yield (prefix + "." if prefix else "") + name, parameter, what


def _auto(tensor, ends_branch, stated):
    if stated:
        return make_scheme(stated)
    scheme = make_scheme("zeros")
    core.alv_scheme_auto(c.byref(scheme), tensor, ends_branch)
    return scheme


def _given(text, tensor, role):
    """A scheme that was asked for; what is not its own goes to its companion, biases to zeros."""
    init = find(text.partition("(")[0].strip())
    if role == "gain" or role == "bias" and not init.biases:
        return make_scheme("ones" if role == "gain" else "zeros")
    scheme, mean, variance = make_scheme(text), c.c_double(), c.c_double()
    try:
        core.alv_init_moments(c.byref(mean), c.byref(variance), scheme, tensor)
    except Error:
        if init.elsewhere is None:
            raise
        return make_scheme(init.elsewhere)
    return scheme


def _write(memory, scheme, shape, box, seed, tensor):
    """Fills a parameter where it lies, or on the CPU and copies it there."""
    part = {} if box is None else {"box": box}
    if memory.numel() == 0:
        return
    try:
        buffer_of(memory)
        target = memory
    except (ValueError, TypeError, RuntimeError, BufferError):
        target = torch.empty(memory.shape, dtype=memory.dtype)
    fill(scheme, shape, seed=seed, out=target, **part, **tensor)
    if target is not memory:
        memory.copy_(target)


def init_(module, scheme="auto", seed=0, *, shard=None):
    """Draws every parameter of a module in place; returns what was done, as a Plan.

    scheme : "auto": for each weight the normal distribution that keeps the signal through the
        activation that follows it, less at the end of residual branches; zeros for biases, ones for
        norms (alv_scheme_auto). Or a scheme for all weights: "orthogonal", "uniform(r=0.1)".
    seed : any of 0 .. 2**64 - 1. A parameter's values depend on it, on its full name and shape, and
        on nothing else, so that a layer more changes no other layer.
    shard : for a module that holds parts of a larger model's parameters: called with (name,
        parameter), it returns None, or the whole parameter's shape and the box that this one is,
        ((512, 64), numpy.s_[0:128]). All ranks together then hold what one would; so they do
        without it where the parameters are DTensors.

    Parameters of modules that alvor does not know stay as they are, and the Plan says so.
    """
    plan = Plan()
    with torch.no_grad():
        for name, parameter, what in _described(module):
            memory, box = local(name, parameter)
            shape, box = shard and shard(name, parameter) or (tuple(parameter.shape), box)
            if what is None:
                plan.append(Row(name, shape, None, None))
                continue
            plan.append(_draw(name, memory, what, scheme, shape, box, seed))
    return plan


def _row_here(row, shape, box):
    """A row of the whole tensor as one of the box; None if it is elsewhere."""
    rows = (box if isinstance(box, tuple) else (box,))[0] if box is not None else slice(None)
    lo, hi, _ = rows.indices(shape[0])
    return row - lo if lo <= row < hi else None


def _draw(name, memory, what, text, shape, box, seed):
    stated, ends, padding = (what.pop(key, None) for key in ("scheme", "ends_branch", "padding"))
    what = dict(what, name=name)
    tensor = make_tensor(shape, dtype_number(memory.dtype), **what)
    chosen = (_auto(tensor, bool(ends), stated) if text == "auto" else
              _given(text, tensor, what.get("role", "weight")))
    printed, mean, variance = print_scheme(chosen), c.c_double(), c.c_double()
    core.alv_init_moments(c.byref(mean), c.byref(variance), chosen, tensor)
    _write(memory, printed, shape, box, seed, what)
    if padding is not None and what.get("layer_kind") == "embedding":
        row = _row_here(padding, shape, box)
        if row is not None:
            memory[row] = 0
    return Row(name, shape, printed, variance.value ** 0.5)


class _Recorder:
    """Values on their way: kept as they are, and a copy passed on, which in-place functions may
    change."""

    def __init__(self):
        self.values = {}

    def keep(self, name, value):
        self.values.setdefault(name, value)
        return value.clone()


class _Recording(fx.Interpreter):
    def __init__(self, graph, recorder):
        super().__init__(graph.module)
        self.recorder, self.ends = recorder, {}
        for name, follow in graph.layers.items():
            if follow.node is not None:
                self.ends.setdefault(follow.node, []).append(name)

    def run_node(self, node):
        value = super().run_node(node)
        for name in self.ends.get(node, ()):
            value = self.recorder.keep(name, value)
        return value


def _run(module, graph, x):
    """Output of the module, and what each layer's activation got: with a graph, after norms and
    sums; otherwise what the layers themselves put out."""
    recorder = _Recorder()
    if graph.module is not None:
        return _Recording(graph, recorder).run(x), recorder.values
    hooks = [part.register_forward_hook(
        lambda _, __, value, name=name: recorder.keep(name, value))
        for name, part in module.named_modules() if kind_of(part)]
    try:
        return module(x), recorder.values
    finally:
        for hook in hooks:
            hook.remove()


def _units_last(value, kind):
    value = value.detach().float().cpu().numpy()
    return value if kind == "dense" else np.moveaxis(value, 1, -1)


def _rows(module, kind):
    """The weights with a row per unit."""
    w = module.weight.detach().float().cpu().numpy()
    if kind != "conv_transposed":
        return w.reshape(w.shape[0], -1)
    w = w.reshape(module.groups, -1, *w.shape[1:])  # (groups, in, out, kernel ...)
    return np.moveaxis(w, 2, 1).reshape(w.shape[0] * w.shape[2], -1)


def _signs(output):
    """A gradient for where no loss is given: random signs, the same every time."""
    signs = np.sign(fill("normal(std=1)", tuple(output.shape), name="alvor.torch.diagnose"))
    return (output * torch.from_numpy(signs).to(output)).sum()


def _is_chain(records, kinds, depth):
    return depth == 0 and all(kind == "dense" for kind in kinds) and all(
        below[2].shape[-1] == layer[4].shape[1] for below, layer in zip(records, records[1:]))


def _is_pooled(records, samples):
    """The last layer gets one value for each unit of an image below."""
    if len(records) < 2:
        return False
    below, last = records[-2][2], records[-1]
    return (below.size // below.shape[-1] > samples and
            last[2].size // last[2].shape[-1] == samples and
            last[4].shape[1] == below.shape[-1])


def diagnose(module, batch, loss=None, *, lang="en"):
    """Runs a batch forward and backward, and says whether plain SGD can be expected to train.

    batch : inputs, or a pair of inputs and targets.
    loss : called with (output, targets), or (output) where there are none, for a scalar. None:
        random signs are sent back from the output, which shows what the layers do to a gradient.

    Measurements, bounds and words are those of `alvor compare`: they come from the C library, which
    needs the lab (see docs/python.md). Parameters, their gradients and the module's mode are left
    as they were; the statistics of batch norms in training mode move, as in any forward pass.
    Prints as a table, and as HTML in notebooks.
    """
    x, *targets = batch if isinstance(batch, (tuple, list)) else (batch,)
    graph, parts = Graph(module), dict(module.named_modules())
    with torch.enable_grad():
        output, values = _run(module, graph, x)
        tables = [v for n, v in values.items() if kind_of(parts[n]) == "embedding"]
        values = {n: v for n, v in values.items() if kind_of(parts[n]) != "embedding"}
        if not values:
            raise ValueError("the module has no layer that alvor knows: Linear, Conv, ...")
        error = loss(output, *targets) if loss else _signs(output)
        deltas = torch.autograd.grad(error, list(values.values()), allow_unused=True)
    records, kinds = [], []
    for (name, z), delta in zip(values.items(), deltas):
        kind, bias = kind_of(parts[name]), getattr(parts[name], "bias", None)
        delta = torch.zeros_like(z) if delta is None else delta
        follow = graph.layers.get(name, _NOTHING)
        kinds.append(kind)
        records.append((name, follow.activation, _units_last(z, kind), _units_last(delta, kind),
                        _rows(parts[name], kind),
                        None if bias is None else bias.detach().float().cpu().numpy()))
    inputs = x if x.is_floating_point() or not tables else tables[0]
    inputs = inputs.detach().float().cpu().numpy()
    return _diagnosis.diagnose(records, inputs, chain=_is_chain(records, kinds, graph.depth),
                               pooled=_is_pooled(records, inputs.shape[0]), lang=lang)
