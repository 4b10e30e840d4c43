#!/usr/bin/env python3
"""Orthogonal weights and their kin against a second implementation, in plain Python from
docs/stream.md, section 9.

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


def drawn(program, scheme, shape, dtype, *options):
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "w.npy"
        subprocess.run([program, "init", "--scheme", scheme, "--shape", ",".join(map(str, shape)),
                        "--dtype", dtype, "--seed", "7", "--name", "w", "-o", path, *options],
                       check=True, stderr=subprocess.DEVNULL)
        data = path.read_bytes()
    length = struct.unpack("<H", data[8:10])[0]
    assert tuple(ast.literal_eval(data[10:10 + length].decode())["shape"]) == tuple(shape)
    return data[10 + length:]


def matrices(rows, columns, count, dtype):
    """Haar matrices of the stream, one after another, higher ones drawn lying on their side."""
    stream = reference.Stream(7, "w")
    r = reference.f32 if dtype == "f32" else float
    for m in range(count):
        first = m * rows * columns
        normals = [reference.normal(stream, dtype, first + e, 0.0, 1.0) for e in range(rows * columns)]
        q = haar(min(rows, columns), max(rows, columns), normals, r)
        yield [list(row) for row in zip(*q)] if rows > columns else q


def same(program, scheme, shape, dtype, mine, *options):
    packed = struct.pack("<%d%s" % (len(mine), "f" if dtype == "f32" else "d"), *mine)
    equal = packed == drawn(program, scheme, shape, dtype, *options)
    print("%s %s %s: %s" % (scheme, shape, dtype, "the same bits" if equal else "other bits"))
    return equal


def times(dtype, gain, value):
    r = reference.f32 if dtype == "f32" else float
    return r(r(gain) * value)


def orthogonal(program, shape, dtype, gain):
    q = next(matrices(*shape, 1, dtype))
    return same(program, f"orthogonal(gain={gain})", shape, dtype,
                [times(dtype, gain, value) for row in q for value in row])


def looks_linear(program, shape, dtype, gain, mirror, groups):
    """A convolution's weight, (outputs, input channels, kernel); a group is a matrix."""
    outputs, columns = shape[0] // groups, math.prod(shape[1:])
    rows = outputs // 2 if mirror != "inputs" else outputs
    wide = columns // 2 if mirror != "outputs" else columns
    mine = [times(dtype, -gain if (i >= rows) != (j >= wide) else gain, q[i % rows][j % wide])
            for q in matrices(rows, wide, groups, dtype)
            for i in range(outputs) for j in range(columns)]
    return same(program, f"looks_linear(gain={gain}, mirror={mirror})", shape, dtype, mine,
                "--layer", "conv", "--groups", str(groups))


def delta_orthogonal(program, shape, dtype, gain, groups):
    outputs, inputs, kernel = shape[0] // groups, shape[1], shape[2:]
    middle = 0
    for size in kernel:
        middle = middle * size + size // 2
    mine = []
    for q in matrices(outputs, inputs, groups, dtype):
        for row in q:
            for value in row:
                places = [0.0] * math.prod(kernel)
                places[middle] = times(dtype, gain, value)
                mine += places
    return same(program, f"delta_orthogonal(gain={gain})", shape, dtype, mine, "--layer", "conv",
                "--groups", str(groups))


def main():
    program, document = sys.argv[1:3]
    reference.read_tables(document)
    results = [orthogonal(program, *case) for case in (
        ((1, 1), "f32", 1), ((3, 3), "f32", -2), ((5, 40), "f64", 1.5), ((90, 70), "f32", 0.1),
        ((66, 81), "f64", 1))]
    results += [looks_linear(program, *case) for case in (
        ((9, 4, 3), "f32", 0.7, "inputs", 3), ((12, 5, 2, 2), "f64", 1, "outputs", 2),
        ((20, 6, 3), "f32", 1.5, "both", 1))]
    results += [delta_orthogonal(program, *case) for case in (
        ((8, 5, 3, 4), "f32", 1.1, 1), ((12, 4, 2), "f64", -1, 3))]
    return not all(results)


if __name__ == "__main__":
    sys.exit(main())
