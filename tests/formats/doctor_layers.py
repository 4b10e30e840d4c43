"""What the doctor measures of the layers that files have beside the lab's own, against onnxruntime.

usage: doctor_layers.py ALVOR FOLDER

Recurrent layers of any kind and direction, convolutions and pools in one dimension or with what differs by axis;
in FOLDER/parts, where there is a PyTorch, what exported_parts.py exports.
If this failed, the engine would run another network than the file's. Forward values only: gradients are
tested by finite differences (tests/unit/test_moves.c).
"""
import onnx
from onnx import helper

from doctor_compare import chain, compare, folder, model_of, numbers, random, scalar

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def recurrent(kind, direction="forward", read="all", bias=True, begins=False, **options):
    """Three steps of a recurrent layer between two dense ones: all its states, or that in which it ends."""
    ways, h, k = 2 if direction == "bidirectional" else 1, 5, GATES[kind]
    weights = [random("win", 4, 6), random("W", ways, k * h, 6, scale=0.6), random("R", ways, k * h, h, scale=0.6),
               random("out", ways * h, 3), numbers("flat", [0, 0, -1]), numbers("pair", [0, -1]), numbers("one", [1]),
               numbers("zero", [0])]
    names = ["W", "R", "B" if bias else "", "", "H" if begins else "", "C" if begins and kind == "LSTM" else ""]
    weights += [random("B", ways, 2 * k * h)] * bias + [random("H", ways, 1, h)] * begins
    weights += [random("C", ways, 1, h)] * (begins and kind == "LSTM")
    if begins:  # onnxruntime wants a state for each sample
        weights.append(numbers("many", [1, 256, 1]))
        names = [n + "n" if n in ("H", "C") else n for n in names]
    while not names[-1]:
        names.pop()
    nodes = [helper.make_node("Expand", [n, "many"], [n + "n"]) for n in ("H", "C") if n + "n" in names]
    nodes += [helper.make_node("MatMul", ["x", "win"], ["a"]), helper.make_node("Transpose", ["a"], ["t"], perm=[1, 0, 2]),
              helper.make_node(kind, ["t", *names], ["y", "yh"], name="cell", hidden_size=h, direction=direction, **options)]
    if read == "all" and ways == 1:
        nodes += [helper.make_node("Squeeze", ["y", "one"], ["s"])]
    elif read == "all":
        nodes += [helper.make_node("Transpose", ["y"], ["y2"], perm=[0, 2, 1, 3]),
                  helper.make_node("Reshape", ["y2", "flat"], ["s"])]
    elif ways == 1:
        nodes += [helper.make_node("Squeeze", ["yh", "zero"], ["s"])]
    else:
        nodes += [helper.make_node("Transpose", ["yh"], ["y2"], perm=[1, 0, 2]),
                  helper.make_node("Reshape", ["y2", "pair"], ["s"])]
    nodes.append(helper.make_node("MatMul", ["s", "out"], ["z"]))
    return model_of(nodes, weights, [256 if begins else "N", 3, 4], "z")


def recurrents():
    for kind in GATES:
        for direction in ("forward", "reverse", "bidirectional"):
            for read in ("all", "end"):
                yield f"{kind} {direction} {read}", recurrent(kind, direction, read)
                if kind == "GRU":
                    yield f"late {direction} {read}", recurrent(kind, direction, read, linear_before_reset=1)
        yield f"{kind} free", recurrent(kind, bias=False)
        yield f"{kind} begun", recurrent(kind, begins=True)
        yield f"{kind} begun both ways", recurrent(kind, "bidirectional", begins=True)
    yield "relu", recurrent("RNN", activations=["Relu"])
    yield "late free", recurrent("GRU", "bidirectional", bias=False, linear_before_reset=1)
    yield "late begun", recurrent("GRU", begins=True, linear_before_reset=1)


