"""The C ABI: structures of include/alvor/*.h, prototypes, and statuses as exceptions.

Nothing here decides anything. tests/test_abi.py compiles every structure's size and offsets against
the headers, so that the two cannot drift apart. NumPy is not needed, and so not imported.
"""

import ctypes as c
import os

MAX_RANK, MAX_NAME, MAX_PARTS, MAX_ARGS = 8, 128, 8, 8
MAX_PRESET_ARGS, MERSENNE_WORDS = 10, 624
LANGS = ("en", "pt")
ROLES = ("weight", "bias", "gain")
NORMS = ("none", "batch", "layer", "rms")
REACHES = ("element", "row", "tensor")
EXACT_NEARLY = 2  # of alv_exactness: every bit but in rare values
#: Element types in the order of alv_dtype: the names of NumPy, ml_dtypes and PyTorch.
DTYPES = ("float32", "float64", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2")

texts = c.c_char_p * len(LANGS)
_function = c.c_void_p  # in a structure: never called from here


class Error(ValueError):
    """What libalvor refused: its message says what is wrong and what to do.

    ``code`` is the status ("ALV_ERR_SHAPE"), ``where`` the argument or field, ``position`` a byte
    position in a text, or -1.
    """

    def __init__(self, message, code="", where="", position=-1):
        super().__init__(message)
        self.code, self.where, self.position = code, where, position


class alv_error(c.Structure):
    _fields_ = [("code", c.c_int), ("position", c.c_int64), ("where", c.c_char * 64),
                ("message", c.c_char * 256)]


class alv_act(c.Structure):
    _fields_ = [("name", c.c_char_p), ("aliases", c.c_char_p), ("formula", c.c_char_p),
                ("param", c.c_char_p), ("param_default", c.c_double), ("param_lo", c.c_double),
                ("param_hi", c.c_double), ("kink_at_zero", c.c_bool), ("n_kinks", c.c_int),
                ("kinks", c.c_double * 2), ("periodic", c.c_bool), ("can_die", c.c_bool),
                ("flat_below", c.c_double), ("flat_above", c.c_double),
                ("f", c.CFUNCTYPE(c.c_double, c.c_double, c.c_double)),
                ("df", c.CFUNCTYPE(c.c_double, c.c_double, c.c_double)),
                ("forward_f32", _function), ("forward_f64", _function),
                ("backward_f32", _function), ("backward_f64", _function)]


class alv_act_spec(c.Structure):
    _fields_ = [("act", c.POINTER(alv_act)), ("param", c.c_double)]


class alv_gain(c.Structure):
    _fields_ = [(name, c.c_double)
                for name in ("mean", "second", "slope", "forward", "backward", "variance")]


class alv_dist(c.Structure):
    _fields_ = [("kind", c.c_int)] + [(name, c.c_double) for name in ("mean", "std", "lo", "hi")]


class alv_tensor(c.Structure):
    _fields_ = [("name", c.c_char * MAX_NAME), ("role", c.c_int), ("layer", c.c_int),
                ("layout", c.c_int), ("dtype", c.c_int), ("rank", c.c_int),
                ("shape", c.c_int64 * MAX_RANK), ("fan_in", c.c_double), ("fan_out", c.c_double),
                ("act", alv_act_spec), ("groups", c.c_int64), ("stride", c.c_int64 * MAX_RANK),
                ("in_axes", c.c_uint), ("out_axes", c.c_uint), ("copy_axes", c.c_uint),
                ("parts", c.c_int64 * MAX_PARTS), ("head", c.c_int64), ("depth", c.c_int)]


class alv_init_arg(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_double), ("lo", c.c_double),
                ("hi", c.c_double), ("open_lo", c.c_bool), ("shown", c.c_bool),
                ("choices", c.c_char_p), ("help", texts)]


class alv_initializer(c.Structure):
    _fields_ = [("name", c.c_char_p), ("aliases", c.c_char_p), ("summary", texts),
                ("formula", c.c_char_p), ("density", c.c_char_p), ("when", texts),
                ("dangers", texts), ("pytorch", c.c_char_p), ("keras", c.c_char_p),
                ("jax", c.c_char_p), ("citation", c.c_char_p), ("args", alv_init_arg * MAX_ARGS),
                ("reach", c.c_int), ("biases", c.c_bool), ("fused", c.c_bool),
                ("rounds", c.c_bool), ("gates", c.c_bool), ("elsewhere", c.c_char_p),
                ("needs_data", c.c_bool), ("law", _function), ("of_part", _function),
                ("moments", _function),
                ("scratch", _function), ("prepare", _function), ("fill", _function)]


