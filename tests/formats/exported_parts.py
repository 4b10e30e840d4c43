"""Networks that are more than layers behind layers, by PyTorch's exporter: class tokens, rotary positions, keys and
values from elsewhere, channels side by side, gates, what is padded, enlarged and cut.

usage: exported_parts.py FOLDER

Needs PyTorch (Debian's python3-torch 1.13 will do). What is tested with them: doctor_layers.py.
"""
import math
import pathlib
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
warnings.filterwarnings("ignore")
D, HEADS, T = 24, 3, 10


class Attention(nn.Module):
    """Of x, or of x to another signal; rotary positions; fewer heads of keys and values."""

    def __init__(self, heads=HEADS, kv=None, rotary=None, causal=False, scale=None, bias=True, to=None):
        super().__init__()
        self.h, self.kv, self.d, self.causal, self.scale = heads, kv or heads, D // heads, causal, scale
        self.q, self.k, self.v = nn.Linear(D, D, bias), nn.Linear(to or D, self.kv * self.d, bias), nn.Linear(to or D, self.kv * self.d, bias)
        self.o, self.rotary = nn.Linear(D, D, bias), rotary
        angle = torch.arange(T + 6)[:, None] / 10 ** (torch.arange(0, self.d, 2) / self.d)
        angle = torch.cat((angle, angle), -1)
        self.register_buffer("cos", angle.cos())
        self.register_buffer("sin", angle.sin())
        self.register_buffer("mask", torch.triu(torch.full((T, T), -math.inf), 1))

    def turn(self, x, time):
        cos, sin = self.cos[:T], self.sin[:T]
        if time == 1:
            cos, sin = cos.unsqueeze(1), sin.unsqueeze(1)
        half = x.shape[-1] // 2
        return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin

    def forward(self, x, y=None):
        y = x if y is None else y
        n, t, s = x.shape[0], x.shape[1], y.shape[1]
        q, k, v = self.q(x).view(n, t, self.h, self.d), self.k(y).view(n, s, self.kv, self.d), self.v(y).view(n, s, self.kv, self.d)
        if self.rotary == "early":
            q, k = self.turn(q, 1), self.turn(k, 1)
        q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
        if self.rotary == "late":
            q, k = self.turn(q, 2), self.turn(k, 2)
        if self.kv < self.h:
            r = self.h // self.kv
            k = k[:, :, None].expand(n, self.kv, r, s, self.d).reshape(n, self.h, s, self.d)
            v = v[:, :, None].expand(n, self.kv, r, s, self.d).reshape(n, self.h, s, self.d)
        a = q @ k.transpose(2, 3) * (self.scale or self.d ** -0.5)
        a = a + self.mask if self.causal else a
        return self.o((a.softmax(-1) @ v).transpose(1, 2).reshape(n, t, D))


class Fused(nn.Module):
    """Queries, keys and values of one matrix, in another order or within each head."""

    def __init__(self, how):
        super().__init__()
        self.how, self.qkv, self.o = how, nn.Linear(D, 3 * D), nn.Linear(D, D)

    def forward(self, x):
        n, t, d = x.shape[0], x.shape[1], D // HEADS
        z = self.qkv(x)
        if self.how == "kvq":
            k, v, q = (p.view(n, t, HEADS, d).transpose(1, 2) for p in z.split(D, -1))
        elif self.how == "cut":
            q, kv = z[..., :D], z[..., D:]
            k, v = (p.view(n, t, HEADS, d).transpose(1, 2) for p in kv.chunk(2, -1))
            q = q.view(n, t, HEADS, d).transpose(1, 2)
        elif self.how == "within heads":
            z = z.view(n, t, HEADS, 3 * d).transpose(1, 2)
            q, k, v = z.chunk(3, -1)
        else:
            z = z.view(n, t, HEADS, 3, d)
            q, k, v = (z[..., i, :].transpose(1, 2) for i in range(3))
        a = (q @ k.transpose(2, 3) / math.sqrt(d)).softmax(-1)
        return self.o((a @ v).transpose(1, 2).reshape(n, t, D))


class Rms(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5))


class Llama(nn.Module):
    """A block with the norm before, rotary positions, shared keys and values, and a gate."""

    def __init__(self):
        super().__init__()
        self.n1, self.n2, self.att = Rms(), Rms(), Attention(6, 2, "late", True, bias=False)
        self.gate, self.up, self.down = nn.Linear(D, 40, False), nn.Linear(D, 40, False), nn.Linear(40, D, False)

    def forward(self, x):
        x = x + self.att(self.n1(x))
        h = self.n2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Scaled(nn.Module):
    """A block whose branches end in a gain of each unit (LayerScale)."""

    def __init__(self):
        super().__init__()
        self.norm, self.att, self.ff = nn.LayerNorm(D), Attention(), nn.Linear(D, D)
        self.g1, self.g2 = nn.Parameter(torch.rand(D)), nn.Parameter(torch.rand(D))

    def forward(self, x):
        x = x + self.g1 * self.att(self.norm(x))
        return x + self.g2 * F.gelu(self.ff(x))


