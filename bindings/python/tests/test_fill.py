"""Bytes: those of the C tests, of the command, of every way to cut a tensor."""

import json
import subprocess

import numpy as np
import pytest

import alvor

DTYPES = {"f32": "float32", "f64": "float64", "f16": "float16", "bf16": "bfloat16",
          "f8_e4m3fn": "float8_e4m3fn", "f8_e5m2": "float8_e5m2"}
#: tests/suited_tensors.h: the first of these that a scheme accepts is the one whose hash is kept.
SUITED = [(101, 67), (64, 64), (22, 16, 3, 5), (16, 16, 3, 3), (101,), (96,)]


def fnv1a(data):
    value = 0xcbf29ce484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001b3 % 2**64
    return "%016x" % value


def suited(scheme):
    for shape in SUITED:
        try:
            alvor.moments(scheme, shape, name="fc1.weight")
            return shape
        except alvor.Error:
            pass
    raise AssertionError("no shape suits " + scheme)


def test_bytes_are_those_of_the_golden_file(golden):
    lines = [line.split("; ") for line in golden.read_text().split("\n")
             if line and not line.startswith("#")]
    assert {row[0] for row in lines} >= set(alvor.initializers)
    for text, dtype, wanted in lines:
        scheme = text if text != "auto(gelu)" else f"he_normal(gain={alvor.gain('gelu').forward!r})"
        w = alvor.fill(scheme, suited(scheme), seed=42, name="fc1.weight", dtype=DTYPES[dtype])
        assert fnv1a(w.tobytes()) == wanted, (text, dtype)


@pytest.mark.parametrize("options, keywords", [
    ("--scheme he_normal --shape 256,784", dict(scheme="he_normal", shape=(256, 784))),
    ("--scheme orthogonal --shape 40,30 --name fc1.weight --dtype f64",
     dict(scheme="orthogonal", shape=(40, 30), name="fc1.weight", dtype="float64")),
    ("--scheme torch_default --role bias --shape 256 --fan-in 784",
     dict(scheme="torch_default", shape=256, role="bias", fan_in=784)),
    ("--scheme xavier_uniform --shape 3,3,8,16 --layout keras --layer conv --groups 4 --stride 2,2",
     dict(scheme="xavier_uniform", shape=(3, 3, 8, 16), layout="keras", layer_kind="conv",
          groups=4, stride=2)),
    ("--scheme xavier_normal --shape 8,30,20 --copy-axes 0 --layout axes --in-axes 2 --out-axes 1",
     dict(scheme="xavier_normal", shape=(8, 30, 20), layout="axes", copy_axes=0, in_axes=2,
          out_axes=1)),
    ("--scheme xavier_normal --shape 96,20 --parts 64,16,16",
     dict(scheme="xavier_normal", shape=(96, 20), parts=(64, 16, 16))),
    ("--scheme uniform(r=1) --shape 100,100 --slice 17:5000",
     dict(scheme="uniform(r=1)", shape=(100, 100), elements=(17, 5000))),
])
def test_arrays_are_those_of_the_command(command, tmp_path, options, keywords):
    path = tmp_path / "w.npy"
    subprocess.run([command, "init", "--seed", "42", "-o", str(path)] + options.split(), check=True,
                   capture_output=True)
    np.testing.assert_array_equal(alvor.fill(seed=42, **keywords), np.load(path))


def test_functions_take_the_arguments_of_the_registry():
    w = alvor.he_normal((20, 30), a=0.2, mode="fan_out", seed=3, name="w")
    assert (w == alvor.fill("he_normal(a=0.2, mode=fan_out)", (20, 30), seed=3, name="w")).all()
    assert (alvor.kaiming_normal((20, 30)) == alvor.he_normal((20, 30))).all()
    assert (alvor.siren((20, 30), first=True) == alvor.fill("siren(first=yes)", (20, 30))).all()
    assert (alvor.constant(4, value=2.5) == 2.5).all()
    assert (alvor.normal(5, std=1e-5, seed=2**64 - 1) != 0).all()


def test_every_part_is_that_of_the_whole():
    shape = (1100, 2000)  # large enough for threads
    for function in (alvor.normal, alvor.sparse):
        whole = function(shape, seed=5)
        for threads in (1, 2, 7):
            assert (function(shape, seed=5, threads=threads) == whole).all()
        assert (function(shape, seed=5, elements=(999, 70001)) == whole.ravel()[999:70001]).all()
        assert (function(shape, seed=5, box=np.s_[7:9, 500:]) == whole[7:9, 500:]).all()
        assert (function(shape, seed=5, box=np.s_[-3:]) == whole[-3:]).all()
    q = alvor.orthogonal((30, 30), seed=1)
    assert (alvor.orthogonal((30, 30), seed=1, box=np.s_[10:20, 3:]) == q[10:20, 3:]).all()
    assert np.allclose(q @ q.T, np.eye(30), atol=1e-5)


