"""Writes small valid and nearly valid files, one folder for each fuzz target.

usage: seeds.py DIRECTORY
"""
import gzip
import io
import pathlib
import struct
import sys
import zipfile

root = pathlib.Path(sys.argv[1])


def save(target, seeds):
    folder = root / target
    folder.mkdir(parents=True, exist_ok=True)
    for i, seed in enumerate(seeds):
        (folder / f"seed{i}").write_bytes(seed if isinstance(seed, bytes) else seed.encode())


def idx(shape, values):
    return bytes([0, 0, 8, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + values


def npy(descr, fortran, shape, values, version=1):
    head = f"{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}"
    width, prefix = ("<H", 10) if version == 1 else ("<I", 12)
    head += " " * (-(len(head) + 1 + prefix) % 64) + "\n"
    magic = b"\x93NUMPY" + bytes([version, 0])
    return magic + struct.pack(width, len(head)) + head.encode() + values


def safetensors(header, data):
    text = header.encode()
    return struct.pack("<Q", len(text)) + text + bytes(data)


def npz(packing, **arrays):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", packing) as archive:
        for name, values in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), values, packing)
    return out.getvalue()


images = idx((2, 2, 3), bytes(range(12)))
labels = idx((3,), bytes([0, 1, 2]))
save("idx", [images, labels, gzip.compress(images, mtime=0), gzip.compress(labels, mtime=0),
             gzip.compress(images, mtime=0)[:-4], idx((2**32 - 1, 2**32 - 1), b"")])
save("csv", ["a,b,label\n1,2.5,cat\n-3e2,4,dog\n", "1,2,0\r\n3,4,1\r\n", "a;b\n1;x\n",
             'a,"b ""c""",class\n"1",2,"x,\ny"\n', "\ufeffa\tb\n1\tã\n", "?,1\n,\n", "a,b\n1,nan\n\n"])
save("text", ["to be or not to be, that is the question\n" * 2, "\u00e7\u20ac\U0001f600 \t" * 9,
              b"caf\xe9 au lait", ""])
save("npy", [npy("<f4", False, (2, 2), struct.pack("<4f", 0, 1, -1, 2)),
             npy(">i2", True, (2, 3), struct.pack(">6h", *range(6))),
             npy("|u1", False, (4,), bytes([0, 1, 2, 3])),
             npy("<f8", False, (1, 1, 2), struct.pack("<2d", 1, 2), version=2),
             npy("<i8", False, "()", bytes(8)), npy("<f4", False, (2**62, 4), b"")])
save("module", ["Linear(784,256),ReLU,Linear(256,10)", "Conv2d(4, 16, (3, 5), groups=2, bias=False)",
                "LSTM(5, 7, num_layers=2, bidirectional=True, proj_size=3)",
                "TransformerEncoder(TransformerEncoderLayer(8, 2, 16), 2, norm=LayerNorm(8))",
                "Sequential(Embedding(10, 3, padding_idx=1), Dropout('a', [0.5, (1)]))"])
save("scheme", ["zeros", "constant(0.5)", "uniform(r=1)", "normal(mean=0, std=0.01)",
                "trunc_normal_rel(std=0.02, a=-2, b=2)", "he_normal(mode=fan_out)", "xavier_uniform",
                "uniform(r=)", "normal(std=1e308)"])
save("stream", [struct.pack("<4B4x4d2qQ", profile, profile % 4, 37 * profile % 256, profile % 5, -0.5,
                            0.5, -1, 2, -3, 1000, 42) + text.encode()
                for text in ("normal(mean=0.3, std=0.02)", "kaiming_uniform(a=0.2, mode=fan_out)",
                             "glorot_normal", "glorot_uniform(nth=3)", "sparse(sparsity=0.3)",
                             "variance_scaling(scale=2, mode=fan_avg, distribution=uniform)")
                for profile in range(22)])
