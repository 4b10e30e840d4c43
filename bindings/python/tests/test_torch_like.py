"""`alvor init --like` of a PyTorch checkpoint: what it writes loads into the module that it came from,
with the weights that alvor draws by these names, and everything else as it was."""

import subprocess

import pytest

torch = pytest.importorskip("torch")
safetensors = pytest.importorskip("safetensors.torch")

import alvor  # noqa: E402
from torch import nn  # noqa: E402


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2)
        self.fc1 = nn.Linear(16, 24)
        self.norm = nn.LayerNorm(24)
        self.fc2 = nn.Linear(24, 5)

    def forward(self, x):
        x = torch.relu(self.conv2(torch.relu(self.bn1(self.conv1(x))))).mean((2, 3))
        return self.fc2(self.norm(torch.relu(self.fc1(x))))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("scheme", ["auto", "he_normal", "orthogonal"])
def test_the_file_loads_into_its_module(command, tmp_path, dtype, scheme):
    old, new = tmp_path / "old.safetensors", tmp_path / "new.safetensors"
    net, back = Net().to(dtype), Net().to(dtype)
    net(torch.randn(4, 3, 9, 9, dtype=dtype))  # moves the statistics of the batch norm
    safetensors.save_file(net.state_dict(), str(old))
    subprocess.run([command, "init", "--like", str(old), "-o", str(new), "--seed", "5",
                    "--scheme", scheme], check=True, capture_output=True)

    back.load_state_dict(safetensors.load_file(str(new)), strict=True)
    before, after = net.state_dict(), back.state_dict()
    for name, tensor in after.items():
        assert tensor.dtype == before[name].dtype and tensor.shape == before[name].shape
        if "running" in name or "tracked" in name:
            assert torch.equal(tensor, before[name]) and (tensor != 0).any(), name
        elif name.endswith("bias"):
            assert (tensor == 0).all(), name
        elif "bn" in name or "norm" in name:
            assert (tensor == 1).all(), name
        else:
            assert not torch.equal(tensor, before[name]), name
    if scheme != "auto":
        for name in ("conv1.weight", "conv2.weight", "fc1.weight", "fc2.weight"):
            wanted = torch.empty_like(before[name])
            alvor.fill(scheme, out=wanted, seed=5, name=name,
                       layer_kind="conv" if "conv" in name else "dense")
            assert torch.equal(after[name], wanted), name
    assert torch.isfinite(back(torch.randn(2, 3, 9, 9, dtype=dtype))).all()
