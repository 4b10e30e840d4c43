"""Parameters that are DTensors: the ranks of a process group together hold what one process would,
whatever the cut, and PyTorch's own bits likewise."""

import os
import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch.distributed.tensor", reason="this PyTorch has no DTensor")
if not torch.distributed.is_available() or not torch.distributed.is_gloo_available():
    pytest.skip("this PyTorch has no gloo", allow_module_level=True)

WORKER = """
import sys, torch, alvor, torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Replicate, Shard, distribute_tensor

rank, file = int(sys.argv[1]), sys.argv[2]
dist.init_process_group("gloo", init_method="file://" + file, rank=rank, world_size=2)
mesh = init_device_mesh("cpu", (2,))


def net():
    return nn.Sequential(nn.Embedding(9, 6, padding_idx=7), nn.Linear(6, 5), nn.ReLU(),
                         nn.Linear(5, 1), nn.Linear(1, 4, bias=False))


def cut(module, placements):
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            there = placements[(len(name) + parameter.dim()) % len(placements)]
            if isinstance(there, Shard) and there.dim >= parameter.dim():
                there = Shard(0)
            part.register_parameter(name, nn.Parameter(
                distribute_tensor(parameter.detach(), mesh, [there])))
    return module


def check(whole, parts):
    for name, wanted in whole.state_dict().items():
        got = parts.state_dict()[name]
        assert got.shape == wanted.shape
        assert torch.equal(got.full_tensor(), wanted), (rank, name)


for placements in ([Shard(0)], [Shard(1)], [Replicate()], [Shard(0), Shard(1), Replicate()]):
    for scheme in ("auto", "orthogonal", "uniform(r=0.1)"):
        whole, parts = net(), cut(net(), placements)
        alvor.torch.init_(whole, scheme, seed=3)
        plan = alvor.torch.init_(parts, scheme, seed=3)
        assert all(row.scheme for row in plan)
        check(whole, parts)
    check(alvor.torch.exact(net(), 42), alvor.torch.exact(cut(net(), placements), 42))
print("rank", rank, "agrees")
dist.destroy_process_group()
"""


def test_two_ranks_hold_one_model(tmp_path):
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    ranks = [subprocess.Popen([sys.executable, str(script), str(rank), str(tmp_path / "meet")],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env=dict(os.environ, OMP_NUM_THREADS="1",
                                       GLOO_SOCKET_IFNAME="lo")) for rank in range(2)]
    try:
        outputs = [rank.communicate(timeout=180)[0] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()
    for number, (rank, output) in enumerate(zip(ranks, outputs)):
        assert rank.returncode == 0 and "rank %d agrees" % number in output, output
