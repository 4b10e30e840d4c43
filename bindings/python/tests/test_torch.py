"""PyTorch modules: each parameter by its name, kinds and activations read off the module, and a
diagnosis that the lab's rules make of hooks' measurements."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import alvor  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402


def scheme_of(plan, name):
    return next(row.scheme for row in plan if row.name == name)


def gain_of(plan, name):
    return float(scheme_of(plan, name).partition("gain=")[2].rstrip(")"))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
def test_fills_equal_the_arrays(dtype):
    net = nn.Linear(40, 30).to(dtype)
    alvor.torch.init_(net, "xavier_uniform", seed=7)
    wanted = alvor.xavier_uniform((30, 40), seed=7, name="weight", dtype=str(dtype))
    assert (net.weight.detach().to(torch.float64).numpy() == wanted.astype("f8")).all()
    assert (net.bias == 0).all() and net.weight.requires_grad


def test_another_layer_changes_no_other():
    class Net(nn.Module):
        def __init__(self, more):
            super().__init__()
            self.first, self.last = nn.Linear(8, 16), nn.Linear(16, 4)
            self.extra = nn.Linear(16, 16) if more else nn.Identity()

        def forward(self, x):
            return self.last(self.extra(torch.relu(self.first(x))))

    small, large = Net(False), Net(True)
    alvor.torch.init_(small, seed=3)
    alvor.torch.init_(large, seed=3)
    assert (small.first.weight == large.first.weight).all()
    assert (small.last.weight == large.last.weight).all()
    alvor.torch.init_(large, seed=4)
    assert not (small.first.weight == large.first.weight).any()


def test_ranks_hold_parts_of_one_model():
    whole, left, right = nn.Linear(12, 10), nn.Linear(12, 5), nn.Linear(12, 5)
    for scheme in ("he_normal", "orthogonal"):
        alvor.torch.init_(whole, scheme, seed=2)
        for rank, part in enumerate((left, right)):
            rows = slice(5 * rank, 5 * rank + 5)
            alvor.torch.init_(part, scheme, seed=2,
                              shard=lambda name, p: ((10, *p.shape[1:]), (rows,)))
        assert (torch.cat([left.weight, right.weight]) == whole.weight).all()


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.bn1, self.bn2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(x + self.bn2(self.conv2(y)), inplace=True)


class Residual(nn.Module):
    def __init__(self, blocks=4):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, stride=2)
        self.blocks = nn.Sequential(*[Block(8) for _ in range(blocks)])
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        y = self.blocks(F.leaky_relu(self.stem(x), 0.2))
        return self.head(y.mean((2, 3)).view(x.size(0), -1))


def test_activations_and_branches_are_read_off_the_graph():
    net = Residual()
    plan = alvor.torch.init_(net)
    assert gain_of(plan, "stem.weight") == pytest.approx(alvor.gain("leaky_relu(0.2)").forward)
    assert gain_of(plan, "blocks.0.conv1.weight") == pytest.approx(2**0.5)
    assert gain_of(plan, "blocks.3.conv2.weight") == pytest.approx(2**0.5 / 4**0.5)
    assert gain_of(plan, "head.weight") == 1
    assert scheme_of(plan, "blocks.0.bn1.weight") == "ones"
    assert (net.blocks[0].bn1.weight == 1).all() and (net.stem.bias == 0).all()
    w = net.blocks[1].conv1.weight.detach().numpy()
    assert (w == alvor.he_normal((8, 8, 3, 3), gain=gain_of(plan, "blocks.1.conv1.weight"),
                                 layer_kind="conv", name="blocks.1.conv1.weight")).all()


def test_what_cannot_be_traced_is_taken_apart():
    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8))
            self.scale = nn.Parameter(torch.full((8,), 3.0))

        def forward(self, x):
            return self.body(x) * self.scale if x.sum() > 0 else self.body(-x)

    net = Odd()
    plan = alvor.torch.init_(net)
    assert gain_of(plan, "body.0.weight") == pytest.approx(alvor.gain("tanh").forward)
    assert scheme_of(plan, "scale") is None and (net.scale == 3).all()
    assert "left as it was" in repr(plan)
    assert alvor.torch.diagnose(net, torch.randn(16, 4)).layers == ["body.0", "body.2"]


def test_every_kind_of_layer_is_known():
    net = nn.ModuleDict(dict(
        table=nn.Embedding(20, 8, padding_idx=3), lstm=nn.LSTM(8, 6, bidirectional=True),
        gru=nn.GRU(8, 6), rnn=nn.RNN(8, 6), attention=nn.MultiheadAttention(8, 2),
        block=nn.TransformerEncoderLayer(8, 2, 16, activation="gelu"),
        up=nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), depth=nn.Conv1d(6, 6, 5, groups=6)))
    plan = alvor.torch.init_(net)
    assert [row.name for row in plan if row.scheme is None] == []
    assert gain_of(plan, "block.linear1.weight") == pytest.approx(alvor.gain("gelu").forward)
    assert gain_of(plan, "block.linear2.weight") == pytest.approx(0.5**0.5)
    assert (net["table"].weight[3] == 0).all() and (net["table"].weight[4] != 0).all()
    for name in ("lstm", "gru", "rnn"):
        for parameter in net[name].parameters():
            assert parameter.abs().max() <= 6**-0.5
    for parameter in net.parameters():
        assert torch.isfinite(parameter).all()


def test_tied_parameters_are_drawn_once():
    net = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    net[1].weight = net[0].weight
    plan = alvor.torch.init_(net)
    assert [row.name for row in plan] == ["0.weight", "0.bias", "1.bias"]


def deep(depth, width=64, inplace=True):
    layers = [nn.Linear(20, width), nn.ReLU(inplace)]
    for _ in range(depth - 2):
        layers += [nn.Linear(width, width), nn.ReLU(inplace)]
    return nn.Sequential(*layers, nn.Linear(width, 4))


@pytest.fixture
def batch():
    x = torch.from_numpy(alvor.normal((128, 20), std=1, name="x"))
    return x, torch.arange(128) % 4


def test_diagnoses_are_the_lab_s(batch):
    net = deep(16)
    alvor.torch.init_(net, seed=1)
    fine = alvor.torch.diagnose(net, batch, F.cross_entropy)
    assert fine.verdict == "healthy" and fine.trains
    alvor.torch.init_(net, "torch_default", seed=1)
    fades = alvor.torch.diagnose(net, batch, F.cross_entropy)
    assert fades.verdict == "vanishing" and not fades.trains
    alvor.torch.init_(net, "normal(std=0.6)", seed=1)
    assert alvor.torch.diagnose(net, batch).verdict == "exploding"
    alvor.torch.init_(net, "constant(0.1)", seed=1)
    assert alvor.torch.diagnose(net, batch).verdict == "symmetric"


def test_functions_in_place_change_no_measurement(batch):
    documents = []
    for inplace in (False, True):
        net = deep(6, inplace=inplace)
        alvor.torch.init_(net, seed=1)
        documents.append(alvor.torch.diagnose(net, batch).document)
    assert documents[0] == documents[1]


def test_measurements_are_those_of_definition(batch):
    net = nn.Sequential(nn.Linear(20, 30), nn.Tanh(), nn.Linear(30, 4))
    alvor.torch.init_(net, "normal(std=0.5)")
    d = alvor.torch.diagnose(net, batch, F.cross_entropy)
    z = net[0](batch[0])
    z.retain_grad()
    F.cross_entropy(net[2](torch.tanh(z)), batch[1]).backward()
    first = d.document["layers"][0]
    std = z.detach().double().var(0, unbiased=False).mean().sqrt().item()
    assert first["z_std"] == pytest.approx(std, rel=1e-5)
    assert first["delta_rms"] == pytest.approx(z.grad.double().pow(2).mean().sqrt().item(), rel=1e-5)
    flat = (z.abs() >= np.arctanh(0.97)).double().mean().item()
    assert first["saturated"] == pytest.approx(flat, abs=0.01)


def test_a_diagnosis_leaves_the_module_alone(batch):
    net = Residual()
    net.eval()
    alvor.torch.init_(net, seed=5)
    before = [p.clone() for p in net.parameters()]
    x = torch.from_numpy(alvor.normal((6, 3, 16, 16), std=1, name="x"))
    d = alvor.torch.diagnose(net, x)
    assert len(d.layers) == 10 and d.layers[0] == "stem"
    assert all((a == b).all() for a, b in zip(before, net.parameters()))
    assert all(p.grad is None for p in net.parameters()) and not net.training


def test_diagnoses_are_shown_in_both_languages(batch):
    net = deep(16)
    alvor.torch.init_(net, "torch_default")
    en = alvor.torch.diagnose(net, batch)
    pt = alvor.torch.diagnose(net, batch, lang="pt")
    assert "vanishing" in str(en) and "desaparecimento" in str(pt)
    assert "<table>" in en._repr_html_() and "torch.nn.init" in str(en)


def test_dlpack_shares_memory():
    w = alvor.normal((3, 4))
    t = torch.from_dlpack(w)
    t[0, 0] = 5
    assert w[0, 0] == 5
    t = torch.empty(3, 4, dtype=torch.bfloat16)
    alvor.normal(out=t, seed=1)
    assert (t == torch.from_numpy(alvor.normal((3, 4), seed=1)).to(torch.bfloat16)).all()
    bits = alvor.normal((3, 4), dtype="bfloat16", seed=1)
    shared = torch.from_dlpack(alvor.dlpack(bits))
    assert shared.dtype == torch.bfloat16 and (shared == t).all()
    raw = alvor.dlpack(bits.view("uint16"), "bfloat16")
    assert (torch.from_dlpack(raw) == t).all()
    with pytest.raises(ValueError, match="C-contiguous"):
        alvor.normal(out=torch.empty(4, 3).t())


def test_unknown_schemes_and_modules_say_so():
    with pytest.raises(alvor.Error, match="did you mean 'he_normal'"):
        alvor.torch.init_(nn.Linear(2, 2), "he_norml")
    with pytest.raises(ValueError, match="no layer that alvor knows"):
        alvor.torch.diagnose(nn.ReLU(), torch.randn(3, 3))
