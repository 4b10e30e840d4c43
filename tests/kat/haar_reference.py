#!/usr/bin/env python3
"""Orthogonal weights against a second implementation, in plain Python from docs/stream.md, section 9.

    haar_reference.py ALVOR STREAM.md

Every bit must agree: the order of every sum is part of the definition. If this failed, the document
would no longer say what the library does, and weights would differ from one machine to another.
"""
import ast
import math
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stream_reference as reference  # noqa: E402


def squares(y):
    lanes = [0.0] * 16
    for j, value in enumerate(y):
        lanes[j % 16] += value * value
    for half in (8, 4, 2, 1):
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
    return lanes[0]


def vector(x, r):
    s = squares(x)
    a = math.sqrt(s)
    t = 1 / math.sqrt(2 * (s + abs(x[0]) * a))
    return [r((x[0] + math.copysign(a, x[0])) * t)] + [r(value * t) for value in x[1:]]


def chain(start, products, r):
    for a, b in products:
        start = r(start + r(a * b))
    return start


def triangle(v, b, r):
    n = len(v)
    gram = [[chain(0.0, zip(v[i][b:], v[k][b:]), r) for k in range(n)] for i in range(n)]
    lower = []
    for i in range(n):
        row = [float(i == k) for k in range(n)]
        for m in range(i):
            for k in range(m + 1):
                row[k] -= gram[i][m] * lower[m][k]
        half = 0.5 * squares(v[i][b + i:])
        lower.append([r(value / half) for value in row])
    return lower


def haar(rows, columns, normals, r):
    v = [[0.0] * i + vector(normals[i * columns + i:(i + 1) * columns], r) for i in range(rows)]
    q = [[0.0] * columns for _ in range(rows)]
    for b in reversed(range(0, rows, 64)):
        block = v[b:b + 64]
        lower = triangle(block, b, r)
        y = [[chain(0.0, ((l[k], -block[k][j]) for k in range(len(block))), r)
              for j in range(columns)] for l in lower]
        for i in range(b, min(b + 64, rows)):
            q[i][i] = 1.0 if v[i][i] < 0 else -1.0
        for i in range(b, rows):
            w = [chain(0.0, zip(q[i][b:], vn[b:]), r) for vn in block]
            for j in range(b, columns):
                q[i][j] = chain(q[i][j], ((w[n], y[n][j]) for n in range(len(block))), r)
    for row in q:
        scale = 1 / math.sqrt(squares(row))
        row[:] = [r(value * scale) for value in row]
    return q


def drawn(program, shape, dtype, gain):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "w.npy"
        subprocess.run([program, "init", "--scheme", f"orthogonal(gain={gain})", "--shape",
                        "%d,%d" % shape, "--dtype", dtype, "--seed", "7", "--name", "w", "-o", path],
                       check=True, stderr=subprocess.DEVNULL)
        data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    assert tuple(ast.literal_eval(data[10:10 + length].decode())["shape"]) == shape
    return data[10 + length:]


def compare(program, shape, dtype, gain):
    rows, columns = min(shape), max(shape)
    r = reference.f32 if dtype == "f32" else float
    stream = reference.Stream(7, "w")
    normals = [reference.normal(stream, dtype, e, 0.0, 1.0) for e in range(rows * columns)]
    q = haar(rows, columns, normals, r)
    if shape[0] > shape[1]:
        q = zip(*q)
    mine = [r(r(gain) * value) for row in q for value in row]
    packed = struct.pack("<%d%s" % (len(mine), "f" if dtype == "f32" else "d"), *mine)
    same = packed == drawn(program, shape, dtype, gain)
    print("%d x %d %s: %s" % (*shape, dtype, "the same bits" if same else "other bits"))
    return same


def main():
    program, document = sys.argv[1:3]
    reference.read_tables(document)
    cases = [((1, 1), "f32", 1), ((3, 3), "f32", -2), ((5, 40), "f64", 1.5), ((90, 70), "f32", 0.1),
             ((66, 81), "f64", 1)]
    return not all([compare(program, *case) for case in cases])


if __name__ == "__main__":
    sys.exit(main())