save("model", ["784-256-128-10", "mlp 784-100x12-10 tanh", "100x12", "2-3", "64-8 leaky_relu(0.2)",
               "4-9999999999x99999-3", "2-100x2-3 relu", "resnet 20 in=3x8x8 out=3 norm=batch",
               "conv 4,8x2 in=1x9x9 out=2 residual=1 branch=0", "lstm 8,4 in=5 tokens=7 out=7 embed=3",
               "transformer d=8 L=2 h=2 ff=3 in=5 tokens=7 out=7 norm=rms order=post gelu"])
save("safetensors", [safetensors("{}", 0),
     safetensors('{"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}} ', 24),
     safetensors('{"__metadata__":{"format":"pt","a\\u00e9":"\\n"},'
                 '"a":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},'
                 '"b\\ud83c\\udf05":{"data_offsets":[2,2],"shape":[0,9],"dtype":"F8_E4M3"}}', 2),
     safetensors('{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},'
                 '"y":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]}}', 11),
     struct.pack("<Q", 2**63) + b"{}"])
array = npy("<f4", False, (2, 2), struct.pack("<4f", 0, 1, -1, 2))
def gguf_text(text):
    return struct.pack("<Q", len(text)) + text.encode()


gguf = (b"GGUF" + struct.pack("<IQQ", 3, 2, 2) + gguf_text("general.alignment") + struct.pack("<II", 4, 32) +
        gguf_text("t") + struct.pack("<IIQ", 9, 8, 1) + gguf_text("a") +
        gguf_text("w") + struct.pack("<IQQIQ", 2, 3, 2, 0, 0) + gguf_text("q") + struct.pack("<IQIQ", 1, 32, 8, 32))


def varint(n):
    n &= (1 << 64) - 1
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    """Of protobuf: a number, a text or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def attribute(name, value):
    """AttributeProto: an int, a float, a text, ints, or a tensor's bytes."""
    out = field(1, name)
    if isinstance(value, int):
        return field(5, out + field(3, value) + field(20, 2))
    if isinstance(value, float):
        return field(5, out + b"\x15" + struct.pack("<f", value) + field(20, 1))
    if isinstance(value, list):
        return field(5, out + b"".join(field(8, v) for v in value) + field(20, 7))
    if isinstance(value, bytes):
        return field(5, out + field(5, value) + field(20, 4))
    return field(5, out + field(4, value) + field(20, 3))


def tensor(name, *shape, ints=None):
    n = 1
    for d in shape:
        n *= d
    data = struct.pack(f"<{n}q", *ints) if ints is not None else struct.pack(f"<{n}f", *[0.5 - i % 3 for i in range(n)])
    return (b"".join(field(1, d) for d in shape) + field(2, 7 if ints is not None else 1) + field(8, name)
            + field(9, data))


def node(op, inputs, outputs, **attributes):
    return field(1, b"".join(field(1, i) for i in inputs.split()) + b"".join(field(2, o) for o in outputs.split())
                 + field(4, op) + b"".join(attribute(k, v) for k, v in attributes.items()))


def onnx(nodes, tensors, shape, kind=1):
    """ModelProto; a size of 0 in the input's shape is open."""
    dims = b"".join(field(1, field(1, d) if d else field(2, "N")) for d in shape)
    graph = b"".join(nodes) + b"".join(field(5, t) for t in tensors)
    graph += field(11, field(1, "x") + field(2, field(1, field(1, kind) + field(2, dims)))) + field(12, field(1, "y"))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


