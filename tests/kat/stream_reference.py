#!/usr/bin/env python3
"""A second implementation of the stream, written from docs/stream.md alone.

Slow and plain: f64 is Python's float, f32 is a float rounded through struct after every operation
(which is exact, since a double holds more than twice the bits of a float). The long tables are read
from the document itself, so that it cannot drift from the library.

    stream_reference.py DUMP_PROGRAM STREAM_MD

asks the C program for many tensors and compares every bit.
"""
import math
import struct
import subprocess
import sys
from fractions import Fraction

M32, M64 = 2**32 - 1, 2**64 - 1
hexf = float.fromhex


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def f32_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def f32_of_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def poly(coefficients, x, rounded=lambda v: v):
    p = coefficients[0]
    for c in coefficients[1:]:
        p = rounded(rounded(p * x) + c)
    return p


# ---- section 1: from seed and name to words

def name_hash(name, purpose=None):
    data = name.encode()
    if purpose is not None:
        data += b"\0" + purpose.encode()
    h = 0xCBF29CE484222325
    for byte in data:
        h = ((h ^ byte) * 0x100000001B3) & M64
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & M64
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & M64
    return h ^ (h >> 33)


def philox(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p, q = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (q >> 32) ^ c1 ^ k0, q & M32, (p >> 32) ^ c3 ^ k1, p & M32
        k0, k1 = (k0 + 0x9E3779B9) & M32, (k1 + 0xBB67AE85) & M32
    return c0, c1, c2, c3


class Stream:
    def __init__(self, seed, name, purpose=None):
        self.seed, self.hash, self.cache = seed, name_hash(name, purpose), {}

    def block(self, b):
        if b not in self.cache:
            self.cache[b] = philox((b & M32, b >> 32, self.hash & M32, self.hash >> 32),
                                   (self.seed & M32, self.seed >> 32))
        return self.cache[b]


# ---- section 2: which words an element uses

def word(stream, dtype, e):
    """The word of an element, of 32 or 64 bits."""
    half = 16 if dtype == "f32" else 8
    group, second, i = e // (2 * half), e // half % 2, e % half
    c = stream.block(8 * group + (i // 2 if dtype == "f32" else i))[2 * second:]
    if dtype == "f32":
        return c[1 - i % 2]
    return c[0] << 32 | c[1]


def pair_words(stream, dtype, e):
    """The two words of an element's pair, and whether it is the second of it."""
    half = 16 if dtype == "f32" else 8
    second = e // half % 2
    first = e - half * second
    return word(stream, dtype, first), word(stream, dtype, first + half), second


def signed(w, bits):
    return w - 2**bits if w >= 2**(bits - 1) else w


# ---- section 4: uniform

def bounds(dtype, lo, hi):
    if dtype == "f64":
        return lo, hi
    a, b = f32(lo), f32(hi)
    if a < lo:
        a = f32_above(a)
    if b > hi:
        b = -f32_above(-b)
    if a > b:
        a = b = f32(lo / 2 + hi / 2)
    return a, b


def f32_above(x):
    if x == 0:
        return f32_of_bits(1)
    bits = f32_bits(x)
    return f32_of_bits(bits + 1 if x > 0 else bits - 1)


def held(x, lo, hi):
    return lo if x < lo else hi if x > hi else x


def uniform(stream, dtype, e, lo, hi):
    mid, half = lo / 2 + hi / 2, hi / 2 - lo / 2
    low, high = bounds(dtype, lo, hi)
    w = word(stream, dtype, e)
    if dtype == "f32":
        v = (signed(w, 32) >> 7 | 1) * 2.0**-24
        return held(f32(f32(mid) + f32(f32(half) * v)), low, high)
    v = (signed(w, 64) >> 10 | 1) * 2.0**-53
    return held(mid + half * v, low, high)


# ---- section 5: normal

def rotate(quadrant, s, c):
    return ((s, c), (c, -s), (-s, -c), (-c, s))[quadrant % 4]


LOG32 = [hexf(t) for t in """0x1.955046p-3 -0x1.4a43fcp-2 0x1.61db90p-2 -0x1.97d34cp-2
         0x1.ff5cfcp-2 -0x1.5558acp-1 0x1.00007ep+0 -0x1.fffffep+0""".split()]
SIN32 = [hexf(t) for t in """0x1.3e1420p-13 -0x1.32531ep-8 0x1.4668f0p-4 -0x1.4abbc4p-1
         0x1.921fb6p+0""".split()]
COS32 = [hexf(t) for t in "-0x1.bbb54cp-11 0x1.46ae7ep-6 -0x1.de9b44p-3 0x1.fffffap-1".split()]


def log32(x, e):
    o = (f32_bits(x) % 2**31 - (0x3F3504F3 + e * 2**23)) & M32
    n = f32(signed(o, 32) >> 23)
    f = f32(f32_of_bits(o % 2**23 + 0x3F3504F3) - 1)
    return f32(f32(n * hexf("-0x1.62e430p+0")) + f32(f * poly(LOG32, f, f32)))


def normal32(a, b):
    radius = f32(math.sqrt(log32(f32(signed(a | 1, 32)), 31)))
    y = f32(signed(b | 1, 32)) * 2.0**-31
    z = f32(y * y)
    s = f32(poly(SIN32, z, f32) * y)
    c = f32(poly(COS32, z, f32) * f32(1 - z))
    return radius, -c if a >> 31 else c, s


def hexes(text):
    return [hexf(t) for t in text.split()]


LOG64 = hexes("""0x1.2b5f68a50d903p-3 0x1.39fdcceb4bb45p-3 0x1.7462b91b8df65p-3 0x1.c71c62d5e53e0p-3
              0x1.2492492dfd86cp-2 0x1.9999999995273p-2 0x1.5555555555558p-1""")
SIN64 = hexes("""0x1.9d462020fcc78p-38 -0x1.6f7acdb8f6580p-31 0x1.e8f3675ee37ddp-25
              -0x1.e3074dfaf87afp-19 0x1.5078348551854p-13 -0x1.32d2cce627c86p-8
              0x1.466bc6775aa7dp-4 -0x1.4abbce625be52p-1 0x1.921fb54442d18p+0""")
COS64 = hexes("""-0x1.1559283f92706p-34 0x1.b22d8964f0ca9p-28 -0x1.f3092161e793ap-22
              0x1.9f05c98c160dap-16 -0x1.d4fcd82e20aecp-11 0x1.472be1224054bp-6
              -0x1.de9e64df22eabp-3 0x1p0""")


def log64(x, e):
    o = struct.unpack("<Q", struct.pack("<d", x))[0] + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    n = float((o >> 52) - 1023 - e)
    f = struct.unpack("<d", struct.pack("<Q", o % 2**52 + 0x3FE6A09E667F3BCD))[0] - 1
    s = f / (2 + f)
    z = s * s
    r = poly(LOG64, z) * z
    return n * hexf("0x1.62e42feep-1") - ((s * (f - r) - n * hexf("0x1.a39ef35793c76p-33")) - f)


def normal64(a, b):
    radius = math.sqrt(-2 * log64(abs(float(signed(a, 64) >> 10 | 1)), 53))
    y = float(signed(b, 64) >> 10 | 1) * 2.0**-53
    z = y * y
    s = poly(SIN64, z) * y
    c = poly(COS64, z) * (1 - z)
    return radius, -c if a >> 63 else c, s


def normal(stream, dtype, e, mean, std):
    first, second, which = pair_words(stream, dtype, e)
    if dtype == "f32":
        radius, *pair = normal32(first, second)
        return f32(f32(mean) + f32(f32(f32(std) * radius) * pair[which]))
    radius, *pair = normal64(first, second)
    return mean + (std * radius) * pair[which]


# ---- section 6: truncated normal

TABLES = {}


def table(text, name, convert):
    """The numbers that follow the table's name, in rows of numerator / denominator."""
    rows = [[]]
    for token in text.split("\n    %s " % name)[1].split():
        if token == "/":
            rows.append([])
            continue
        try:
            rows[-1].append(convert(token))
        except ValueError:
            break
    return rows


def read_tables(path):
    text = open(path, encoding="utf-8").read()
    for name in ("R0", "R1", "R2"):
        TABLES[name] = [row[::-1] for row in table(text, name, float)]
        assert [len(row) for row in TABLES[name]] == [8, 8], name
    for name, count in (("E", 13), ("H", 23)):
        TABLES[name] = table(text, name, hexf)[0]
        assert len(TABLES[name]) == count, name


def ratio(name, x):
    return poly(TABLES[name][0], x) / poly(TABLES[name][1], x)


def quantile(p):
    d = p - 0.5
    if d >= -0.425:
        return d * ratio("R0", 0.180625 - d * d)
    r = math.sqrt(-log64(p, 0))
    return -ratio("R1", r - 1.6) if r <= 5 else -ratio("R2", r - 5)


def exact_product(a, b):
    high = a * b
    return high, float(Fraction(a) * Fraction(b) - Fraction(high))


EXP64 = [1.0 / math.factorial(n) for n in range(14, 1, -1)]


def exp_sum(a, b):
    if a < -746:
        return 0.0
    n = round(a * hexf("0x1.71547652b82fep0"))
    r = ((a - n * hexf("0x1.62e42feep-1")) - n * hexf("0x1.a39ef35793c76p-33")) + b
    e = 1 + (r + (r * r) * poly(EXP64, r))
    return math.ldexp(e, n)


def erfc(y, d):
    if y > 27.3:
        return 0.0
    square, rest = exact_product(y, y)
    t = (y - 4) / (y + 4)
    return exp_sum(-square, -(rest + (2 * y) * d)) * (poly(TABLES["H"], t) / (1 + 2 * y))


def phi(x):
    K, K2 = hexf("0x1.6a09e667f3bcdp-1"), hexf("-0x1.bdd3413b26456p-55")
    if abs(x) < 0.7:
        y = x * K
        return 0.5 + 0.5 * (y * poly(TABLES["E"], y * y))
    if abs(x) > 40:
        return 1.0 if x > 0 else 0.0
    y, rest = exact_product(abs(x), K)
    tail = 0.5 * erfc(y, rest + abs(x) * K2)
    return 1 - tail if x > 0 else tail


CENTRAL = hexes("""-0x1.57f692p-36 0x1.7a0676p-35 0x1.66ce4cp-28 -0x1.fa094ap-25 -0x1.c07116p-22
                0x1.3667b8p-16 -0x1.810c76p-13 -0x1.d2c424p-10 0x1.61d3fap-3 0x1.1ae528p+1""")


def central(w, mean, std, a, b):
    low, high = phi(a) - phi(-a), phi(b) - phi(-b)
    mid, step = f32((low + high) / 2), f32((high - low) / 2) * 2.0**-24
    v = f32(mid + f32(step * (signed(w, 32) >> 7 | 1)))
    t = f32(log32(f32(f32(1 - v) * f32(1 + v)), 0) - 5.5)
    return f32(f32(mean) + f32(f32(std) * f32(v * poly(CENTRAL, t, f32))))


def truncated(stream, dtype, e, mean, std, lo, hi):
    a, b = (lo - mean) / std, (hi - mean) / std
    reach = 6.8 if dtype == "f32" else 8.7
    if a <= -reach and b >= reach:
        return held(normal(stream, dtype, e, mean, std), *bounds(dtype, lo, hi))
    if dtype == "f32" and a >= -3.1 and b <= 3.1 and b - a >= 0.0625:
        return held(central(word(stream, dtype, e), mean, std, a, b), *bounds(dtype, lo, hi))
    w = word(stream, dtype, e)
    if dtype == "f32":
        p = (float(w) + 0.5) * 2.0**-32
        q = 1 - p
    else:
        p = float(w >> 11 | 1) * 2.0**-53
        q = 1 - p
    below = phi(a) * q + phi(b) * p
    above = phi(-a) * q + phi(-b) * p
    value = mean + std * (quantile(below) if below <= above else -quantile(above))
    return held(f32(value) if dtype == "f32" else value, *bounds(dtype, lo, hi))


# ---- section 7: types of 16 and 8 bits

NARROW = {  # bytes, stored bits of mantissa, bias of the exponent, largest value
    "f16": (2, 10, 15, 65504.0), "bf16": (2, 7, 127, hexf("0x1.fep127")),
    "f8_e4m3fn": (1, 3, 7, 448.0), "f8_e5m2": (1, 2, 15, 57344.0),
}


def place(dtype, x):
    """The unit in the last place of the type at x."""
    _, mantissa, bias, _ = NARROW[dtype]
    exponent = math.frexp(x)[1] - 1 if x else 1 - bias
    return math.ldexp(1.0, max(exponent, 1 - bias) - mantissa)


def to_narrow(dtype, x, rounding=round):
    unit_here = place(dtype, x)
    value = rounding(Fraction(x) / Fraction(unit_here)) * unit_here  # Python rounds ties to even
    return math.copysign(value, x)


def narrow_bits(dtype, x):
    size, mantissa, bias, largest = NARROW[dtype]
    assert abs(x) <= largest
    step = place(dtype, x)
    count = int(abs(x) / step)  # with the hidden bit, if the number is normal
    exponent = math.frexp(step)[1] - 1 + mantissa + bias - 1
    sign = 1 if math.copysign(1, x) < 0 else 0
    return (sign << (8 * size - 1)) + (exponent << mantissa) + count


def narrow(stream, kind, dtype, e, mean, std, lo, hi):
    y = to_narrow(dtype, element(stream, kind, "f32", e, mean, std, lo, hi))
    if kind in ("uniform", "truncated") and lo < hi:
        y = held(y, to_narrow(dtype, lo, math.ceil), to_narrow(dtype, hi, math.floor))
    return y


# ---- comparison with the library

def element(stream, kind, dtype, e, mean, std, lo, hi):
    if dtype in NARROW:
        return narrow(stream, kind, dtype, e, mean, std, lo, hi)
    if kind == "uniform" and lo == hi:
        kind, mean = "constant", lo
    if kind in ("normal", "truncated") and std == 0:
        kind = "constant"
    if kind == "constant":
        return f32(mean) if dtype == "f32" else mean
    if kind == "uniform":
        return uniform(stream, dtype, e, lo, hi)
    if kind == "normal":
        return normal(stream, dtype, e, mean, std)
    return truncated(stream, dtype, e, mean, std, lo, hi)


def as_hex(dtype, x):
    if dtype in NARROW:
        return "%0*x" % (2 * NARROW[dtype][0], narrow_bits(dtype, x))
    return struct.pack(">f" if dtype == "f32" else ">d", x).hex()


def compare(program, kind, dtype, seed, name, lo, hi, params, purpose=None):
    command = [program, kind, dtype, str(seed), name, purpose or "-", str(lo), str(hi)]
    command += [float(p).hex() for p in params]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert len(lines) == hi - lo, (command, len(lines))
    stream, wrong = Stream(seed, name, purpose), 0
    for i, line in enumerate(lines):
        mine = as_hex(dtype, element(stream, kind, dtype, lo + i, *params))
        if mine != line:
            wrong += 1
            if wrong < 4:
                print("%s: element %d is %s in C, %s here" % (command[1:], lo + i, line, mine))
    return wrong


def main():
    program, document = sys.argv[1:3]
    read_tables(document)
    zeros = philox((0, 0, 0, 0), (0, 0))
    assert zeros == (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)
    params = {  # mean, std, lo, hi
        "constant": [(0.1, 0, 0, 0), (-3e-39, 0, 0, 0)],
        "uniform": [(0, 0, -0.1, 0.1), (0, 0, 1 / 3, 2 / 3), (0, 0, 5, 5), (0, 0, -1e-44, 3e-44)],
        "normal": [(0, 1, 0, 0), (0.5, 0.02, 0, 0), (1, 0, 0, 0), (-1e5, 1e-3, 0, 0)],
        "truncated": [(0, 1, -2, 2), (0.1, 0.7, -1, 9), (0, 1, 6, 8), (0, 1, -30, -20),
                      (0, 1, 36, 40), (0, 1, -5, 4), (0.1, 0.2, -0.2, 0.5), (0, 1, 0.3, 0.30000004), (0, 0.02, -2, 2), (3, 0, 2, 4)],
    }
    places = [(0, "weight", 0, 700), (42, "fc1.weight", 5, 300), (2**64 - 1, "camada.ção", 4096, 4200),
              (0x0123456789ABCDEF, "", 2**38 - 50, 2**38 + 90)]
    compared = wrong = 0
    for kind, rows in params.items():
        for row in rows:
            for dtype in ("f32", "f64"):
                for seed, name, lo, hi in places:
                    for purpose in (None, "zeros") if name == "fc1.weight" else (None,):
                        wrong += compare(program, kind, dtype, seed, name, lo, hi, row, purpose)
                        compared += hi - lo
    for kind, row in (("constant", (0.1, 0, 0, 0)), ("uniform", (0, 0, -0.1, 0.1)),
                      ("uniform", (0, 0, 0, 1)), ("uniform", (0, 0, -1e-3, 1e-3)),
                      ("normal", (0, 1, 0, 0)), ("normal", (0.5, 0.02, 0, 0)),
                      ("normal", (0, 1e-6, 0, 0)), ("truncated", (0, 1, -2.1, 1.7))):
        for dtype in NARROW:
            wrong += compare(program, kind, dtype, 42, "fc1.weight", 5, 1500, row)
            compared += 1495
    print("%d elements compared, %d differ" % (compared, wrong))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
