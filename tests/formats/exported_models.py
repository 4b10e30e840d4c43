"""Exports small networks with PyTorch's own exporter, in the forms that real models come in.

usage: exported_models.py FOLDER

Needs PyTorch (Debian's python3-torch 1.13 will do). Opset 13 writes layer norms out; training mode keeps what
evaluation would fold or fuse. Biases and gains are drawn, too, so that one that is left out shows. What is tested
with them: doctor_measured.py.
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
TOKENS, T, D, HEADS = 40, 12, 24, 3


class Tokens(nn.Module):
    """A table of tokens and one of positions, some blocks, a head."""

    def __init__(self, *blocks, looked_up=False):
        super().__init__()
        self.tok = nn.Embedding(TOKENS, D)
        self.pos = nn.Parameter(torch.randn(1, T + 3, D) * 0.5)
        self.wpe = nn.Embedding(T + 3, D) if looked_up else None
        self.blocks, self.head = nn.Sequential(*blocks), nn.Linear(D, 5)

    def forward(self, x):
        h = self.tok(x)
        if self.wpe is None:
            h = h + self.pos[:, : x.shape[1]]
        else:
            h = h + self.wpe(torch.arange(x.shape[1]).unsqueeze(0))
        return self.head(self.blocks(h))


class Mha(nn.Module):
    """nn.MultiheadAttention on a normed residual stream; the mask as numbers or as truth values."""

    def __init__(self, mask=None, heads=HEADS, **options):
        super().__init__()
        self.ln, self.att = nn.LayerNorm(D), nn.MultiheadAttention(D, heads, **options)
        upper = torch.triu(torch.ones(T, T), 1)
        masks = {"float": upper * -math.inf if mask == "float" else None, "bool": upper.bool(), None: None}
        if mask == "float":
            masks["float"] = torch.triu(torch.full((T, T), -math.inf), 1)
        if mask == "distance":
            place = torch.arange(T)
            masks[mask] = -0.3 * (place[:, None] - place).abs().float()
        self.register_buffer("mask", masks[mask])

    def forward(self, x):
        h = self.ln(x)
        return x + self.att(h, h, h, need_weights=False, attn_mask=self.mask)[0]


class Gpt(nn.Module):
    """Queries, keys and values split from one layer, a triangle of ones as the mask (nanoGPT, GPT-2)."""

    def __init__(self, rows=False, heads=HEADS):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.c_attn, self.c_proj = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.fc, self.proj = nn.Linear(D, 4 * D), nn.Linear(4 * D, D)
        self.rows, self.heads = rows, heads
        self.register_buffer("bias", torch.tril(torch.ones(T + 4, T + 4)).view(1, 1, T + 4, T + 4))

    def linear(self, layer, x):
        if not self.rows:
            return layer(x)
        shape = x.size()[:-1] + (layer.weight.shape[0],)  # Conv1D of transformers
        return torch.addmm(layer.bias, x.view(-1, x.size(-1)), layer.weight.t()).view(shape)

    def attention(self, x):
        n, t, d = x.shape
        q, k, v = (h.view(n, t, self.heads, d // self.heads).transpose(1, 2) for h in self.linear(self.c_attn, x).split(D, 2))
        a = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        a = a.masked_fill(self.bias[:, :, :t, :t] == 0, float("-inf"))
        y = F.softmax(a, dim=-1) @ v
        return self.linear(self.c_proj, y.transpose(1, 2).contiguous().view(n, t, d))

    def forward(self, x):
        x = x + self.attention(self.ln1(x))
        return x + self.linear(self.proj, F.gelu(self.linear(self.fc, self.ln2(x))))


class Rms(nn.Module):
    """Llama's norm, and its gate."""

    def __init__(self):
        super().__init__()
        self.gain, self.layer = nn.Parameter(torch.ones(D)), nn.Linear(D, D, bias=False)

    def forward(self, x):
        h = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5)
        return x + F.silu(self.layer(self.gain * h))


class Vit(nn.Module):
    """Patches, a table of positions, fused queries, keys and values as timm has them, the mean of all positions."""

    def __init__(self):
        super().__init__()
        self.patch, self.pos = nn.Conv2d(3, D, 4, 4), nn.Parameter(torch.randn(1, 12, D) * 0.5)
        self.norm, self.qkv, self.proj = nn.LayerNorm(D), nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.last, self.head = nn.LayerNorm(D), nn.Linear(D, 5)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, HEADS, d // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        a = (q * (d // HEADS) ** -0.5) @ k.transpose(-2, -1)
        x = x + self.proj((a.softmax(dim=-1) @ v).transpose(1, 2).reshape(n, t, d))
        return self.head(self.last(x.mean(dim=1)))


