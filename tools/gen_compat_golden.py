#!/usr/bin/env python3
"""Writes golden hashes of what a framework draws: the lines of tests/golden/compat*.txt.

    ATEN_CPU_CAPABILITY=default python3 tools/gen_compat_golden.py torch >>tests/golden/compat.txt
    python3 tools/gen_compat_golden.py --tensors torch >>tests/golden/compat_tensors.txt

Run it with the Python in which the framework is installed. A line of compat.txt is one stream from
a seed, all sizes drawn one after the other: profile; draw; type; seed; hash of all but the last size, which is
large; hash. One of
compat_tensors.txt is a module or an initializer: profile; type; seed; hash; shape or -; text. A
comment before them has the versions.
"""
import platform
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/compat"))
import frameworks  # noqa: E402

TYPED = ("uniform", "normal", "truncated", "truncated2")
KEYED = ("jax", "tensorflow", "keras", "mlx")


def lines(source, draws, dtypes):
    for draw in draws:
        for dtype in dtypes if draw in TYPED else ("-",):
            for seed in frameworks.SEEDS:
                source.seed(seed)
                arrays = [frameworks.call(source, draw, n, dtype) for n in frameworks.SIZES]
                if any(x is None for x in arrays):
                    continue
                if (source.profile.startswith("numpy") and draw == "normal" or
                        source.profile.startswith(KEYED) and seed != 42):
                    # A value of the tail may differ, or one seed is enough.
                    arrays = arrays[:-1] + [arrays[0][:0]]
                hashes = f"{frameworks.digest(arrays[:-1]):016x}; {frameworks.digest(arrays):016x}"
                yield f"{source.profile}; {draw}; {dtype}; {seed}; {hashes}"


def tensors(source):
    for dtype in ("f32", "bf16"):
        for seed in (0, 42):
            begin = f"{source.profile}; {dtype}; {seed}"
            for text in frameworks.MODULES if source.profile.startswith("torch") else ():
                source.seed(seed)
                digest = frameworks.digest(source.module(text, dtype).values())
                yield f"{begin}; {digest:016x}; -; {text}"
            for shape, text in source.schemes:
                source.seed(seed)
                try:
                    digest = frameworks.digest([source.scheme(text, shape, dtype)])
                except RuntimeError as error:  # an older version without this type
                    print(f"{begin}; {text}: {error}", file=sys.stderr)
                    continue
                yield f"{begin}; {digest:016x}; {','.join(map(str, shape))}; {text}"


def main():
    whole = "--tensors" in sys.argv
    for name in sys.argv[1 + whole:]:
        source = frameworks.FRAMEWORKS[name]()
        print(f"# {source.profile}: {source.version}NumPy {np.__version__}, Python "
              f"{platform.python_version()}, {platform.machine()}")
        if whole:
            print(*tensors(source), sep="\n")
            continue
        whole_numbers = ("integers32",) if source.profile.startswith(KEYED) else ()
        for line in lines(source, (*TYPED, "integers", *whole_numbers, "permutation"),
                          ("f32", "f64", "f16", "bf16")):
            if not line.startswith("torch") or "; normal; f64" not in line:
                if "; truncated" not in line or "; f64;" not in line:
                    print(line)


if __name__ == "__main__":
    main()