def test_narrow_types_are_ml_dtypes_or_their_bits(monkeypatch):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        w = alvor.he_normal((40, 50), dtype=name)
        assert w.dtype == getattr(ml_dtypes, name)
        wide = alvor.he_normal((40, 50))
        assert (w == wide.astype(w.dtype)).all()  # rounded once, to nearest even
        monkeypatch.setitem(__import__("sys").modules, "ml_dtypes", None)
        bits = alvor.he_normal((40, 50), dtype=name)
        monkeypatch.undo()
        assert bits.dtype.kind == "u" and (bits == w.view(bits.dtype)).all()
        out = np.zeros_like(bits)
        assert (alvor.he_normal(out=out, dtype=name) is out) and (out == bits).all()
        assert (alvor.he_normal(out=np.zeros_like(w)) == w).all()


def test_types_have_many_names():
    for dtype in ("float64", "f64", np.float64, np.dtype("float64"), np.zeros(1).dtype):
        assert alvor.normal(3, dtype=dtype).dtype == np.float64
    assert alvor.normal(3).dtype == np.float32
    assert alvor.normal((3, 0)).shape == (3, 0)
    assert alvor.normal(()).shape == ()


def test_out_is_any_writable_buffer():
    wanted = alvor.normal((4, 6), seed=9)
    array = np.zeros((4, 6), np.float32)
    assert alvor.normal(out=array, seed=9) is array and (array == wanted).all()
    raw = bytearray(96)
    alvor.normal((4, 6), out=memoryview(raw).cast("f", (4, 6)), seed=9)
    assert raw == wanted.tobytes()
    rows = np.zeros((2, 6), np.float32)
    alvor.normal((4, 6), out=rows, seed=9, box=np.s_[1:3])
    assert (rows == wanted[1:3]).all()
    assert alvor.normal(out=np.zeros((4, 6), "f8")).dtype == np.float64


def test_models_are_those_of_the_command(command, tmp_path):
    path = tmp_path / "m.safetensors"
    plan = tmp_path / "plan.yaml"
    plan.write_text("preset: gpt2\nlayers: 2\nwidth: 32\nheads: 4\nvocab: 50\ncontext: 16\n")
    subprocess.run([command, "init", str(plan), "--seed", "7", "-o", str(path)], check=True,
                   capture_output=True)
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    header.pop("__metadata__", None)
    w = alvor.weights("gpt2", seed=7, layers=2, width=32, heads=4, vocab=50, context=16)
    assert set(w) == set(header)
    for name, entry in header.items():
        lo, hi = (8 + size + offset for offset in entry["data_offsets"])
        assert list(w[name].shape) == entry["shape"] and w[name].tobytes() == data[lo:hi], name


def test_models_refuse_what_they_have_not():
    with pytest.raises(ValueError, match="gpt3.*gpt2"):
        alvor.weights("gpt3")
    with pytest.raises(TypeError, match="no size 'deep'.*layers"):
        alvor.weights("gpt2", deep=3)
    with pytest.raises(alvor.Error, match="heads|width"):
        alvor.weights("gpt2", width=30, heads=4)
    with pytest.raises(KeyError):
        alvor.weights("mlp", model="4-3-2")["no.such"]


def test_exports_live_as_long_as_somebody_looks():
    from alvor._dlpack import _exported

    w = alvor.normal(1000)
    unused = alvor.dlpack(w).__dlpack__()
    assert len(_exported) == 1
    del unused
    assert not _exported
    shared = np.from_dlpack(alvor.dlpack(alvor.normal(1000)))
    assert len(_exported) == 1 and (shared == w).all()
    del shared
    assert not _exported


class Exported:
    """An array that is known through DLPack alone."""

    def __init__(self, array):
        self.array = array

    def __dlpack__(self):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_dlpack_both_ways():
    w = alvor.normal((4, 6), seed=9)
    assert (np.from_dlpack(w) == w).all()
    array = np.zeros((4, 6), np.float32)
    alvor.normal(out=Exported(array), seed=9)
    assert (array == w).all()
    shared = np.from_dlpack(alvor.dlpack(w))
    assert (shared == w).all()
    assert shared.ctypes.data == w.ctypes.data
    with pytest.raises(ValueError, match="C-contiguous"):
        alvor.normal(out=Exported(np.zeros((6, 4), np.float32).T))
    with pytest.raises(TypeError, match="cannot be filled"):
        alvor.normal(out=Exported(np.zeros(4, np.int32)))