class alv_scheme(c.Structure):
    _fields_ = [("init", c.POINTER(alv_initializer)), ("args", c.c_double * MAX_ARGS)]


class alv_executor(c.Structure):
    _fields_ = [("run", _function), ("pool", c.c_void_p)]


class alv_fill(c.Structure):
    _fields_ = [("scratch", c.c_void_p), ("scratch_size", c.c_int64), ("kernels", c.c_void_p),
                ("executor", alv_executor)]


class alv_mean_field(c.Structure):
    _fields_ = [("act", alv_act_spec), ("weight_variance", c.c_double),
                ("bias_variance", c.c_double), ("skip", c.c_double), ("branch", c.c_double),
                ("norm", c.c_int)]


class alv_mean_field_step(c.Structure):
    _fields_ = [(name, c.c_double) for name in (
        "q", "chi", "slope", "forward_noise", "backward_noise", "shared_noise", "bend",
        "chi_slope", "chi_bend")]


class alv_mean_field_layer(c.Structure):
    _fields_ = [("net", alv_mean_field), ("width", c.c_int64), ("q", c.c_double),
                ("q_lo", c.c_double), ("q_hi", c.c_double), ("step", alv_mean_field_step)] + [
        (name, c.c_double) for name in ("gradient", "gradient_lo", "gradient_hi", "spread",
                                        "gradient_spread", "drift", "gradient_drift", "flat")]


class alv_weight_plan(c.Structure):
    _fields_ = [("n", c.c_int64), ("capacity", c.c_int64), ("tensors", c.POINTER(alv_tensor)),
                ("scheme_of", c.POINTER(c.c_int32)), ("n_schemes", c.c_int64),
                ("schemes_capacity", c.c_int64), ("schemes", c.POINTER(alv_scheme))]


class alv_preset_arg(c.Structure):
    _fields_ = [("name", c.c_char_p), ("value", c.c_int64), ("lo", c.c_int64), ("hi", c.c_int64),
                ("help", texts)]


class alv_preset(c.Structure):
    _fields_ = [("name", c.c_char_p), ("summary", texts), ("names", c.c_char_p),
                ("citation", c.c_char_p), ("model", c.c_char_p),
                ("args", alv_preset_arg * MAX_PRESET_ARGS), ("build", _function)]


class alv_mersenne(c.Structure):
    _fields_ = [("state", c.c_uint32 * MERSENNE_WORDS), ("next", c.c_int)]


class alv_compat_claim(c.Structure):
    _fields_ = [("draw", c.c_int), ("dtypes", c.c_uint), ("least", c.c_int64),
                ("exactness", c.c_int), ("note", texts)]


class alv_compat_rng(c.Structure):
    _fields_ = [("profile", c.c_void_p), ("kernels", c.c_void_p), ("mt", alv_mersenne),
                ("state", c.c_uint64 * 4), ("spare", c.c_double), ("has_spare", c.c_bool),
                ("half", c.c_uint32), ("has_half", c.c_bool)]


STRUCTURES = (alv_error, alv_act, alv_act_spec, alv_gain, alv_dist, alv_tensor, alv_init_arg,
              alv_initializer, alv_scheme, alv_executor, alv_fill, alv_mean_field,
              alv_mean_field_step, alv_mean_field_layer, alv_weight_plan, alv_preset_arg, alv_preset,
              alv_mersenne, alv_compat_claim, alv_compat_rng)

