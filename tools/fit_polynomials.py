#!/usr/bin/env python3
"""Makes the numerical tables of src/math and src/act, and checks that the sources still hold them.

    pip install mpmath==1.4.1
    tools/fit_polynomials.py          print every table, with its largest error
    tools/fit_polynomials.py check    fail if a number of a table is missing from its source

A polynomial is the interpolant at Chebyshev nodes, which is within a small factor of the best
uniform approximation, computed with 50 digits, written in powers of x and rounded to the type.
Not part of the build or the tests: the tables are committed.
"""
import re
import struct
import sys
from pathlib import Path

from mpmath import (atanh, cos, erf, erfc, erfinv, exp, findroot, floor, legendre, log, mp, mpf, nstr, pi,
                    polyval, sech, sin, sqrt, tanh, atan)

mp.dps = 50
SOURCES = Path(__file__).resolve().parent.parent / "src"


def f32(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def chebyshev_to_powers(c):
    """Coefficients of sum c[k] T_k(u) in powers of u, lowest first."""
    t0, t1 = [mpf(1)], [mpf(0), mpf(1)]
    p = [mpf(0)] * len(c)
    for k, ck in enumerate(c):
        for i, v in enumerate(t0):
            p[i] += ck * v
        t2 = [mpf(0)] + [2 * v for v in t1]
        for i, v in enumerate(t0):
            t2[i] -= v
        t0, t1 = t1, t2
    return p


def fit(f, a, b, degree):
    """The interpolant of f on [a, b], coefficients highest first."""
    n, mid, half = degree + 1, (a + b) / 2, (b - a) / 2
    angles = [pi * (2 * i + 1) / (2 * n) for i in range(n)]
    values = [f(mid + half * cos(t)) for t in angles]
    c = [2 / mpf(n) * sum(v * cos(k * t) for v, t in zip(values, angles)) for k in range(n)]
    c[0] /= 2
    result = [mpf(0)]
    for coefficient in reversed(chebyshev_to_powers(c)):  # substitute u = (x - mid) / half
        q = [mpf(0)] * (len(result) + 1)
        for i, v in enumerate(result):
            q[i + 1] += v / half
            q[i] -= v * mid / half
        q[0] += coefficient
        result = q
    return result[:n][::-1]


def near_zero(f, limit, small=mpf(10) ** -20):
    return lambda x: limit if abs(x) < small else f(x)


def scaled_erfc(c):
    def h(t):
        x = c * (1 + t) / (1 - t)
        return exp(x * x) * erfc(x) * (1 + 2 * x)
    return h


def of_root(f):
    """f(sqrt z) as a function of z."""
    return lambda z: f(sqrt(z))


Q = pi / 4
HALF_LN2 = log(mpf(2)) / 2 * mpf("1.01")
ROOT = sqrt(mpf(2))

# name: (source, type, function, lo, hi, degree, coefficients at the end that are set by hand)
POLYNOMIALS = {
    "erf": ("math/erf.c", float, near_zero(of_root(lambda x: erf(x) / x), 2 / sqrt(pi)),
            mpf(0), mpf(1), 12, 0),
    "erfc": ("math/erf.c", float, scaled_erfc(mpf(4)), mpf("0.5"), mpf(28), 22, 0),
    "atan": ("math/trig.c", float, near_zero(of_root(lambda x: atan(x) / x), mpf(1)),
             mpf(0), (ROOT - 1) ** 2 * mpf("1.001"), 11, 1),
    "exp, float": ("math/mathf.h", f32,
                   near_zero(lambda r: (exp(r) - 1 - r) / r**2, mpf("0.5")),
                   -HALF_LN2, HALF_LN2, 4, 1),
    "log, float": ("math/mathf.h", f32,
                   near_zero(lambda f: (log(1 + f) - f + f * f / 2) / f**3, mpf(1) / 3, mpf(10)**-10),
                   1 / ROOT - 1, ROOT - 1, 8, 0),
    "sin, float": ("math/mathf.h", f32,
                   near_zero(of_root(lambda y: (sin(Q * y) / y - Q) / y**2), -Q**3 / 6),
                   mpf(0), mpf(1), 2, 0),
    "cos, float": ("math/mathf.h", f32,
                   near_zero(of_root(lambda y: (cos(Q * y) - 1) / y**2), -Q * Q / 2),
                   mpf(0), mpf(1), 3, 0),
    "log1p, float": ("math/mathf.h", f32,
                     near_zero(lambda u: (log(1 + u) / u - 1) / u, mpf(-1) / 2),
                     mpf(0), mpf(1), 9, 1),
    "erf, float": ("math/mathf.h", f32, near_zero(of_root(lambda x: erf(x) / x), 2 / sqrt(pi)),
                   mpf(0), mpf(1), 6, 1),
    "erfc, float": ("math/mathf.h", f32, scaled_erfc(mpf(2)), mpf("0.5"), mpf(10), 9, 0),
}




def artanh_series(z):
    """(log((1 + s) / (1 - s)) / s - 2) / s^2 with s^2 = z."""
    if z < mpf("1e-8"):
        return sum(2 * z**k / (2 * k + 3) for k in range(5))
    s = sqrt(z)
    return (log((1 + s) / (1 - s)) / s - 2) / z


def central_quantile(t):
    """x / v with v = erf(x / sqrt 2), in t = -2 log(1 - v^2) - 5.5."""
    if t + mpf("5.5") < mpf("1e-9"):
        return sqrt(pi / 2)
    v = sqrt(1 - exp(-(t + mpf("5.5")) / 2))
    return ROOT * erfinv(v) / v


CUT = erf(mpf("3.1") / ROOT) ** 2  # v^2 at 3.1 deviations
HALF_SIN = near_zero(of_root(lambda y: sin(2 * Q * y) / y), 2 * Q)


def half_cos(z):
    return cos(2 * Q * sqrt(z)) / (1 - z) if abs(1 - z) > mpf("1e-25") else Q


# The fills' own, of docs/stream.md.
POLYNOMIALS.update({
    "fill: log, float": ("dist/polynomials.h", f32,
                         near_zero(lambda f: -2 * log(1 + f) / f, mpf(-2), mpf("1e-15")),
                         1 / ROOT - 1, ROOT - 1, 7, 0),
    "fill: sin, float": ("dist/polynomials.h", f32, HALF_SIN, mpf(0), mpf(1), 4, 0),
    "fill: cos, float": ("dist/polynomials.h", f32, half_cos, mpf(0), mpf(1), 3, 0),
    "fill: central quantile, float": ("dist/polynomials.h", f32, central_quantile, mpf("-5.5"),
                                      -2 * log(1 - CUT) - mpf("5.5"), 9, 0),
    "fill: log, double": ("dist/polynomials.h", float, artanh_series, mpf(0),
                          ((ROOT - 1) / (ROOT + 1)) ** 2 * mpf("1.001"), 6, 0),
    "fill: sin, double": ("dist/polynomials.h", float, HALF_SIN, mpf(0), mpf(1), 8, 0),
    "fill: cos, double": ("dist/polynomials.h", float, half_cos, mpf(0), mpf(1), 7, 1),
})


def in_t(x, c):
    return (x - c) / (x + c)


# The erfc tables are fitted in t = (x - c) / (x + c).
for name, c, top in (("erfc", 4, 28), ("erfc, float", 2, 10)):
    row = list(POLYNOMIALS[name])
    row[3], row[4] = in_t(mpf("0.5"), mpf(c)), in_t(mpf(top), mpf(c))
    POLYNOMIALS[name] = tuple(row)


def polynomial_table(name):
    source, kind, f, lo, hi, degree, by_hand = POLYNOMIALS[name]
    exact = fit(f, lo, hi, degree)
    rounded = [mpf(kind(v)) for v in exact]
    points = [lo + (hi - lo) * mpf(i) / 200 for i in range(201)]
    error = max(abs(polyval(rounded, x) / f(x) - 1) for x in points)
    numbers = [float(v) for v in rounded[:len(rounded) - by_hand]]
    return source, numbers, "relative error %s" % nstr(error, 2)


def legendre_table():
    n, rows = 16, []
    for i in range(n // 2):
        x = cos(pi * (i + mpf(3) / 4) / (n + mpf(1) / 2))
        for _ in range(12):  # Newton; P' = n (P[n-1] - x P[n]) / (1 - x^2)
            slope = n * (legendre(n - 1, x) - x * legendre(n, x)) / (1 - x * x)
            x -= legendre(n, x) / slope
        rows += [x, 2 / ((1 - x * x) * slope**2)]
    return "math/quadrature.c", [float(v) for v in rows], "roots and weights of P16"


def two_by_pi_table():
    mp.dps = 500
    bits = int(floor(2 / pi * mpf(2) ** (32 * 39)))
    mp.dps = 50
    return "math/trig.c", [bits >> 32 * (38 - i) & 0xFFFFFFFF for i in range(39)], "2 / pi"


def flat_table():
    """Where |f'| falls to the share of its maximum that tanh' has at tanh = 0.97."""
    share = 1 - mpf("0.97") ** 2

    def cdf(x):
        return erfc(-x / sqrt(mpf(2))) / 2

    def sigmoid(x):
        return 1 / (1 + exp(-x))

    def softplus(x):
        return log(1 + exp(x))

    slopes = {
        "gelu": (lambda x: cdf(x) + x * exp(-x * x / 2) / sqrt(2 * pi), mpf("-2.2"), mpf("1.41")),
        "silu": (lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))), mpf("-3.6"), mpf("2.4")),
        "mish": (lambda x: tanh(softplus(x)) + x * sech(softplus(x)) ** 2 * sigmoid(x),
                 mpf("-3.7"), mpf("1.5")),
    }
    bounds = [atanh(mpf("0.97")), log(mpf("0.97") / mpf("0.03")), 1 / sqrt(share) - 1,
              -log(share), -log(share / (1 - share))]
    for slope, guess, near_top in slopes.values():
        top = max(slope(near_top + mpf(i) / 1000) for i in range(-1000, 1001))
        bounds.append(-findroot(lambda x: abs(slope(x)) - share * top, guess))
    return "act/table.c", [float(b) for b in bounds], "bounds of saturation"


def tables():
    for name in POLYNOMIALS:
        yield name, polynomial_table(name)
    yield "legendre", legendre_table()
    yield "two_by_pi", two_by_pi_table()
    yield "flat", flat_table()


def numbers_in(path):
    text = (SOURCES / path).read_text(encoding="utf-8")
    found = re.findall(r"0x[0-9a-f]+(?:\.[0-9a-f]+)?(?:p[-+]?\d+)?|\d+\.\d+(?:e[-+]?\d+)?", text)
    return [abs(float.fromhex(t)) if "x" in t else float(t) for t in found]


def main():
    missing = 0
    for name, (source, numbers, note) in tables():
        print("%s: src/%s, %s" % (name, source, note))
        present = numbers_in(source)
        for x in numbers:
            known = any(abs(abs(x) - y) <= 2e-10 * y * (name == "flat") for y in present)
            missing += not known
            shown = "0x%08x" % x if name == "two_by_pi" else x.hex()
            print("    %-28s %.17g%s" % (shown, x, "" if known else "   NOT IN THE SOURCE"))
    if sys.argv[1:] == ["check"]:
        print("%d numbers are not in the sources" % missing)
        return missing > 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
