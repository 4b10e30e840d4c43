"""The ctypes structures have the layout of the headers, and the tables of words their order.

A field that is added to a header and not to alvor/_abi.py would make every fill read garbage: the C
compiler compares each size and offset. Runs under pytest, and alone: python3 test_abi.py
"""

import ctypes
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import types

TOP = pathlib.Path(__file__).resolve().parents[3]


def modules():
    """The modules with structures; from the source tree, where the package is not installed."""
    if "alvor" not in sys.modules and importlib.util.find_spec("alvor") is None:
        package = types.ModuleType("alvor")
        package.__path__ = [str(TOP / "bindings" / "python" / "alvor")]
        sys.modules["alvor"] = package
    return importlib.import_module("alvor._abi"), importlib.import_module("alvor._lab_abi")


def assertions(structures):
    for structure in structures:
        name = structure.__name__
        yield "sizeof(%s) == %d" % (name, ctypes.sizeof(structure))
        for field, _ in structure._fields_:
            yield "offsetof(%s, %s) == %d" % (name, field, getattr(structure, field).offset)


def words(abi):
    """Enumerators that no function of the library names."""
    for prefix, names in (("ROLE", abi.ROLES), ("NORM", abi.NORMS), ("REACH", abi.REACHES)):
        for value, name in enumerate(names):
            yield "ALV_%s_%s == %d" % (prefix, name.upper(), value)
    for lang, name in enumerate(abi.LANGS):
        yield "ALV_%s == %d" % (name.upper(), lang)
    for constant in ("MAX_RANK", "MAX_NAME", "MAX_PARTS", "MAX_PRESET_ARGS",
                     "MERSENNE_WORDS", "EXACT_NEARLY"):
        yield "ALV_%s == %d" % (constant, getattr(abi, constant))
    yield "ALV_MAX_INIT_ARGS == %d" % abi.MAX_ARGS
    short = "F32 F64 F16 BF16 F8_E4M3FN F8_E5M2".split()
    for value, name in enumerate(short):
        yield "ALV_%s == %d" % (name, value)
    assert len(short) == len(abi.DTYPES)


def test_layouts_are_those_of_the_headers():
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not compiler or not (TOP / "include").exists():
        import pytest

        pytest.skip("no C compiler, or no headers")
    abi, lab = modules()
    checks = [*assertions(abi.STRUCTURES), *assertions(lab.STRUCTURES), *words(abi)]
    source = "#include <alvor/lab.h>\n" + "".join(
        "_Static_assert(%s, \"\");\n" % check for check in checks)
    run = subprocess.run([compiler, "-std=c11", "-fsyntax-only", "-I", str(TOP / "include"), "-x",
                          "c", "-"], input=source, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr
    print("%d sizes, offsets and values agree" % len(checks))


if __name__ == "__main__":
    test_layouts_are_those_of_the_headers()
