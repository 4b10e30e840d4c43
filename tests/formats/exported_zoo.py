"""The networks of torchvision as its own code draws them: what the doctor says of them, and how far it is from what it measures.

usage: exported_zoo.py ALVOR FOLDER [NAME...]

Needs PyTorch and torchvision (Debian's python3-torchvision will do) and takes minutes; not part of ./check. They are
healthy: asserted is that nothing is critical. Prints of each the drifts, predicted and measured, and of its layers the
mean and the deviation of log(measured / predicted).
"""
import json
import math
import pathlib
import statistics
import subprocess
import sys
import warnings

import torch
import torchvision

ALL = ["resnet18", "resnet50", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny", "vit_b_16", "densenet121",
       "squeezenet1_1", "shufflenet_v2_x1_0", "regnet_y_400mf", "mnasnet1_0", "inception_v3"]
SIDES = {"vit_b_16": 224, "inception_v3": 299}


def export(name, path):
    """As it is trained, without what is drawn anew in each step."""
    torch.manual_seed(0)
    net = getattr(torchvision.models, name)(weights=None).train()
    for m in net.modules():
        if isinstance(m, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
            m.p = 0.0
    side = SIDES.get(name, 96)
    torch.onnx.export(net, torch.randn(2, 3, side, side), path, training=torch.onnx.TrainingMode.TRAINING, opset_version=14,
                      do_constant_folding=False, dynamic_axes={"x": {0: "n"}}, input_names=["x"])


def logs(layers, what):
    pairs = [(l["measured"][what], l[what]["mid"]) for l in layers]
    found = [math.log(seen / told) for seen, told in pairs if seen and told]
    return statistics.mean(found), statistics.pstdev(found)


def main():
    alvor, folder, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3:] or ALL
    warnings.filterwarnings("ignore")
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'':20}{'layers':>7}{'batch':>6}  {'signal x':>9}{'measured':>9}  {'gradient x':>10}{'measured':>9}"
          f"  {'signals off':>13}  {'gradients off':>13}")
    for name in names:
        path = folder / f"{name}.onnx"
        export(name, path)
        done = subprocess.run([alvor, "doctor", str(path), "--json"], capture_output=True, text=True)
        path.unlink()
        assert done.returncode == 0, (name, done.returncode, done.stderr, done.stdout[:2000])
        told = json.loads(done.stdout)
        m, layers = told["measured"], told["layers"]
        assert m["ran"], (name, m)
        signal, gradient = logs(layers, "signal"), logs(layers, "gradient")
        print(f"{name:20}{len(layers):7}{m['samples']:6}  {told['forward_drift']:9.2g}{m['forward_drift']:9.2g}"
              f"  {told['backward_drift']:10.2g}{m['backward_drift']:9.2g}  {signal[0]:+6.2f} ±{signal[1]:5.2f}"
              f"  {gradient[0]:+6.2f} ±{gradient[1]:5.2f}", flush=True)


if __name__ == "__main__":
    main()
