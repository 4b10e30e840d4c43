#!/usr/bin/env python3
"""Writes tests/kat/optimizer_torch.h: what torch.optim makes of fixed gradients, in double.

    python3 tools/gen_optimizer_kat.py > tests/kat/optimizer_torch.h

Needs PyTorch; the table names the version that made it. Four parameters take five steps; the
gradients are given, not computed, so that nothing but the update rule is tested.
"""
import torch

START = [0.5, -1.25, 3.0, 0.0]
GRADIENTS = [
    [0.1, -0.2, 0.3, 0.4],
    [-0.05, 0.7, 1.5, -0.4],
    [0.0, 1e-4, -2.0, 0.25],
    [8.0, -0.3, 0.01, 1e-6],
    [-0.6, 0.2, 0.05, -3.0],
]
OPTIM = torch.optim
# Our kind and its fields (lr, momentum, beta2, epsilon, weight_decay; 0: the default), torch's call.
CASES = [
    ("ALV_SGD", (0.1, 0, 0, 0, 0), OPTIM.SGD, dict(lr=0.1)),
    ("ALV_SGD", (0.1, 0, 0, 0, 0.5), OPTIM.SGD, dict(lr=0.1, weight_decay=0.5)),
    ("ALV_MOMENTUM", (0.1, 0, 0, 0, 0), OPTIM.SGD, dict(lr=0.1, momentum=0.9)),
    ("ALV_MOMENTUM", (0.05, 0.5, 0, 0, 0.2), OPTIM.SGD,
     dict(lr=0.05, momentum=0.5, weight_decay=0.2)),
    ("ALV_NESTEROV", (0.1, 0, 0, 0, 0), OPTIM.SGD, dict(lr=0.1, momentum=0.9, nesterov=True)),
    ("ALV_NESTEROV", (0.02, 0.8, 0, 0, 0.1), OPTIM.SGD,
     dict(lr=0.02, momentum=0.8, nesterov=True, weight_decay=0.1)),
    ("ALV_ADAGRAD", (0.01, 0, 0, 0, 0), OPTIM.Adagrad, dict(lr=0.01)),
    ("ALV_ADAGRAD", (0.5, 0, 0, 1e-3, 0.1), OPTIM.Adagrad,
     dict(lr=0.5, eps=1e-3, weight_decay=0.1)),
    ("ALV_RMSPROP", (0.01, 0, 0, 0, 0), OPTIM.RMSprop, dict(lr=0.01)),
    ("ALV_RMSPROP", (0.1, 0, 0.5, 1e-2, 0.1), OPTIM.RMSprop,
     dict(lr=0.1, alpha=0.5, eps=1e-2, weight_decay=0.1)),
    ("ALV_ADAM", (0.001, 0, 0, 0, 0), OPTIM.Adam, dict(lr=0.001)),
    ("ALV_ADAM", (0.1, 0.5, 0.9, 1e-2, 0.3), OPTIM.Adam,
     dict(lr=0.1, betas=(0.5, 0.9), eps=1e-2, weight_decay=0.3)),
    ("ALV_ADAMW", (0.001, 0, 0, 0, 0), OPTIM.AdamW, dict(lr=0.001)),
    ("ALV_ADAMW", (0.1, 0.5, 0.9, 1e-2, 0.3), OPTIM.AdamW,
     dict(lr=0.1, betas=(0.5, 0.9), eps=1e-2, weight_decay=0.3)),
]


def run(make, options):
    """The parameters after each step."""
    p = torch.nn.Parameter(torch.tensor(START, dtype=torch.float64))
    optimizer = make([p], **options)
    after = []
    for gradient in GRADIENTS:
        p.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
        after.append(p.tolist())
    return after


def row(values):
    return "{" + ", ".join(repr(float(v)) for v in values) + "}"


def main():
    print("/* What torch.optim makes of fixed gradients, in double.")
    print(" * Made by tools/gen_optimizer_kat.py with PyTorch", torch.__version__ + ". */")
    print("/* clang-format off */")
    print(f"enum {{ KAT_STEPS = {len(GRADIENTS)}, KAT_PARAMS = {len(START)} }};")
    print("static const double kat_start[KAT_PARAMS] =", row(START) + ";")
    print("static const double kat_gradients[KAT_STEPS][KAT_PARAMS] = {")
    for gradient in GRADIENTS:
        print("    " + row(gradient) + ",")
    print("};")
    print("static const struct kat_case {")
    print("    const char *call;")
    print("    alv_optimizer optimizer;")
    print("    double after[KAT_STEPS][KAT_PARAMS];")
    print("} kat_cases[] = {")
    for kind, fields, make, options in CASES:
        lr, momentum, beta2, epsilon, decay = fields
        call = make.__name__ + "(" + ", ".join(f"{k}={v}" for k, v in options.items()) + ")"
        print(f'    {{"{call}",')
        print(f"     {{.kind = {kind}, .lr = {lr}, .momentum = {momentum}, .beta2 = {beta2},")
        print(f"      .epsilon = {epsilon}, .weight_decay = {decay}}},")
        print("     {" + ",\n      ".join(row(p) for p in run(make, options)) + "}},")
    print("};")
    print("/* clang-format on */")


if __name__ == "__main__":
    main()
