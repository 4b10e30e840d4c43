"""Sparse and Nguyen-Widrow weights against a second implementation, from docs/stream.md, section 8.

    structured_reference.py ALVOR STREAM_MD

Draws tensors with the command and again here, in plain Python, and compares every bit of f64.
"""
import math
import os
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import stream_reference as stream

M32 = 2**32 - 1


def drawn(program, scheme, shape, seed, name, layout):
    """The tensor of the command, flat: a .npy file is its header and then the elements."""
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "w.npy")
        subprocess.run([program, "init", "--scheme", scheme, "--shape", "%d,%d" % shape, "--seed",
                        str(seed), "--name", name, "--layout", layout, "--dtype", "f64", "-o", path],
                       check=True, capture_output=True)
        with open(path, "rb") as file:
            data = file.read()
    start = 10 + struct.unpack("<H", data[8:10])[0]
    return struct.unpack("<%dd" % (shape[0] * shape[1]), data[start:])


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


def nguyen_widrow(rows, columns, layout, seed, name):
    values = stream.Stream(seed, name)
    out = [0.0] * (rows * columns)
    beta = 0.7 * (rows if columns == 1 else math.sqrt(rows))  # exact for one and two inputs
    for row in range(rows):
        places = [place(rows, columns, layout, row, c) for c in range(columns)]
        u = [stream.uniform(values, "f64", e, -1.0, 1.0) for e in places]
        squares = 0.0
        for x in u:
            squares += x * x
        for e, x in zip(places, u):
            out[e] = beta / math.sqrt(squares) * x
    return out


def differ(what, theirs, mine):
    wrong = [i for i, (a, b) in enumerate(zip(theirs, mine))
             if struct.pack("<d", a + 0.0) != struct.pack("<d", b + 0.0)]
    if wrong:
        i = wrong[0]
        print("%s: element %d is %r in C, %r here" % (what, i, theirs[i], mine[i]))
    return len(wrong)


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
                theirs = drawn(program, scheme, shape, 2**52 + 5, "camada.ção", layout)
                mine = sparse(rows, columns, layout, 2**52 + 5, "camada.ção", k, per_input, std)
                wrong += differ((scheme, layout, rows, columns), theirs, mine)
                compared += rows * columns
        for rows, columns in ((21, 2), (400, 1)):
            shape = (rows, columns) if layout == "torch" else (columns, rows)
            theirs = drawn(program, "nguyen_widrow", shape, 42, "fc1.weight", layout)
            wrong += differ(("nguyen_widrow", layout, rows, columns), theirs,
                            nguyen_widrow(rows, columns, layout, 42, "fc1.weight"))
            compared += rows * columns
    print("%d elements compared, %d differ" % (compared, wrong))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
