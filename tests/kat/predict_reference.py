"""What `alvor predict` prints against a second, slow implementation of the mean-field maps.

    python3 predict_reference.py ALVOR

Every activation, written again from its published formula with its own derivative and kinks, under
two initializations: q, chi, the gradient and the flat share of every layer, the Jacobian's spread and
the fixed point, to 1e-5 of their size. Integrals over a Gaussian are Gauss-Legendre sums between
kinks, in plain Python.
"""

import json
import math
import subprocess
import sys

TOLERANCE = 1e-5


def legendre(n):
    """Nodes and weights on [-1, 1] by Newton's method on the recurrence."""
    rule = []
    for i in range(n):
        x = math.cos(math.pi * (i + 0.75) / (n + 0.5))
        for _ in range(100):
            a, b = 1.0, x
            for k in range(2, n + 1):
                a, b = b, ((2 * k - 1) * x * b - (k - 1) * a) / k
            slope = n * (x * b - a) / (x * x - 1)
            step = b / slope
            x -= step
            if abs(step) < 1e-15:
                break
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


RULE = legendre(32)
REACH = 11.0  # deviations; beyond them a Gaussian holds 4e-28


def expect(g, scale, kinks):
    """E g(scale z) over z ~ N(0, 1), split at the kinks of g and at every deviation."""
    cuts = {-REACH, REACH} | {float(i) for i in range(-10, 11)}
    cuts |= {k / scale for k in kinks if abs(k / scale) < REACH}
    cuts = sorted(cuts)
    total = 0.0
    for lo, hi in zip(cuts, cuts[1:]):
        middle, half = (lo + hi) / 2, (hi - lo) / 2
        for x, w in RULE:
            z = middle + half * x
            total += half * w * g(scale * z) * math.exp(-z * z / 2)
    return total / math.sqrt(2 * math.pi)


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return max(x, 0) + math.log1p(math.exp(-abs(x)))


def normal(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def phi(x):
    return math.erfc(-x / math.sqrt(2)) / 2


def sech2(x):
    return 1 - math.tanh(x) ** 2


SELU = (1.0507009873554804934193349852946, 1.6732632423543772848170429916717)
C = math.sqrt(2 / math.pi)


def gelu_tanh(x):
    return x * (1 + math.tanh(C * (x + 0.044715 * x ** 3))) / 2


def gelu_tanh_slope(x):
    u, du = C * (x + 0.044715 * x ** 3), C * (1 + 3 * 0.044715 * x * x)
    return (1 + math.tanh(u)) / 2 + x * sech2(u) * du / 2


def leaky(slope):
    return (lambda x: x if x > 0 else slope * x), (lambda x: 1.0 if x > 0 else slope), [0]


def exponential(scale, alpha, stretch=1.0):
    return (lambda x: scale * x if x > 0 else scale * alpha * math.expm1(x / stretch),
            lambda x: scale if x > 0 else scale * alpha / stretch * math.exp(x / stretch), [0])


# name: f, f', kinks of either
ACTIVATIONS = {
    "identity": (lambda x: x, lambda x: 1.0, []),
    "relu": leaky(0.0),
    "relu6": (lambda x: min(max(0, x), 6), lambda x: float(0 < x < 6), [0, 6]),
    "relu2": (lambda x: max(0, x) ** 2, lambda x: 2 * max(0, x), [0]),
    "leaky_relu": leaky(0.01),
    "prelu": leaky(0.25),
    "tanh": (math.tanh, sech2, []),
    "lecun_tanh": (lambda x: 1.7159 * math.tanh(2 * x / 3),
                   lambda x: 1.7159 * 2 / 3 * sech2(2 * x / 3), []),
    "hardtanh": (lambda x: min(max(-1, x), 1), lambda x: float(-1 < x < 1), [-1, 1]),
    "erf": (math.erf, lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x), []),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), []),
    "hardsigmoid": (lambda x: min(max(x + 3, 0), 6) / 6, lambda x: float(-3 < x < 3) / 6, [-3, 3]),
    "logsigmoid": (lambda x: -softplus(-x), lambda x: sigmoid(-x), []),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, [0]),
    "softplus": (softplus, sigmoid, []),
    "elu": exponential(1.0, 1.0),
    "celu": exponential(1.0, 1.0),
    "selu": exponential(*SELU),
    "gelu": (lambda x: x * phi(x), lambda x: phi(x) + x * normal(x), []),
    "gelu_tanh": (gelu_tanh, gelu_tanh_slope, []),
    "quick_gelu": (lambda x: x * sigmoid(1.702 * x),
                   lambda x: sigmoid(1.702 * x) * (1 + 1.702 * x * sigmoid(-1.702 * x)), []),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), []),
    "mish": (lambda x: x * math.tanh(softplus(x)),
             lambda x: math.tanh(softplus(x)) + x * sech2(softplus(x)) * sigmoid(x), []),
    "hardswish": (lambda x: x * min(max(x + 3, 0), 6) / 6,
                  lambda x: 0.0 if x < -3 else 1.0 if x > 3 else (2 * x + 3) / 6, [-3, 3]),
    "sin": (math.sin, math.cos, []),
}

