"""alvor.torch.exact against the PyTorch that is installed: every bit of every parameter, on seeds of
this run too; and what cannot be known is refused with nothing written."""

import random

import pytest

torch = pytest.importorskip("torch")

import alvor  # noqa: E402
from torch import nn  # noqa: E402

SEEDS = [0, 1, 42, 2**32 - 1, 2**40 + 7, -1, random.SystemRandom().randrange(2**63)]


class Net(nn.Module):
    def __init__(self, **more):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, **more),
                                  nn.BatchNorm2d(8, **more), nn.ReLU())
        self.blocks = nn.ModuleList([nn.Conv2d(8, 8, (3, 1), groups=2, bias=False, **more)
                                     for _ in range(3)])
        self.head = nn.ModuleDict({"a": nn.Linear(8, 5, **more), "b": nn.Linear(8, 1, **more)})


LAYER = dict(dim_feedforward=24, dropout=0.1)
MODULES = {
    "Linear": lambda: nn.Linear(784, 256),
    "few": lambda: nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1, bias=False)),
    "Net": Net,
    "Bilinear": lambda: nn.Bilinear(3, 4, 5),
    "Conv1d": lambda: nn.Conv1d(4, 6, 5, stride=2),
    "Conv3d": lambda: nn.Conv3d(2, 3, (1, 2, 3)),
    "ConvTranspose2d": lambda: nn.ConvTranspose2d(6, 4, 3, stride=2, groups=2, output_padding=1),
    "Embedding": lambda: nn.Embedding(30, 8, padding_idx=3),
    "EmbeddingBag": lambda: nn.EmbeddingBag(10, 5, mode="sum"),
    "norms": lambda: nn.Sequential(nn.LayerNorm((4, 5)), nn.GroupNorm(2, 4), nn.PReLU(3),
                                   nn.BatchNorm1d(7, affine=False), nn.Linear(4, 4)),
    "RNN": lambda: nn.RNN(5, 7, 2, nonlinearity="relu"),
    "LSTM": lambda: nn.LSTM(5, 8, 2, bidirectional=True, proj_size=3, batch_first=True),
    "GRU": lambda: nn.GRU(5, 7, bias=False),
    "LSTMCell": lambda: nn.Sequential(nn.LSTMCell(4, 6), nn.GRUCell(3, 2), nn.RNNCell(2, 2)),
    "attention": lambda: nn.MultiheadAttention(12, 3),
    "attention of others": lambda: nn.MultiheadAttention(12, 3, kdim=5, vdim=7, add_bias_kv=True),
    "attention, no bias": lambda: nn.MultiheadAttention(12, 3, bias=False),
    "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(12, 3, **LAYER),
    "TransformerDecoderLayer": lambda: nn.TransformerDecoderLayer(12, 3, **LAYER),
    "TransformerEncoder": lambda: nn.TransformerEncoder(
        nn.TransformerEncoderLayer(12, 3, **LAYER), 3, nn.LayerNorm(12),
        enable_nested_tensor=False),
    "TransformerDecoder": lambda: nn.TransformerDecoder(
        nn.TransformerDecoderLayer(12, 3, **LAYER), 2),
    "Transformer": lambda: nn.Transformer(12, 3, 2, 1, 16),
}


def bits(module):
    return {name: p.detach().contiguous().view(torch.uint8).clone()
            for name, p in module.state_dict().items() if p.dim()}


def assert_equal(ours, theirs):
    ours, theirs = bits(ours), bits(theirs)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert torch.equal(ours[name], theirs[name]), name


@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)
def test_equals_the_constructors(make):
    for seed in SEEDS:
        torch.manual_seed(5)
        ours = make()
        before = torch.get_rng_state()
        assert alvor.torch.exact(ours, seed) is ours
        assert torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(seed)
        assert_equal(ours, make())


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_element_types(dtype):
    ours = alvor.torch.exact(Net(dtype=dtype), 7)
    torch.manual_seed(7)
    assert_equal(ours, Net(dtype=dtype))


def test_other_memory_formats():
    ours = alvor.torch.exact(Net().to(memory_format=torch.channels_last), 7)
    assert not ours.stem[0].weight.is_contiguous() and ours.stem[0].weight.requires_grad
    torch.manual_seed(7)
    assert_equal(ours, Net())


def test_another_version():
    """f16 is drawn otherwise since 2.12; f32 is not."""
    ours = alvor.torch.exact(nn.Linear(40, 30, dtype=torch.float16), 1, stream="torch@2.7")
    newer = alvor.torch.exact(nn.Linear(40, 30, dtype=torch.float16), 1, stream="torch")
    assert not torch.equal(ours.weight, newer.weight)
    ours, newer = (alvor.torch.exact(nn.Linear(40, 30), 1, stream=name)
                   for name in ("torch@1.13", "torch"))
    assert_equal(ours, newer)


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.scale = nn.Linear(3, 3), nn.Parameter(torch.ones(3))


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(9, 4), nn.Linear(4, 9, bias=False)
        self.head.weight = self.table.weight


class Mine(nn.Linear):
    def reset_parameters(self):
        nn.init.normal_(self.weight)


def mixed():
    return nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3).double())


@pytest.mark.parametrize("make, words", [
    (Own, "scale: alvor does not know what Own draws"),
    (Tied, "table.weight and head.weight are one parameter"),
    (lambda: Mine(3, 4), "what Mine draws"),
    (mixed, "several types"),
    (lambda: nn.Embedding(30, 8, dtype=torch.float64), "not exact here"),
    (lambda: nn.InstanceNorm1d(3, affine=True), "what InstanceNorm1d draws"),
], ids=["own", "tied", "subclass", "mixed", "close", "unknown"])
def test_what_cannot_be_known_is_refused(make, words):
    module = make()
    before = bits(module)
    with pytest.raises(alvor.Error, match=words):
        alvor.torch.exact(module, 1)
    assert all(torch.equal(before[name], now) for name, now in bits(module).items())


def test_unknown_streams_are_refused():
    with pytest.raises(alvor.Error, match="no stream 'torch@99'"):
        alvor.torch.exact(nn.Linear(3, 3), 1, stream="torch@99")
    with pytest.raises(alvor.Error, match="numpy has none"):
        alvor.torch.exact(nn.Linear(3, 3), 1, stream="numpy")