def images():
    """Convolutions and pools over images of 13 by 10."""
    w = [random("a", 6, 2, 3, 3), random("b", 5, 6, 4, 3), random("d", 3, 5)]
    end = [("GlobalAveragePool", [], {}), ("Flatten", [], {}), ("Gemm", ["d"], {"transB": 1})]
    relu = ("Relu", [], {})
    for pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        yield pad, chain([("Conv", ["a"], {"auto_pad": pad, "strides": [2, 3]}), relu, ("Conv", ["b"], {"auto_pad": "SAME_LOWER"}),
                          *end], w, ["N", 2, 13, 10])
        for pool in ("MaxPool", "AveragePool"):
            how = {"kernel_shape": [3, 2], "strides": [2, 1], "auto_pad": pad}
            yield f"{pool} {pad}", chain([("Conv", ["a"], {}), relu, (pool, [], how), ("Conv", ["b"], {"pads": [3] * 4}), *end],
                                         w, ["N", 2, 13, 10])
    yield "dilated", chain([("Conv", ["a"], {"pads": [2, 0, 2, 1], "dilations": [2, 1], "strides": [1, 2]}), relu,
                            ("Conv", ["b"], {"pads": [2, 1, 0, 0], "strides": [1, 2]}), *end], w, ["N", 2, 13, 10])
    for pool, more in (("MaxPool", {}), ("AveragePool", {}), ("AveragePool", {"count_include_pad": 1})):
        for ceil in (0, 1) if not more else (0,):
            how = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 0, 1, 1], "ceil_mode": ceil, **more}
            yield f"{pool} {more} {ceil}", chain([("Conv", ["a"], {}), relu, (pool, [], how), ("Conv", ["b"], {"pads": [2] * 4}),
                                                 *end], w, ["N", 2, 13, 10])
    # More places than the data have: on the way, and by a border to the end.
    yield "enlarged", chain([("Conv", ["a"], {"pads": [1] * 4}), relu, ("ConvTranspose", ["e"], {"strides": [4, 4]}), relu,
                             ("Conv", ["b"], {"pads": [9] * 4}), *end], w + [random("e", 6, 6, 4, 4)], ["N", 2, 13, 10])
    yield "bordered", chain([("Conv", ["a"], {"pads": [40] * 4}), relu, *end[:2], ("Gemm", ["f"], {"transB": 1})],
                            w + [random("f", 3, 6)], ["N", 2, 13, 10])
    yield "pool on the data", chain([("AveragePool", [], {"kernel_shape": [2, 2], "strides": [2, 2]}), ("Conv", ["a"], {}), *end[:2],
                                     ("Gemm", ["six"], {"transB": 1})], w + [random("six", 3, 6)], ["N", 2, 13, 10])


def lines():
    """One dimension: a convolution of the data, of a sequence, groups, pools, and what is made flat."""
    w = [random("a", 6, 4, 3), random("b", 6, 3, 2), random("d", 3, 6), random("f", 3, 6 * 4)]
    end = [("Flatten", [], {}), ("Gemm", ["d"], {"transB": 1})]
    relu = ("Relu", [], {})
    yield "line", chain([("Conv", ["a"], {"pads": [1, 1], "strides": [2]}), relu, ("MaxPool", [], {"kernel_shape": [3], "pads": [1, 1]}),
                         ("Conv", ["b"], {"group": 2, "dilations": [3]}), ("GlobalAveragePool", [], {}), *end], w, ["N", 4, 15])
    yield "line made flat", chain([("Conv", ["a"], {"strides": [3], "auto_pad": "SAME_UPPER"}), relu,
                                   ("AveragePool", [], {"kernel_shape": [2]}), ("Flatten", [], {}), ("Gemm", ["f"], {"transB": 1})],
                                  w, ["N", 4, 15])
    yield "line of a sequence", chain([("MatMul", ["e"], {}), ("Transpose", [], {"perm": [0, 2, 1]}), ("Conv", ["a"], {"pads": [2, 0]}), relu,
                                       ("Transpose", [], {"perm": [0, 2, 1]}), ("MatMul", ["g"], {})],
                                      w + [random("e", 3, 4), random("g", 6, 5)], ["N", 9, 3])


def excited():
    """A gate of channels by two convolutions of what a pool has left, with a hard sigmoid, as in MobileNetV3."""
    gate = dict(alpha=1 / 6, beta=0.5)
    nodes = [helper.make_node("Conv", ["x", "a", "b1"], ["c"], pads=[1] * 4), helper.make_node("BatchNormalization",
             ["c", "gain", "shift", "mean", "var"], ["n"], epsilon=0.01), helper.make_node("HardSigmoid", ["n"], ["h"], **gate),
             helper.make_node("Mul", ["n", "h"], ["r"]), helper.make_node("GlobalAveragePool", ["r"], ["p"]),
             helper.make_node("Conv", ["p", "down", "b2"], ["q"]), helper.make_node("Relu", ["q"], ["s"]),
             helper.make_node("Conv", ["s", "up", "b1"], ["t"]), helper.make_node("HardSigmoid", ["t"], ["g"], **gate),
             helper.make_node("Mul", ["g", "r"], ["v"]), helper.make_node("Conv", ["v", "k"], ["w"]),
             helper.make_node("GlobalAveragePool", ["w"], ["m"]), helper.make_node("Flatten", ["m"], ["f"]),
             helper.make_node("Gemm", ["f", "d"], ["z"], transB=1)]
    weights = [random("a", 8, 3, 3, 3), random("b1", 8), random("down", 4, 8, 1, 1), random("b2", 4), random("up", 8, 4, 1, 1),
               random("k", 5, 8, 1, 1), random("d", 3, 5), random("gain", 8), random("shift", 8), random("mean", 8), random("var", 8)]
    return model_of(nodes, weights, ["N", 3, 7, 6], "z")