DEPTH = 8
SETTINGS = [["--init", "he_normal"], ["--init", "normal(std=0.1)", "--bias", "normal(std=0.3)"]]

worst = (0.0, "")
checked = 0


def check(where, got, wanted):
    global worst, checked
    if wanted is None or got is None:
        raise SystemExit(f"{where}: {got}, wanted {wanted}")
    off = abs(got - wanted) / max(abs(wanted), 1e-300)
    worst = max(worst, (off, where))
    checked += 1
    if not off <= TOLERANCE:
        raise SystemExit(f"{where}: {got!r}, the reference says {wanted!r} (off by {off:.2g})")


def maps(name, q, variance, bias):
    """V(q), chi(q) and E f'^4 / (E f'^2)^2."""
    f, slope, kinks = ACTIVATIONS[name]
    scale = math.sqrt(q)
    square = expect(lambda x: f(x) ** 2, scale, kinks)
    two = expect(lambda x: slope(x) ** 2, scale, kinks)
    four = expect(lambda x: slope(x) ** 4, scale, kinks)
    return variance * square + bias, variance * two, four / two ** 2


def check_net(alvor, name, setting):
    out = subprocess.run([alvor, "predict", "--act", name, "--depth", str(DEPTH), "--width", "128",
                          "--json", *setting], check=True, capture_output=True, text=True).stdout
    said = json.loads(out)
    variance, bias = said["weight_variance"], said["bias_variance"]
    q, chis, spread = variance * said["inputs"] + bias, [], 0.0
    where = f"{name} {' '.join(setting)}"
    for i, layer in enumerate(said["layers"]):
        if not 1e-50 < q < 1e50:  # relu2 squares it at every layer; the maps end at 1e60
            return
        check(f"{where}, layer {i + 1}: q", layer["q"], q)
        q, chi, kurtosis = maps(name, q, variance, bias)
        check(f"{where}, layer {i + 1}: chi", layer["chi"], chi)
        chis.append(chi)
        spread += kurtosis if i + 1 < DEPTH else 0
    gradient = 1.0
    for i in range(DEPTH - 1, -1, -1):
        if i < DEPTH - 1:
            gradient *= chis[i]
        check(f"{where}, layer {i + 1}: gradient", said["layers"][i]["gradient"], gradient)
    check(f"{where}: spread of the Jacobian", said["jacobian_spread"], spread)
    limit = said["limit"]
    if limit and limit["q"] and 1e-6 < limit["q"] < 1e6:
        there = maps(name, limit["q"], variance, bias)
        check(f"{where}: the fixed point stays", there[0], limit["q"])
        check(f"{where}: chi at the fixed point", limit["chi"], there[1])


def main():
    alvor = sys.argv[1]
    listed = json.loads(subprocess.run([alvor, "list", "--activations", "--json"], check=True,
                                       capture_output=True, text=True).stdout)
    names = [one["name"] for one in listed["activations"]]
    missing = set(names) ^ set(ACTIVATIONS)
    if missing:
        raise SystemExit(f"not in both tables: {', '.join(sorted(missing))}")
    for name in names:
        for setting in SETTINGS:
            check_net(alvor, name, setting)
    print(f"{checked} figures; the farthest, {worst[1]}, is off by {worst[0]:.2g}")


if __name__ == "__main__":
    main()
