"""The registry of initializers and the table of activations, read from the library at import."""

import inspect
from collections import namedtuple

from ._abi import LANGS, MAX_ARGS, REACHES, core

Argument = namedtuple("Argument", "name default lo hi open_lo choices help")
Argument.__doc__ = "An argument of a scheme: its default, bounds or choices, and help by language."

Initializer = namedtuple(
    "Initializer",
    "name aliases summary formula density when dangers pytorch keras jax citation arguments reach "
    "biases elsewhere needs_data")
Initializer.__doc__ = "A row of the registry, as alvor.explain shows it; texts by language."

Activation = namedtuple("Activation", "name aliases formula parameter default lo hi f df")
Activation.__doc__ = "A row of the table of activations; f(x, parameter) and its derivative df."


def _text(value):
    return value.decode() if value is not None else None


def _texts(values):
    return {lang: _text(value) for lang, value in zip(LANGS, values)}


def _argument(row):
    choices = tuple(_text(row.choices).split()) if row.choices else ()
    default = row.value
    if choices:
        default = choices[int(default)]
        if set(choices) == {"no", "yes"}:
            default = default == "yes"
    return Argument(_text(row.name), default, row.lo, row.hi, row.open_lo, choices,
                    _texts(row.help))


def _initializer(row):
    arguments = []
    for argument in row.args[:MAX_ARGS]:
        if argument.name is None:
            break
        arguments.append(_argument(argument))
    return Initializer(
        _text(row.name), tuple(_text(row.aliases).split()), _texts(row.summary),
        _text(row.formula), _text(row.density), _texts(row.when), _texts(row.dangers),
        _text(row.pytorch), _text(row.keras), _text(row.jax), _text(row.citation),
        tuple(arguments), REACHES[row.reach], row.biases, _text(row.elsewhere), row.needs_data)


def _activation(row):
    return Activation(_text(row.name), tuple(_text(row.aliases).split()), _text(row.formula),
                      _text(row.param), row.param_default, row.param_lo, row.param_hi, row.f,
                      row.df)


INITIALIZERS = {row.name: row for row in (
    _initializer(core.alv_init_at(i).contents) for i in range(core.alv_init_count()))}
ACTIVATIONS = {row.name: row for row in (
    _activation(core.alv_act_at(i).contents) for i in range(core.alv_act_count()))}

#: Submodules that need another package. They are imported when they are first asked for, and a
#: scheme's alias of the same name ("torch", of torch_default) makes no function.
SUBMODULES = ("torch", "jax", "keras")


def words(init):
    """The names under which the package has a scheme's function."""
    return [word for word in (init.name, *init.aliases) if word not in SUBMODULES]


#: What every function takes besides the scheme's own arguments: (name, default, type, meaning).
COMMON = (
    ("seed", 0, "int", "any of 0 .. 2**64 - 1"),
    ("name", None, "Optional[str]",
     "the parameter's name, which is part of the draw; None: the role"),
    ("dtype", None, "Any", "\"float32\", \"float64\", \"float16\", \"bfloat16\", "
     "\"float8_e4m3fn\", \"float8_e5m2\"; None: that of out, else float32"),
    ("out", None, "Any", "a writable, C-contiguous buffer to fill: an array, a tensor in main "
     "memory, anything with the buffer protocol or DLPack; it is returned"),
    ("layer_kind", "dense", "str", "dense, conv, conv_transposed, depthwise, embedding or tied_head"),
    ("layout", "torch", "str", "order of the axes: torch, keras, flax, or axes, as in_axes and "
     "out_axes say"),
    ("role", "weight", "str", "weight, bias or gain"),
    ("fan_in", None, "Optional[float]", "inputs per unit; None: from the shape; a bias needs it"),
    ("fan_out", None, "Optional[float]", "units that an input reaches; None: from the shape"),
    ("groups", None, "Optional[int]", "groups of a convolution"),
    ("stride", None, "Any", "strides of a convolution, a number or one for each kernel axis"),
    ("in_axes", (), "Sequence[int]", "axes of the inputs, with layout=\"axes\""),
    ("out_axes", (), "Sequence[int]", "axes of the outputs, with layout=\"axes\""),
    ("copy_axes", (), "Sequence[int]", "axes that count independent matrices, in any layout"),
    ("parts", (), "Sequence[int]", "outputs of the matrices fused into this one"),
    ("head", None, "Optional[int]", "outputs of one head of attention"),
    ("depth", None, "Optional[int]", "residual branches of the network"),
    ("activation", None, "Optional[str]", "what follows: \"relu\", \"leaky_relu(0.2)\""),
    ("elements", None, "Optional[Tuple[int, int]]",
     "(lo, hi): these elements alone, row by row, as one axis"),
    ("box", None, "Any", "a tuple of slices, one per axis: that part alone, as a shard is"),
    ("threads", None, "Optional[int]", "threads to draw with; None: all, if the tensor is large"),
)


def common(init):
    """The rows of COMMON that a scheme's function takes; an argument of its own hides a namesake."""
    own = {argument.name for argument in init.arguments}
    return [row for row in COMMON if row[0] not in own]


def signature(init):
    """The signature of an initializer's function: its own arguments, then the common ones."""
    Parameter = inspect.Parameter
    keywords = [(a.name, a.default) for a in init.arguments] + [row[:2] for row in common(init)]
    return inspect.Signature(
        [Parameter("shape", Parameter.POSITIONAL_OR_KEYWORD, default=None)] +
        [Parameter(name, Parameter.KEYWORD_ONLY, default=default) for name, default in keywords])
