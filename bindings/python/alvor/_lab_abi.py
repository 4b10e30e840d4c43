"""The C ABI of libalvor-lab: include/alvor/lab.h. Loaded when it is first asked for."""

import ctypes as c
import functools
import json

from ._abi import Library, core, library_path


class alv_compare(c.Structure):
    _fields_ = (
        [(name, c.c_char_p) for name in ("data", "model", "hidden", "activations", "schemes",
                                         "bias", "optimizers", "rates", "schedules",
                                         "regularizers")] +
        [("momentum", c.c_double), ("weight_decay", c.c_double), ("loss", c.c_char_p),
         ("backend", c.c_char_p), ("target", c.c_double)] +
        [(name, c.c_int64) for name in ("batch", "steps", "epochs", "n_train", "n_test", "context",
                                        "seeds")] +
        [("seed", c.c_uint64), ("stream", c.c_char_p), ("extra", c.c_bool), ("light", c.c_bool),
         ("directory", c.c_char_p), ("command", c.c_char_p), ("jobs", c.c_int64),
         ("fresh", c.c_bool)])


class alv_progress(c.Structure):
    _fields_ = [("done", c.c_int64), ("total", c.c_int64), ("resumed", c.c_int64),
                ("seconds", c.c_double), ("share", c.c_double), ("best", c.c_char_p),
                ("best_loss", c.c_double)]


class alv_watch(c.Structure):
    _fields_ = [("user", c.c_void_p),
                ("progress", c.CFUNCTYPE(None, c.c_void_p, c.POINTER(alv_progress))),
                ("stop", c.CFUNCTYPE(c.c_bool, c.c_void_p))]


_float_p = c.POINTER(c.c_float)


class alv_layer_record(c.Structure):
    _fields_ = [("act", c.c_char_p), ("z", _float_p), ("delta", _float_p), ("weights", _float_p),
                ("biases", _float_p), ("rows", c.c_int64), ("units", c.c_int64),
                ("fan", c.c_int64)]


class alv_pass_record(c.Structure):
    _fields_ = [("layers", c.POINTER(alv_layer_record)), ("n_layers", c.c_int), ("x", _float_p),
                ("samples", c.c_int64), ("features", c.c_int64), ("chain", c.c_bool),
                ("pooled", c.c_bool)]


STRUCTURES = (alv_compare, alv_progress, alv_watch, alv_layer_record, alv_pass_record)

LAB = {
    "alv_compare_defaults": (alv_compare, []),
    "alv_compare_run": (None, [c.c_char_p, c.c_size_t, c.POINTER(alv_compare),
                               c.POINTER(alv_watch)]),
    "alv_compare_document": (None, [c.POINTER(c.c_void_p), c.c_char_p]),
    "alv_report_write": (None, [c.c_char_p, c.c_char_p, c.c_int]),
    "alv_diagnose": (None, [c.POINTER(c.c_void_p), c.POINTER(alv_pass_record)]),
}


@functools.lru_cache(maxsize=None)
def lab():
    """The library, or an ImportError that says what is missing and what to do."""
    try:
        return Library(library_path("libalvor-lab.so"), LAB, core.alv_status_name)
    except OSError as error:
        raise ImportError(
            "the lab (libalvor-lab.so), which compares, reports and diagnoses, cannot be loaded: "
            "%s. It needs oneDNN, SQLite, jansson and libcyaml, and libcurl for downloads; on Debian: apt-get "
            "install libdnnl2 libsqlite3-0 libjansson4 libcyaml1 libcurl4. A wheel that was built where "
            "they, npm or their headers were missing has no lab; build it again with them: pip "
            "install --no-binary alvor alvor" % error) from None


_free = c.CDLL(None).free
_free.restype, _free.argtypes = None, [c.c_void_p]


def document(function, argument):
    """The JSON document that a function of the lab makes of its argument."""
    text = c.c_void_p()
    function(c.byref(text), argument)
    try:
        return json.loads(c.string_at(text.value).decode())
    finally:
        _free(text)