class Vit(nn.Module):
    """Patches, a class token before them, positions; what the token has become is read."""

    def __init__(self, last=False, registers=0, mean=False):
        super().__init__()
        self.patch, self.cls = nn.Conv2d(3, D, 4, 4), nn.Parameter(torch.randn(1, 1 + registers, D))
        self.pos, self.block = nn.Parameter(torch.randn(1, 10 + registers, D) * 0.3), Scaled()
        self.norm, self.head, self.last, self.mean = nn.LayerNorm(D), nn.Linear(D, 5), last, mean

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        cls = self.cls.expand(x.shape[0], -1, -1)
        x = torch.cat((x, cls) if self.last else (cls, x), 1) + self.pos
        x = self.norm(self.block(x))
        return self.head(x[:, 1:].mean(1) if self.mean else x[:, -1] if self.last else x[:, 0])


class Features(nn.Module):
    """A sequence of features, some layers, a head."""

    def __init__(self, *layers):
        super().__init__()
        self.first, self.layers, self.head = nn.Linear(5, D), nn.ModuleList(layers), nn.Linear(D, 4)

    def forward(self, x):
        x = self.first(x)
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


class Crossed(nn.Module):
    """Queries that are learned, and queries of a shorter sequence, to a longer one."""

    def __init__(self, learned):
        super().__init__()
        self.first, self.own, self.att = nn.Linear(5, D), nn.Parameter(torch.randn(1, 4, D)), Attention()
        self.learned, self.head = learned, nn.Linear(D, 4)

    def forward(self, x):
        x = self.first(x)
        q = self.own.expand(x.shape[0], -1, -1) if self.learned else x[:, ::3]
        return self.head(q + self.att(q, torch.tanh(x)))


class Dense(nn.Module):
    """Channels side by side (DenseNet, Inception), a gate of channels (squeeze and excitation), GLU, shuffled channels."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 4, 3, padding=1), nn.Conv2d(10, 8, 1)
        self.s1, self.s2, self.end = nn.Linear(8, 3), nn.Linear(3, 8), nn.Conv2d(4, 6, 3, padding=1)
        self.spot, self.head = nn.Conv2d(6, 1, 1), nn.Linear(6, 5)

    def forward(self, x):
        x = self.a(x)
        x = self.c(torch.cat((F.relu(self.b(F.relu(x))), x), 1))
        x = x * torch.sigmoid(self.s2(F.relu(self.s1(x.mean((2, 3))))))[:, :, None, None]
        x = F.glu(x, 1)
        x = self.end(x[:, [2, 0, 3, 1]])
        return self.head((x * torch.sigmoid(self.spot(x))).mean((2, 3)))


class Unet(nn.Module):
    """Down and up again: transposed convolutions, nearest neighbours, padding that mirrors, a cut."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 6, 3), nn.Conv2d(6, 8, 3, 2, 1)
        self.up = nn.ConvTranspose2d(8, 6, 4, 2, 1, groups=2)
        self.c, self.d = nn.Conv2d(12, 5, 3), nn.ConvTranspose2d(5, 4, (3, 2), (2, 3), (1, 0), (1, 2), dilation=(2, 1))
        self.e, self.head = nn.Conv2d(4, 4, 3), nn.Linear(4, 3)

    def forward(self, x):
        x = F.relu(self.a(F.pad(x, (1, 1, 1, 1), mode="reflect")))
        y = self.up(F.relu(self.b(x)))
        x = F.relu(self.c(torch.cat((x[:, :, : y.shape[2], : y.shape[3]], y), 1)))
        x = self.d(F.interpolate(x, scale_factor=2, mode="nearest"))
        x = self.e(F.pad(torch.tanh(x), (2, 1, 0, 3)) - 0.5)
        return self.head(x.flatten(2).mean(2))


class Line(nn.Module):
    """Sound: one-dimensional convolutions, a transposed one, a norm of the data, a recurrent layer both ways."""

    def __init__(self, layer):
        super().__init__()
        self.norm, self.a, self.b = nn.BatchNorm1d(2), nn.Conv1d(2, 6, 5, 2), nn.ConvTranspose1d(6, 4, 3, 2)
        self.pool, self.layer, self.head = nn.MaxPool1d(3, 2, 1), layer, nn.Linear(2 * layer.hidden_size, 3)

    def forward(self, x):
        x = self.pool(self.b(F.relu(self.a(self.norm(x)))))
        states, end = self.layer(x.transpose(1, 2))
        end = end[0] if isinstance(end, tuple) else end
        return self.head(torch.cat((end[-2], end[-1]), 1) + states.mean(1))


