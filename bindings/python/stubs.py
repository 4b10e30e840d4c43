"""Writes alvor/__init__.pyi: the types of what the package makes from the registry at import.

    ALVOR_LIBRARY_DIR=build/release python3 bindings/python/stubs.py OUT.pyi

The build runs it; it needs the library and nothing besides Python's own modules.
"""

import os
import sys
import types

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "alvor")
package = types.ModuleType("alvor")
package.__path__ = [HERE]  # the package without its __init__, which needs NumPy
sys.modules["alvor"] = package

from alvor import _registry  # noqa: E402

HEAD = '''# Written by bindings/python/stubs.py from the registry of initializers.
from typing import Any, Literal, Optional, Sequence, Tuple

from . import jax as jax
from . import keras as keras
from . import torch as torch
from ._abi import Error as Error
from ._dlpack import dlpack as dlpack
from ._fill import fill as fill
from ._lab import Comparison as Comparison
from ._lab import compare as compare
from ._plan import Weights as Weights
from ._plan import presets as presets
from ._plan import weights as weights
from ._registry import ACTIVATIONS as activations
from ._registry import INITIALIZERS as initializers
from ._schemes import explain as explain
from ._theory import gain as gain
from ._theory import moments as moments
from ._theory import predict as predict

__version__: str
'''


def type_of(argument):
    if isinstance(argument.default, bool):
        return "bool"
    if argument.choices:
        return "Literal[%s]" % ", ".join('"%s"' % choice for choice in argument.choices)
    return "float"


def function(init):
    lines = ["def %s(" % init.name, "    shape: Any = None,", "    *,"]
    lines += ["    %s: %s = %r," % (a.name, type_of(a), a.default) for a in init.arguments]
    lines += ["    %s: %s = %r," % (name, kind, default)
              for name, default, kind, _ in _registry.common(init)]
    return lines + [") -> Any:", '    """%s"""' % init.summary["en"], ""] + [
        "%s = %s" % (alias, init.name) for alias in _registry.words(init)[1:]] + [""]


def main(path):
    lines = [HEAD]
    for init in _registry.INITIALIZERS.values():
        lines += function(init)
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines).rstrip() + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