def read_only():
    array = np.zeros((3, 4), np.float32)
    array.setflags(write=False)
    return array


@pytest.mark.parametrize("call, kind, says", [
    (lambda: alvor.normal(out=read_only()), ValueError, "read-only.*copy"),
    (lambda: alvor.normal(out=b"12345678"), ValueError, "read-only"),
    (lambda: alvor.normal(out=np.zeros((4, 3), "f4").T), ValueError, "not C-contiguous.*copy"),
    (lambda: alvor.normal(out=np.zeros((4, 3), "i4")), TypeError, "int32 cannot.*float32"),
    (lambda: alvor.normal(out=np.zeros((4, 3), ">f4")), TypeError, "cannot be filled"),
    (lambda: alvor.normal(out=np.zeros((4, 3), "f4"), dtype="f64"), TypeError, "leave dtype out"),
    (lambda: alvor.normal((3, 4), out=np.zeros((4, 3), "f4")), ValueError, r"\(4, 3\).*\(3, 4\)"),
    (lambda: alvor.normal(out=[0.0, 1.0]), TypeError, "list has neither.*DLPack"),
    (lambda: alvor.normal(out=np.zeros(3, "f4"), elements=(0, 3)), TypeError, "its shape too"),
    (lambda: alvor.normal(), TypeError, "give the shape"),
    (lambda: alvor.normal((3, 4), dtype="int8"), TypeError, "it is one of: float32"),
    (lambda: alvor.normal((3, 4), seed=-1), ValueError, "outside 0"),
    (lambda: alvor.normal((3, 4), seed=0.5), TypeError, "not a whole number"),
    (lambda: alvor.normal((3, 4.5)), TypeError, "not a whole number"),
    (lambda: alvor.normal((3, -4)), alvor.Error, "-4"),
    (lambda: alvor.normal((2**40, 2**40)), alvor.Error, "large|bytes|overflow|2\\^62"),
    (lambda: alvor.normal((2**64, 1)), OverflowError, "64 bits"),
    (lambda: alvor.normal((1,) * 9), ValueError, "more than 8"),
    (lambda: alvor.normal((3, 4), sdt=1), alvor.Error, "did you mean 'std'"),
    (lambda: alvor.normal((3, 4), std=-1), alvor.Error, "outside"),
    (lambda: alvor.normal((3, 4), std=float("nan")), alvor.Error, "not a finite number"),
    (lambda: alvor.he_normal((3, 4), mode="fan_on"), alvor.Error, "did you mean 'fan_in'"),
    (lambda: alvor.he_normal((3, 4), mode="fan_in, a=1"), alvor.Error, "not a word"),
    (lambda: alvor.he_normal(3), alvor.Error, "axes"),
    (lambda: alvor.fill("he_norml", (3, 4)), alvor.Error, "did you mean 'he_normal'"),
    (lambda: alvor.explain("he_norml"), alvor.Error, "did you mean 'he_normal'"),
    (lambda: alvor.normal((3, 4), layout="tensorflow"), ValueError, "torch, keras, flax"),
    (lambda: alvor.normal((3, 4), activation="rleu"), alvor.Error, "did you mean relu"),
    (lambda: alvor.normal((3, 4), copy_axes=2), ValueError, "axes 0 to 1"),
    (lambda: alvor.normal((3, 4), elements=(0, 13)), alvor.Error, "13"),
    (lambda: alvor.normal((3, 4), elements=(0, 3), box=np.s_[:1]), TypeError, "not both"),
    (lambda: alvor.normal((3, 4), box=np.s_[::2]), ValueError, "step"),
    (lambda: alvor.normal((3, 4), box=(1,)), TypeError, "slices"),
    (lambda: alvor.normal((3, 4), name="x" * 128), ValueError, "127 bytes"),
    (lambda: alvor.normal((3, 4), threads=0), ValueError, "1 or more"),
])
def test_errors_say_what_to_do(call, kind, says):
    with pytest.raises(kind, match=says):
        call()


def test_errors_carry_what_c_said():
    with pytest.raises(alvor.Error) as caught:
        alvor.fill("normal(sdt=1)", 3)
    assert caught.value.code == "ALV_ERR_UNKNOWN_NAME" and caught.value.position == 7


def test_nothing_is_written_where_a_fill_is_refused():
    out = np.full(3, 7, np.float32)
    with pytest.raises(alvor.Error):
        alvor.he_normal(out=out)
    assert (out == 7).all()