graphs = [
    onnx([node("Conv", "x k", "a", kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2], group=2),
          node("LeakyRelu", "a", "b", alpha=0.25),
          node("MaxPool", "b", "c", kernel_shape=[2, 2], strides=[1, 1], pads=[1, 1, 1, 1]),
          node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Unsqueeze", "n axis", "m"),
          node("Concat", "m rest", "to", axis=0), node("Reshape", "c to", "f"), node("Gemm", "f w v", "y", transB=1)],
         [tensor("k", 4, 1, 3, 3), tensor("w", 2, 36), tensor("v", 2), tensor("zero", ints=[0]),
          tensor("axis", 1, ints=[0]), tensor("rest", 1, ints=[-1])], [0, 2, 4, 4]),
    onnx([node("Gather", "tok x", "h"), node("LayerNormalization", "h g b", "l", axis=-1, epsilon=1e-5),
          *[node("MatMul", f"l {c}", f"m{c}") for c in "qkv"],
          *[node("Reshape", f"m{c} to", f"r{c}") for c in "qkv"],
          node("Transpose", "rq", "q1", perm=[0, 2, 1, 3]), node("Transpose", "rv", "v1", perm=[0, 2, 1, 3]),
          node("Transpose", "rk", "k1", perm=[0, 2, 3, 1]), node("MatMul", "q1 k1", "s"),
          node("Constant", "", "root", value=tensor("", 1)), node("Mul", "s root", "d"),
          node("Softmax", "d", "p", axis=-1), node("MatMul", "p v1", "o"), node("Transpose", "o", "t", perm=[0, 2, 1, 3]),
          node("Reshape", "t back", "u"), node("Add", "h u", "e"), node("Relu", "e", "y")],
         [tensor("tok", 5, 8), tensor("g", 8), tensor("b", 8), *[tensor(c, 8, 8) for c in "qkv"],
          tensor("to", 4, ints=[0, 0, 2, 4]), tensor("back", 3, ints=[0, 0, 8])], [0, 3], 7),
    onnx([node("Transpose", "x", "t", perm=[1, 0, 2]), node("LSTM", "t W R B", "a h c", hidden_size=2, direction="forward"),
          node("Squeeze", "h axis", "l"), node("BatchNormalization", "l g b g b", "n"), node("Clip", "n", "y", min=0.0, max=6.0)],
         [tensor("W", 1, 8, 3), tensor("R", 1, 8, 2), tensor("B", 1, 16), tensor("g", 2), tensor("b", 2),
          tensor("axis", 1, ints=[0])], [0, 4, 3]),
    onnx([node("Conv", "x kernel", "p", kernel_shape=[2, 2], strides=[2, 2]), node("Reshape", "p flat", "f"),
          node("Transpose", "f", "t", perm=[0, 2, 1]), node("Expand", "cls many", "c"), node("Concat", "c t", "j", axis=1),
          node("Add", "j pos", "e"), node("MatMul", "e w", "z"), node("Split", "z", "v q k", axis=2),
          node("Reshape", "q heads", "q1"), node("Transpose", "q1", "q2", perm=[0, 2, 1, 3]),
          node("Slice", "q2 one two three", "b"), node("Slice", "q2 zero one three", "a"), node("Neg", "b", "n"),
          node("Concat", "n a", "r", axis=3), node("Mul", "q2 cos", "c1"), node("Mul", "r cos", "c2"),
          node("Add", "c1 c2", "q3"), node("Reshape", "k heads", "k1"), node("Transpose", "k1", "k2", perm=[0, 2, 3, 1]),
          node("MatMul", "q3 k2", "s"), node("Softmax", "s", "m", axis=3), node("Reshape", "v heads", "v1"),
          node("Transpose", "v1", "v2", perm=[0, 2, 1, 3]), node("MatMul", "m v2", "o"),
          node("Transpose", "o", "o1", perm=[0, 2, 1, 3]), node("Reshape", "o1 back", "o2"),
          node("Sigmoid", "o2", "g"), node("Mul", "g o2", "h"), node("Gather", "h first", "y", axis=1)],
         [tensor("kernel", 4, 1, 2, 2), tensor("cls", 1, 1, 4), tensor("pos", 1, 5, 4), tensor("w", 4, 12), tensor("cos", 5, 2),
          tensor("flat", 3, ints=[0, 4, -1]), tensor("many", 3, ints=[1, 1, 1]), tensor("heads", 4, ints=[0, 0, 2, 2]),
          tensor("back", 3, ints=[0, 0, 4]), tensor("zero", 1, ints=[0]), tensor("one", 1, ints=[1]),
          tensor("two", 1, ints=[2]), tensor("three", 1, ints=[3]), tensor("first", ints=[0])], [0, 1, 4, 4]),
    onnx([node("Pad", "x pads", "p", mode="reflect"), node("Conv", "p k", "a", auto_pad="SAME_UPPER", strides=[2]),
          node("ConvTranspose", "a u", "b", strides=[2], output_padding=[1]), node("Resize", "b none scales", "c", mode="nearest"),
          node("MaxPool", "c", "d", kernel_shape=[3], strides=[2], ceil_mode=1), node("Mul", "d gain", "e"),
          node("Transpose", "e", "t", perm=[2, 0, 1]),
          node("GRU", "t W R B", "g h", hidden_size=2, direction="bidirectional", linear_before_reset=1),
          node("Transpose", "h", "h1", perm=[1, 0, 2]), node("Reshape", "h1 to", "y")],
         [tensor("pads", 6, ints=[0, 0, 1, 0, 0, 2]), tensor("k", 3, 2, 3), tensor("u", 3, 2, 3), tensor("none", 0),
          tensor("scales", 3), tensor("gain", 2, 1), tensor("W", 2, 6, 2), tensor("R", 2, 6, 2), tensor("B", 2, 12),
          tensor("to", 2, ints=[0, -1])], [0, 2, 7]),
]
save("checkpoint", [*graphs, gguf + bytes(-len(gguf) % 32 + 66),npz(zipfile.ZIP_STORED, **{"a/kernel": array, "a/bias": array}), array,
     npz(zipfile.ZIP_DEFLATED, w=array, v=npy("<f2", True, (2, 1), bytes(4))), npz(zipfile.ZIP_STORED),
     '{"weight_map":{"a":"b.safetensors"}}',
     safetensors('{"w.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},'
                 '"w.bias":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}', 20)])
