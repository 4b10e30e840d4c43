"""The frameworks behind one interface: seed, then draws that return arrays.

What a framework has no draw for it leaves out. Used by tools/gen_compat_golden.py, which writes
golden hashes, and by fresh.py, which compares new seeds. 16-bit values come as their bits."""
import os

import keyed
import numpy as np

SIZES = [*range(1, 41), 100, 1000, 4097, 10**6 + 3]
SEEDS = [0, 1, 42, 2**32 - 1, 2**40 + 7]


class Torch:
    """PyTorch on this processor; ATEN_CPU_CAPABILITY in the environment chooses the path."""

    def __init__(self):
        import torch
        self.torch = torch
        self.version = f"torch {torch.__version__}, "
        self.path = os.environ.get("ATEN_CPU_CAPABILITY", "avx2")
        major, minor = (int(part) for part in torch.__version__.split(".")[:2])
        version = "@1.13" if major == 1 else "" if minor >= 13 else "@2.12" if minor == 12 else "@2.7"
        self.profile = ("torch-scalar" if self.path == "default" else "torch") + version
        self.dtypes = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16,
                       "bf16": torch.bfloat16}
        self.truncates = version in ("", "@2.12")
        self.schemes = SCHEMES

    def seed(self, seed):
        self.torch.manual_seed(seed)

    def bits(self, x):
        if x.element_size() == 2:
            return x.view(self.torch.int16).numpy().view(np.uint16)
        return x.numpy()

    def empty(self, n, dtype):
        return self.torch.empty(n, dtype=self.dtypes[dtype])

    def uniform(self, n, dtype, lo, hi):
        return self.bits(self.empty(n, dtype).uniform_(lo, hi))

    def normal(self, n, dtype, mean, std):
        return self.bits(self.empty(n, dtype).normal_(mean, std))

    def truncated(self, n, dtype, mean, std, lo, hi):
        if not self.truncates or dtype not in ("f32", "f64"):
            return None
        return self.bits(self.torch.nn.init.trunc_normal_(self.empty(n, dtype), mean, std, lo, hi))

    def integers(self, n, lo, hi):
        return self.torch.randint(lo, hi, (n,)).numpy()

    def permutation(self, n):
        return self.torch.randperm(n).numpy()

    def module(self, text, dtype):
        """The parameters of a constructor's text: a list is a Sequential."""
        nn, torch = self.torch.nn, self.torch
        names = dict(vars(nn))
        state = torch.random.get_rng_state()
        many = len(eval(f"({text},)", names)) > 1
        torch.random.set_rng_state(state)
        torch.set_default_dtype(self.dtypes[dtype])
        module = eval(f"Sequential({text})" if many else text, names)
        torch.set_default_dtype(torch.float32)
        return {name: self.bits(p.detach().contiguous()).ravel()
                for name, p in module.named_parameters()}

    def scheme(self, text, shape, dtype):
        """torch.nn.init by alvor's text: "kaiming_uniform(a=0.2, mode=fan_out)"."""
        name, _, rest = text.rstrip(")").partition("(")
        args = dict(pair.split("=") for pair in rest.replace(" ", "").split(",") if pair)
        for key, value in args.items():
            args[key] = value if value[0].isalpha() else float(value)
        if "groups" in args:
            args["groups"] = int(args["groups"])
        tensor = self.torch.empty(shape, dtype=self.dtypes[dtype])
        return self.bits(getattr(self.torch.nn.init, name + "_")(tensor, **args)).ravel()

    def epoch(self, n):
        data = self.torch.utils.data
        loader = data.DataLoader(data.TensorDataset(self.torch.arange(n)), batch_size=7, shuffle=True)
        return self.torch.cat([batch[0] for batch in loader]).numpy()


class NumPy:
    """Generator(bits(seed)), and with legacy RandomState(seed), whose f32 is its f64 rounded."""

    def __init__(self, profile="numpy", make=np.random.default_rng):
        self.profile, self.make = profile, make
        self.version = ""
        self.legacy = profile == "numpy-legacy"

    def seed(self, seed):
        self.rng = self.make(seed % 2**32 if self.legacy else seed)

    def uniform(self, n, dtype, lo, hi):
        if dtype == "f64" or self.legacy and dtype == "f32":
            return self.rng.uniform(lo, hi, n).astype(f"f{int(dtype[1:]) // 8}")
        return self.rng.random(n, dtype="f4") * (hi - lo) + lo if dtype == "f32" else None

    def normal(self, n, dtype, mean, std):
        if self.legacy:
            return self.rng.normal(mean, std, n).astype("f4") if dtype == "f32" else None
        if dtype == "f64":
            return self.rng.normal(mean, std, n)
        return self.rng.standard_normal(n, dtype="f4") * std + mean if dtype == "f32" else None

    def truncated(self, n, dtype, mean, std, lo, hi):
        return None

    def integers(self, n, lo, hi):
        draw = self.rng.randint if self.legacy else self.rng.integers
        return np.asarray(draw(lo, hi, n, dtype=np.int64))

    def permutation(self, n):
        return self.rng.permutation(n)


