#!/usr/bin/env python3
"""Compares new seeds and sizes with the frameworks that are installed, through the command.

    tests/compat/fresh.py build/release/alvor [--seed N] [FRAMEWORK ...]

Every run draws other cases and prints the seed that repeats them. Exits with 77 where no framework
is installed. What the profile calls less than exact is not compared here."""
import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import frameworks
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

CASES = 6
FLOATS = ("f32", "f16", "bf16")
EXACT_NORMALS = {"numpy-legacy": ("f32",), **dict.fromkeys(
    ("torch", "jax", "jax-original", "jax-x64", "tensorflow", "keras", "keras-jax", "keras-torch",
     "mlx"), FLOATS)}


def run(command, output, seed, dtype, profile, rest):
    subprocess.run([command, "init", "--stream", profile, "--seed", str(seed), "--dtype", dtype,
                    "-o", output, *rest], check=True, stderr=subprocess.DEVNULL)
    return Path(output).read_bytes()


def tensor(command, output, seed, dtype, profile, text, shape):
    """The bytes of elements in an .npy file: those after the header."""
    data = run(command, output, seed, dtype, profile,
               ["--scheme", text, "--shape", ",".join(map(str, shape))])
    return data[10 + int.from_bytes(data[8:10], "little"):]


def cases(source, rng):
    """Text, shape, type, and the framework's own values."""
    for dtype in ("f32", "f64", "f16", "bf16"):
        n, lo, std = rng.randint(1, 5000), rng.uniform(-2, 0), rng.uniform(0.01, 2)
        hi = rng.uniform(0, 2)
        yield f"uniform(a={lo!r}, b={hi!r})", (n,), dtype, lambda: source.uniform(n, dtype, lo, hi)
        if dtype in EXACT_NORMALS.get(source.profile.split("@")[0], ()):
            yield (f"normal(mean={lo!r}, std={std!r})", (n,), dtype,
                   lambda: source.normal(n, dtype, lo, std))
    if hasattr(source, "scheme"):
        shape, text = rng.choice(source.schemes)
        yield text, shape, "f32", lambda: source.scheme(text, shape, "f32")


def compare_tensors(command, output, source, rng):
    done = 0
    for text, shape, dtype, draw in cases(source, rng):
        seed = rng.getrandbits(32)
        source.seed(seed)
        wanted = draw()
        if wanted is None:
            continue
        if tensor(command, output, seed, dtype, source.profile, text, shape) != wanted.tobytes():
            sys.exit(f"differs: {source.profile} {text} {shape} {dtype} seed {seed}")
        done += 1
    return done


def compare_module(command, output, source, rng):
    """Values follow the header of a .safetensors file in the order of the parameters."""
    seed, text = rng.getrandbits(32), rng.choice(frameworks.MODULES)
    source.seed(seed)
    wanted = b"".join(x.tobytes() for x in source.module(text, "f32").values())
    data = run(command, output, seed, "f32", source.profile, ["--module", text])
    if data[8 + int.from_bytes(data[:8], "little"):] != wanted:
        sys.exit(f"differs: {source.profile} {text} seed {seed}")
    return 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("frameworks", nargs="*", default=list(frameworks.FRAMEWORKS))
    args = parser.parse_args()
    rng, compared = random.Random(args.seed), 0
    print(f"--seed {args.seed}")
    with tempfile.TemporaryDirectory() as folder:
        for name in args.frameworks:
            try:
                source = frameworks.FRAMEWORKS[name]()
            except ImportError as missing:
                print(f"{name}: skipped: {missing}")
                continue
            done = 0
            for _ in range(CASES):
                done += compare_tensors(args.command, f"{folder}/x.npy", source, rng)
                if hasattr(source, "module"):
                    done += compare_module(args.command, f"{folder}/x.safetensors", source, rng)
            print(f"{source.profile}: {done} arrays and modules equal")
            compared += done
    return 0 if compared else 77


if __name__ == "__main__":
    sys.exit(main())
