"""Sparse and Nguyen-Widrow weights, embedding tables and chrono's gates against a second
implementation, from docs/stream.md, section 8.

    structured_reference.py ALVOR STREAM_MD

Draws tensors with the command and again here, in plain Python, and compares every bit.
"""
import math
import os
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.dont_write_bytecode = True
import stream_reference as stream

M32 = 2**32 - 1


def drawn(program, scheme, shape, seed, name, *options, dtype="f64"):
    """The tensor of the command, flat: a .npy file is its header and then the elements."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "w.npy")
        subprocess.run([program, "init", "--scheme", scheme, "--shape", ",".join(map(str, shape)),
                        "--seed", str(seed), "--name", name, "--dtype", dtype, "-o", path, *options],
                       check=True, capture_output=True)
        with open(path, "rb") as file:
            data = file.read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    return struct.unpack("<%d%s" % (math.prod(shape), "d" if dtype == "f64" else "f"), data[start:])


def f(key, v, m):
    h = (v * 0x9E3779B9 & M32) ^ key
    h = (h ^ h >> 16) * 0x85EBCA6B & M32
    h = (h ^ h >> 13) * 0xC2B2AE35 & M32
    h ^= h >> 16
    return h * m >> 32


def permuted(i, n, keys):
    width = math.isqrt(n - 1) + 1
    height = -(-n // width)
    while True:
        y, x = divmod(i, width)
        for j in range(0, 12, 2):
            x = (x + f(keys[j], y, width)) % width
            y = (y + f(keys[j + 1], x, height)) % height
        i = y * width + x
        if i < n:
            return i


def place(rows, columns, layout, row, column):
    return row * columns + column if layout == "torch" else column * rows + row


def sparse(rows, columns, layout, seed, name, k, per_input, std):
    values = stream.Stream(seed, name)
    positions = stream.Stream(seed, name, "positions")
    out = [0.0] * (rows * columns)
    for row in range(rows):
        for column in range(columns):
            line, i, n = (column, row, rows) if per_input else (row, column, columns)
            keys = [positions.block(w // 4)[w % 4] for w in range(12 * line, 12 * line + 12)]
            if permuted(i, n, keys) < k:
                e = place(rows, columns, layout, row, column)
                out[e] = stream.normal(values, "f64", e, 0.0, 1.0) * std
    return out


# Pairs of numbers, with exact errors by rational arithmetic.
def pair_sum(a, b):
    return a + b, float(Fraction(a) + Fraction(b) - Fraction(a + b))


def pair_fast(a, b):
    return a + b, b - ((a + b) - a)


def pair_mul(a, b):
    p, low = stream.exact_product(a[0], b[0])
    return pair_fast(p, low + (a[0] * b[1] + a[1] * b[0]))


def pair_add(a, b):
    s, low = pair_sum(a[0], b[0])
    return pair_fast(s, low + (a[1] + b[1]))


def split(x):
    m, k = math.frexp(x)
    return (2 * m, k - 1) if m < float.fromhex("0x1.6a09e667f3bcdp-1") else (m, k)


def power(x, y):
    m, k = split(x)
    f = m - 1
    d = pair_sum(2.0, f)
    q = f / d[0]
    e = stream.exact_product(q, d[0])
    s = pair_fast(q, (((f - e[0]) - e[1]) - q * d[1]) / d[0])
    z = pair_mul(s, s)
    w = z[0] * stream.poly([2 / odd for odd in range(23, 6, -2)], z[0])
    third = 2 / 3, float.fromhex("0x1.5555555555555p-55")
    fifth = 2 / 5, float.fromhex("-0x1.999999999999ap-56")
    p = pair_mul(z, pair_add(third, pair_mul(z, pair_add(fifth, (w, 0.0)))))
    m = pair_mul(s, pair_add((2.0, 0.0), p))
    n = stream.exact_product(float(k), float.fromhex("0x1.a39ef35793c76p-33"))
    n = n[0], n[1] + k * float.fromhex("0x1.cc01f97b57a08p-87")
    log = pair_add((k * float.fromhex("0x1.62e42feep-1"), 0.0), pair_add(n, m))
    return stream.exp_sum(*pair_mul(log, (y, 0.0)))


def nguyen_widrow(rows, columns, layout, seed, name):
    values = stream.Stream(seed, name)
    out = [0.0] * (rows * columns)
    beta = 0.7 * power(float(rows), 1 / columns)
    for row in range(rows):
        places = [place(rows, columns, layout, row, c) for c in range(columns)]
        u = [stream.uniform(values, "f64", e, -1.0, 1.0) for e in places]
        squares = 0.0
        for x in u:
            squares += x * x
        for e, x in zip(places, u):
            out[e] = beta / math.sqrt(squares) * x
    return out


def embedding(rows, width, seed, name, dtype, std, padding):
    values = stream.Stream(seed, name)
    std = std if std > 0 else 1 / math.sqrt(width)
    return [0.0 if e // width == padding else stream.normal(values, dtype, e, 0.0, std)
            for e in range(rows * width)]


def log(x):
    m, k = split(x)
    f = m - 1
    s = f / (2 + f)
    z = s * s
    r = z * stream.poly([2 / odd for odd in range(23, 2, -2)], z)
    if k == 0:
        return f - s * (f - r)
    high, low = float.fromhex("0x1.62e42feep-1"), float.fromhex("0x1.a39ef35793c76p-33")
    return k * high - ((s * (f - r) - k * low) - f)


# Gates of an order: how many, which keeps, which lets in.
ORDERS = {"ifgo": (4, 1, 0), "igfo": (4, 2, 0), "iofc": (4, 2, 0), "rzn": (3, 1, None),
          "zrh": (3, 0, None)}


def chrono(units, seed, name, dtype, tmax, order):
    values = stream.Stream(seed, name)
    gates, keeps, lets_in = ORDERS[order]
    to_type = float if dtype == "f64" else stream.f32
    keep = [to_type(log(stream.uniform(values, dtype, k, 1.0, tmax - 1.0))) for k in range(units)]
    out = [0.0] * (gates * units)
    out[keeps * units:(keeps + 1) * units] = keep
    if lets_in is not None:
        out[lets_in * units:(lets_in + 1) * units] = [-x for x in keep]
    return out


def differ(what, theirs, mine):
    wrong = [i for i, (a, b) in enumerate(zip(theirs, mine))
             if struct.pack("<d", a) != struct.pack("<d", b)]
    if wrong:
        i = wrong[0]
        print("%s: element %d is %r in C, %r here" % (what, i, theirs[i], mine[i]))
    return len(wrong)


def tables_and_gates(program):
    """How many elements differ, and how many there are."""
    wrong = compared = 0
    for dtype in ("f32", "f64"):
        for rows, width, std, padding in ((40, 24, 0.0, -1), (40, 24, 0.0, 0), (7, 33, 0.3, 6)):
            scheme = "embedding_normal(std=%g, padding=%d)" % (std, padding)
            theirs = drawn(program, scheme, (rows, width), 3, "wte.weight", dtype=dtype)
            wrong += differ((scheme, dtype), theirs,
                            embedding(rows, width, 3, "wte.weight", dtype, std, padding))
            compared += rows * width
        for order in ORDERS:
            for units, tmax in ((1, 3), (150, 3), (50, 400)):
                scheme = "chrono(tmax=%d, order=%s)" % (tmax, order)
                theirs = drawn(program, scheme, (ORDERS[order][0] * units,), 42, "lstm.bias",
                               dtype=dtype)
                wrong += differ((scheme, dtype), theirs,
                                chrono(units, 42, "lstm.bias", dtype, tmax, order))
                compared += len(theirs)
    return wrong, compared


def main():
    program, document = sys.argv[1:3]
    stream.read_tables(document)
    wrong = compared = 0
    for layout in ("torch", "keras"):
        for rows, columns in ((40, 130), (31, 7), (3, 1)):
            shape = (rows, columns) if layout == "torch" else (columns, rows)
            for scheme, k, per_input, std in (("sparse(std=0.3)", 15, False, 0.3),
                                              ("sparse(k=2, per=input)", 2, True, 1.0),
                                              ("sparse(k=4, std=1, scaled=yes)", min(4, columns), False,
                                               math.sqrt(1 / min(4, columns)))):
                theirs = drawn(program, scheme, shape, 2**52 + 5, "camada.ção", "--layout", layout)
                mine = sparse(rows, columns, layout, 2**52 + 5, "camada.ção", k, per_input, std)
                wrong += differ((scheme, layout, rows, columns), theirs, mine)
                compared += rows * columns
        for rows, columns in ((21, 2), (400, 1), (37, 3), (5, 19), (1023, 4), (2, 784)):
            shape = (rows, columns) if layout == "torch" else (columns, rows)
            theirs = drawn(program, "nguyen_widrow", shape, 42, "fc1.weight", "--layout", layout)
            wrong += differ(("nguyen_widrow", layout, rows, columns), theirs,
                            nguyen_widrow(rows, columns, layout, 42, "fc1.weight"))
            compared += rows * columns
    more = tables_and_gates(program)
    wrong, compared = wrong + more[0], compared + more[1]
    print("%d elements compared, %d differ" % (compared, wrong))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