def dxsm():
    return NumPy("numpy-dxsm", lambda seed: np.random.Generator(np.random.PCG64DXSM(seed)))


FRAMEWORKS = {"torch": Torch, "numpy": NumPy, "numpy-dxsm": dxsm,
              "numpy-legacy": lambda: NumPy("numpy-legacy", np.random.RandomState),
              **keyed.sources()}


def call(source, draw, n, dtype):
    """The draws of the golden file; n chooses among their parameters."""
    odd = n % 2 == 1
    if draw == "uniform":
        return source.uniform(n, dtype, *((0, 1) if odd else (-0.3, 1.7)))
    if draw == "normal":
        return source.normal(n, dtype, *((0, 1) if odd else (0.3, 0.02)))
    if draw == "truncated":
        return source.truncated(n, dtype, 0.1, 0.7, -0.5, 1)
    if draw == "truncated2":
        return source.truncated(n, dtype, 0.1, 0.7, 0.1 - 2 * 0.7, 0.1 + 2 * 0.7)
    if draw == "integers32":
        return source.integers(n, *((-3, 1000) if odd else (-(2**31), 2**31 - 1)))
    if draw == "integers":
        return source.integers(n, *((-3, 1000) if odd else (-(2**40), 2**41)))
    if draw == "permutation":
        return source.permutation(n)
    return source.epoch(n)


MODULES = """
Linear(784, 256), ReLU(), Linear(256, 10)
Linear(3, 4)
Linear(30, 40, bias=False)
Bilinear(3, 4, 5)
Conv1d(3, 8, 5)
Conv2d(3, 16, 3, padding=1)
Conv2d(4, 16, (3, 5), groups=2, bias=False)
Conv3d(2, 3, 2)
ConvTranspose1d(4, 6, 3)
ConvTranspose2d(4, 6, 3, groups=2)
ConvTranspose3d(2, 3, (1, 2, 3))
Embedding(100, 16, padding_idx=3)
EmbeddingBag(10, 3)
RNN(5, 7, 2, bidirectional=True)
LSTM(5, 7, 2)
LSTM(5, 7, num_layers=2, bidirectional=True, proj_size=3, bias=False)
GRU(5, 7, 2)
RNNCell(3, 4)
LSTMCell(3, 4)
GRUCell(30, 40, False)
MultiheadAttention(16, 4)
MultiheadAttention(16, 4, kdim=8, vdim=6)
MultiheadAttention(16, 4, bias=False, add_bias_kv=True)
TransformerEncoderLayer(16, 4)
TransformerDecoderLayer(16, 2, 32)
TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 3, norm=LayerNorm(8))
TransformerDecoder(TransformerDecoderLayer(8, 2, 16), 2)
Transformer(16, 2, 2, 1, 32)
Conv2d(1, 8, 3), BatchNorm2d(8), ReLU(), Sequential(Conv2d(8, 8, 3), GroupNorm(2, 8), PReLU())
LayerNorm(10, elementwise_affine=False), Linear(2, 2)
""".strip().splitlines()

SCHEMES = [((30, 20), text) for text in """
uniform(a=-0.1, b=0.3)
normal(mean=0.3, std=0.02)
xavier_uniform
xavier_normal(gain=1.5)
kaiming_uniform(a=2.2360679774997896)
kaiming_uniform(mode=fan_out, nonlinearity=relu)
kaiming_normal(nonlinearity=tanh)
kaiming_normal(a=0.2)
kaiming_normal(nonlinearity=selu)
sparse(sparsity=0.33)
eye
constant(val=0.3)
zeros
ones
""".strip().splitlines()] + [((16, 8, 3, 5), "xavier_normal"), ((16, 8, 3), "kaiming_uniform"),
                             ((16, 8, 3, 5), "dirac(groups=2)"), ((4, 3), "xavier_normal")]


def digest(arrays):
    """The sum over all elements, counted from 0, of mix(bits + index g), modulo 2^64."""
    total, at = 0, 0
    for x in arrays:
        bits = x.view(f"u{x.itemsize}").astype(np.uint64)
        index = np.arange(at, at + len(x), dtype=np.uint64)
        z = bits + index * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        total = (total + int((z ^ (z >> np.uint64(31))).sum(dtype=np.uint64))) % 2**64
        at += len(x)
    return total
