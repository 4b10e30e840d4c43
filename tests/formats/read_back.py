"""Reads saved models back with a reader of its own, and with the safetensors package if it is there.

usage: read_back.py ALVOR PLAN SCRATCH

The own reader follows the format's page and shares nothing with alvor's: it must find every tensor
of `alvor init --dry-run --json`, with the bytes that `alvor init --scheme` draws for it alone. The
package must accept the files and give the same. Exits with 77 after everything else if the package
is missing.
"""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys

alvor, plan, scratch = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
NAMES = {"f64": "F64", "f32": "F32", "f16": "F16", "bf16": "BF16", "f8_e4m3fn": "F8_E4M3",
         "f8_e5m2": "F8_E5M2"}


def run(*words):
    done = subprocess.run([alvor, "init", *words], capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def read(path):
    """{name: (type, shape, bytes)}, metadata; checks what the format's page demands."""
    data = path.read_bytes()
    (n,) = struct.unpack("<Q", data[:8])
    assert n % 8 == 0 and data[8:9] == b"{", "the header is not padded, or does not begin with {"
    text = data[8:8 + n].decode()

    def unique(pairs):
        assert len({k for k, _ in pairs}) == len(pairs), "a key comes twice"
        return dict(pairs)

    header = json.loads(text, object_pairs_hook=unique)
    assert text.rstrip(" ") == text.rstrip() and text.rstrip().endswith("}")
    metadata = header.pop("__metadata__")
    assert all(isinstance(v, str) for v in metadata.values())
    tensors, end = {}, 0
    for name, t in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        assert set(t) == {"dtype", "shape", "data_offsets"}
        begin, stop = t["data_offsets"]
        size = SIZES[t["dtype"]]
        for axis in t["shape"]:
            size *= axis
        assert begin == end and stop - begin == size, name
        assert size == 0 or begin % SIZES[t["dtype"]] == 0, f"{name} is not aligned"
        tensors[name] = (t["dtype"], t["shape"], data[8 + n + begin:8 + n + stop])
        end = stop
    assert end == len(data) - 8 - n, "the file does not end where its tensors do"
    return tensors, metadata


def check(files, table, seed):
    found = {}
    for path in files:
        tensors, metadata = read(path)
        assert metadata["format"] == "pt" and metadata["alvor.seed"] == str(seed)
        assert metadata["alvor.plan"] == table["digest"]
        assert not set(tensors) & set(found)
        found.update(tensors)
    assert set(found) == {t["name"] for t in table["tensors"]}
    for t in table["tensors"]:
        dtype, shape, data = found[t["name"]]
        assert dtype == NAMES[t["dtype"]] and shape == t["shape"], t
        if 0 in shape or not shape:
            continue
        words = ["--scheme", t["scheme"], "--shape", ",".join(map(str, shape)), "--name", t["name"],
                 "--dtype", t["dtype"], "--seed", str(seed), "-o", str(scratch / "one.npy")]
        words += {"kernel": ["--layer", "conv"], "gates": ["--parts", "6,6,6,6"]}.get(t["name"], [])
        if t["name"].endswith("bias"):
            words += ["--role", "bias", "--fan-in", str(t["fan_in"]).removesuffix(".0")]
        run(*words)
        alone = (scratch / "one.npy").read_bytes()
        assert alone[-len(data):] == data, f"{t['name']} is not what init draws alone"
    return found


table = json.loads(run(plan, "--dry-run", "--json"))
assert table["schema"] == "alvor.plan/1"
one = scratch / "one.safetensors"
run(plan, "-o", str(one), "--seed", "9", "--threads", "1")
whole = check([one], table, 9)
digest = hashlib.sha256(one.read_bytes()).hexdigest()
for threads in ("2", "5"):
    again = scratch / "again.safetensors"
    run(plan, "-o", str(again), "--seed", "9", "--threads", threads)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == digest, f"{threads} threads"

run(plan, "-o", str(scratch / "m.safetensors"), "--seed", "9", "--shards", "3")
index = json.loads((scratch / "m.safetensors.index.json").read_text())
shards = sorted(scratch.glob("m-*.safetensors"))
assert [p.name for p in shards] == [f"m-0000{k}-of-00003.safetensors" for k in (1, 2, 3)]
assert check(shards, table, 9) == whole
assert index["metadata"]["total_size"] == sum(len(data) for _, _, data in whole.values())
for path in shards:
    assert all(index["weight_map"][name] == path.name for name in read(path)[0])
assert set(index["weight_map"]) == set(whole)
print(f"own reader: {len(whole)} tensors in one file and in three shards, 1, 2 and 5 threads")

try:
    import numpy
    import safetensors
    from safetensors import safe_open
except ImportError as missing:
    print(f"skipped: the safetensors package was not asked, {missing}")
    sys.exit(77)
for path in [one, *shards]:
    own, metadata = read(path)
    theirs = dict(safetensors.deserialize(path.read_bytes()))
    assert set(theirs) == set(own)
    for name, (dtype, shape, data) in own.items():
        assert theirs[name]["dtype"] == dtype and theirs[name]["shape"] == shape, name
        assert bytes(theirs[name]["data"]) == data, name
    with safe_open(path, framework="numpy") as file:
        assert file.metadata() == metadata
        for name in file.keys():
            dtype, shape, data = own[name]
            if dtype in ("F64", "F32", "F16"):
                array = file.get_tensor(name)
                assert array.tobytes() == data and list(array.shape) == shape
with safe_open(one, framework="numpy") as file:
    w = file.get_tensor("fc1.weight")
assert w.dtype == numpy.float32 and abs(w.std() / (2 / 17) ** 0.5 - 1) < 0.05
print(f"safetensors {safetensors.__version__} and numpy {numpy.__version__} read the same bytes")