_tensor_p, _scheme_p = c.POINTER(alv_tensor), c.POINTER(alv_scheme)
_plan_p = c.POINTER(alv_weight_plan)
_double_p, _int64_p = c.POINTER(c.c_double), c.POINTER(c.c_int64)
#: name -> (result, arguments). A result of None: an alv_status, with an alv_error as last argument.
CORE = {
    "alv_version": (c.c_char_p, []),
    "alv_status_name": (c.c_char_p, [c.c_int]),
    "alv_dtype_name": (c.c_char_p, [c.c_int]),
    "alv_dtype_size": (c.c_size_t, [c.c_int]),
    "alv_layer_name": (c.c_char_p, [c.c_int]),
    "alv_layout_name": (c.c_char_p, [c.c_int]),
    "alv_act_count": (c.c_int, []),
    "alv_act_at": (c.POINTER(alv_act), [c.c_int]),
    "alv_act_parse": (None, [c.POINTER(alv_act_spec), c.c_char_p]),
    "alv_act_gain": (None, [c.POINTER(alv_gain), alv_act_spec]),
    "alv_init_count": (c.c_int, []),
    "alv_init_at": (c.POINTER(alv_initializer), [c.c_int]),
    "alv_init_find": (c.POINTER(alv_initializer), [c.c_char_p]),
    "alv_scheme_parse": (None, [_scheme_p, c.c_char_p]),
    "alv_scheme_print": (None, [c.c_char_p, c.c_size_t, _scheme_p]),
    "alv_scheme_auto": (None, [_scheme_p, _tensor_p, c.c_bool]),
    "alv_mean_field_layers": (None, [c.POINTER(alv_mean_field_layer), c.c_int64, c.c_double]),
    "alv_mean_field_edge": (None, [_double_p, c.POINTER(alv_mean_field)]),
    "alv_preset_count": (c.c_int, []),
    "alv_preset_at": (c.POINTER(alv_preset), [c.c_int]),
    "alv_weight_plan_new": (None, [c.POINTER(_plan_p)]),
    "alv_weight_plan_free": (c.c_int, [_plan_p]),  # void: what it returns is not looked at
    "alv_weight_plan_preset": (None, [_plan_p, c.POINTER(alv_preset), _int64_p, c.c_char_p]),
    "alv_weight_plan_check": (None, [_plan_p]),
    "alv_tensor_count": (None, [_int64_p, _tensor_p]),
    "alv_tensor_fans": (None, [_double_p, _double_p, _tensor_p]),
    "alv_init_moments": (None, [_double_p, _double_p, _scheme_p, _tensor_p]),
    "alv_init_scratch": (None, [_int64_p, _scheme_p, _tensor_p]),
    "alv_init_fill": (None, [c.c_void_p, c.c_int64, c.c_int64, _scheme_p, _tensor_p, c.c_uint64,
                             c.POINTER(alv_fill)]),
    "alv_init_fill_box": (None, [c.c_void_p, _int64_p, _int64_p, _scheme_p, _tensor_p, c.c_uint64,
                                 c.POINTER(alv_fill)]),
    "alv_compat_find": (c.c_void_p, [c.c_char_p]),
    "alv_compat_seed": (None, [c.POINTER(alv_compat_rng), c.c_void_p, c.c_uint64]),
    "alv_compat_module_new": (None, [c.POINTER(c.c_void_p), c.c_char_p, c.c_int]),
    "alv_compat_module_free": (c.c_int, [c.c_void_p]),  # void
    "alv_compat_module_count": (c.c_int, [c.c_void_p]),
    "alv_compat_module_param": (_tensor_p, [c.c_void_p, c.c_int]),
    "alv_compat_module_draw": (None, [c.POINTER(c.c_void_p), c.c_void_p,
                                      c.POINTER(alv_compat_rng)]),
    "alv_compat_module_claim": (c.POINTER(alv_compat_claim), [c.c_void_p, c.c_void_p]),
}

#: Statuses that Python has an exception of its own for; the others are Error.
_EXCEPTIONS = {8: MemoryError, 9: OSError}


def raise_error(error, status_name):
    message = error.message.decode("utf-8", "replace")
    kind = _EXCEPTIONS.get(error.code)
    if kind:
        raise kind(message)
    raise Error(message, status_name(error.code).decode(), error.where.decode("utf-8", "replace"),
                error.position)


def _fallible(function, status_name):
    """The function with its status turned into an exception; ctypes releases the GIL around it."""

    def call(*args):
        error = alv_error()
        if function(*args, c.byref(error)) != 0:
            raise_error(error, status_name)

    return call


class Library:
    """A shared library with the prototypes of a table as its attributes."""

    def __init__(self, path, prototypes, status_name=None):
        dll = c.CDLL(path)
        for name, (result, arguments) in prototypes.items():
            function = getattr(dll, name)
            fails = result is None
            function.restype = c.c_int if fails else result
            function.argtypes = arguments + [c.POINTER(alv_error)] if fails else arguments
            if fails:
                function = _fallible(function, status_name or self.alv_status_name)
            setattr(self, name, function)


def library_path(name):
    """Beside this file, as in a wheel; or in ALVOR_LIBRARY_DIR, to run from a source tree."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.environ.get("ALVOR_LIBRARY_DIR") or here, name)


def names_of(name_at):
    """The words of an enumeration: name_at(0), name_at(1), ... up to the first NULL."""
    words = []
    while name_at(len(words)) is not None:
        words.append(name_at(len(words)).decode())
    return tuple(words)


try:
    core = Library(library_path("libalvor.so"), CORE)
except OSError as missing:
    raise ImportError("alvor's C library cannot be loaded: %s. A source tree has none: install the "
                      "package, pip install ., or set ALVOR_LIBRARY_DIR to a build's folder"
                      % missing) from None
LAYERS = names_of(core.alv_layer_name)
LAYOUTS = names_of(core.alv_layout_name)