def shuffled():
    """Channels in two groups exchanged, then cut into halves, as in ShuffleNet."""
    nodes = [helper.make_node("Conv", ["x", "a"], ["c"]), helper.make_node("Reshape", ["c", "two"], ["r"]),
             helper.make_node("Transpose", ["r"], ["t"], perm=[0, 2, 1, 3, 4]), helper.make_node("Reshape", ["t", "one"], ["s"]),
             helper.make_node("Slice", ["s", "lo", "mid", "axis"], ["h0"]), helper.make_node("Slice", ["s", "mid", "hi", "axis"], ["h1"]),
             helper.make_node("Conv", ["h1", "b"], ["k"]), helper.make_node("Relu", ["k"], ["y"]),
             helper.make_node("Concat", ["h0", "y"], ["j"], axis=1), helper.make_node("GlobalAveragePool", ["j"], ["m"]),
             helper.make_node("Flatten", ["m"], ["f"]), helper.make_node("Gemm", ["f", "d"], ["z"], transB=1)]
    weights = [random("a", 8, 3, 3, 3), random("b", 6, 4, 1, 1), random("d", 3, 10), numbers("two", [0, 2, 4, 6, 5]),
               numbers("one", [0, 8, 6, 5]), numbers("lo", [0]), numbers("mid", [4]), numbers("hi", [8]), numbers("axis", [1])]
    return model_of(nodes, weights, ["N", 3, 8, 7], "z")


def crowded(n=20):
    """More signals side by side than one would write by hand, as in DenseNet."""
    nodes = [helper.make_node("Gemm", ["x", f"w{i}"], [f"s{i}"]) for i in range(n)]
    nodes += [helper.make_node("Concat", [f"s{i}" for i in range(n)], ["j"], axis=1), helper.make_node("Relu", ["j"], ["r"]),
              helper.make_node("Gemm", ["r", "d"], ["z"])]
    return model_of(nodes, [random(f"w{i}", 5, 3) for i in range(n)] + [random("d", 3 * n, 4)], ["N", 5], "z")


def masked(how, places):
    """Attention over tokens whose mask, kinds and perhaps positions are inputs, over any number of positions."""
    d, heads = 8, 2
    one = helper.make_node
    nodes = [one("Gather", ["word", "x"], ["e0"]), one("Gather", ["kind", "token_type_ids"], ["e1"]),
             one("Gather", ["place", "position_ids" if places else "order"], ["e2"]), one("Add", ["e0", "e1"], ["e3"]),
             one("Add", ["e3", "e2"], ["e"]), one("Unsqueeze", ["attention_mask", "middle"], ["m"])]
    for c, perm in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        nodes += [one("MatMul", ["e", c], [f"{c}0"]), one("Reshape", [f"{c}0", "split"], [f"{c}1"]),
                  one("Transpose", [f"{c}1"], [f"{c}2"], perm=perm)]
    nodes += [one("MatMul", ["q2", "k2"], ["qk"]), one("Div", ["qk", "root"], ["s"])]
    if how == "added":
        nodes += [one("Cast", ["m"], ["mf"], to=1), one("Sub", ["one", "mf"], ["hidden"]), one("Mul", ["hidden", "low"], ["more"]),
                  one("Add", ["s", "more"], ["seen"])]
    else:
        nodes += [one("Equal", ["m", "none"], ["hidden"]), one("Where", ["hidden", "low", "s"], ["seen"])]
    nodes += [one("Softmax", ["seen"], ["a"], axis=-1), one("MatMul", ["a", "v2"], ["o"]),
              one("Transpose", ["o"], ["o1"], perm=[0, 2, 1, 3]), one("Reshape", ["o1", "merge"], ["o2"]),
              one("Add", ["e", "o2"], ["t"]), one("Gather", ["t", "first"], ["cls"], axis=1), one("MatMul", ["cls", "out"], ["z"])]
    weights = [random("word", 30, d), random("kind", 2, d), random("place", 20, d), random("out", d, 3),
               *(random(c, d, d) for c in "qkv"), numbers("split", [0, -1, heads, d // heads]), numbers("merge", [0, -1, d]),
               numbers("middle", [1, 2]), numbers("first", 0), numbers("none", 0), scalar("root", (d / heads) ** 0.5),
               scalar("one", 1), scalar("low", -1e4), numbers("order", range(12))]
    model = model_of(nodes, weights, ["N", "t"], "z", onnx.TensorProto.INT64)
    for name in ["attention_mask", "token_type_ids"] + ["position_ids"] * places:
        model.graph.input.append(helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["N", "t"]))
    return model


def masks():
    for how in ("added", "chosen"):
        for places in (False, True):
            yield f"mask {how}, places {places}", masked(how, places)


def others():
    yield "excited", excited()
    yield "shuffled", shuffled()
    yield "crowded", crowded()


def main():
    worst = []
    for name, model in (*recurrents(), *images(), *lines(), *masks(), *others()):
        compare(name, model, worst)
    for path in sorted((folder / "parts").glob("*.onnx")):
        compare(path.stem, onnx.load(path), worst)
    print(f"{len(worst)} layers measured as onnxruntime measures them: the worst is off by {max(worst):.1e}")


if __name__ == "__main__":
    main()