class Bert(nn.Module):
    """Tokens with a mask of what is seen, their kinds and their places as further inputs; what the first token has become
    is read. The mask is added to the scores or chosen by."""

    def __init__(self, chosen=False, places=False):
        super().__init__()
        self.word, self.kind, self.place = nn.Embedding(50, D), nn.Embedding(2, D), nn.Embedding(2 * T, D)
        self.register_buffer("ids", torch.arange(2 * T).expand(1, -1))
        self.q, self.k, self.v, self.o = (nn.Linear(D, D) for _ in range(4))
        self.n0, self.n1, self.n2 = nn.LayerNorm(D), nn.LayerNorm(D), nn.LayerNorm(D)
        self.up, self.down, self.pool, self.head = nn.Linear(D, 40), nn.Linear(40, D), nn.Linear(D, D), nn.Linear(D, 4)
        self.chosen, self.places = chosen, places

    def forward(self, x, mask, kinds, places):
        n, t = x.shape
        places = places if self.places else self.ids[:, :t]
        x = self.n0(self.word(x) + self.kind(kinds) + self.place(places))
        q, k, v = (f(x).view(n, t, HEADS, D // HEADS).transpose(1, 2) for f in (self.q, self.k, self.v))
        a = q @ k.transpose(2, 3) / math.sqrt(D // HEADS)
        if self.chosen:
            a = a.masked_fill((mask == 0).view(n, 1, 1, t).expand_as(a), -math.inf)
        else:
            a = a + (1.0 - mask[:, None, None, :].float()) * -10000.0
        x = self.n1(x + self.o((a.softmax(-1) @ v).transpose(1, 2).reshape(n, t, D)))
        x = self.n2(x + self.down(F.gelu(self.up(x))))
        return self.head(torch.tanh(self.pool(x[:, 0])))


class Preprocessed(nn.Module):
    """Means and deviations of channels taken off in the graph, a factor that nothing undoes, 1 - x."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.conv, self.head = nn.Conv2d(3, 5, 3), nn.Linear(5, 4)

    def forward(self, x):
        x = self.conv((x - self.mean) / self.std)
        return self.head(1 - 0.7 * torch.tanh(x).flatten(2).mean(2))


def export(name, model, x, **options):
    torch.manual_seed(len(name))
    for p in model.parameters():
        if p.dim() == 1:
            torch.nn.init.normal_(p, 0.5, 0.3)
    model.train()
    options.setdefault("opset_version", 13)
    options.setdefault("input_names", ["x"])
    torch.onnx.export(model, x, folder / f"{name}.onnx", training=torch.onnx.TrainingMode.TRAINING, **options)


torch.manual_seed(2)
free = dict(dynamic_axes={"x": {0: "n"}})
image, line, features = torch.randn(7, 3, 12, 12), torch.randn(7, 2, 31), torch.randn(7, T, 5)
for name, model in {"cls": Vit(), "cls_last": Vit(True), "registers": Vit(False, 3), "patches": Vit(False, 0, True)}.items():
    export(f"vit_{name}", model, image, **free)
export("vit_fixed", Vit(), image)
for name, model in {"llama": Llama(), "rotary_early": Attention(rotary="early", causal=True), "shared": Attention(6, 2),
                    "multi_query": Attention(6, 1, "late"), "unscaled": Attention(scale=1.0), "kvq": Fused("kvq"),
                    "cut": Fused("cut"), "within": Fused("within heads"), "inner": Fused("inner")}.items():
    export(name, Features(model), features, **free)
export("llama_fixed", Features(Llama(), Llama()), features)
export("learned_queries", Crossed(True), features, **free)
export("crossed", Crossed(False), features, **free)
export("dense", Dense(), image, **free)
export("unet", Unet(), torch.randn(7, 2, 12, 10), **free)
export("line_gru", Line(nn.GRU(4, 7, bidirectional=True, batch_first=True)), line, **free)
export("line_lstm", Line(nn.LSTM(4, 7, 2, bidirectional=True, batch_first=True)), line, **free)
names = ["x", "attention_mask", "token_type_ids", "position_ids"]
tokens = (torch.randint(50, (7, T)), torch.ones(7, T, dtype=torch.long), torch.zeros(7, T, dtype=torch.long),
          torch.arange(T).repeat(7, 1))
for name, model, n in (("", Bert(), 3), ("_chosen", Bert(chosen=True), 3), ("_places", Bert(places=True), 4)):
    for ends, axes in (("", {0: "n"}), ("_free", {0: "n", 1: "t"})):
        inputs = dict(input_names=names[:n], dynamic_axes={key: axes for key in names[:n]})
        export(f"bert{name}{ends}", model, tokens, **inputs)
export("preprocessed", Preprocessed(), image, **free)