save("plan", ["preset: gpt2\nlayers: 1\nwidth: 8\nheads: 2\nvocab: 9\n", "preset: mlp\nmodel: 4-3x2-2 tanh\n",
              "parameters:\n- {name: w, shape: [2, 3], scheme: he_normal}\n",
              "dtype: bf16\nparameters:\n- name: 'h.{i}.w'\n  repeat: 3\n  shape: [4]\n  layer: dense\n"
              "  layout: keras\n  role: weight\n  activation: relu\n  fan_in: 2.5\nrules:\n"
              "- {match: '*.w', scheme: normal(std=0.5), dtype: f16}\n- {match: h.?, dtype: f64}\n",
              "preset: resnet\nlayers: 18\nrules:\n- match: 'layer*.bn2.weight'\n  scheme: zeros\n"])
save("network", ["layers:\n- {layer: dense, out: 5, norm: layer, bias: false}\n- {layer: dense}\n",
                 "name: a\ninput: [4]\nclasses: 3\nactivation: tanh\nlayers:\n- {layer: dense, out: 8, name: s}\n"
                 "- repeat: 2\n  layers:\n  - {layer: norm, norm: rms, activation: relu}\n"
                 "  - {layer: dense, out: 8, activation: none}\n  - {layer: add, with: start, gain: 0.5}\n"
                 "- {layer: dense, from: s}\n",
                 "layers:\n- {layer: dense, out: 5, norm: rms, init: he_normal(gain=2)}\n"
                 "- {layer: norm, norm: layer, params: {bias: ones}}\n"
                 "- {layer: dense, init: zeros, params: {weight: \"constant(0.1)\", bias: ones}}\n",
                 "layers:\n- {layer: conv, out: 4, kernel: 3, stride: 2}\n- {layer: max_pool, window: 2}\n"
                 "- {layer: mean_pool}\n- {layer: dense}\n",
                 "layers:\n- {layer: embedding, out: 8, positions: true}\n- {layer: attention, heads: 2, out: 4}\n"
                 "- {layer: conv1d, out: 4}\n- {layer: lstm, out: 4}\n- {layer: activation, activation: selu}\n"
                 "- {layer: last}\n- {layer: dense}\n"])
# An initializer's number, a rank, sizes, and zeros or a pattern for what else a tensor has.
save("tensor", [bytes([i, 1 + rank, *[2, 4, 1, 3, 0, 5, 12, 6], *[fill * j % 256 for j in range(40)]])
                for i in range(0, 48, 3) for rank in (1, 2, 4) for fill in (0, 37)])