class ConvNext(nn.Module):
    """Channels last between convolutions."""

    def __init__(self):
        super().__init__()
        self.stem, self.depth = nn.Conv2d(3, 8, 2, 2), nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm, self.up, self.down = nn.LayerNorm(8), nn.Linear(8, 32), nn.Linear(32, 8)
        self.last, self.head = nn.LayerNorm(8), nn.Linear(8, 5)

    def forward(self, x):
        x = self.stem(x)
        h = self.depth(x).permute(0, 2, 3, 1)
        x = x + self.down(F.gelu(self.up(self.norm(h)))).permute(0, 3, 1, 2)
        return self.head(self.last(x.mean([-2, -1])))


class Convs(nn.Module):
    """Dilations, kernels and paddings that differ by axis."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=2, dilation=2), nn.ReLU(), nn.Conv2d(8, 8, (1, 7), padding=(0, 3)), nn.ReLU(),
            nn.Conv2d(8, 8, (7, 1), padding=(3, 0)), nn.ReLU(), nn.Conv2d(8, 12, (3, 5), 2, (1, 0), groups=2), nn.ReLU(),
            nn.Conv2d(12, 8, 3, padding=3, dilation=3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(8, 5))

    def forward(self, x):
        return self.body(x)


class Lstm(nn.Module):
    """The last state, or all of them."""

    def __init__(self, every=False):
        super().__init__()
        self.layer, self.head, self.every = nn.LSTM(D, 12, 2, batch_first=True), nn.Linear(12, 5), every

    def forward(self, x):
        states, _ = self.layer(x)
        return self.head(states if self.every else states[:, -1])


def export(name, net, x, opset=17, training=False, fixed=False):
    with torch.no_grad():
        for p, w in net.named_parameters():
            if w.ndim == 1 and ("weight" in p or "gain" in p):
                w.copy_(1 + 0.3 * torch.randn_like(w))
            elif w.ndim == 1:
                w.copy_(0.3 * torch.randn_like(w))
    mode = torch.onnx.TrainingMode.TRAINING if training else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(net.train(training), x, str(folder / f"{name}.onnx"), opset_version=opset, input_names=["x"],
                      dynamic_axes=None if fixed else {"x": {0: "N"}}, training=mode)


torch.manual_seed(1)
tokens, images, rows = torch.randint(0, TOKENS, (3, T)), torch.randn(3, 3, 16, 12), torch.randn(3, T, D)
export("mha", Tokens(Mha(batch_first=True)), tokens)
export("mha_13", Tokens(Mha(batch_first=True), nn.GELU(), Mha("float", batch_first=True)), tokens, 13, True)
export("mha_one", Tokens(Mha("float", batch_first=True)), tokens[:1], fixed=True)
export("mha_fixed", Tokens(Mha("bool", batch_first=True)), tokens, fixed=True)
export("mha_bool", Tokens(Mha("bool", batch_first=True)), tokens, 14)
export("mha_distance", Tokens(Mha("distance", batch_first=True)), tokens)
layer = {"d_model": D, "nhead": HEADS, "dim_feedforward": 48, "dropout": 0.0, "batch_first": True}
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(**layer), 2)
export("encoder", nn.Sequential(nn.Linear(D, D), encoder, nn.Linear(D, 5)), rows, 14, True)
export("encoder_first", nn.Sequential(nn.Linear(D, D), nn.TransformerEncoderLayer(norm_first=True, activation="gelu", **layer)),
       rows, training=True)
export("gpt", Tokens(Gpt(), Gpt(heads=1)), tokens, 13)
export("mha_alone", Tokens(nn.ReLU(), Mha("bool", heads=1, batch_first=True)), tokens, fixed=True)
export("gpt_rows", Tokens(Gpt(rows=True)), tokens)
export("gpt_looked_up", Tokens(Gpt(rows=True), looked_up=True), tokens)
export("gpt_13", Tokens(Gpt(rows=True), looked_up=True), tokens[:1], 13, True, fixed=True)
export("gpt_one", Tokens(Gpt(rows=True)), tokens[:1], 13, fixed=True)
export("rms", nn.Sequential(nn.Linear(D, D), Rms(), Rms(), nn.Linear(D, 3)), rows, 13)
export("vit", Vit(), images, 13)
export("vit_one", Vit(), images[:1], 17, fixed=True)
export("convnext", ConvNext(), images, 13)
export("convs", Convs(), images)
export("lstm", Lstm(), rows, 13)
export("lstm_every", Lstm(True), rows, 13, fixed=True)
