#!/usr/bin/env python3
"""Writes docs/compat.md from what the command says of its streams.

    tools/compat_page.py build/release/alvor >docs/compat.md
"""
import json
import subprocess
import sys

HEAD = """# The frameworks' own streams

`alvor init --stream NAME` and `include/alvor/compat.h` draw what a framework itself draws from a
seed, without it. Written by `tools/compat_page.py` from the table in `src/compat`; `alvor explain
--stream NAME` says the same, also in Portuguese.

```sh
alvor init --stream torch --seed 42 --scheme kaiming_uniform --shape 256,784 -o w.npy
alvor init --stream torch --seed 42 --module 'Linear(784,256),ReLU,Linear(256,10)' -o m.safetensors
alvor init --stream keras --seed 42 --scheme 'glorot_uniform(nth=1)' --shape 784,256 -o k.npy
```

The second file holds the parameters of `torch.manual_seed(42); nn.Sequential(nn.Linear(784, 256),
nn.ReLU(), nn.Linear(256, 10))` under the names of its `state_dict()` (without buffers, such as the
running means of a BatchNorm, which are not drawn). The third is the first kernel of a Keras model
after `keras.utils.set_random_seed(42)`: `nth` counts the initializers that are made without a seed
and draw one when they are made, in the order in which the layers are made: a Dense or Conv layer's
kernel is one (zeros and ones draw none), a Dropout layer one as well, an LSTM three, of which the
third is its dropout's. `--exact` refuses what is not "exact" below.
`alvor compare --stream torch` trains from such weights on mini-batches in the DataLoader's order
([training.md](training.md)).

**exact**: every bit of the versions that were seen, on every instruction set, as tested with GCC and
Clang on x86, aarch64 and s390x. **nearly exact**: every bit but in rare values. **close**: within
what is stated. "16 or more" counts elements of one array. What was seen is what was compared:
nothing is claimed beyond it.
"""
WORDS = {"not_offered": "not offered", "nearly_exact": "nearly exact"}


def page(stream):
    yield f"\n## {stream['stream']}\n"
    also = f" Also: {', '.join(stream['also'].split())}." if stream["also"] else ""
    yield f"{stream['summary']['en']}.{also}\n\nReproduces `{stream['reproduces']}`.\n"
    yield "| draw | types | how exactly |\n| --- | --- | --- |"
    for claim in stream["claims"]:
        many = f", {claim['least']} or more" if claim["least"] else ""
        word = WORDS.get(claim["exactness"], claim["exactness"])
        note = f": {claim['note']['en']}" if claim["note"]["en"] else ""
        yield f"| {claim['draw']} | {claim['dtypes']}{many} | {word}{note} |"
    if stream["schemes"]:
        yield f"\nInitializers: {', '.join(stream['schemes'])}."
    yield f"\nSeen: {stream['seen']['en']}"


def main():
    listed = subprocess.run([sys.argv[1], "list", "--json"], capture_output=True, check=True)
    print(HEAD, end="")
    for stream in json.loads(listed.stdout)["streams"]:
        print(*page(stream), sep="\n")


if __name__ == "__main__":
    main()
