"""GRUs and plain recurrent layers by PyTorch's exporter, which doctor_recurrent.py reads.

usage: exported_recurrent.py FOLDER
"""
import pathlib
import sys

import torch
from torch import nn

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)


class Reader(nn.Module):
    """Of features, batch first: the last state to ten classes, or every state."""

    def __init__(self, layer, every):
        super().__init__()
        self.layer, self.every, self.head = layer, every, nn.Linear(layer.hidden_size, 10)

    def forward(self, x):
        states, last = self.layer(x)
        return self.head(states if self.every else states[:, -1])


torch.manual_seed(1)
for name, layer in (("gru", nn.GRU(12, 32, batch_first=True)), ("gru_two", nn.GRU(12, 32, 2, batch_first=True)),
                    ("rnn", nn.RNN(12, 32, batch_first=True)),
                    ("rnn_relu", nn.RNN(12, 32, nonlinearity="relu", batch_first=True)),
                    ("rnn_free", nn.RNN(12, 32, bias=False, batch_first=True))):
    for every in (False, True):
        x = torch.randn(256, 14, 12)
        torch.onnx.export(Reader(layer, every), x, folder / f"{name}{'_all' * every}.onnx", input_names=["x"], opset_version=13)
